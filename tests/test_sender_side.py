"""A far end that is not ours: verdicts by what the page itself sends, and what cannot be told from there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import harness
import pytest
from test_samples import ROUTES, SAMPLES, packages, sipjs
from widget_conformance.fixtures.far_end.server import FarEnd
from widget_conformance.fixtures.far_end.settings import FarEndSettings, SignalPattern
from widget_conformance.fixtures.far_end.sources import CHROMIUM_SOURCE
from widget_conformance.fixtures.observer import Sent
from widget_conformance.fixtures.sender_side.flow import Sending, pictures, sound
from widget_conformance.fixtures.sender_side.room import SenderRoom
from widget_conformance.fixtures.timeline import Timeline, now
from widget_conformance.reference_impl import builds
from widget_conformance.reference_impl.server import ReferenceServer

__all__ = ["packages", "sipjs"]  # fixtures

SOME = (
    *("--scenario", "The microphone and the camera are revoked in a video call"),
    *("--scenario", "The microphone is revoked while the call still rings"),
    *("--scenario", "The camera is allowed again in a video call"),
    *("--scenario", "The microphone is allowed again in an audio call"),
    *("--scenario", "a video call is tried while the microphone is blocked"),
    *("--scenario", "The customer proceeds with an audio-only call"),
)
RINGS = "the far end is not the suite's: it cannot be made to ring for longer"


@pytest.fixture(scope="module")
def staging() -> Iterator[str]:
    """The contact centre's own gateway, which takes every call, whoever's page it comes from; its address."""
    end = FarEnd(FarEndSettings(domain="harbour.example", password="quay-side"))
    end.start()
    end.open_room("staging", Timeline(), CHROMIUM_SOURCE)
    yield end.url
    end.stop()


@pytest.mark.alone
def test_a_widget_that_conforms_is_judged_by_what_it_sends(tmp_path: Path, sipjs: int, staging: str) -> None:
    profile = SAMPLES / "sipjs" / "staging.toml"
    words = ("run", "--profile", profile, *SOME, *ROUTES, "--no-allure", "--results", tmp_path)
    said = {"SAMPLE_PORT": str(sipjs), "HARBOUR_KEY": "quay-side", "STAGING_GATEWAY": staging}
    ended = harness.command(*words, seconds=900, **said)
    found = harness.results(tmp_path)
    others = [(r["route"], r["verdict"], r["reason"]) for r in found if r["verdict"] != "pass"]
    assert sorted(others) == [(route, "not applicable", RINGS) for route in sorted(ROUTES[1::2])], ended.said
    assert len(found) == 12
    assert {r["witness"] for r in found} == {"sender"}
    assert "Weaker evidence for Harbour Contact (staging)" in ended.out
    assert ended.status == 0, ended.said


@dataclass(frozen=True)
class Expected:
    """What the sender's side tells of one build in one scenario."""

    build: str
    scenario: str
    statement: str
    verdict: str
    seen: str


