"""What a run notes about itself, and what it says meanwhile: budgets, its own release, how far it is."""

import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from test_results import result
from widget_conformance.fixtures import collecting
from widget_conformance.fixtures.collecting import READING, Progress, budgets_of, key, key_of, to_come
from widget_conformance.fixtures.plan import Selection, expected
from widget_conformance.fixtures.profile import from_table
from widget_conformance.fixtures.subject import Subject, reference
from widget_conformance.reports.model import Verdict

pytest_plugins = ["pytester"]


def subject(name: str, **budgets: float) -> Subject:
    return Subject(name, from_table({"name": name, "url": "http://127.0.0.1:9/", "budgets": budgets}, "a table"))


def test_budgets_on_which_all_subjects_agree_stand_once() -> None:
    table = budgets_of([reference("reference@5.1"), subject("ours")])
    assert table == {
        "stopped": {"ms": 1000, "source": READING},
        "shown": {"ms": 1000, "source": READING},
        "recovered": {"ms": 3000, "source": READING},
    }


def test_a_budget_of_the_profile_is_said_to_be_one() -> None:
    table = budgets_of([subject("ours", recovered=5)])
    assert table["recovered"] == {"ms": 5000, "source": "the profile"}
    assert table["stopped"] == {"ms": 1000, "source": READING}


def test_budgets_that_differ_stand_for_each_subject() -> None:
    table = budgets_of([reference("reference@5.1"), subject("ours", stopped=2)])
    assert list(table) == ["stopped (reference@5.1)", "stopped (ours)", "shown", "recovered"]
    assert table["stopped (reference@5.1)"] == {"ms": 1000, "source": READING}
    assert table["stopped (ours)"] == {"ms": 2000, "source": "the profile"}


def test_a_run_notes_which_release_of_the_suite_it_is(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_other="def test_it(): pass")
    words = ("-p", "widget_conformance.fixtures.plugin", "--subject", "reference@5.1", "--results", "results")
    pytester.runpytest_subprocess(*words).assert_outcomes(passed=1)
    facts = json.loads(Path(pytester.path, "results", "run.json").read_text("utf-8"))
    assert facts["tool_version"] == version("widget-conformance")


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = 1000.0
        monkeypatch.setattr(collecting, "now", lambda: self.at)


class Output:
    """What pytest writes its results to."""

    def __init__(self, isatty: bool) -> None:
        self.isatty = isatty
        self.written = ""

    def write(self, text: str, *, flush: bool) -> None:
        assert flush
        self.written += text


def told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], total: int, seconds: float
) -> tuple[list[str], str]:
    """The lines on standard error of a run away from a terminal, each of whose results takes that long."""
    clock, output = Clock(monkeypatch), Output(isatty=False)
    progress = Progress(total, output)  # type: ignore[arg-type]
    for number in range(total):
        clock.at += seconds
        progress.started(f"test_it[chromium-{number}]")
        verdict = {2: Verdict.FAIL, 3: Verdict.INCONCLUSIVE}.get(number, Verdict.PASS)
        progress.done(result(verdict=verdict), f"test_it[chromium-{number}]")
    progress.end()
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.splitlines(), output.written


def test_a_long_run_says_in_a_log_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, written = told(monkeypatch, capsys, 300, 12)
    assert lines[0] == "widget-conformance: 30 of 300 results, 1 fail, 1 inconclusive; about 54 min left"
    assert [line.split()[1] for line in lines] == [str(count) for count in range(30, 300, 30)]
    assert written == ""
    assert not any(re.search(r"[\x00-\x1f\x7f]", line) for line in lines)


@pytest.mark.parametrize(
    ("total", "seconds", "most"),
    [(50, 1, 0), (300, 0.5, 2), (1000, 60, 1000 * 60 // 600 + 10)],
    ids=["under a minute", "two and a half minutes", "seventeen hours"],
)
def test_a_log_stays_short(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], total: int, seconds: float, most: int
) -> None:
    lines, _ = told(monkeypatch, capsys, total, seconds)
    assert min(most, 1) <= len(lines) <= most
    assert len(set(lines)) == len(lines)


def test_a_log_is_not_silent_for_long(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lines, _ = told(monkeypatch, capsys, 1000, 60)
    counts = [int(line.split()[1]) for line in lines]
    assert max(after - before for before, after in zip([0, *counts], [*counts, 1000], strict=True)) <= 10


def test_a_terminal_has_its_own_lines_and_standard_error_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, output = Clock(monkeypatch), Output(isatty=True)
    progress = Progress(20, output)  # type: ignore[arg-type]
    for _ in range(20):
        clock.at += 100
        progress.done(result(), "test_it[chromium]")
    assert output.written.count("\n") == 20
    assert capsys.readouterr().err == ""


def test_a_continued_run_counts_what_it_still_makes() -> None:
    planned = expected([reference("reference@5.1")], Selection(statements=("MIC-LIVE-2",)))
    (trial, case), *others = planned
    assert to_come(planned, frozenset()) == len(planned)
    assert to_come(planned, {key_of(trial, case), "of an earlier selection"}) == len(others)
    caught = key(trial.subject.name, trial.route.id)
    assert to_come(planned, {caught}) == sum(one.route.id != trial.route.id for one, _ in planned)
