"""Several results folders as one run: versions stay apart, no broken promise is hidden, and what is missing is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_results import result
from test_table import judged, shown
from widget_conformance.commands.main import main
from widget_conformance.fixtures.catalogue import suite
from widget_conformance.reports.conclusion import conclude, exit_status
from widget_conformance.reports.identity import columns_of
from widget_conformance.reports.matrix import build
from widget_conformance.reports.merging import read_all
from widget_conformance.reports.model import Judgement, Result, Verdict
from widget_conformance.reports.page import render_page
from widget_conformance.reports.results import ResultsWriter, Run
from widget_conformance.reports.selection import Selection
from widget_conformance.reports.statements import load

PASS, FAIL, OPEN, OUTSIDE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE


def folder(path: Path, *written: Result, tool: str = "0.1.0", **more: Any) -> Path:
    """A finished run."""
    writer = ResultsWriter(path, len(written), tool_version=tool, **more)
    for one in written:
        writer.write(one)
    writer.finish()
    return path


def trials(browsers: tuple[str, ...] = ("chromium", "firefox"), skip: int = 0, **changes: Any) -> list[Result]:
    """A pass of every trial of the suite in some browsers, without the first ones."""
    found = []
    for (browser, route, feature, scenario), statements in list(suite().items()):
        if browser in browsers:
            judgements = tuple(Judgement(s, PASS, "Then", "promise", "kept") for s in statements)
            values = {
                "browser": browser,
                "route": route,
                "feature": feature,
                "scenario": scenario,
                "statements": statements,
                "judgements": judgements,
                "evidence": (),
                "timeline": (),
            }
            found.append(result(**(values | changes)))
    return found[skip:]


def merged(*folders: Path) -> Run:
    return replace(read_all(folders), planned=suite())


# -- what is the same, and what is not


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"version": "5.1"}, {"version": "5.2"}, id="version of the widget"),
        pytest.param({"browser_version": "155.0"}, {"browser_version": "156.0"}, id="release of the browser"),
        pytest.param({"machine": "Linux x86_64"}, {"machine": "Windows AMD64"}, id="machine"),
        pytest.param({"version": None}, {"version": "5.2"}, id="no version, and one"),
        pytest.param({}, {"machine": "Linux x86_64"}, id="an older file, and one with the machine"),
    ],
)
def test_a_failure_of_one_build_is_not_hidden_by_a_pass_of_another(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any]
) -> None:
    old = folder(tmp_path / "a", judged(FAIL, subject="Ours", **first))
    new = folder(tmp_path / "b", judged(PASS, subject="Ours", **second))
    for order in ((old, new), (new, old)):
        run = read_all(order)
        assert len(run.results) == 2
        assert exit_status(run) == 1
        matrix = build(run, load())
        ((_, cells),) = matrix.rows
        assert {cell.verdict for cell in cells} == {FAIL, PASS}
        heads = {f"{column.widget}, {matrix.browser(column)}" for column in matrix.columns}
        assert len(heads) == 2, "the columns cannot be told apart"
        page = render_page(run, tmp_path)
        words = " ".join(shown(run).split())
        for _, browser in (head.split(", ") for head in heads):
            assert f"<br>{browser}<" in page
            assert all(word in words for word in browser.split())


def test_a_route_of_its_own_is_a_result_of_its_own(tmp_path: Path) -> None:
    run = read_all([folder(tmp_path / "a", judged(FAIL)), folder(tmp_path / "b", judged(PASS, route="panel"))])
    assert [r.verdict for r in run.results] == [FAIL, PASS]


@pytest.mark.parametrize(
    ("tries", "status"),
    [
        ((FAIL, PASS), 1),
        ((PASS, FAIL), 1),
        ((FAIL, OPEN), 1),
        ((FAIL, OUTSIDE), 1),
        ((FAIL, OPEN, PASS), 1),
        ((OPEN, PASS), 0),
        ((OUTSIDE, PASS), 0),
        ((PASS, OUTSIDE), 0),
        ((PASS, PASS), 0),
        ((PASS, OPEN), 3),
        ((OPEN, OPEN), 3),
        ((OUTSIDE, OUTSIDE), 3),
    ],
)
def test_of_several_tries_no_failure_is_hidden(tmp_path: Path, tries: tuple[Verdict, ...], status: int) -> None:
    folders = [
        folder(tmp_path / str(n), judged(verdict, started=f"2026-01-0{n + 1}T00:00:00Z"))
        for n, verdict in enumerate(tries)
    ]
    run = read_all(folders)
    assert run.complete
    assert exit_status(run) == status


def test_failures_at_different_statements_both_stay(tmp_path: Path) -> None:
    def failing(statement: str) -> Result:
        judgements = (Judgement(statement, FAIL, "Then", "promise", "broken"),)
        return result(statements=("MIC-LIVE-2", "MIC-LIVE-3"), verdict=FAIL, judgements=judgements)

    run = read_all([folder(tmp_path / "a", failing("MIC-LIVE-2")), folder(tmp_path / "b", failing("MIC-LIVE-3"))])
    assert {cells[0].verdict for _, cells in build(run, load()).rows} == {FAIL}
    assert {j.statement for r in run.results for j in r.judgements} == {"MIC-LIVE-2", "MIC-LIVE-3"}


def test_a_try_about_less_does_not_take_the_place_of_one_about_more(tmp_path: Path) -> None:
    doubt = judged(OPEN, statements=("MIC-LIVE-2", "AIM-1"))
    run = read_all([folder(tmp_path / "a", doubt), folder(tmp_path / "b", judged(PASS))])
    assert exit_status(run) == 3


def test_a_folder_named_twice_or_copied_counts_once(tmp_path: Path) -> None:
    one = folder(tmp_path / "a", judged(FAIL), judged(PASS, browser="firefox"))
    (tmp_path / "link").symlink_to(one)
    copy = folder(tmp_path / "b", judged(FAIL), judged(PASS, browser="firefox"))
    for folders in ((one, one), (one, tmp_path / "link"), (one, one.parent / "b" / ".." / "a"), (one, copy)):
        run = read_all(folders)
        assert (len(run.results), run.expected) == (2, 2)


def test_a_scenario_that_never_told_its_version_is_where_the_others_of_its_folder_are(tmp_path: Path) -> None:
    dead = judged(OPEN, version=None, browser_version="", scenario="another")
    run = read_all([folder(tmp_path / "a", judged(PASS), dead)])
    assert len(set(columns_of(run.results, run.origins))) == 1
    again = read_all([tmp_path / "a", folder(tmp_path / "b", judged(PASS), judged(PASS, scenario="another"))])
    assert exit_status(again) == 0
    lost = folder(tmp_path / "c", judged(PASS), judged(PASS, version="5.2", scenario="third"), dead)
    assert len(build(read_all([lost]), load()).columns) == 3, "of which version it was is not known"


# -- what is missing


def test_a_whole_suite_is_conforming_and_one_browser_is_said_to_be_one(tmp_path: Path) -> None:
    both = merged(folder(tmp_path / "a", *trials(("chromium",))), folder(tmp_path / "b", *trials(("firefox",))))
    assert (conclude(both).status, conclude(both).title) == (0, "Conforming")
    assert "alone" not in conclude(both).text
    one = merged(tmp_path / "a")
    assert conclude(one).status == 0
    assert "reference@5.1 in chromium alone" in conclude(one).text


@pytest.mark.parametrize("missing", [1, 30])
def test_what_nobody_asked_to_leave_out_is_no_conformance(tmp_path: Path, missing: int) -> None:
    run = merged(folder(tmp_path / "a", *trials(("chromium",), missing)), folder(tmp_path / "b", *trials(("firefox",))))
    conclusion = conclude(run)
    assert conclusion.status == 3
    assert f"of reference@5.1 in chromium 140.0, {missing} of " in conclusion.text
    assert "Exit status 3." in shown(run)
    assert "Conforming" not in shown(run)


def test_two_versions_that_make_up_the_suite_together_are_neither_judged(tmp_path: Path) -> None:
    everything = trials()
    half = len(everything) // 2
    old = [replace(r, version="5.1.1") for r in everything[:half]]
    new = [replace(r, version="5.1.2") for r in everything[half:]]
    assert exit_status(merged(folder(tmp_path / "a", *old), folder(tmp_path / "b", *new))) == 3
    assert exit_status(merged(folder(tmp_path / "c", *old, *new))) == 3, "a run that was continued over an update"


def test_a_restriction_that_was_asked_for_is_told_and_is_no_conformance(tmp_path: Path) -> None:
    asked = Selection(statement=("MIC-LIVE-2",))
    kept = [r for r in trials() if "MIC-LIVE-2" in r.statements]
    conclusion = conclude(merged(folder(tmp_path / "a", *kept, selection=asked)))
    assert (conclusion.status, conclusion.title) == (0, "Restricted")
    assert "not a conformance of the release" in conclusion.text
    assert "MIC-LIVE-2" in conclusion.text
    assert exit_status(merged(folder(tmp_path / "b", *kept[1:], selection=asked))) == 3, "less than was asked for"
    assert exit_status(merged(tmp_path / "a", folder(tmp_path / "c", *trials(("firefox",)), selection=asked))) == 3


def test_a_file_of_before_the_selection_was_stored_is_read_by_its_command_line(tmp_path: Path) -> None:
    for words, asked in (
        (["run", "--statement", "AIM-1", "--route=firefox-prompt"], Selection((), ("firefox-prompt",), ("AIM-1",))),
        (["prove", "--until-caught"], Selection(aimed=True)),
        (["run"], Selection()),
    ):
        assert Selection.of({"command": words}) == asked


def test_results_of_two_suites_are_no_conformance(tmp_path: Path) -> None:
    run = merged(
        folder(tmp_path / "a", *trials(("chromium",))), folder(tmp_path / "b", *trials(("firefox",)), tool="0.2.0")
    )
    assert conclude(run).status == 3
    assert "0.1.0 and 0.2.0" in conclude(run).text


def test_the_command_says_restricted_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = folder(tmp_path / "a", *trials(skip=3))
    two = folder(tmp_path / "b", *trials(skip=5))
    assert main(["report", str(one), str(two), "--no-allure"]) == 3
    assert "Not decided" in capsys.readouterr().out
    assert main(["report", str(one), str(two), "--no-allure", "--partly"]) == 0
    out = capsys.readouterr().out
    assert "Restricted: kept in what was judged; not a conformance of the release" in " ".join(out.split())


def test_nothing_judged_is_no_conformance_even_when_asked_for(tmp_path: Path) -> None:
    old = folder(tmp_path / "a", judged(OUTSIDE, version="5.0"))
    assert main(["report", str(old), "--no-allure", "--partly"]) == 3
    assert main(["report", str(folder(tmp_path / "b")), "--no-allure", "--partly"]) == 3
