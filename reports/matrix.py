"""Statements by columns: what the terminal table and the HTML page both show."""

from collections.abc import Sequence
from dataclasses import dataclass

from widget_conformance.reports.identity import Column, columns_of
from widget_conformance.reports.model import Result, Verdict, verdict_of
from widget_conformance.reports.results import Run
from widget_conformance.reports.statements import Statement, Statements

NOT_JUDGED = "nothing: the scenario ended without a step that judged it"
"""What was observed of a statement that a scenario is about, and that none of its steps reached."""


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

    of_results: tuple[Column, ...]
    """The column of each of the run's results."""

    def browser(self, column: Column) -> str:
        """The browser's name, with its version and the machine where these tell columns of one widget apart."""
        others = [c for c in self.of_results if (c.subject, c.browser) == (column.subject, column.browser)]
        words = [column.browser]
        if len({c.browser_version for c in others}) > 1:
            words.append(column.browser_version or "of no known version")
        if len({c.machine for c in others}) > 1:
            words.append(f"on {column.machine or 'a machine not recorded'}")
        return " ".join(words)

    def summary(self, column: int) -> dict[Verdict, int]:
        """How many statements have which verdict in one column."""
        verdicts = [cells[column].verdict for _, cells in self.rows]
        return {verdict: verdicts.count(verdict) for verdict in Verdict}


def not_judged(result: Result) -> tuple[str, ...]:
    """Statements of a decided scenario that no step judged: they are neither kept nor broken."""
    if result.verdict not in (Verdict.PASS, Verdict.FAIL):
        return ()
    judged = {j.statement for j in result.judgements}
    missing = tuple(s for s in result.statements if s not in judged)
    return missing if missing or result.judgements else ("-",)


def build(run: Run, statements: Statements) -> Matrix:
    """Collect every result under its column and statements, in the article's order."""
    of_results = columns_of(run.results, run.origins)
    everything = sorted(
        dict.fromkeys(of_results),
        key=lambda c: (c.subject, c.version or "", c.browser, c.browser_version, c.machine),
    )
    mine = {
        c: [(i, r) for i, (r, of) in enumerate(zip(run.results, of_results, strict=True)) if of == c]
        for c in everything
    }
    out_of_scope = [(c, _why_not_applicable([r for _, r in mine[c]])) for c in everything]
    columns = [c for c, why in out_of_scope if why is None]
    known = {s.id: s for s in statements.all}
    named = dict.fromkeys(s for r in run.results for s in (*r.statements, *(j.statement for j in r.judgements)))
    listed = [*statements.all, *(Statement(s, "not in the article", "") for s in named if s not in known)]
    rows = []
    for statement in listed:
        cells = tuple(_cell(statement.id, mine[column]) for column in columns)
        if any(cell.verdict is not None for cell in cells):
            rows.append((statement, cells))
    touched = {statement.id for statement, _ in rows}
    return Matrix(
        columns=tuple(columns),
        rows=tuple(rows),
        not_run=tuple(s for s in statements.all if s.id not in touched),
        not_applicable=tuple((c, why) for c, why in out_of_scope if why is not None),
        of_results=of_results,
    )


def _cell(statement: str, results: Sequence[tuple[int, Result]]) -> Cell:
    found = [
        (index, result.verdict_of(statement))
        for index, result in results
        if statement in result.statements or any(j.statement == statement for j in result.judgements)
    ]
    if not found:
        return Cell(None)
    worst = Verdict.worst(verdict for _, verdict in found)
    found.sort(key=lambda pair: pair[1] != worst)
    return Cell(worst, tuple(index for index, _ in found))


def _why_not_applicable(results: Sequence[Result]) -> str | None:
    if any(verdict_of(r) is not Verdict.NOT_APPLICABLE for r in results):
        return None
    return next((r.reason for r in results if r.reason), "the promises do not speak of it")
