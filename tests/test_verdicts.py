"""From observations to verdicts: nobody passes unearned, and nobody is accused by the harness's own faults."""

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest
from widget_conformance.fixtures.browsers.permissions import CAMERA, MICROPHONE, Device, Permission
from widget_conformance.fixtures.catalogue import cases
from widget_conformance.fixtures.far_end.audio import AudioFrame, AudioMeter
from widget_conformance.fixtures.far_end.sources import CHROMIUM_SOURCE
from widget_conformance.fixtures.observations import agent, widget
from widget_conformance.fixtures.observations.widget import says_both_lost
from widget_conformance.fixtures.observer import ControlNotFound
from widget_conformance.fixtures.profile import Finder
from widget_conformance.fixtures.timeline import Timeline, now
from widget_conformance.fixtures.verdicts import Inconclusive, Observation, both
from widget_conformance.fixtures.world import LAG_S, Change, Step, World
from widget_conformance.reports.model import Verdict

PASS, FAIL, UNSURE, OUT = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [
        ([], UNSURE),
        ([PASS], PASS),
        ([PASS, UNSURE], UNSURE),
        ([UNSURE, FAIL, PASS], FAIL),
        ([OUT, PASS], PASS),
        ([OUT, UNSURE], UNSURE),
        ([OUT], OUT),
    ],
)
def test_the_worst_verdict_counts_and_nothing_is_inconclusive(verdicts: list[Verdict], worst: Verdict) -> None:
    assert Verdict.worst(verdicts) is worst


@pytest.mark.parametrize(
    ("latencies", "budgets", "missed"),
    [
        ({}, {}, None),
        ({"stopped": 0.9}, {"stopped": 1.0}, None),
        ({"stopped": 1.0}, {"stopped": 1.0}, None),
        ({"stopped": 1.5}, {"stopped": 1.0}, 0.5),
        ({"stopped": 1.5, "shown": 3.0}, {"stopped": 1.0, "shown": 1.0}, 2.0),
        ({"stopped": 1.5, "shown": 0.1}, {"stopped": 1.0, "shown": 1.0}, 0.5),
        ({"stopped": 9.0}, {}, None),
    ],
)
def test_by_how_much_a_budget_was_missed(
    latencies: dict[str, float], budgets: dict[str, float], missed: float | None
) -> None:
    assert Observation(False, "", latencies, budgets).missed_by_s == pytest.approx(missed)


@pytest.mark.parametrize(
    ("kept", "together"),
    [
        ((True, True), True),
        ((True, None), None),
        ((None, False), False),
        ((False, True), False),
        ((None, None), None),
    ],
)
def test_both_are_kept_only_when_each_is(kept: tuple[bool | None, bool | None], together: bool | None) -> None:
    first = Observation(kept[0], "the agent heard", {"a": 1.0}, {"a": 2.0})
    second = Observation(kept[1], "the other heard", {"b": 3.0}, {"b": 1.0})
    joined = both(first, second)
    assert joined.kept is together
    assert joined.seen == "the agent heard; the other heard"
    assert (joined.latencies_s, joined.budgets_s) == ({"a": 1.0, "b": 3.0}, {"a": 2.0, "b": 1.0})
    assert joined.missed_by_s == 2.0


class FakeBrowser:
    """Its record is what a test puts there."""

    def __init__(self) -> None:
        self.alive = True
        self.source = None
        self.on_record = dict.fromkeys(Device, Permission.BLOCK)

    def record(self, tab: object, device: Device) -> Permission:
        return self.on_record[device]


class FakeFarEnd:
    """As late as a test says."""

    late = 0.0

    def open_room(self, *given: object) -> object:
        return SimpleNamespace(calls=[])

    def lag(self, since: float) -> float:
        return self.late


