"""The conformance table in a terminal, or as plain text where there is none."""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from widget_conformance.reports.conclusion import conclude, exit_status
from widget_conformance.reports.identity import Column
from widget_conformance.reports.matrix import NOT_JUDGED, Matrix, build, not_judged
from widget_conformance.reports.model import Result, Verdict
from widget_conformance.reports.results import Run
from widget_conformance.reports.statements import Statements, load
from widget_conformance.reports.text import plain

__all__ = ["exit_status", "print_table"]

_ID, _PROMISE, _CELL, _NARROW = 12, 44, 16, 12
"""Characters: the width of plain text follows from them and the number of columns alone.

On a narrow terminal cells shrink, the promises are left out, and the columns stand below each other before one could be
cut off.
"""
_WORDS = {
    Verdict.PASS: ("✔ pass", "+ pass", "green"),
    Verdict.FAIL: ("✘ fail", "x fail", "bold red"),
    Verdict.INCONCLUSIVE: ("? inconclusive", "? inconclusive", "yellow"),
    Verdict.NOT_APPLICABLE: ("\N{EN DASH} not applicable", "- not applicable", "dim"),
}
"""Word with symbol, the same in ASCII, and style: the colour only repeats what the word says."""
_NOT_RUN = "not run"


@dataclass(frozen=True)
class _Layout:
    """What fits the stream."""

    ascii_only: bool
    promises: bool
    """Whether there is room for the promises' words."""
    beside: int
    """Columns that stand beside each other."""


