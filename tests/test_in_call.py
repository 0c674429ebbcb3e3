"""What the customer does in a call that is up: the steps, and calls that begin without a device."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from widget_conformance.fixtures import in_call
from widget_conformance.fixtures.approach import TargetNotFound
from widget_conformance.fixtures.browsers.permissions import BOTH
from widget_conformance.fixtures.browsers.routes import ROUTES, Demand
from widget_conformance.fixtures.catalogue import Case
from widget_conformance.fixtures.far_end.calls import Call
from widget_conformance.fixtures.observations import agent, beginnings
from widget_conformance.fixtures.observations.describing import confirmed_call
from widget_conformance.fixtures.observer import ControlNotFound
from widget_conformance.fixtures.profile import CallStep, Finder, Profile, from_table
from widget_conformance.fixtures.stage import Stage
from widget_conformance.fixtures.subject import reference
from widget_conformance.fixtures.timeline import Timeline
from widget_conformance.fixtures.verdicts import Inconclusive, NotApplicable, Observation
from widget_conformance.fixtures.world import World

CLICK = {"click": {"role": "button", "name": "^turn camera"}}
BROKEN = Observation(False, "nothing was shown")


def profile(*steps: dict[str, Any]) -> Profile:
    return from_table({"url": "http://h", "in_call": list(steps)}, "w.toml")


class FakeFace:
    """A page in which a control says something, or is not there, and some devices are open."""

    def __init__(self, state: dict[str, Any] | None, open_: tuple[str, ...]) -> None:
        self.state, self.open = state, open_
        self.dialogs = SimpleNamespace(clicked_at=None)

    def control_state(self, entry: str) -> dict[str, Any]:
        if self.state is None:
            raise ControlNotFound(entry, Finder(entry), None, [])
        return self.state

    def devices(self) -> list[dict[str, Any]]:
        return [{"kind": kind} for kind in self.open]

    def pages(self) -> list[Any]:
        return []

    def complaints(self) -> str:
        return ""


def world(
    made: Profile, active: bool | None = None, *, there: bool = True, blocked: bool = False, held: tuple[str, ...] = ()
) -> World:
    state = {"active": active, "blocked": blocked, "name": "Turn camera on"} if there else None
    call = Call("one", 0.0, state="confirmed")
    return cast(World, SimpleNamespace(
        profile=made, kind="video", face=FakeFace(state, held), opened=True, timeline=Timeline(), pump=lambda: None,
        stage=SimpleNamespace(beginnings={}), subject=SimpleNamespace(name="ours"), browser=SimpleNamespace(name="firefox"),
        room=SimpleNamespace(calls=[call]),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("there", "active", "blocked", "held", "cause"),
    [
        (True, True, False, (), "the camera control says off ('Turn camera on')"),
        (True, True, False, ("video",), "the camera control says off ('Turn camera on')"),
        (True, None, False, ("audio",), "the page has opened no camera in this call"),
        (False, None, False, ("audio",), "the page has opened no camera in this call"),
        (True, None, False, ("audio", "video"), None),  # nobody knows why no picture comes
        (True, False, False, (), None),  # the widget says that it is on: that is for the verdict
        (True, True, True, (), None),  # blocked is no beginning with the camera off
    ],
)
def test_why_no_picture_comes(
    there: bool, active: bool | None, blocked: bool, held: tuple[str, ...], cause: str | None
) -> None:
    found = beginnings.off(world(profile(), active, there=there, blocked=blocked, held=held), "video")
    assert (found and found.cause) == cause


def test_the_reason_names_the_key_to_write_or_the_steps_that_did_not_help() -> None:
    proposed = beginnings.why_off(world(profile(), True), "video")
    assert proposed == (
        ". But the camera control says off ('Turn camera on'); if calls begin so, [[in_call]] of the profile says what "
        'turns it on: click = { role = "button", name = "^Turn camera on$" }, for = "video"'
    )
    tried = beginnings.why_off(world(profile(CLICK), True), "video")
    assert (
        tried
        == ". But the camera control says off ('Turn camera on'), though the steps of in_call were done (w.toml: in_call[0])"
    )
    assert beginnings.why_off(world(profile(CLICK | {"for": "audio"}), True), "video") == proposed
    assert "the mute control says muted" in beginnings.why_off(world(profile(), True), "audio")


OFF = beginnings.Off("video", "the camera control says off", "Turn camera on")
ON = beginnings.Beginning(None, None)


@pytest.mark.parametrize(
    ("steps", "known", "kept"),
    [
        ((), ON, False),  # the camera is on in every other video call: the promise is broken
        ((), beginnings.Beginning(OFF, OFF), None),
        ((CLICK,), beginnings.Beginning(OFF, OFF), None),  # the step does not help
        ((CLICK,), beginnings.Beginning(OFF, None), "not applicable"),
    ],
)
def test_starting_a_call_that_begins_without_the_camera_takes_none(
    steps: tuple[dict[str, Any], ...], known: beginnings.Beginning, kept: object
) -> None:
    one = world(profile(*steps), True)
    one.stage.beginnings["ours", "firefox"] = known
    if kept == "not applicable":
        with pytest.raises(NotApplicable, match="begins without a picture"):
            beginnings.unless_camera_rests(one, BROKEN)
        return
    judged = beginnings.unless_camera_rests(one, BROKEN)
    assert judged.kept is kept
    assert beginnings.unless_camera_rests(one, replace(BROKEN, kept=True)).kept
    assert kept is False or "in_call" in judged.seen
    one.timeline.note("widget", "requests devices", video=True)
    assert beginnings.unless_camera_rests(one, BROKEN) == BROKEN  # it did want the camera


@pytest.mark.parametrize(("known", "kept"), [(ON, False), (beginnings.Beginning(OFF, OFF), None)])
def test_a_call_without_a_picture_is_no_broken_promise_where_every_call_begins_so(
    known: beginnings.Beginning, kept: bool | None
) -> None:
    one = world(profile(), True)
    one.stage.beginnings["ours", "firefox"] = known
    assert beginnings.unless_off(one, BROKEN).kept is kept
    assert beginnings.unless_off(world(profile(), False), BROKEN).kept is False  # the control says that it is on


def test_the_steps_are_done_once_in_each_call_and_only_in_their_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[list[str]] = []

    def approach(pages: object, steps: tuple[CallStep, ...], watch: Any) -> list[str]:
        watch()
        did.append([step.place for step in steps])
        return []

    monkeypatch.setattr(in_call, "approach", approach)
    one = world(profile(CLICK | {"for": "video"}, {"press": "m"}))
    first, second = Call("one", 0.0), Call("two", 0.0)
    for call, kind in ((first, "video"), (first, "video"), (second, "audio")):
        in_call.do_steps(one, call, kind)  # type: ignore[arg-type]
    assert did == [["w.toml: in_call[0]", "w.toml: in_call[1]"], ["w.toml: in_call[1]"]]
    assert one.face.dialogs.clicked_at is not None  # what the widget asks because of a step is answered with yes


def test_a_step_that_finds_nothing_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def approach(pages: object, steps: tuple[CallStep, ...], watch: object) -> list[str]:
        raise TargetNotFound(steps[0], "found none that is shown within 10 s")

    monkeypatch.setattr(in_call, "approach", approach)
    told = r"^w.toml: in_call\[0\]: could not click role button, name /\^turn camera/: found none that is shown within 10 s$"
    with pytest.raises(Inconclusive, match=told):
        in_call.do_steps(world(profile(CLICK)), Call("one", 0.0), "video")


@contextlib.contextmanager
def in_video_call(stage: Stage, *, steps: bool) -> Iterator[World]:
    """A video call of a build whose video calls begin with the camera off."""
    build = reference("reference@5.1+V51")
    subject = build if steps else replace(build, profile=replace(build.profile, in_call=()))
    route = next(route for route in ROUTES if route.browser == "chromium" and route.primary)
    case = Case("a test", "", "", "a video call", (), Demand("during", BOTH, "video"), ())
    with contextlib.closing(World(stage, subject, case, route, stage.browser("chromium"))) as made:
        made.open_page()
        made.give(BOTH)
        made.press("video_call")
        agent.in_call(made, "video")
        yield made


def test_a_camera_that_is_off_at_first_is_turned_on_by_the_step_and_told_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with contextlib.closing(Stage()) as stage:
        with in_video_call(stage, steps=True) as made:
            acted = made.acted
            agent.agent_sees(made)
            assert made.acted == acted  # the step is none of the scenario's acts
            call = confirmed_call(made)
            assert call is not None
            assert in_call.done(made, call)
        with in_video_call(stage, steps=False) as made:
            monkeypatch.setattr(agent, "SETUP_S", 1.0)
            with pytest.raises(Inconclusive, match=r"the camera control says off .* \[\[in_call\]\] of the profile"):
                agent.agent_sees(made)