class Scene:
    """A world whose parts are fakes."""

    def __init__(self) -> None:
        self.browser, self.far_end = FakeBrowser(), FakeFarEnd()
        case = next(case for case in cases() if "MIC-LIVE-2" in case.statements)
        profile: Any = SimpleNamespace(
            nearest_kind=lambda kind: kind, budgets=None, not_applicable={"AIM-1": "it has no voice"}
        )
        stage: Any = SimpleNamespace(far_end=lambda profile: self.far_end, next_room=lambda subject: "s1")
        subject: Any = SimpleNamespace(profile=profile)
        fakes: Any = self.browser
        self.world = World(stage, subject, case, case.routes[0], fakes)
        page: Any = SimpleNamespace(url="http://s1.localhost:1/", is_closed=lambda: False)
        pointer = SimpleNamespace(bring_back=lambda entry: True)
        face: Any = SimpleNamespace(page=page, elsewhere=lambda: None, pointer=pointer)
        self.world._face = face
        self.world.change = Change(now(), MICROPHONE, allowed=False, records=frozenset({Permission.BLOCK}))
        self.world.step = Step("the customer's audio stops immediately", "Then", ("MIC-LIVE-2",))

    def judge(self, observation: Observation) -> tuple[Verdict, str]:
        self.world.judge(observation)
        (judgement,) = self.world.judgements
        return judgement.verdict, judgement.observed


@pytest.fixture
def scene() -> Scene:
    return Scene()


KEPT = Observation(True, "silence")
BROKEN = Observation(False, "still heard", {"audio stopped": 1.5}, {"audio stopped": 1.0})
BROKEN_FOR_GOOD = Observation(False, "still heard")


def test_what_was_kept_passes_and_what_was_broken_fails(scene: Scene) -> None:
    assert scene.judge(KEPT) == (PASS, "silence")
    assert Scene().judge(BROKEN) == (FAIL, "still heard")
    assert Scene().judge(BROKEN_FOR_GOOD) == (FAIL, "still heard")


def test_what_no_witness_can_tell_is_inconclusive(scene: Scene) -> None:
    assert scene.judge(Observation(None, "no connection to look into")) == (UNSURE, "no connection to look into")


@pytest.mark.parametrize("seen", [KEPT, BROKEN])
@pytest.mark.parametrize("record", [Permission.ALLOW, Permission.ASK])
def test_a_record_that_did_not_change_proves_nothing(scene: Scene, seen: Observation, record: Permission) -> None:
    scene.browser.on_record[Device.MICROPHONE] = record
    verdict, told = scene.judge(seen)
    assert verdict is UNSURE
    assert f"microphone: {record}" in told
    assert seen.seen in told


def test_of_two_blocked_devices_one_may_not_have_been_asked_for_but_none_may_be_allowed() -> None:
    for camera, verdict in ((Permission.ASK, PASS), (Permission.ALLOW, UNSURE)):
        scene = Scene()
        scene.world.change = Change(now(), MICROPHONE | CAMERA, allowed=False, records=frozenset({Permission.BLOCK}))
        scene.browser.on_record[Device.CAMERA] = camera
        assert scene.judge(KEPT)[0] is verdict


def test_the_record_of_a_device_that_did_not_change_is_nobodys_business(scene: Scene) -> None:
    scene.browser.on_record[Device.CAMERA] = Permission.ALLOW
    assert scene.judge(KEPT)[0] is PASS


def test_a_browser_that_died_accuses_nobody(scene: Scene) -> None:
    scene.browser.alive = False
    verdict, told = scene.judge(BROKEN)
    assert verdict is UNSURE
    assert "the browser died" in told


def test_a_tab_that_crashed_accuses_nobody(scene: Scene) -> None:
    scene.world._crashed = True
    verdict, told = scene.judge(BROKEN_FOR_GOOD)
    assert verdict is UNSURE
    assert "the tab crashed" in told


@pytest.mark.parametrize(
    ("late", "observation", "verdict"),
    [
        (0.09, BROKEN, FAIL),  # missed by 0.5 s: more than five stages as late as that make
        (0.11, BROKEN, UNSURE),
        (0.5, BROKEN, UNSURE),
        (0.9, BROKEN, UNSURE),
        (0.9, BROKEN_FOR_GOOD, FAIL),  # no lateness makes what never happened happen
        (LAG_S + 0.1, BROKEN, UNSURE),
        (LAG_S + 0.1, BROKEN_FOR_GOOD, UNSURE),
        (0.9, KEPT, PASS),
    ],
)
def test_lateness_excuses_only_as_far_as_it_goes(
    scene: Scene, late: float, observation: Observation, verdict: Verdict
) -> None:
    scene.far_end.late = late
    judged, told = scene.judge(observation)
    assert judged is verdict
    assert ("late by" in told) == (verdict is UNSURE)


