"""Faults in the middle of scenarios: nobody is accused of them, nobody profits, and the next scenario knows nothing."""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from harness import Ended, Running, run_facts, running, until
from test_verdicts import BROKEN_FOR_GOOD, KEPT, Scene
from widget_conformance.fixtures.far_end.signalling import LOST
from widget_conformance.fixtures.far_end.standstill import Standstill
from widget_conformance.fixtures.timeline import now
from widget_conformance.fixtures.verdicts import Observation
from widget_conformance.fixtures.world import LAG_S
from widget_conformance.reports.model import Verdict

SLOW = 400
"""Seconds. No run takes that long; a loaded machine may."""
SOUND = "reference@5.1"
LATE = "reference@5.1+D36a"
"""Stops the customer's audio four seconds too late where the browser does not do it."""


@dataclass(frozen=True)
class Harm:
    """What is done in a scenario, and which verdicts are right then."""

    subject: str
    scenario: str
    done: dict[str, str]
    """What happens, by the event at which it does; see `harm`."""
    right: tuple[str, ...] = ("inconclusive", "pass")

    def __str__(self) -> str:
        return f"{self.subject} {' and '.join(self.done.values())}"


HARMS = {
    "chromium": (
        # without the media nobody could be seen again
        Harm(SOUND, "The camera is allowed again in a video call", {"allows": "loses its media"}, ("inconclusive",)),
        Harm(SOUND, "a video call is tried while the microphone is blocked", {"presses": "freezes"}),
        Harm(
            SOUND,
            "The microphone is revoked in an audio call",
            {"opens the page": "loses the server", "revokes": "freezes"},
        ),
        # without the connection nobody could be told of "Video Off"
        Harm(SOUND, "The microphone and the camera are revoked in a video call", {"revokes": "is cut off"}),
    ),
    "firefox": (
        Harm(
            SOUND,
            "The microphone is revoked in an audio call",
            {"opens the page": "jumps forwards", "revokes": "jumps back"},
            ("pass",),
        ),
        Harm(SOUND, "The microphone and the camera are revoked in a video call", {"revokes": "freezes"}),
        # without the media the sound seems to stop in time
        Harm(
            LATE, "The microphone is revoked in a video call", {"revokes": "loses its media"}, ("inconclusive", "fail")
        ),
    ),
}
WORDS = {
    "chromium": (
        *("--route", "chromium-site-settings", "--subject", SOUND),
        *("--statement", "CAM-LIVE-6", "--statement", "MIC-PRE-1", "--statement", "MIC-LIVE-1"),
    ),
    "firefox": (
        *("--route", "firefox-settings-dialog", "--subject", SOUND, "--subject", LATE),
        *("--statement", "MIC-LIVE-1"),
    ),
}
BROWSERS = tuple(HARMS)


@dataclass
class Over:
    """A run that came to its end although it came to harm."""

    run: Running
    ended: Ended
    results: list[dict[str, Any]]

    def of(self, harm: Harm) -> dict[str, Any]:
        """The result of a scenario that came to harm."""
        (result,) = [r for r in self.results if (r["subject"], r["scenario"]) == (harm.subject, harm.scenario)]
        return result


@pytest.fixture(scope="module")
def over(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Over]:
    """A run in each browser, both at the same time; nothing is left of either."""
    started: dict[str, Running] = {}
    found: dict[str, Over] = {}
    with contextlib.ExitStack() as exits:
        for browser in BROWSERS:
            plan = {f"{harm.subject}: {harm.scenario}": harm.done for harm in HARMS[browser]}
            environment = {
                "HARM": json.dumps(plan),
                "WIDGET_CONFORMANCE_PLUGINS": "harm",
                "PYTHONPATH": str(Path(__file__).parent),
            }
            folder = tmp_path_factory.mktemp(browser) / "results"
            started[browser] = exits.enter_context(running(folder, *WORDS[browser], environment=environment))
        for browser, run in started.items():
            ended = run.wait(SLOW)
            run.assert_nothing_left()
            found[browser] = Over(run, ended, run.results())
    return found


@pytest.mark.parametrize(
    ("browser", "harm"), [(browser, harm) for browser in BROWSERS for harm in HARMS[browser]], ids=str
)
def test_who_comes_to_harm_is_judged_rightly_or_not_at_all(over: dict[str, Over], browser: str, harm: Harm) -> None:
    result = over[browser].of(harm)
    done = [event["detail"]["how"] for event in result["timeline"] if event["what"] == "comes to harm"]
    assert done == list(harm.done.values()), result["reason"]
    assert result["verdict"] in harm.right, result["reason"]


