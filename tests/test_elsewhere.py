"""That no call came proves something only where the widget's calls come to the far end, and none went elsewhere."""

from types import SimpleNamespace
from typing import Any

import pytest
from widget_conformance.fixtures import reach
from widget_conformance.fixtures.far_end.attempts import Attempt
from widget_conformance.fixtures.observations import call
from widget_conformance.fixtures.observations.elsewhere import call_elsewhere
from widget_conformance.fixtures.timeline import Timeline, now
from widget_conformance.fixtures.verdicts import Observation

HERE, THERE = "ws://s1.localhost:4711/sip", "wss://sip.example/ws"


def world(**more: Any) -> Any:
    timeline = Timeline()
    room = SimpleNamespace(
        calls=[],
        attempts=[],
        guests=None,
        untold=lambda since: None,
        refused=lambda since, **_: None,
        witness="far end",
    )
    given: dict[str, Any] = {
        "timeline": timeline,
        "room": room,
        "far_end": SimpleNamespace(url="ws://127.0.0.1:4711/sip"),
        "profile": SimpleNamespace(
            access=SimpleNamespace(hosts=(("sip.mapped", "127.0.0.1"),)), steps_in_call=lambda kind: ()
        ),
        "acted": SimpleNamespace(begun=timeline.started, done=timeline.started),
        "first_acted": timeline.started,
        "unreached": None,
        "change": None,
        "pump": lambda: None,
        "watch": lambda until: None,
    }
    return SimpleNamespace(**{**given, **more})


@pytest.mark.parametrize(
    ("events", "arrived", "doubt"),
    [
        ([], 0, None),
        ([("negotiates", {"step": "createOffer"})], 0, "got as far as createOffer"),
        ([("opens a socket", {"url": HERE})], 1, None),
        ([("opens a socket", {"url": HERE})], 0, None),
        ([("opens a socket", {"url": THERE})], 0, "a WebSocket to wss://sip.example/ws"),
        ([("opens a socket", {"url": "ws://127.0.0.1:9/sip"})], 0, "a WebSocket to ws://127.0.0.1:9/sip"),
        ([("opens a socket", {"url": THERE})], 1, None),  # by a proxy, it came here
        ([("opens a socket", {"url": "ws://sip.mapped:4711/"})], 0, None),
        ([("sends", {"url": THERE, "offer": True})], 0, "sent a description of a call"),
        ([("sends", {"url": HERE, "offer": True})], 0, "sent a description of a call"),  # and nothing came
        ([("sends", {"url": "https://vendor.example/api/callback", "offer": False})], 0, "sent a request to https"),
        ([("opens a telephone", {"url": "tel:+41"})], 0, "opened tel:+41"),
        ([("shows", {"entry": "microphone_needed"}), ("requests devices", {})], 0, None),
    ],
)
def test_what_a_call_elsewhere_would_explain(
    events: list[tuple[str, dict[str, Any]]], arrived: int, doubt: str | None
) -> None:
    scene = world()
    for what, detail in events:
        scene.timeline.note("widget", what, **detail)
    for _ in range(arrived):
        scene.timeline.note("far end", "connects")
    found = call_elsewhere(scene, scene.timeline.started)
    assert (found is None) if doubt is None else (doubt in str(found)), found
    assert call_elsewhere(scene, now() + 1) is None, "what was before the click is none of it"


def told(scene: Any) -> Any:
    scene.timeline.note("widget", "requests devices")
    return scene


def test_no_call_is_a_pass_only_for_a_widget_whose_calls_come() -> None:
    assert call.none_started(told(world())).kept is True
    observation = call.none_started(told(world(unreached="its calls may go elsewhere")))
    assert (observation.kept, "elsewhere" in observation.seen) == (None, True)
    assert call.none_came(told(world(unreached="its calls may go elsewhere"))).kept is True


def test_an_attempt_that_was_refused_is_a_call_all_the_same() -> None:
    scene = told(world(unreached="whatever"))
    scene.room.attempts = [Attempt(now(), "INVITE sip:callback@example.test")]
    observation = call.none_started(scene)
    assert observation.kept is False
    assert "INVITE sip:callback@example.test" in observation.seen


def test_a_refused_call_that_does_not_come_about_is_not_held_against_the_widget() -> None:
    def never(*_: Any) -> None:
        raise call.DeadlinePassed("never")

    scene = world(wait=never)
    silent = SimpleNamespace(frames=lambda since: [], hears_customer=lambda: False)
    scene.room.agent = SimpleNamespace(audio=silent)
    scene.room.unknown = lambda since, **_: None
    assert call.placed(scene, "audio").kept is False
    scene.room.refused = lambda since, **_: "the suite's agent refused: 488, no codec in common, offered PCMU"
    observation = call.placed(scene, "audio")
    assert observation.kept is None
    assert "refused: 488, no codec in common" in observation.seen


def test_what_the_agent_refused_in_the_call_excuses_what_came_of_it() -> None:
    scene = world()
    broken = Observation(False, "the agent heard nothing")
    assert call.unless_refused(scene, broken, 0.0, within_call=True) == broken
    scene.room.refused = lambda since, *, within_call: "the suite's agent refused: 488, x" if within_call else None
    assert call.unless_refused(scene, broken, 0.0, within_call=True).kept is None
    assert call.unless_refused(scene, Observation(True, ""), 0.0, within_call=True).kept is True


def test_a_widget_is_tried_once_and_twice_when_none_came(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[str | None] = ["busy", None, "gone", "gone again"]
    asked = []

    def called(self: object, subject: Any, browser: Any, kind: str) -> str | None:
        asked.append((subject.name, kind))
        return answers.pop(0)

    monkeypatch.setattr(reach.Reach, "_call", called)
    stage: Any = None
    browser: Any = SimpleNamespace(name="chromium", alive=True)
    subject: Any = SimpleNamespace(name="ours", profile=SimpleNamespace(nearest_kind=lambda kind: kind))
    one = reach.Reach(stage)
    assert [one.why_not(subject, browser, "audio") for _ in range(2)] == [None, None]
    assert [("gone again" in str(one.why_not(subject, browser, "video"))) for _ in range(2)] == [True, True]
    assert asked == [("ours", "audio")] * 2 + [("ours", "video")] * 2
    came: Any = SimpleNamespace(room=SimpleNamespace(calls=[1], attempts=[]), subject=subject, browser=browser)
    came.kind = "video"
    one.learn(came)
    assert one.why_not(subject, browser, "video") is None