@pytest.mark.parametrize(
    ("took", "answered", "observation", "verdict"),
    [
        (0.4, True, BROKEN, FAIL),  # missed by 0.5 s: the browser's share does not explain it
        (0.6, True, BROKEN, UNSURE),
        (0.6, False, BROKEN, UNSURE),
        (0.9, True, BROKEN_FOR_GOOD, FAIL),
        (1.2, True, BROKEN_FOR_GOOD, UNSURE),
        (3.0, False, BROKEN_FOR_GOOD, UNSURE),
        (3.0, False, KEPT, PASS),
    ],
)
def test_the_widget_is_not_accused_of_what_the_browser_took_to_answer_its_request_for_a_device(
    scene: Scene, took: float, answered: bool, observation: Observation, verdict: Verdict
) -> None:
    at = now()
    assert scene.world.change is not None
    scene.world.change = dataclasses.replace(scene.world.change, at=at - 10)
    scene.world.timeline.note("widget", "requests devices", at - 20, audio=True, video=False)  # before the change
    scene.world.timeline.note("widget", "gets devices", at - 11, audio=True, video=False)
    scene.world.timeline.note("widget", "requests devices", at - took, audio=False, video=True)
    scene.world.timeline.note("widget", "requests devices", at - 0.1, audio=True, video=False)
    scene.world.timeline.note("widget", "gets devices", at - 0.05, audio=True, video=False)
    if answered:
        scene.world.timeline.note("widget", "is refused devices", at, audio=False, video=True, error="NotAllowedError")
    judged, told = scene.judge(observation)
    assert judged is verdict
    assert ("s to answer the widget's request for a device" in told) == (verdict is UNSURE)


def test_numbers_of_an_observation_stand_in_the_result_in_milliseconds(scene: Scene) -> None:
    scene.judge(BROKEN)
    assert scene.world.latencies_ms == {"audio stopped": 1500.0}
    assert scene.world.budgets_ms == {"audio stopped": 1000.0}


def test_a_judgement_names_the_step_and_the_promise(scene: Scene) -> None:
    scene.judge(BROKEN)
    (judgement,) = scene.world.judgements
    assert judgement.statement == "MIC-LIVE-2"
    assert judgement.step == "Then the customer's audio stops immediately"
    assert "stop the customer's audio immediately" in judgement.promised
    assert isinstance(scene.world.timeline, Timeline)


def test_a_scene_that_cannot_be_set_is_inconclusive(scene: Scene) -> None:
    scene.world.need(KEPT)
    for observation in (BROKEN, Observation(None, "nobody knows")):
        with pytest.raises(Inconclusive, match=observation.seen):
            scene.world.need(observation)


def test_a_promise_that_the_profile_excepts_is_not_judged(scene: Scene) -> None:
    scene.world.step = Step("the widget explains", "Then", ("AIM-1", "MIC-LIVE-2"))
    scene.world.judge(KEPT)
    assert [judgement.statement for judgement in scene.world.judgements] == ["MIC-LIVE-2"]


@pytest.mark.parametrize(("rms", "kept"), [(0.1, True), (0.01, False)])
def test_the_level_of_sound_that_came_back_is_told_between_two_bursts_too(rms: float, kept: bool) -> None:
    meter = AudioMeter(CHROMIUM_SOURCE.audio)
    at = now() - 3
    meter._frames = [AudioFrame(at + number * 0.02, rms, "customer") for number in range(5, 130)]  # 0.4 s ago the last
    room = SimpleNamespace(
        agent=SimpleNamespace(audio=meter),
        participant=SimpleNamespace(audio=meter),
        unknown=lambda since, **more: None,
        refused=lambda since, **more: None,
    )
    world: Any = SimpleNamespace(
        change=Change(at, MICROPHONE, True, frozenset()),
        room=room,
        budgets=SimpleNamespace(recovered=3.0),
        baseline_level=0.1,
        wait=lambda condition, *_: condition() or True,
        watch=lambda until: None,
    )
    observation = agent.heard_again(world, "the agent")
    assert observation.kept is kept, observation.seen
    assert ("at 10% of the level before" in observation.seen) is not kept


