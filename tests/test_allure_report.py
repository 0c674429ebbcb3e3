"""The Allure results, read as Allure reads them, and the report that Allure makes of them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from widget_conformance.fixtures.node import node_home
from widget_conformance.reports import allure_report
from widget_conformance.reports.allure_report import (
    AllureNotInstalled,
    AllureReportFailed,
    Environment,
    NoAllureResults,
    configuration,
    generate,
)

pytest_plugins = ["pytester"]

CONFTEST = """
    import pytest
    from pathlib import Path
    from pytest_bdd import given, when, then, parsers
    from widget_conformance.reports.allure_bridge import Identity, attach, identify, mark_step
    from widget_conformance.reports.model import Verdict

    class BrokenPromise(AssertionError): pass
    class Inconclusive(Exception): pass

    def pytest_bdd_apply_tag(tag, function):
        return True

    def pytest_addoption(parser):
        parser.addoption("--version-of-widget", default="5.1")
        parser.addoption("--routes", default="settings")

    def pytest_generate_tests(metafunc):
        if "_route" in metafunc.fixturenames:
            metafunc.parametrize("_route", metafunc.config.getoption("--routes").split(","))
        if "trial" in metafunc.fixturenames:
            metafunc.parametrize("trial", [object()], ids=["trial"])

    @pytest.fixture(autouse=True)
    def world(request, _route, trial):
        version = request.config.getoption("--version-of-widget")
        claimed = None if version == "none" else version
        identify(request.node, Identity(f"reference@{version}", claimed, "chromium", _route))
        if version == "5.0":
            pytest.skip("claims version 5.0; the promises apply from 5.1")

    @given("a call")
    def _(): attach("Widget", b"PNG", "image/png")

    @when(parsers.parse("the customer revokes the {device}"))
    def _(device): pass

    @then("the agent hears nothing")
    def _(): pass

    @then("a promise breaks softly")
    def _():
        mark_step(Verdict.FAIL, "MIC-LIVE-2: promised to stop the audio; observed sound after 5,000 ms")
        mark_step(Verdict.PASS, "MIC-LIVE-1")

    @then("it was judged")
    def _(): raise BrokenPromise("MIC-LIVE-2: promised to stop; observed sound")

    @then("it cannot be judged")
    def _(): raise Inconclusive("the browser's record did not change")

    @then("it does not apply")
    def _(): pytest.skip("no camera here")

    @then("a coroutine checks")
    async def _(): raise AssertionError("never reached")

    @then("evidence is missing")
    def _(): attach("Plot", Path("nowhere.svg"), "image/svg+xml")
"""
TESTS = """
    from pytest_bdd import scenarios
    scenarios("x.feature")
"""


def run_pytest(pytester: pytest.Pytester, feature: str, *args: str) -> pytest.RunResult:
    """Run a feature with the bridge."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    (pytester.path / "x.feature").write_text(feature, "utf-8")
    plugin = "widget_conformance.reports.allure_bridge"
    return pytester.runpytest_subprocess("-p", "no:widget-conformance", "-p", plugin, "--strict-markers", *args)


def run(pytester: pytest.Pytester, feature: str, *args: str) -> tuple[pytest.RunResult, list[dict[str, Any]]]:
    """Run a feature with real allure-pytest; return the outcome and what it wrote."""
    outcome = run_pytest(pytester, feature, "--alluredir", "allure", *args)
    files = sorted((pytester.path / "allure").glob("*-result.json"))
    return outcome, [json.loads(path.read_text("utf-8")) for path in files]


def feature(*steps: str, tags: str = "@MIC-LIVE-2 @slow") -> str:
    """One scenario below a rule."""
    lines = "\n".join(f"      {step}" for step in steps)
    return (
        "@AIM-1\nFeature: During a call\n  Rule: Revoking is heard at once\n"
        f"    {tags}\n    Scenario: Revoked in a call\n{lines}\n"
    )


def labels(result: dict[str, Any], name: str) -> list[str]:
    """All values of one label."""
    return [label["value"] for label in result["labels"] if label["name"] == name]


def parameters(result: dict[str, Any]) -> dict[str, str]:
    """Parameters by name."""
    return {p["name"]: p["value"] for p in result["parameters"]}