def print_table(run: Run, stream: TextIO, statements: Statements | None = None) -> None:
    """Write the table, the broken promises and what is open; colours and the terminal's width only on a terminal."""
    statements = statements or load()
    matrix = build(run, statements)
    encoding = stream.encoding or "utf-8"
    terminal = stream.isatty()
    ascii_only = not _can_write("✔✘…┃", encoding)
    columns = len(matrix.columns)
    width = max(80, _ID + _PROMISE + (_CELL + 3) * columns + 7)
    promises, beside = True, max(columns, 1)
    buffer = io.StringIO()
    if terminal:
        width = max(Console(file=stream).width, _ID + _NARROW + 7)
        narrow = _ID + (_NARROW + 3) * columns + 4
        promises = width >= narrow + 3 + _PROMISE // 2
        beside = max(1, min(beside, (width - _ID - 4) // (_NARROW + 3)))
        console = Console(file=buffer, width=width, force_terminal=True)
    else:
        console = Console(file=buffer, width=width, color_system=None, force_terminal=False)
    for part in _parts(run, matrix, statements, _Layout(ascii_only, promises, beside)):
        console.print(part, highlight=False)
    text = buffer.getvalue()
    if not terminal:
        text = "\n".join(line.rstrip() for line in text.split("\n"))
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def _can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _parts(run: Run, matrix: Matrix, statements: Statements, layout: _Layout) -> Iterator[RenderableType]:
    incomplete = Text(f"INCOMPLETE: {run.why_incomplete()}.", "bold yellow")
    if not run.complete:
        yield incomplete
    if not run.results:
        yield Text("Nothing was run, so nothing is known of any promise.", "bold yellow")
    for first in range(0, len(matrix.columns), layout.beside):
        yield _table(matrix, layout, range(len(matrix.columns))[first : first + layout.beside])
    if matrix.rows and matrix.not_run:
        ids = ", ".join(s.id for s in matrix.not_run)
        yield Text(f"Not part of this run: {ids}.", "dim")
    for widget, why in dict.fromkeys((column.widget, why) for column, why in matrix.not_applicable):
        browsers = ", ".join(plain(matrix.browser(c), 60) for c, _ in matrix.not_applicable if c.widget == widget)
        yield Text(f"Not applicable: {plain(widget, 80)} ({browsers}): {_reason(why)}")
    if any(why.endswith(statements.scope) for _, why in matrix.not_applicable):
        yield Text(
            f"The promises apply from version {statements.applies_from}; --judge-any-version judges all the same."
        )
    if weaker := sorted({r.subject for r in run.results if r.witness == "sender"}):
        names = ", ".join(plain(name, 60) for name in weaker)
        yield Text(
            f"Weaker evidence for {names}: the far end was not the suite's, and what the page's own connections send was "
            "taken for what the agent hears and sees.",
            "yellow",
        )
    yield from _findings(run, Verdict.FAIL, "Broken promises", layout.ascii_only)
    yield from _findings(run, Verdict.INCONCLUSIVE, "Inconclusive", layout.ascii_only)
    yield from _beside(run)
    for problem in run.problems:
        yield Text(f"Problem: {plain(problem, 300)}", "yellow")
    yield _conclusion(run)
    if not run.complete:
        yield incomplete


def _reason(text: str) -> str:
    return plain(text, 400) or "no reason was given"


def _table(matrix: Matrix, layout: _Layout, shown: range) -> Table:
    """The table of the columns with these numbers."""
    ascii_only, promises = layout.ascii_only, layout.promises
    table = Table(box=box.ASCII if ascii_only else box.HEAVY_HEAD, header_style="bold", show_lines=False)
    table.add_column("Statement", width=_ID, overflow="fold")
    if promises:
        table.add_column("The widget must " + ("..." if ascii_only else "…"), min_width=_PROMISE // 2, ratio=1)
    for column in (matrix.columns[number] for number in shown):
        table.add_column(_head(matrix, column), min_width=_NARROW, max_width=_CELL, overflow="fold")
    section = ""
    for statement, cells in matrix.rows:
        if statement.section != section:
            section = statement.section
            name = f"Section {section}" if section[:1].isdigit() else section.capitalize()
            table.add_section()
            table.add_row(*([""] if promises else []), Text(name, "bold"))
        table.add_row(
            Text(plain(statement.id, _ID)),
            *([Text(plain(statement.promise, 200))] if promises else []),
            *(_word(cells[number].verdict, ascii_only) for number in shown),
        )
    table.add_section()
    sums = (_sum(matrix, number) for number in shown)
    table.add_row(*([""] if promises else []), Text("Statements", "bold"), *sums)
    return table


def _head(matrix: Matrix, column: Column) -> Text:
    return Text(f"{plain(column.widget, 40)}\n{plain(matrix.browser(column), 60)}")


def _word(verdict: Verdict | None, ascii_only: bool) -> Text:
    if verdict is None:
        return Text(_NOT_RUN, "dim")
    symbol, in_ascii, style = _WORDS[verdict]
    return Text(in_ascii if ascii_only else symbol, style)


def _sum(matrix: Matrix, column: int) -> Text:
    counts = matrix.summary(column)
    lines = [f"{count} {verdict}" for verdict, count in counts.items() if count or verdict is Verdict.PASS]
    return Text("\n".join(lines), "bold")


@dataclass(frozen=True)
class _Finding:
    statement: str
    promised: str
    observed: str


def _findings(run: Run, verdict: Verdict, title: str, ascii_only: bool) -> Iterator[RenderableType]:
    concerned = [(r, _of(r, verdict)) for r in run.results]
    concerned = [(r, found) for r, found in concerned if found]
    if not concerned:
        return
    count = sum(len(found) for _, found in concerned)
    yield Text(f"\n{title} ({count})", "bold")
    for result, found in concerned:
        yield Text.assemble(
            _word(verdict, ascii_only),
            f"  {plain(result.scenario, 120)}",
            (
                f"  [{plain(result.subject, 60)}, {plain(result.browser, 30)} {plain(result.browser_version, 20)}, "
                f"route {plain(result.route, 40) or 'none'}]",
                "dim",
            ),
        )
        for finding in found:
            promised = f"promised to {plain(finding.promised, 200)}; " if finding.promised else ""
            line = Text.assemble((finding.statement, "bold"), f" {promised}observed: {_reason(finding.observed)}")
            yield Padding(line, (0, 0, 0, 4))


def _beside(run: Run) -> Iterator[RenderableType]:
    """What no promise is about: each finding once for each widget and browser, with how often."""
    counts = Counter((r.subject, r.browser, finding) for r in run.results for finding in r.findings)
    if counts:
        yield Text(f"\nFindings beside the promises ({len(counts)})", "bold")
    for (subject, browser, finding), count in counts.items():
        times = "in 1 scenario" if count == 1 else f"in {count} scenarios"
        yield Text(f"  {plain(subject, 60)}, {plain(browser, 30)}: {_reason(finding)}, {times}")


def _of(result: Result, verdict: Verdict) -> list[_Finding]:
    found = [
        _Finding(plain(j.statement, 40), j.promised, j.observed) for j in result.judgements if j.verdict is verdict
    ]
    if result.verdict is verdict and not found:
        found.append(_Finding(plain(", ".join(result.statements), 200) or "-", "", result.reason))
    elif verdict is Verdict.INCONCLUSIVE:
        found += [_Finding(plain(s, 40), "", NOT_JUDGED) for s in not_judged(result)]
    return found


def _conclusion(run: Run) -> Text:
    conclusion = conclude(run)
    style = {Verdict.PASS: "bold green", Verdict.FAIL: "bold red"}.get(conclusion.verdict, "bold yellow")
    told = f"{conclusion.title}: {plain(conclusion.text, 1200)} Exit status {conclusion.status}."
    return Text(f"\n{told}", style)