@pytest.mark.parametrize(
    ("text", "of_both"),
    [
        ("Microphone and camera access lost. Please allow them in your browser.", True),
        ("You have lost access to your camera and your microphone", True),
        ("Your camera & microphone are blocked", True),
        ("Microphone blocked: click the camera icon in the address bar and allow it", False),
        ("Microphone lost. Click the microphone and camera icon.", False),
        ("Microphone access lost. Check microphone and camera permissions.", False),
        ("The microphone is blocked, the camera is not.", False),
    ],
)
def test_a_message_may_name_the_other_device_without_saying_that_it_is_lost(text: str, of_both: bool) -> None:
    assert says_both_lost(text) is of_both


class FakeFace:
    """Shows a message, and a control that answers or hangs."""

    pointer = SimpleNamespace(bring_back=lambda entry: True)

    def __init__(self, message: str, *, hangs: bool = False) -> None:
        self.message, self.hangs = message, hangs

    def pump(self) -> None:
        """Nothing comes by itself."""

    def sightings(self, entry: str, since: float = 0.0) -> list[Any]:
        shown = entry in ("microphone_lost", "microphone_blocked") or (
            entry == "camera_prompt" and "llow" in self.message
        )
        return [SimpleNamespace(text=self.message, appeared_at=now(), disappeared_at=None, error=0.0)] if shown else []

    def control_state(self, entry: str) -> dict[str, Any]:
        if self.hangs:
            raise ControlNotFound(entry, Finder(entry, css="x"), None, [], unanswered=True)
        return {"active": False, "blocked": False, "disabled": False, "name": "Camera"}


def agreement(scene: Scene, message: str, *, hangs: bool = False, live: bool = True) -> Observation:
    """What is said of the camera control, or of the mute control of a page that hangs, after the microphone was lost."""
    fakes: Any = scene.world
    fakes._face = FakeFace(message, hangs=hangs)
    fakes.budgets = SimpleNamespace(shown=0.0)
    fakes.pump = lambda: None
    ears = SimpleNamespace(
        video=SimpleNamespace(sees_customer=lambda: live), audio=SimpleNamespace(hears_customer=lambda *given: live)
    )
    call = SimpleNamespace(state="confirmed", connection_state="connected", ended_at=None)
    fakes.room = SimpleNamespace(agent=ears, calls=[call], unknown=lambda *given, **more: None)
    fakes.change = dataclasses.replace(
        scene.world.change or Change(now(), MICROPHONE, False, frozenset()), at=now() - 5
    )
    return widget.mute_control_agrees(fakes) if hangs else widget.camera_control_agrees(fakes)


def test_a_live_camera_that_one_message_calls_lost_contradicts_what_the_agent_sees(scene: Scene) -> None:
    assert agreement(scene, "Microphone and camera access lost. Allow them in your browser.").kept is False
    assert (
        agreement(scene, "Microphone and camera access lost. Clear \u201cBlocked\u201d in the address bar.").kept
        is False
    )
    assert agreement(scene, "Microphone lost. Click the camera icon and allow it.").kept is True


def test_a_page_that_hangs_agrees_with_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(widget, "SETTLE_S", 1.0)
    assert agreement(scene, "Microphone blocked", hangs=True, live=False).kept is None


@pytest.mark.parametrize(
    ("kind", "entry", "text", "gone", "kept"),
    [
        ("video", "microphone_lost", "Microphone access lost", False, False),
        ("video", "microphone_lost", "Microphone access lost", True, True),  # with the track of a joint request
        ("audio", "microphone_lost", "Microphone access lost", True, False),
        ("video", "camera_prompt", "Camera blocked. Your microphone works on.", False, True),
        ("video", "camera_prompt", "Your camera and microphone are blocked. Allow them.", False, False),
    ],
)
def test_what_is_said_of_the_microphone_when_the_camera_alone_is_lost(
    scene: Scene, kind: str, entry: str, text: str, gone: bool, kept: bool
) -> None:
    at = now()
    told = SimpleNamespace(text=text, appeared_at=at, disappeared_at=at if gone else None, error=0.0)
    shown = {entry: [told], "microphone_lost": [told]}  # the pattern of the latter knows the text of the former, too
    fakes: Any = scene.world
    fakes._face = SimpleNamespace(pump=lambda: None, sightings=lambda entry, since: shown.get(entry, []))
    fakes.pump = lambda: None
    fakes.kind = kind
    fakes.budgets = SimpleNamespace(shown=0.0, recovered=0.0)
    fakes.change = Change(at, CAMERA, allowed=False, records=frozenset({Permission.BLOCK}))
    assert widget.says_nothing_of_microphone(fakes).kept is kept
