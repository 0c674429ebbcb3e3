"""The conformance table: what is said of each statement, and the exit status that goes with it."""

import dataclasses
import io
import re
from pathlib import Path
from typing import Any

import pytest
from test_results import result
from widget_conformance.reports.matrix import build
from widget_conformance.reports.model import Judgement, Result, Verdict
from widget_conformance.reports.results import Run
from widget_conformance.reports.statements import load
from widget_conformance.reports.table import exit_status, print_table


def judged(*verdicts: Verdict, statement: str = "MIC-LIVE-2", **changes: Any) -> Result:
    """A scenario with one judgement for each verdict, and the verdict that follows from them."""
    judgements = tuple(
        Judgement(statement, verdict, "Then the audio stops", "stop the audio", f"{verdict} after 5,000 ms")
        for verdict in verdicts
    )
    values = {"statements": (statement,), "verdict": Verdict.worst(verdicts), "judgements": judgements, "findings": ()}
    return result(**(values | changes))


def run(*results: Result, **changes: Any) -> Run:
    """A complete run."""
    whole = Run(results, (Path("."),) * len(results), len(results), "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z")
    return dataclasses.replace(whole, **changes)


def shown(this: Run, encoding: str = "utf-8") -> str:
    """What is printed where there is no terminal."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding)
    print_table(this, stream)
    return raw.getvalue().decode(encoding)


PASS, FAIL, OPEN, OUTSIDE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE
old = judged(OUTSIDE, subject="reference@5.0", version="5.0", reason=f"claims version 5.0; {load().scope}")


@pytest.mark.parametrize(
    ("this", "status"),
    [
        pytest.param(run(judged(PASS)), 0, id="kept"),
        pytest.param(run(judged(PASS), old), 0, id="kept, beside a version out of scope"),
        pytest.param(run(judged(PASS), judged(FAIL, browser="firefox")), 1, id="broken"),
        pytest.param(run(judged(FAIL), finished=None), 1, id="broken, then cut off"),
        pytest.param(run(judged(FAIL), judged(OPEN, browser="firefox")), 1, id="broken and inconclusive"),
        pytest.param(run(judged(PASS, FAIL, verdict=PASS)), 1, id="a broken promise in a scenario noted as passed"),
        pytest.param(run(judged(PASS), judged(OPEN, browser="firefox")), 3, id="inconclusive"),
        pytest.param(run(judged(PASS), finished=None), 3, id="cut off"),
        pytest.param(run(judged(PASS), expected=2), 3, id="fewer than expected"),
        pytest.param(run(judged(PASS), problems=("line 2: the line is cut off",)), 3, id="damaged"),
        pytest.param(run(), 3, id="nothing run"),
        pytest.param(run(old), 3, id="nothing in scope"),
        pytest.param(run(judged(verdict=PASS)), 3, id="passed without a judgement"),
        pytest.param(run(judged(statement="AIM-1", verdict=PASS, statements=())), 3, id="about nothing"),
        pytest.param(run(judged(PASS, statements=("MIC-LIVE-2", "AIM-1"))), 3, id="a statement not judged"),
    ],
)
def test_the_exit_status_and_what_is_printed_agree(this: Run, status: int) -> None:
    assert exit_status(this) == status
    assert f"Exit status {status}." in shown(this)


def test_each_verdict_has_a_symbol_and_a_word() -> None:
    text = shown(
        run(
            judged(PASS),
            judged(FAIL, statement="MIC-LIVE-3"),
            judged(OPEN, statement="MIC-LIVE-4", reason="the browser's record did not change"),
            judged(OUTSIDE, statement="AIM-1", reason="no camera is part of it"),
            judged(PASS, statement="AIM-2", browser="firefox"),
        )
    )
    rows = {line.split()[1]: line for line in text.splitlines() if line.startswith("│ ") and "-" in line.split()[1]}
    assert "✔ pass" in rows["MIC-LIVE-2"]
    assert "✘ fail" in rows["MIC-LIVE-3"]
    assert "? inconclusive" in rows["MIC-LIVE-4"]
    assert "\N{EN DASH} not applicable" in rows["AIM-1"]
    assert rows["AIM-2"].index("not run") < rows["AIM-2"].index("✔ pass")
    assert list(rows) == [s.id for s in load().all if s.id in rows]


def test_a_broken_promise_is_told_with_what_was_promised_and_observed() -> None:
    text = " ".join(shown(run(judged(PASS), judged(FAIL, browser="firefox", route="panel"))).split())
    assert "Broken promises (1)" in text
    assert "[reference@5.1, firefox 140.0, route panel]" in text
    assert "MIC-LIVE-2 promised to stop the audio; observed: fail after 5,000 ms" in text


def test_an_inconclusive_scenario_is_told_with_its_reason() -> None:
    text = shown(run(judged(verdict=OPEN, reason="the browser died"), judged(PASS, browser="firefox")))
    assert "Inconclusive (1)" in text
    assert "MIC-LIVE-2 observed: the browser died" in text


def test_a_finding_beside_the_promises_is_told_once_with_how_often() -> None:
    covered = "mute: a mouse cannot reach the control"
    text = shown(run(*(judged(PASS, scenario=name, findings=(covered,)) for name in ("one", "two"))))
    assert text.count(covered) == 1
    assert "in 2 scenarios" in text
    assert "Findings" not in shown(run(judged(PASS)))


def test_a_statement_that_no_step_judged_is_told() -> None:
    text = shown(run(judged(PASS, statements=("MIC-LIVE-2", "AIM-1"))))
    assert "AIM-1 observed: nothing: the scenario ended without a step that judged it" in text


def test_a_version_out_of_scope_is_told_once() -> None:
    text = shown(run(judged(PASS), old, dataclasses.replace(old, browser="firefox", scenario="another")))
    assert text.count("reference@5.0") == 1
    assert "Not applicable: reference@5.0 (chromium, firefox): claims version 5.0" in text
    assert "--judge-any-version" in text


def test_what_does_not_apply_for_another_reason_is_not_said_to_be_too_old() -> None:
    text = shown(run(judged(OUTSIDE, reason="one prompt for both devices")))
    assert "one prompt for both devices" in text
    assert "--judge-any-version" not in text


def test_an_incomplete_run_says_so_first_and_last() -> None:
    lines = shown(run(judged(PASS), expected=7, finished=None)).strip().splitlines()
    assert lines[0] == lines[-1] == "INCOMPLETE: 1 of 7 results, the run did not end by itself."


def test_a_complete_run_never_says_incomplete() -> None:
    assert "INCOMPLETE" not in shown(run(judged(PASS)))


def test_plain_text_has_the_same_width_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    this = run(judged(PASS), judged(FAIL, browser="firefox"))
    first = shown(this)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert shown(this) == first
    assert "\x1b" not in first


def test_a_stream_without_unicode_gets_words_all_the_same() -> None:
    text = shown(run(judged(PASS), judged(FAIL, browser="firefox", scenario="Ärger")), "ascii")
    assert "+ pass" in text
    assert "x fail" in text
    assert "?rger" in text


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_in_addition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    print_table(run(judged(PASS), judged(FAIL, browser="firefox")), stream)
    assert "\x1b[32m✔ pass" in stream.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140, 200])
def test_a_table_fits_its_terminal_and_no_column_is_cut_off(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    subjects = [judged(PASS, subject=f"reference@5.{n}", version=f"5.{n}") for n in range(1, 4)]
    stream = Terminal()
    print_table(run(*subjects, judged(FAIL, subject="reference@5.4", version="5.4")), stream)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()
    assert max(map(len, lines)) <= width
    rows = "".join(line for line in lines if "│ MIC-LIVE-2" in line)
    assert (rows.count("✔ pass"), rows.count("✘ fail")) == (3, 1)
    heads = "".join(re.sub(r"[\s┃]", "", line) for line in lines)
    assert all(f"reference@5.{n}" in heads for n in range(1, 5))


def test_text_of_a_widget_is_never_markup_or_an_escape_sequence() -> None:
    hostile = "[red]x[/red] \x1b[2J\x1b]0;title\x07 \u202eevil\nnew line"
    text = shown(
        run(
            result(
                subject=hostile,
                version=hostile,
                browser=hostile,
                route=hostile,
                scenario=hostile,
                verdict=FAIL,
                reason=hostile,
                judgements=(Judgement("MIC-LIVE-2", FAIL, hostile, hostile, hostile),),
                findings=(hostile,),
            ),
            judged(OPEN, reason=hostile),
            judged(OUTSIDE, subject="z", reason=hostile),
            problems=(hostile,),
        )
    )
    assert "[red]x[/red]" in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_a_statement_that_is_not_in_the_article_has_a_row() -> None:
    matrix = build(run(judged(PASS, statement="NOTE-1")), load())
    assert [s.id for s, _ in matrix.rows] == ["NOTE-1"]
    assert len(matrix.not_run) == len(load().all)


def test_a_cell_names_its_deciding_result_first() -> None:
    matrix = build(run(judged(PASS), judged(FAIL, route="panel"), judged(PASS, route="dialog")), load())
    ((_, (cell,)),) = matrix.rows
    assert cell.verdict is FAIL
    assert cell.indices == (1, 0, 2)
