"""How steps come to a verdict: tiny features, run by pytest with a world that has no browser."""

import json
from typing import Any

import pytest

pytest_plugins = ["pytester"]

PLUGIN = ("-p", "widget_conformance.fixtures.plugin")
STAGE = """
import json
from types import SimpleNamespace

import pytest
from pytest_bdd import given, scenarios, then, when
from widget_conformance.fixtures.collecting import RESULT
from widget_conformance.fixtures.recording import NOTES
from widget_conformance.fixtures.timeline import Timeline
from widget_conformance.fixtures.verdicts import Inconclusive, Observation
from widget_conformance.fixtures.world import World
from widget_conformance.steps.wording import proves

pytestmark = pytest.mark.usefixtures("trial")


@pytest.fixture
def trial(request):
    return request.param


@pytest.fixture
def world(request, trial):
    notes = request.node.stash[NOTES]
    notes.skip_what_the_profile_excepts()
    far_end = SimpleNamespace(open_room=lambda *given: SimpleNamespace(calls=[]), lag=lambda since: 0.0)
    stage = SimpleNamespace(far_end=lambda profile: far_end, next_room=lambda subject: "s1")
    browser = SimpleNamespace(alive=True, source=None)
    notes.world = World(stage, trial.subject, notes.case, trial.route, browser)
    return notes.world


@given("the scene is set")
def _(world):
    print("DID scene")


@given("the scene cannot be set")
def _(world):
    raise Inconclusive("no call came about")


@when("something is done")
def _(world):
    print("DID something")


@when("the harness stumbles")
def _(world):
    raise ZeroDivisionError("division by zero")


@when("a secret is said")
def _(world):
    world.timeline.note("widget", "says", text="the token is kingfisher", more=["kingfisher"])
    raise Inconclusive("the page http://127.0.0.1/?token=kingfisher cannot be opened")


@then("the first promise is kept")
@proves("AIM-1")
def _(world):
    print("DID first")
    world.judge(Observation(True, "it was"))


@then("the first promise is broken")
@proves("AIM-1")
def _(world):
    world.judge(Observation(False, "it was not", {"late": 1.5}, {"late": 1.0}))


@then("the second promise is kept")
@proves("AIM-2")
def _(world):
    print("DID second")
    world.judge(Observation(True, "so it was"))


@then("the second promise is anybody's guess")
@proves("AIM-2")
def _(world):
    world.judge(Observation(None, "fog"))


@then("nothing is judged")
@proves("AIM-1")
def _(world):
    print("DID nothing")


@then("a promise of another scenario is judged")
@proves("AIM-3")
def _(world):
    world.judge(Observation(True, "beside the point"))


@then("a coroutine judges")
@proves("AIM-1")
async def _(world):
    world.judge(Observation(True, "never reached"))


scenarios("some.feature")
"""
REPORTER = """
from widget_conformance.fixtures.collecting import RESULT

def pytest_runtest_logreport(report):
    for name, value in report.user_properties:
        if name == RESULT and report.when == "call":
            print("RESULT " + value)
"""


class Outcome:
    """What came of one scenario."""

    def __init__(self, lines: list[str]) -> None:
        self.did = [line.partition("DID ")[2] for line in lines if "DID " in line]
        (told,) = [line.partition("RESULT ")[2] for line in lines if "RESULT " in line]
        self.result: dict[str, Any] = json.loads(told)
        self.verdict: str = self.result["verdict"]
        self.reason: str = self.result["reason"]
        self.judged = {(j["statement"], j["verdict"]) for j in self.result["judgements"]}


def write(pytester: pytest.Pytester, *steps: str, tags: str = "") -> None:
    lines = "\n".join(f"    {step}" for step in steps)
    pytester.makefile(
        ".feature", some=f"Feature: Something\n  @AIM-1 @AIM-2 {tags}\n  Scenario: A thing happens\n{lines}\n"
    )
    pytester.makepyfile(test_some=STAGE)
    pytester.makeconftest(REPORTER)


def play(pytester: pytest.Pytester, *steps: str) -> Outcome:
    write(pytester, *steps)
    words = ("--subject", "reference@5.1", "--route", "chromium-site-settings")
    return played(pytester, words)


