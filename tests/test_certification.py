"""The whole chain on real input: the reference widget in both browsers, from the features to the reports."""

from pathlib import Path

import harness
import pytest
from jsonschema import Draft202012Validator
from widget_conformance.fixtures.catalogue import cases
from widget_conformance.reports import statements
from widget_conformance.reports.model import Result, Verdict
from widget_conformance.reports.results import schema

BROWSERS = ("chromium", "firefox")


def _results(folder: Path) -> list[Result]:
    return [Result.from_json(line) for line in harness.results(folder)]


@pytest.mark.alone
def test_the_releases_that_keep_every_promise_conform_in_both_browsers(tmp_path: Path) -> None:
    ended = harness.command("run", "--results", tmp_path / "r", seconds=3000)  # as ./certify runs it
    found = _results(tmp_path / "r")
    assert not [(r.subject, r.route, r.scenario, r.reason) for r in found if r.verdict is not Verdict.PASS]
    assert ended.status == 0, ended.said
    assert len(found) == 2 * sum(len(case.routes) for case in cases())
    assert harness.run_facts(tmp_path / "r")["finished"]
    kept = harness.verdicts(tmp_path / "r")
    for release in ("5.1", "5.2"):
        for browser in BROWSERS:
            for statement in statements.load().all:
                verdict = kept[f"reference@{release}", browser, statement.id]
                assert verdict is Verdict.PASS, (release, browser, statement.id)
    validator = Draft202012Validator(schema())
    for line in harness.results(tmp_path / "r"):
        validator.validate(line)
        for evidence in line["evidence"]:
            assert (tmp_path / "r" / evidence["path"]).stat().st_size > 0
    assert (tmp_path / "r" / "conformance.html").is_file()
    assert (tmp_path / "r" / "allure-report" / "index.html").is_file()


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("MIC-LIVE-6", {"AIM-1", "MIC-LIVE-5", "MIC-LIVE-6"}),
        ("CAM-LIVE-5", {"AIM-1", "CAM-LIVE-3", "CAM-LIVE-5"}),
        ("MIC-PRE-3", {"AIM-1", "MIC-PRE-1", "MIC-PRE-2", "MIC-PRE-3", "MIC-PRE-4"}),
        ("CAM-PRE-1", {"AIM-1", "CAM-PRE-1", "CAM-PRE-2"}),
    ],
)
@pytest.mark.alone
def test_the_release_from_before_the_feature_fails_where_it_should(
    tmp_path: Path, statement: str, broken: set[str]
) -> None:
    words = ("--subject", "reference@5.0", "--judge-any-version", "--statement", statement, "--no-allure")
    ended = harness.command("run", *words, "--results", tmp_path, seconds=600)
    assert ended.status == 1, ended.said
    judged = harness.verdicts(tmp_path)
    for browser in BROWSERS:
        for promise in broken:
            assert judged["reference@5.0", browser, promise] is Verdict.FAIL, (browser, promise)