def steps(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and status of each step."""
    return [(step["name"], step["status"]) for step in result["steps"]]


KEPT = ("Given a call", "When the customer revokes the microphone", "And the customer revokes the camera")


def test_a_kept_promise(pytester: pytest.Pytester) -> None:
    outcome, results = run(pytester, feature(*KEPT, "Then the agent hears nothing"))
    outcome.assert_outcomes(passed=1)
    (result,) = results
    assert result["name"] == "Revoked in a call"
    assert result["status"] == "passed"
    assert steps(result) == [(step, "passed") for step in (*KEPT, "Then the agent hears nothing")]
    assert (labels(result, "epic"), labels(result, "feature")) == (["Customer Widget"], ["During a call"])
    assert labels(result, "story") == ["Revoking is heard at once"]
    assert (labels(result, "parentSuite"), labels(result, "suite")) == (["reference@5.1"], ["During a call"])
    assert labels(result, "statement") == ["AIM-1", "MIC-LIVE-2"]
    assert sorted(labels(result, "tag")) == ["AIM-1", "MIC-LIVE-2", "slow"]
    assert (labels(result, "widgetVersion"), labels(result, "browser")) == (["5.1"], ["chromium"])
    assert parameters(result) == {
        "subject": "reference@5.1",
        "widget version": "5.1",
        "browser": "chromium",
        "route": "settings",
    }


def test_evidence_stands_at_the_step_that_made_it(pytester: pytest.Pytester) -> None:
    _, (result,) = run(pytester, feature(*KEPT))
    (attachment,) = result["steps"][0]["attachments"]
    assert (attachment["name"], attachment["type"]) == ("Widget", "image/png")
    assert attachment["source"].endswith(".png")
    assert (pytester.path / "allure" / attachment["source"]).read_bytes() == b"PNG"
    assert not result.get("attachments")


def test_evidence_that_cannot_be_copied_is_a_warning(pytester: pytest.Pytester) -> None:
    outcome, (result,) = run(pytester, feature("Then evidence is missing"))
    outcome.assert_outcomes(passed=1, warnings=1)
    assert result["status"] == "passed"


@pytest.mark.parametrize(
    ("step", "status", "message"),
    [
        ("Then it was judged", "failed", "MIC-LIVE-2: promised to stop; observed sound"),
        ("Then it cannot be judged", "broken", "the browser's record did not change"),
        ("Then it does not apply", "skipped", "no camera here"),
    ],
)
def test_a_verdict_is_a_status_with_its_own_words(
    pytester: pytest.Pytester, step: str, status: str, message: str
) -> None:
    _, (result,) = run(pytester, feature("Given a call", step, "And the agent hears nothing"))
    assert result["status"] == status
    assert result["statusDetails"]["message"] == message
    assert steps(result) == [("Given a call", "passed"), (step, status), ("And the agent hears nothing", "skipped")]
    assert result["steps"][1]["statusDetails"]["message"] == message
    if status == "skipped":
        assert not result["statusDetails"].get("trace")


def test_a_soft_verdict_marks_its_own_step_and_the_steps_after_it_run(pytester: pytest.Pytester) -> None:
    _, (result,) = run(pytester, feature("Then a promise breaks softly", "And the agent hears nothing"))
    assert steps(result) == [("Then a promise breaks softly", "failed"), ("And the agent hears nothing", "passed")]
    message = "MIC-LIVE-2: promised to stop the audio; observed sound after 5,000 ms"
    assert result["steps"][0]["statusDetails"]["message"] == message


def test_a_soft_verdict_never_leaves_the_scenario_passed(pytester: pytest.Pytester) -> None:
    _, (result,) = run(pytester, feature("Then a promise breaks softly"))
    assert result["status"] == "failed"


def test_a_scenario_that_does_not_apply_is_described_all_the_same(pytester: pytest.Pytester) -> None:
    outcome, (result,) = run(pytester, feature("Given a call"), "--version-of-widget", "5.0")
    outcome.assert_outcomes(skipped=1)
    assert (result["name"], result["status"]) == ("Revoked in a call", "skipped")
    assert result["statusDetails"]["message"] == "claims version 5.0; the promises apply from 5.1"
    assert parameters(result)["widget version"] == "5.0"


def test_a_widget_that_claims_no_version(pytester: pytest.Pytester) -> None:
    _, (result,) = run(pytester, feature("Given a call"), "--version-of-widget", "none")
    assert parameters(result)["widget version"] == "none claimed"
    assert labels(result, "widgetVersion") == ["none claimed"]


@pytest.mark.parametrize("allure", [True, False])
def test_a_coroutine_step_is_an_error(pytester: pytest.Pytester, allure: bool) -> None:
    args = ("--alluredir", "allure") if allure else ("-p", "no:allure_pytest")
    outcome = run_pytest(pytester, feature("Then a coroutine checks"), *args)
    outcome.assert_outcomes(failed=1)
    outcome.stdout.fnmatch_lines(["*'Then a coroutine checks' is an async def*never*awaited*"])


def test_without_allure_nothing_is_attached_and_nothing_fails(pytester: pytest.Pytester) -> None:
    run_pytest(pytester, feature(*KEPT, "Then a promise breaks softly")).assert_outcomes(passed=1)


def test_a_step_without_a_definition_is_broken(pytester: pytest.Pytester) -> None:
    _, (result,) = run(pytester, feature("Given a call", "Then nobody wrote this", "And the agent hears nothing"))
    assert result["status"] == "broken"
    assert [status for _, status in steps(result)] == ["passed", "broken", "skipped"]


OUTLINE = """Feature: During a call
  @MIC-LIVE-1
  Scenario Outline: Revoking the <device>
    Given a call
    When the customer revokes the <device>

    Examples:
      | device     |
      | microphone |
      | camera     |
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_each_example_has_its_own_name_and_history(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    outcome, results = run(pytester, OUTLINE, *workers)
    outcome.assert_outcomes(passed=2)
    assert {r["name"] for r in results} == {"Revoking the microphone", "Revoking the camera"}
    assert {parameters(r)["device"] for r in results} == {"microphone", "camera"}
    assert all("_pytest_bdd_example" not in parameters(r) for r in results)
    assert {story for r in results for story in labels(r, "story")} == {"Revoking the <device>"}
    assert len({r["historyId"] for r in results}) == 2
    assert all(len(r["steps"]) == 2 for r in results)


def test_history_is_kept_for_each_route(pytester: pytest.Pytester) -> None:
    _, results = run(pytester, feature("Given a call"), "--routes", "settings,panel")
    assert {parameters(r)["route"] for r in results} == {"settings", "panel"}
    assert all("_route" not in parameters(r) for r in results)
    assert len({r["historyId"] for r in results}) == 2


def test_history_is_kept_for_each_version(pytester: pytest.Pytester) -> None:
    run(pytester, feature("Given a call"))
    _, results = run(pytester, feature("Given a call"), "--version-of-widget", "5.2")
    assert len({r["historyId"] for r in results}) == 2
    assert len({r["testCaseId"] for r in results}) == 1


def allure_result(folder: Path, version: str | None, browser: str, status: str = "passed") -> None:
    """One result as allure-pytest and the bridge write it."""
    folder.mkdir(exist_ok=True)
    name = f"{version}-{browser}".encode().hex()
    document = {
        "uuid": name,
        "historyId": name,
        "testCaseId": "1",
        "fullName": "features#test_revoked",
        "name": "Revoked in a call",
        "status": status,
        "start": 1_760_000_000_000,
        "stop": 1_760_000_002_000,
        "labels": [
            {"name": n, "value": v}
            for n, v in {
                "epic": "Customer Widget",
                "feature": "During a call",
                "story": "Revoking is heard at once",
                "widgetVersion": version,
                "browser": browser,
            }.items()
        ],
        "parameters": [{"name": "widget version", "value": version}, {"name": "browser", "value": browser}],
    }
    (folder / f"{name}-result.json").write_text(json.dumps(document))


@pytest.fixture
def allure_installed() -> None:
    """Skip where set-up has not fetched the npm packages."""
    if not (node_home() / "node_modules" / "allure" / "cli.js").is_file():
        pytest.skip("Allure is not installed; run widget-conformance setup")


@pytest.mark.usefixtures("allure_installed")
def test_each_version_and_browser_is_an_environment_with_a_history(tmp_path: Path) -> None:
    results, report, history = tmp_path / "results", tmp_path / "deep" / "report", tmp_path / "deep" / "history.jsonl"
    runs: list[Environment] = [(version, browser) for version in ("5.1", "5.2") for browser in ("chromium", "firefox")]
    for version, browser in runs:
        allure_result(results, version, browser, "failed" if (version, browser) == ("5.2", "firefox") else "passed")
    assert generate(results, report, history, runs) == report / "index.html"
    generate(results, report, history, runs)
    assert sorted(path.name for path in report.parent.iterdir()) == ["history.jsonl", "report"]

    lines = [json.loads(line) for line in history.read_text("utf-8").splitlines()]
    assert len(lines) == 2
    assert len(lines[1]["testResults"]) == 4
    shown = [json.loads(path.read_text("utf-8")) for path in report.rglob("data/test-results/*.json")]
    assert sorted((test["environment"], test["status"], len(test["history"])) for test in shown) == [
        ("5.1 chromium", "passed", 1),
        ("5.1 firefox", "passed", 1),
        ("5.2 chromium", "passed", 1),
        ("5.2 firefox", "failed", 1),
    ]
    assert not any(test.get("retries") for test in shown)


@pytest.mark.usefixtures("allure_installed")
def test_a_version_that_was_not_announced_and_hostile_names_hide_nothing(tmp_path: Path) -> None:
    results = tmp_path / "results"
    hostile = ['"}];process.exit(9)//', "../../etc", "x" * 100, "x" * 100 + "y", "none claimed"]
    for version in hostile:
        allure_result(results, version, "chromium")
    page = generate(results, tmp_path / "report", tmp_path / "history.jsonl", [("5.1", "chromium"), (None, "chromium")])
    shown = [json.loads(path.read_text("utf-8")) for path in page.parent.rglob("data/test-results/*.json")]
    assert len({test["environment"] for test in shown}) == len(hostile)
    assert not any(test.get("retries") for test in shown)


def test_ids_of_environments_are_what_allure_allows(tmp_path: Path) -> None:
    runs: list[Environment] = [("5.1", "chromium"), ("5 1", "chromium"), (None, "firefox"), ("é/..", "…"), ("", ".")]
    text = configuration(tmp_path / "report", tmp_path / "history", runs)
    settings = json.loads(text.split("const settings = ", 1)[1].split(";\n", 1)[0])
    ids = [environment["id"] for environment in settings["environments"]]
    assert len(set(ids)) == len(ids) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", one) for one in ids)
    assert settings["environments"][0]["name"] == "5.1 chromium"
    assert all(Path(settings[name]).is_absolute() for name in ("output", "history"))


def test_without_the_npm_packages_the_error_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIDGET_CONFORMANCE_NODE_HOME", str(tmp_path))
    with pytest.raises(AllureNotInstalled, match="run widget-conformance setup"):
        generate(tmp_path, tmp_path, tmp_path / "history", [])


@pytest.mark.usefixtures("allure_installed")
def test_without_results_there_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(NoAllureResults, match="holds no Allure results"):
        generate(tmp_path / "nowhere", tmp_path / "report", tmp_path / "history", [])


@pytest.mark.usefixtures("allure_installed")
def test_a_folder_that_is_no_report_is_never_replaced(tmp_path: Path) -> None:
    allure_result(tmp_path / "results", "5.1", "chromium")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "notes.txt").write_text("theirs")
    with pytest.raises(AllureReportFailed, match="something else"):
        generate(tmp_path / "results", tmp_path / "theirs", tmp_path / "history", [])
    assert (tmp_path / "theirs" / "notes.txt").exists()


def test_a_page_of_allure_keeps_its_own_scripts_and_loads_none_from_elsewhere() -> None:
    own = '<script src="app.js"></script><script>window.allure = "https://allure.example/"</script>'
    theirs = (
        '<script async src="https://www.analytics.example/gtag/js?id=G-1"></script>'
        "<script defer src='//cdn.example/x.js'> </script><SCRIPT SRC=http://cdn.example/y.js></SCRIPT>"
        "<script>\n window.dataLayer = window.dataLayer || [];\n gtag('js');\n</script>"
    )
    assert allure_report.without_analytics(f"<p>{theirs}{own}</p>") == f"<p>{own}</p>"
