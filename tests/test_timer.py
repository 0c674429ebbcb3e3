"""When the widget's timer is said to have begun anew."""

from types import SimpleNamespace
from typing import Any

import pytest
from test_verdicts import Scene
from widget_conformance.fixtures.observations import call
from widget_conformance.fixtures.timeline import now

Shown = tuple[float, str, str, int]
"""Seconds after the call was confirmed, what happened, the text, the number of the sighting."""


def said(*shown: Shown, changed: float | None = 10.0) -> tuple[bool | None, str]:
    """The verdict on a widget whose timer showed this; the customer changed a permission then."""
    scene = Scene()
    begun = now() - 100
    one = SimpleNamespace(
        state="confirmed", confirmed_at=begun, ended_at=None, offered=["audio"], connections=1, ended_by=None
    )
    fakes: Any = scene.world
    fakes.pump = lambda: None
    fakes.room = SimpleNamespace(calls=[one], doubt=None, refused=lambda since, within_call=False: [])
    for at, what, text, sighting in shown:
        scene.world.timeline.note("widget", what, begun + at, entry="call_up", text=text, sighting=sighting)
    if changed is not None:
        scene.world.timeline.note("customer", "allows", begun + changed, devices="microphone", route="a route")
    observation = call.still_same(scene.world)
    return observation.kept, observation.seen


KEPT: dict[str, tuple[Shown, ...]] = {
    "counts": ((0, "shows", "0:00", 0), (5, "says", "0:05", 0), (12, "says", "0:12", 0)),
    "counted the ringing": ((-3, "shows", "0:04", 0), (0.1, "says", "0:00", 0), (12, "says", "0:12", 0)),
    "counted the ringing, until there was sound": (
        (-3, "shows", "0:04", 0), (0.1, "says", "0:08", 0), (0.5, "says", "0:00", 0), (12, "says", "0:12", 0),
    ),
    "beside the time of the visit": (
        (0, "shows", "12:31", 0), (0, "shows", "0:00", 1), (12, "says", "12:43", 0), (12.1, "says", "0:12", 1),
    ),
    "beside the time of the visit in one text": ((0, "shows", "12:31 / 0:00", 0), (12, "says", "12:43 / 0:12", 0)),
    "both put anew on the page": (
        (0, "shows", "12:31", 0), (0, "shows", "0:01", 1), (12, "shows", "0:12", 2), (12, "shows", "12:43", 3),
        (12, "hides", "12:31", 0), (12, "hides", "0:01", 1),
    ),
    "put right by a second": ((9, "shows", "0:12", 0), (12, "says", "0:11", 0)),
    "faded over, both of two": (
        (0, "shows", "12:31", 0), (0, "shows", "0:00", 1), (11, "says", "12:42", 0), (11, "says", "0:11", 1),
        (12, "shows", "0:12", 2), (12, "shows", "12:43", 3), (12.3, "hides", "12:42", 0), (12.3, "hides", "0:11", 1),
    ),
    "shows meanwhile for how long the sound is gone": (
        (0, "shows", "0:00", 0), (9, "says", "0:09", 0), (10, "says", "0:00", 0), (13, "says", "0:13", 0),
    ),
    "counts down": ((9, "shows", "9:51", 0), (12, "says", "9:48", 0)),
}  # fmt: skip
ANEW: dict[str, tuple[Shown, ...]] = {
    "in its place": ((0, "shows", "0:00", 0), (9, "says", "0:09", 0), (12, "says", "0:00", 0)),
    "in another element": ((9, "shows", "0:09", 0), (12, "shows", "0:00", 1), (12, "hides", "0:09", 0)),
    "faded over": ((9, "shows", "0:09", 0), (12, "shows", "0:00", 1), (12.3, "hides", "0:09", 0)),
    "faded over beside the time of the visit": (
        (0, "shows", "12:31", 0), (9, "shows", "0:09", 1), (12, "shows", "12:43", 2), (12, "shows", "0:00", 3),
        (12.3, "hides", "12:31", 0), (12.3, "hides", "0:09", 1),
    ),
    "after a while": ((9, "shows", "0:09", 0), (11, "hides", "0:09", 0), (13, "shows", "0:00", 1)),
    "beside the time of the visit": (
        (0, "shows", "12:31", 0), (0, "shows", "0:00", 1), (9, "says", "0:09", 1), (12, "says", "12:43", 0),
        (12, "says", "0:00", 1),
    ),
    "beside it, in another element": (
        (0, "shows", "12:31", 0), (9, "shows", "0:09", 1), (12, "hides", "0:09", 1), (12, "shows", "0:00", 2),
    ),
    "in one text": ((9, "shows", "12:31 / 0:09", 0), (12, "says", "12:34 / 0:01", 0)),
}  # fmt: skip


@pytest.mark.parametrize("shown", KEPT.values(), ids=KEPT)
def test_a_timer_that_goes_on_is_the_same_call(shown: tuple[Shown, ...]) -> None:
    assert said(*shown) == (True, "one call, one dialog, 1 media connection(s)")


@pytest.mark.parametrize("shown", ANEW.values(), ids=ANEW)
def test_a_timer_that_begins_anew_is_another_call(shown: tuple[Shown, ...]) -> None:
    kept, seen = said(*shown)
    assert kept is False
    assert "began anew: it showed 9 s, then" in seen


def test_without_a_change_a_timer_begins_anew_all_the_same() -> None:
    assert said((9, "shows", "0:09", 0), (12, "says", "0:00", 0), changed=None)[0] is False


def test_a_timer_that_is_put_right_by_a_second_goes_on_also_in_a_call_that_is_young() -> None:
    assert said((7, "shows", "0:08", 0), (7.5, "says", "0:07", 0), changed=1.2)[0] is True
    assert said((7, "shows", "0:08", 0), (7.5, "says", "0:06", 0), changed=1.2)[0] is False


def test_a_timer_that_begins_anew_after_two_seconds_only_does_not_pass_for_one_that_goes_on() -> None:
    shown = ((0, "shows", "0:00", 0), (2, "says", "0:02", 0), (2.3, "says", "0:00", 0), (4.3, "says", "0:02", 0))
    assert said(*shown, changed=2.2)[0] is False


@pytest.mark.parametrize(("shown", "kept"), [(KEPT["counts"], True), (ANEW["in its place"], None)])
def test_a_dialog_of_the_browsers_excuses_what_came_of_it_and_nothing_else(
    shown: tuple[Shown, ...], kept: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget_conformance.fixtures.world.World.dialogs", lambda *given, **more: ["confirm 'Stay?'"])
    assert said(*shown)[0] is kept
