"""What is said of the agent's sound in the page: a break only where it was played before."""

from types import SimpleNamespace
from typing import Any

import pytest
from test_verdicts import Scene
from widget_conformance.fixtures.observations import call
from widget_conformance.fixtures.timeline import now
from widget_conformance.fixtures.verdicts import Observation

PAGE = SimpleNamespace(url="http://s1.localhost:7700/")


def observed(
    before: bool, after: bool, energy: float = 0.1, packets: int = 1, mixed: bool = False, element: bool = False
) -> Observation:
    """What is said of a page that played the agent's sound before a change, and after it, as told.

    `mixed`: Web Audio plays it afterwards; `element`: an element played it before.
    """
    scene = Scene()
    heard: dict[str, Any] = {
        "connections": 1,
        "packets": 1,
        "energy": 0.1,
        "playing": before,
        "by_element": element,
        "mixed": False,
    }

    def hearing() -> dict[str, Any]:
        heard["packets"] += packets
        heard["energy"] += energy
        return dict(heard)

    fakes: Any = scene.world
    fakes._face = SimpleNamespace(
        hearing=hearing, devices=list, pump=lambda: None, turn_away=lambda: None, origins=set(), page=PAGE
    )
    fakes.room = SimpleNamespace(calls=[], look=lambda face: None, agent_spoke=lambda since: True, publishes_only=False)
    fakes.budgets = SimpleNamespace(stopped=0.1)
    fakes.route = SimpleNamespace(
        id="a route",
        blocked="block",
        after_block=frozenset({"block"}),
        revoke=lambda *given: None,
        attend=lambda *given: None,
    )
    scene.world.revoke(frozenset())
    assert scene.world.change is not None
    assert scene.world.change.at <= now()
    heard.update(playing=after, mixed=mixed, by_element=after and not mixed)
    return call.hears_agent(scene.world)


@pytest.mark.parametrize(
    ("before", "after", "kept"), [(True, True, True), (True, False, False), (False, True, True), (False, False, None)]
)
def test_who_plays_no_more_what_was_played_breaks_a_promise(before: bool, after: bool, kept: bool | None) -> None:
    observation = observed(before, after)
    assert observation.kept is kept
    if kept is None:
        assert "nothing was found to play it before the change" in observation.seen


@pytest.mark.parametrize(
    ("before", "packets", "mixed", "kept"),
    [
        (True, 1, True, True),  # Web Audio plays it
        (True, 1, False, False),
        (False, 1, False, None),
        (True, 0, True, False),
        (False, 0, False, False),
    ],
)
def test_sound_without_energy_is_played_by_web_audio_or_by_nobody(
    before: bool, packets: int, mixed: bool, kept: bool | None
) -> None:
    assert observed(before, mixed, energy=0.0, packets=packets, mixed=mixed).kept is kept


def test_where_an_element_played_what_web_audio_has_now_nobody_can_tell_whether_it_is_heard() -> None:
    """Such as a level meter, which leads to the output as well."""
    observation = observed(True, True, energy=0.0, mixed=True, element=True)
    assert observation.kept is None
    assert "Web Audio has it" in observation.seen


def test_of_what_an_element_plays_energy_is_told_also_beside_web_audio() -> None:
    assert observed(True, True, element=True).kept is True
    assert observed(True, False, element=True).kept is False
