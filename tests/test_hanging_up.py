"""What a widget may do between the click that hangs up and the end of the call."""

from types import SimpleNamespace
from typing import Any

import pytest
from test_verdicts import Scene
from widget_conformance.fixtures.observations import call
from widget_conformance.fixtures.timeline import now
from widget_conformance.fixtures.verdicts import Inconclusive


def scene(ends_after: float | None) -> Scene:
    """A call that ends so many seconds after the customer hung up, or never."""
    made = Scene()
    ended = None if ends_after is None else now() + ends_after

    def pump() -> None:
        if ended is not None and now() >= ended:
            one.ended_at, one.ended_by, one.state = ended, "customer", "ended"

    one = SimpleNamespace(offered=["audio"], state="confirmed", ended_at=None, ended_by=None)
    fakes: Any = made.world
    fakes.pump = pump
    fakes.room = SimpleNamespace(calls=[one], attempts=[], refused=lambda since: None)
    fakes._face = SimpleNamespace(devices=lambda: [])
    return made


def test_a_widget_that_takes_its_time_to_hang_up_is_judged_by_what_comes_after() -> None:
    world = scene(0.6).world
    call.hung_up(world)
    assert call.stays_ended(world).kept is True


def test_a_call_that_nobody_ends_is_inconclusive_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "SETUP_S", 0.3)
    world = scene(None).world
    world.timeline.note("widget", "dialog", type="confirm", text="Really end?")
    world.acted = call.replace(world.acted, begun=0.0)
    with pytest.raises(Inconclusive, match=r"the end of the call .* saw .*audio confirmed; confirm 'Really end\?'"):
        call.hung_up(world)