@pytest.mark.parametrize("browser", BROWSERS)
def test_the_next_scenario_runs_as_if_nothing_had_happened(over: dict[str, Over], browser: str) -> None:
    results = over[browser].results
    harmed = [over[browser].of(harm) for harm in HARMS[browser]]
    for result in results:
        if result not in harmed:
            expected = {SOUND: "pass", LATE: "fail"}[result["subject"]]
            assert result["verdict"] == expected, (result["scenario"], result["reason"])
    for result in harmed:
        following = results[results.index(result) + 1]
        assert following not in harmed, f"{following['scenario']} does not show whether anything was left"


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_run_that_came_to_harm_ends_and_says_what_it_found(over: dict[str, Over], browser: str) -> None:
    verdicts = {result["verdict"] for result in over[browser].results}
    facts = run_facts(over[browser].run.results_folder)
    assert facts["finished"]
    assert facts["expected"] == len(over[browser].results)
    assert over[browser].ended.status == (1 if "fail" in verdicts else 3)
    assert "inconclusive" in verdicts
    assert "Traceback" not in over[browser].ended.said, over[browser].ended.err


# What a page does to whoever asks it


@pytest.mark.parametrize("route", ["chromium-site-settings", "firefox-settings-dialog"])
def test_a_page_that_answers_no_more_is_inconclusive_and_the_next_scenario_knows_nothing(
    tmp_path: Path, route: str
) -> None:
    harms = {
        "The microphone is allowed again in an audio call": {
            "opens the page": "loops once the microphone is allowed again"
        },
        "The microphone is allowed again in a video call": {"allows": "tells nothing of permissions any more"},
        'The microphone is set back to "ask" and allowed again': {},
    }
    environment = {
        "HARM": json.dumps({f"{SOUND}: {scenario}": done for scenario, done in harms.items()}),
        "WIDGET_CONFORMANCE_PLUGINS": "harm",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    scenarios = [word for scenario in harms for word in ("--scenario", scenario)]
    with running(
        tmp_path / "results", "--subject", SOUND, "--route", route, *scenarios, environment=environment
    ) as run:
        ended = run.wait(SLOW)
        run.assert_nothing_left()
    assert ended.status == 3, ended.said
    results = {result["scenario"]: result for result in run.results()}
    assert [results[scenario]["verdict"] for scenario in harms] == ["inconclusive", "inconclusive", "pass"], results
    for scenario in list(harms)[:2]:
        reason = results[scenario]["reason"]
        assert "asked the page what it is told of the microphone's permission" in reason
        assert "did not answer within 5 s" in reason


# What the harness knows of itself


@pytest.fixture
def program() -> Iterator[subprocess.Popen[bytes]]:
    """A program that this process has started."""
    program = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield program
    program.kill()
    program.communicate()


def test_a_program_that_is_stopped_is_noticed_and_how_long(program: subprocess.Popen[bytes]) -> None:
    watch = Standstill()
    watch.start()
    begun = now()
    program.send_signal(signal.SIGSTOP)
    until(lambda: watch.longest(begun) > 0.6, 20, "a standstill to be noticed")
    program.send_signal(signal.SIGCONT)
    gone_on = now()
    until(lambda: now() > gone_on + 0.6, 20, "some more time")
    assert watch.longest(begun) < gone_on - begun + 0.6
    assert watch.longest(now()) == 0
    program.send_signal(signal.SIGSTOP)
    until(lambda: watch.longest(gone_on) > 0.3, 20, "the second standstill")
    watch.stop()
    watch.stop()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def let_media_be_silent(scene: Scene, seconds: float, connected: bool = True) -> None:
    """Let nobody have answered on the way of the media for so long."""
    scene.world.room = SimpleNamespace(  # type: ignore[assignment]
        calls=["a call"], links={"a socket"} if connected else set(), unreachable=lambda call, since: seconds
    )


@pytest.mark.parametrize("seen", [KEPT, BROKEN_FOR_GOOD])
def test_where_nothing_comes_through_neither_sound_nor_silence_proves_anything(scene: Scene, seen: Observation) -> None:
    let_media_be_silent(scene, LAG_S + 0.1)
    verdict, said = scene.judge(seen)
    assert verdict is Verdict.INCONCLUSIVE
    assert "nothing came through" in said
    assert seen.seen in said


@pytest.mark.parametrize(("seconds", "connected"), [(LAG_S, True), (LAG_S + 0.1, False)])
def test_a_page_that_went_away_or_was_silent_for_a_moment_is_judged(
    scene: Scene, seconds: float, connected: bool
) -> None:
    let_media_be_silent(scene, seconds, connected)
    assert scene.judge(BROKEN_FOR_GOOD)[0] is Verdict.FAIL


def test_a_connection_that_nobody_closed_accuses_nobody(scene: Scene) -> None:
    scene.world.timeline.note("far end", LOST)
    assert scene.judge(BROKEN_FOR_GOOD)[0] is Verdict.INCONCLUSIVE