EXPECTED = (
    Expected("D19", "The camera is revoked in a video call", "CAM-LIVE-3", "fail", "the agent sees: a "),
    Expected("D48a", "The camera is revoked in a video call", "CAM-LIVE-3", "inconclusive", "cannot be known"),
    Expected("D06", "The microphone is revoked in an audio call", "MIC-LIVE-1", "fail", "has no call any more"),
    Expected("D09", "The microphone is allowed again in an audio call", "MIC-LIVE-8", "fail", "did not hear"),
    Expected(
        "D47", "The microphone is allowed again in an audio call", "MIC-LIVE-8", "inconclusive", "cannot be known"
    ),
    Expected("D49", "The microphone is allowed again in an audio call", "MIC-LIVE-9", "fail", "2 calls were placed"),
    Expected(
        "D70", "an audio call is tried while the microphone is blocked", "MIC-PRE-2", "fail", "a call was signalled"
    ),
    Expected("D77", "The customer proceeds with an audio-only call", "CAM-PRE-3", "fail", "pictures all the same"),
    Expected("V20", "The camera is revoked in a video call", "CAM-LIVE-3", "inconclusive", "far_end.video_off"),
    Expected("V22", "The microphone is revoked in an audio call", "MIC-LIVE-3", "pass", "heard nothing"),
    Expected("V23", "The camera is allowed again in a video call", "CAM-LIVE-7", "pass", "saw the customer again"),
    Expected("V23", "The microphone is allowed again in an audio call", "MIC-LIVE-9", "pass", "one call"),
)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Builds of the reference widget with a far end of its own, judged by what they send."""
    folder = tmp_path_factory.mktemp("judged")
    found: list[dict[str, Any]] = []
    end = FarEnd()
    end.start()
    server = ReferenceServer(end.port)
    server.start()
    profiles: dict[str, Path] = {}
    for id_ in dict.fromkeys(one.build for one in EXPECTED):
        build = builds.catalogue()[id_]
        label = builds.label("staging", build)
        end.open_room(label, Timeline(), CHROMIUM_SOURCE)
        profile = profiles[id_] = folder / f"{id_}.toml"
        address = server.url(build.release, label)
        profile.write_text(f'name = "{id_}"\nurl = "{address}"\n[far_end]\nwitness = "sender"\n', "utf-8")
    try:
        for number, scenario in enumerate(dict.fromkeys(one.scenario for one in EXPECTED)):
            told = [one.build for one in EXPECTED if one.scenario == scenario]
            words = [word for id_ in told for word in ("--profile", profiles[id_])]
            results = folder / f"results-{number}"
            harness.command(
                "run", *words, "--scenario", scenario, *ROUTES, "--no-allure", "--results", results, seconds=900
            )
            found += harness.results(results)
    finally:
        server.stop()
        end.stop()
    return found


@pytest.mark.parametrize("route", ROUTES[1::2])
@pytest.mark.parametrize("expected", EXPECTED, ids=lambda one: f"{one.build}-{one.statement}")
@pytest.mark.alone
def test_what_the_sender_tells_of_a_build(judged: list[dict[str, Any]], expected: Expected, route: str) -> None:
    (result,) = (
        r for r in judged if (r["subject"], r["scenario"], r["route"]) == (expected.build, expected.scenario, route)
    )
    said = [j for j in result["judgements"] if j["statement"] == expected.statement]
    assert expected.verdict in {j["verdict"] for j in said}, result["reason"]
    assert any(expected.seen in j["observed"] for j in said if j["verdict"] == expected.verdict)
    if expected.verdict != "pass":
        assert result["verdict"] != "pass"


def at(moment: float, source: str, packets: int, **more: Any) -> Sending:
    return Sending(moment, more.pop("kind", "audio"), source, "sendrecv", packets, **more)  # type: ignore[arg-type]


def test_sound_of_the_device_is_the_customers_and_as_long_as_it_took() -> None:
    found = sound(at(10.0, "device", 100), at(10.1, "device", 105), 10.0, captured=True)
    assert found is not None
    assert found.label == "customer"
    assert found.moments == pytest.approx([10.02, 10.04, 10.06, 10.08, 10.1])


def test_packets_of_60_ms_are_as_much_sound_as_those_of_20() -> None:
    found = sound(at(10.0, "device", 100), at(10.12, "device", 102), 10.0, captured=True)
    assert found is not None
    assert len(found.moments) == 6


def test_after_a_pause_sound_does_not_count_from_before_the_last_sample() -> None:
    found = sound(at(14.0, "none", 100), at(14.1, "device", 103), 10.0, captured=True)
    assert found is not None
    assert min(found.moments) > 13.85


def test_nothing_is_sent_without_packets() -> None:
    assert sound(at(10.0, "device", 100), at(10.1, "device", 100), 10.0, captured=True) is None


@pytest.mark.parametrize(
    ("before", "after", "captured", "label"),
    [
        ("device", "none", True, "customer"),  # where in between it ended nobody knows
        ("none", "device", True, "customer"),
        ("muted", "muted", True, "silence"),
        ("none", "none", False, "silence"),
        ("unknown", "unknown", True, "unknown"),
        ("unknown", "unknown", False, "other"),  # without a microphone it cannot be the customer's
        ("unknown", "none", True, "unknown"),
    ],
)
def test_whose_sound_it_is(before: str, after: str, captured: bool, label: str) -> None:
    found = sound(at(10.0, before, 100), at(10.1, after, 105), 10.0, captured)
    assert found is not None
    assert found.label == label


def test_the_level_is_that_of_the_source_where_the_browser_tells_it() -> None:
    first = at(10.0, "device", 100, energy=1.0, seconds=20.0)
    loud = sound(first, at(10.1, "device", 105, energy=1.009, seconds=20.1), 10.0, captured=True)
    still = sound(first, at(10.1, "device", 105, energy=1.0, seconds=20.1), 10.0, captured=True)
    new = sound(first, at(10.1, "device", 105, energy=0.01, seconds=0.1), 10.0, captured=True)
    assert loud is not None
    assert still is not None
    assert new is not None
    assert (loud.label, loud.rms) == ("customer", pytest.approx(0.3))
    assert still.label == "silence"
    assert new.label == "customer"  # another source, which counts from its own beginning


@pytest.mark.parametrize(
    ("before", "after", "captured", "label"),
    [
        ("device", "device", True, "customer"),
        ("device", "none", True, "customer"),
        ("muted", "muted", True, "black"),  # W3C mediacapture-streams: a disabled track gives black pictures
        ("unknown", "unknown", True, "unknown"),
        ("unknown", "unknown", False, "unseen"),
    ],
)
def test_what_pictures_they_are(before: str, after: str, captured: bool, label: str) -> None:
    one = at(10.0, before, 0, kind="video", frames=30)
    moments, told = pictures(one, at(10.2, after, 0, kind="video", frames=33), captured)
    assert told == label
    assert moments == pytest.approx([10.0 + 0.2 / 3, 10.0 + 0.4 / 3, 10.2])


def test_a_new_counter_gives_no_pictures() -> None:
    assert pictures(at(1.0, "device", 0, frames=30), at(1.1, "device", 0, frames=2), captured=True)[0] == []


class Page:
    """What a page would tell, told by a test: the part of `Face` that a room asks."""

    def __init__(self, *patterns: SignalPattern, ignore: tuple[str, ...] = ()) -> None:
        self.began = now() - 10
        self.timeline = Timeline()
        self.timeline.started = self.began
        self.room = SenderRoom("s1", self.timeline, CHROMIUM_SOURCE, patterns, ignore)
        self.there = {"d1"}
        self._told: dict[str, Any] = {}

    def documents(self) -> set[str]:
        return self.there

    def sent(self) -> Iterator[Sent]:
        yield Sent("d1", self._told, lambda ms: self.began + ms / 1000)

    def tells(self, *samples: dict[str, Any], messages: tuple[dict[str, Any], ...] = (), kinds: str = "") -> None:
        """One look of the room at the page."""
        devices = [{"kind": kind} for kind in kinds.split()]
        self._told = {"id": "d1", "samples": list(samples), "messages": list(messages), "lost": 0, "devices": devices}
        self.room.look(self)  # type: ignore[arg-type]

    def says(self, at: float, text: str | None, way: str = "out", by: str = "WebSocket", took: float = 0.0) -> None:
        """A message from or to the page."""
        size = len(text or "xxxx")
        self.tells(messages=({"at": at * 1000, "way": way, "by": by, "text": text, "size": size, "took": took},))


def sample(at: float, state: str = "connected", number: int = 1, **more: Any) -> dict[str, Any]:
    """One sample of a connection that sends audio."""
    sends = [
        {
            "mid": "0", "kind": "audio", "direction": "sendrecv", "packets": int(at * 50), "frames": 0,
            "energy": None, "seconds": None, "source": "device",
        }
    ]  # fmt: skip
    told = {
        "id": number,
        "at": at * 1000,
        "state": state,
        "answered": True,
        "sends": sends,
        "packets": 0,
        "energy": 0.0,
    }
    return told if state != "closed" else {"id": number, "at": at * 1000, "state": state, **more}


INVITE = "INVITE sip:7001@x SIP/2.0\r\nTo: <sip:7001@x>{tag}\r\nCall-ID: {call}\r\n\r\nv=0"


def test_a_call_is_up_while_a_connection_that_was_answered_is_connected() -> None:
    page = Page()
    page.says(1.0, INVITE.format(tag="", call="c1"))
    assert [call.state for call in page.room.calls] == ["trying"]
    page.tells(sample(1.5, "connecting"), kinds="audio")
    page.tells(*(sample(1.5 + n / 10) for n in range(1, 6)), kinds="audio")
    (call,) = page.room.calls
    assert (call.state, call.connection_state, call.connections) == ("confirmed", "connected", 1)
    assert page.room.audio.hears_customer(at=page.began + 2.0)
    page.tells(sample(9.9, "closed"))
    assert (call.state, call.ended_by) == ("ended", "customer")
    assert page.room.doubt is None


def loud(at: float, rms: float | None) -> dict[str, Any]:
    """A sample whose source has had this level all the time."""
    made = sample(at)
    if rms is not None:
        made["sends"][0] |= {"energy": rms**2 * at, "seconds": at}
    return made


def test_a_level_that_is_told_now_and_then_only_is_compared_with_those_that_were() -> None:
    page = Page()
    page.tells(*(loud(n / 10, 0.5) for n in range(10, 20)), kinds="audio")
    assert page.room.audio.level(0.0) == pytest.approx(0.5)
    page.tells(*(loud(n / 10, None) for n in range(20, 30)), kinds="audio")
    assert page.room.audio.level(page.began + 2.5) == pytest.approx(0.5)


def test_where_no_level_is_told_it_is_always_the_same() -> None:
    page = Page()
    page.tells(*(loud(n / 10, None) for n in range(10, 20)), kinds="audio")
    assert page.room.audio.level(0.0) == page.room.audio.level(page.began + 1.5)


def test_an_invite_with_a_digest_is_the_same_call_and_one_with_another_call_id_another() -> None:
    page = Page()
    for at in (1.0, 1.2):
        page.says(at, INVITE.format(tag="", call="c1"))
    page.says(1.3, INVITE.format(tag=";tag=7", call="c1"))
    assert len(page.room.calls) == 1
    page.says(2.0, INVITE.format(tag="", call="c2"))
    assert [(call.call_id, call.state) for call in page.room.calls] == [("c1", "ended"), ("c2", "trying")]


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("SIP/2.0 200 OK\r\n\r\n", False),
        ("OPTIONS sip:x@y SIP/2.0\r\n\r\n", False),
        ("BYE sip:x@y SIP/2.0\r\n\r\n", True),
        ('{"type":"over"}', True),
        (None, True),
    ],
)
def test_who_ended_a_call_is_not_known_after_a_message_that_may_have_done_so(said: str | None, doubt: bool) -> None:
    page = Page()
    page.tells(sample(1.0), sample(1.1))
    page.says(1.5, said, way="in")
    page.tells(sample(2.0, "closed"))
    assert [call.state for call in page.room.calls] == ["ended"]
    assert (page.room.doubt is not None) is doubt


def test_what_came_after_a_call_had_ended_did_not_end_it() -> None:
    page = Page()
    page.tells(sample(1.0), sample(1.1))
    page.says(2.5, '{"type":"over"}', way="in")
    page.tells(sample(2.0, "closed"))
    assert [call.ended_by for call in page.room.calls] == ["customer"]


@pytest.mark.parametrize("by", ["worker", "data channel"])
def test_the_far_end_may_end_a_call_by_what_is_no_websocket(by: str) -> None:
    page = Page(ignore=("tick",))
    page.tells(sample(1.0), sample(1.1))
    page.says(1.5, '{"type":"over"}', way="in", by=by)
    page.tells(sample(2.0, "closed"))
    assert page.room.doubt is not None


def test_a_message_of_the_far_end_that_is_ignored_ended_nothing() -> None:
    page = Page(ignore=("tick",))
    page.tells(sample(1.0), sample(1.1))
    page.says(1.5, "tick", way="in", by="worker")
    page.tells(sample(2.0, "closed"))
    assert page.room.doubt is None


def test_what_came_before_a_call_was_up_did_not_end_it() -> None:
    page = Page()
    page.says(0.9, "GET https://x.example/config.json", way="in", by="HTTP")
    page.tells(sample(1.0), sample(1.1))
    page.tells(sample(2.0, "closed"))
    assert [call.ended_by for call in page.room.calls] == ["customer"]


@pytest.mark.parametrize(
    ("request_", "took", "doubt"),
    [
        ("GET https://x.example/news", 0.1, True),
        ("GET https://x.example/words/de.json", 0.1, False),  # ignored
        ("DELETE https://x.example/call/7", 0.1, False),  # the page ends the call, and the answer says that it has
        ("POST https://x.example/poll\n\n{}", 20.0, True),
    ],
)
def test_a_response_may_be_news_of_the_far_end(request_: str, took: float, doubt: bool) -> None:
    page = Page(ignore=(r"\.json$",))
    page.tells(sample(1.0), sample(1.1))
    page.says(1.5, request_, way="in", by="HTTP", took=took)
    page.tells(sample(2.0, "closed"))
    assert [call.ended_by for call in page.room.calls] == ["customer or the far end" if doubt else "customer"]


def test_a_request_that_only_asks_may_have_placed_a_call_all_the_same() -> None:
    page = Page(SignalPattern("MESSAGE", r"^PUT \S+/camera\s+off$", "off"), ignore=("^GET .*/words/",))
    page.tells(sample(1.0))
    page.says(2.0, "GET https://x.example/words/de.json", by="HTTP")
    page.says(2.1, "PUT https://x.example/camera\n\noff", by="HTTP")
    assert page.room.untold(0.0) is None
    assert page.room.video.signalled_off
    page.says(2.2, "GET https://x.example/ring?agent=7", by="HTTP")
    assert "HTTP 'GET https://x.example/ring?agent=7'" in str(page.room.untold(0.0))


def test_a_second_connection_after_the_first_may_be_the_same_call() -> None:
    page = Page()
    page.tells(sample(1.0), sample(1.1))
    page.tells(sample(1.2, "closed"), sample(1.3, number=2))
    (call,) = page.room.calls
    assert (call.state, call.connections) == ("confirmed", 2)
    assert "whether that is the same call nobody can tell" in str(page.room.doubt)


def test_a_connection_that_closes_after_another_call_has_begun_does_not_end_that() -> None:
    page = Page()
    page.says(0.5, INVITE.format(tag="", call="c1"))
    page.tells(sample(1.0), sample(1.1))
    page.says(1.2, INVITE.format(tag="", call="c2"))
    page.tells(sample(1.3, "closed"), sample(1.4, number=2))
    assert [(call.call_id, call.state) for call in page.room.calls] == [("c1", "ended"), ("c2", "confirmed")]
    assert page.room.doubt is None


def test_a_call_ends_with_its_document() -> None:
    page = Page()
    page.tells(sample(9.8), sample(9.9))
    page.there = set()
    page.tells()
    assert [call.state for call in page.room.calls] == ["ended"]


def test_what_is_told_of_the_video_is_understood_by_patterns_and_the_rest_is_not() -> None:
    page = Page(SignalPattern("MESSAGE", '"camera":"off"', "off"), ignore=('"ping"',))
    page.tells(sample(1.0))
    page.says(2.0, '{"camera":"off"}')
    assert page.room.video.signalled_off
    page.says(2.1, '{"ping":1}')
    page.says(2.2, "\r\n\r\n")
    assert page.room.untold(0.0) is None
    page.says(2.3, None, by="data channel")
    assert "data channel '4 bytes'" in str(page.room.untold(0.0))
    assert page.room.untold(now()) is None


def test_a_page_that_tells_nothing_may_be_sending() -> None:
    page = Page()
    page.tells(sample(9.0), sample(9.9))
    assert page.room.unknown(page.began, video=False) is None
    late = Page()
    late.tells(sample(5.0), sample(5.1))
    assert "has told nothing of its connection for 4.9 s" in str(late.room.unknown(late.began, video=False))