def play_profile(pytester: pytest.Pytester, profile: str, *steps: str, tags: str = "") -> Outcome:
    write(pytester, *steps, tags=tags)
    file = pytester.makefile(".toml", vendor=f'name = "vendor"\nurl = "http://127.0.0.1/"\n{profile}')
    return played(pytester, ("--profile", str(file), "--route", "chromium-site-settings"))


def played(pytester: pytest.Pytester, words: tuple[str, ...]) -> Outcome:
    return Outcome(pytester.runpytest_subprocess(*PLUGIN, "-s", "-q", *words).outlines)


def test_promises_that_are_kept_pass(pytester: pytest.Pytester) -> None:
    seen = play(pytester, "When something is done", "Then the first promise is kept", "And the second promise is kept")
    assert (seen.verdict, seen.reason) == ("pass", "")
    assert seen.judged == {("AIM-1", "pass"), ("AIM-2", "pass")}


def test_a_broken_promise_does_not_keep_the_next_from_being_judged(pytester: pytest.Pytester) -> None:
    seen = play(
        pytester, "When something is done", "Then the first promise is broken", "And the second promise is kept"
    )
    assert seen.verdict == "fail"
    assert seen.reason.startswith("AIM-1: the widget must never fail silently")
    assert seen.reason.endswith("observed: it was not")
    assert seen.judged == {("AIM-1", "fail"), ("AIM-2", "pass")}
    assert seen.did == ["something", "second"]
    assert seen.result["latencies_ms"] == {"late": 1500.0}


@pytest.mark.parametrize("step", ["Given the scene is set", "When something is done"])
def test_a_broken_promise_stops_what_would_rest_on_it(pytester: pytest.Pytester, step: str) -> None:
    seen = play(pytester, "Then the first promise is broken", step, "Then the second promise is kept")
    assert seen.verdict == "fail"
    assert seen.did == []
    assert seen.judged == {("AIM-1", "fail")}


def test_doubt_stops_the_next_action_too(pytester: pytest.Pytester) -> None:
    seen = play(pytester, "Then the second promise is anybody's guess", "When something is done")
    assert seen.verdict == "inconclusive"
    assert "fog" in seen.reason
    assert seen.did == []


def test_what_is_broken_counts_before_what_is_in_doubt(pytester: pytest.Pytester) -> None:
    seen = play(pytester, "Then the second promise is anybody's guess", "And the first promise is broken")
    assert seen.verdict == "fail"
    assert "AIM-1" in seen.reason


def test_a_then_that_judges_nothing_is_inconclusive(pytester: pytest.Pytester) -> None:
    seen = play(pytester, "When something is done", "Then nothing is judged", "And the first promise is kept")
    assert seen.verdict == "inconclusive"
    assert "'nothing is judged' judged nothing" in seen.reason
    assert seen.did == ["something", "nothing"]


def test_a_then_that_judges_only_what_others_promise_is_inconclusive(pytester: pytest.Pytester) -> None:
    seen = play(pytester, "Then a promise of another scenario is judged")
    assert seen.verdict == "inconclusive"
    assert "judged nothing" in seen.reason


def test_a_coroutine_is_no_step(pytester: pytest.Pytester) -> None:
    seen = play(pytester, "When something is done", "Then a coroutine judges")
    assert seen.verdict == "inconclusive"
    assert seen.judged == set()


def test_a_scene_that_cannot_be_set_is_inconclusive_in_its_own_words(pytester: pytest.Pytester) -> None:
    seen = play(pytester, "Given the scene cannot be set", "Then the first promise is kept")
    assert (seen.verdict, seen.reason) == ("inconclusive", "no call came about")
    assert seen.did == []


def test_an_error_of_the_harness_accuses_nobody(pytester: pytest.Pytester) -> None:
    seen = play(pytester, "When the harness stumbles", "Then the first promise is kept")
    assert (seen.verdict, seen.reason) == ("inconclusive", "ZeroDivisionError: division by zero")


