"""Statements by columns: what the terminal table and the HTML page both show."""

from collections.abc import Sequence
from dataclasses import dataclass

from widget_conformance.reports.model import Result, Verdict
from widget_conformance.reports.results import Run
from widget_conformance.reports.statements import Statement, Statements

NOT_JUDGED = "nothing: the scenario ended without a step that judged it"
"""What was observed of a statement that a scenario is about, and that none of its steps reached."""


@dataclass(frozen=True)
class Column:
    """One widget version in one browser."""

    subject: str
    version: str | None
    browser: str

    @property
    def widget(self) -> str:
        """Who was judged, with the version that it claims where the name does not say it."""
        claimed = self.version or "no version"
        return self.subject if self.subject.endswith(f"@{claimed}") else f"{self.subject} ({claimed})"


@dataclass(frozen=True)
class Cell:
    """What one column says of one statement."""

    verdict: Verdict | None
    """Null when no scenario of this column is about the statement."""
    indices: tuple[int, ...] = ()
    """Positions in the run's results, the deciding one first."""


@dataclass(frozen=True)
class Matrix:
    """All statements that the run touched, by all columns that were judged."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Statement, tuple[Cell, ...]], ...]
    not_run: tuple[Statement, ...]
    """Statements that no scenario of this run is about."""
    not_applicable: tuple[tuple[Column, str], ...]
    """Columns that the promises do not speak of, each with the reason."""

    def summary(self, column: int) -> dict[Verdict, int]:
        """How many statements have which verdict in one column."""
        verdicts = [cells[column].verdict for _, cells in self.rows]
        return {verdict: verdicts.count(verdict) for verdict in Verdict}


def verdict_of(result: Result) -> Verdict:
    """The scenario's verdict, suspected: no worse judgement may hide in it, and a pass must have been earned."""
    judged = [j.verdict for j in result.judgements]
    if result.verdict is Verdict.PASS and Verdict.PASS not in judged:
        judged.append(Verdict.INCONCLUSIVE)
    return Verdict.worst([result.verdict, *judged])


def not_judged(result: Result) -> tuple[str, ...]:
    """Statements of a decided scenario that no step judged: they are neither kept nor broken."""
    if result.verdict not in (Verdict.PASS, Verdict.FAIL):
        return ()
    judged = {j.statement for j in result.judgements}
    missing = tuple(s for s in result.statements if s not in judged)
    return missing if missing or result.judgements else ("-",)


def exit_status(run: Run) -> int:
    """0: every promise that was judged is kept; 1: one is broken; 3: inconclusive, incomplete or nothing judged.

    A broken promise stays broken in a run that was cut off, so 1 goes before 3. A widget that the promises do not
    speak of is no failure beside others that conform; by itself it is 3, for nothing was judged.
    """
    verdicts = {verdict_of(result) for result in run.results}
    verdicts |= {result.verdict_of(s) for result in run.results for s in result.statements}
    if Verdict.FAIL in verdicts:
        return 1
    if Verdict.INCONCLUSIVE in verdicts or Verdict.PASS not in verdicts or not run.complete:
        return 3
    return 0


def build(run: Run, statements: Statements) -> Matrix:
    """Collect every result under its column and statements, in the article's order."""
    everything = list(dict.fromkeys(Column(r.subject, r.version, r.browser) for r in run.results))
    everything.sort(key=lambda c: (c.subject, c.version or "", c.browser))
    out_of_scope = [(c, _why_not_applicable(c, run.results)) for c in everything]
    columns = [c for c, why in out_of_scope if why is None]
    known = {s.id: s for s in statements.all}
    named = dict.fromkeys(s for r in run.results for s in (*r.statements, *(j.statement for j in r.judgements)))
    listed = [*statements.all, *(Statement(s, "not in the article", "") for s in named if s not in known)]
    rows = []
    for statement in listed:
        cells = tuple(_cell(statement.id, column, run.results) for column in columns)
        if any(cell.verdict is not None for cell in cells):
            rows.append((statement, cells))
    touched = {statement.id for statement, _ in rows}
    return Matrix(
        columns=tuple(columns),
        rows=tuple(rows),
        not_run=tuple(s for s in statements.all if s.id not in touched),
        not_applicable=tuple((c, why) for c, why in out_of_scope if why is not None),
    )


def _cell(statement: str, column: Column, results: Sequence[Result]) -> Cell:
    found = [
        (index, result.verdict_of(statement))
        for index, result in enumerate(results)
        if Column(result.subject, result.version, result.browser) == column
        and (statement in result.statements or any(j.statement == statement for j in result.judgements))
    ]
    if not found:
        return Cell(None)
    worst = Verdict.worst(verdict for _, verdict in found)
    found.sort(key=lambda pair: pair[1] != worst)
    return Cell(worst, tuple(index for index, _ in found))


def _why_not_applicable(column: Column, results: Sequence[Result]) -> str | None:
    mine = [r for r in results if Column(r.subject, r.version, r.browser) == column]
    if any(verdict_of(r) is not Verdict.NOT_APPLICABLE for r in mine):
        return None
    return next((r.reason for r in mine if r.reason), "the promises do not speak of it")