def test_a_promise_broken_before_the_harness_stumbled_is_not_lost(pytester: pytest.Pytester) -> None:
    seen = play(pytester, "Given the scene is set", "Then the first promise is broken", "And nothing is judged")
    assert ("AIM-1", "fail") in seen.judged
    assert seen.verdict in ("fail", "inconclusive")


def test_a_step_that_nobody_defined_is_inconclusive(pytester: pytest.Pytester) -> None:
    seen = play(pytester, "When pigs fly", "Then the first promise is kept")
    assert seen.verdict == "inconclusive"
    assert "pigs fly" in seen.reason


EXCEPTED = '[[not_applicable]]\nstatement = "AIM-2"\nwhy = "it says nothing at all"\n'


def test_a_statement_that_the_profile_excepts_is_left_out(pytester: pytest.Pytester) -> None:
    steps = ("When something is done", "Then the first promise is kept", "And the second promise is anybody's guess")
    seen = play_profile(pytester, EXCEPTED, *steps)
    assert (seen.verdict, seen.reason) == ("pass", "")
    assert seen.judged == {("AIM-1", "pass")}
    assert seen.result["statements"] == ["AIM-1"]


@pytest.mark.parametrize(
    ("kind", "verdict", "why"),
    [("audio", "pass", ""), ("video", "not applicable", "the build has no video calls, says its profile")],
)
def test_a_kind_of_call_that_the_build_lacks_is_not_applicable(
    pytester: pytest.Pytester, kind: str, verdict: str, why: str
) -> None:
    steps = ("When something is done", "Then the first promise is kept", "And the second promise is kept")
    tags = f"@during-a-call @{kind}-call @loses-microphone"
    seen = play_profile(pytester, 'calls = ["audio"]\n', *steps, tags=tags)
    assert (seen.verdict, seen.reason) == (verdict, why)


def test_what_came_from_the_environment_is_in_no_result(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VENDOR_TOKEN", "kingfisher")
    seen = play_profile(
        pytester, 'query = { token = "${VENDOR_TOKEN}" }\n', "When a secret is said", "Then the first promise is kept"
    )
    assert seen.verdict == "inconclusive"
    assert "kingfisher" not in json.dumps(seen.result)
    assert "${VENDOR_TOKEN}" in seen.reason


def test_two_subjects_of_one_name_are_told_before_anything_runs(pytester: pytest.Pytester) -> None:
    write(pytester, "When something is done", "Then the first promise is kept")
    words = ("--subject", "reference@5.1") * 2
    ended = pytester.runpytest_subprocess(*PLUGIN, *words, "--results", "results")
    assert ended.ret == pytest.ExitCode.USAGE_ERROR
    ended.stderr.fnmatch_lines(["*two subjects are called 'reference@5.1'*"])
    assert not list(pytester.path.glob("results/*"))


OTHERS = """
def pytest_addoption(parser):
    group = parser.getgroup("theirs")
    group.addoption("--browser", action="append", default=[])
    group.addoption("--headed", action="store_true")
    group.addoption("--profile", action="store_true")
    group.addoption("--results")
    group.addoption("--continue", action="store_true")
"""


def test_somebody_elses_pytest_knows_nothing_of_the_plugin(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_other="def test_it(): pass", theirs=OTHERS)
    pytester.runpytest_subprocess("-p", "theirs", "--browser", "x", "--headed").assert_outcomes(passed=1)
    assert "conformance" not in pytester.runpytest_subprocess("--help", "--markers").stdout.str().replace(
        str(pytester.path), ""
    )
    assert not list(pytester.path.glob("**/.in-flight*"))


def test_the_plugin_stands_beside_one_with_options_of_the_same_names(pytester: pytest.Pytester) -> None:
    write(pytester, "When something is done", "Then the first promise is kept", "And the second promise is kept")
    pytester.makepyfile(theirs=OTHERS)
    words = ("--subject", "reference@5.1", "--conformance-browser", "chromium", "--browser", "theirs")
    seen = Outcome(pytester.runpytest_subprocess("-p", "theirs", *PLUGIN, "-s", "-q", *words).outlines)
    assert seen.verdict == "pass"
