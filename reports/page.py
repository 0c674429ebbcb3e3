"""The conformance table as one HTML page that needs nothing but itself."""

import base64
import hashlib
import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from widget_conformance.reports import html
from widget_conformance.reports.conclusion import conclude
from widget_conformance.reports.identity import Column
from widget_conformance.reports.matrix import Cell, Matrix, build, not_judged
from widget_conformance.reports.model import Evidence, Result, Verdict
from widget_conformance.reports.results import PAGE, Run, write_atomically
from widget_conformance.reports.statements import Statement, Statements, load

PICTURE_BYTES = 600_000
"""A larger picture is linked, not embedded."""
PAGE_BYTES = 16_000_000
"""Pictures beyond this sum are linked: a browser opens the page without a wait, and a mail takes it."""

_PICTURES = {"image/png", "image/jpeg", "image/webp", "image/svg+xml"}
"""Media types that a browser shows as a picture and never runs; scripts in an SVG are dead within `img`."""
_WORDS = {
    Verdict.PASS: "✔ pass",
    Verdict.FAIL: "✘ fail",
    Verdict.INCONCLUSIVE: "? inconclusive",
    Verdict.NOT_APPLICABLE: "\N{EN DASH} not applicable",
}


def write_page(run: Run, folder: Path, statements: Statements | None = None) -> Path:
    """Write `conformance.html` into a folder and return its path; raises OSError when it cannot be written."""
    path = folder / PAGE
    write_atomically(path, render_page(run, folder, statements).encode("utf-8", "replace"))
    return path


def render_page(run: Run, folder: Path, statements: Statements | None = None) -> str:
    """The page as HTML; links to evidence are relative to `folder`."""
    statements = statements or load()
    matrix = build(run, statements)
    conclusion = conclude(run)
    script = "\n" + html.text_of("page.js")
    room = _Room(PAGE_BYTES)
    results = [
        {
            "result": result,
            "column": _column_name(matrix, column),
            "latencies": _latencies(result),
            "not_judged": [s for s in not_judged(result) if s in result.statements],
            "evidence": [_evidence(evidence, origin, folder, room) for evidence in result.evidence],
        }
        for result, origin, column in zip(run.results, run.origins, matrix.of_results, strict=True)
    ]
    return html.render(
        "page.html",
        ("page.css",),
        {"css": _css, "words": _WORDS.__getitem__, "ms": _ms, "groups": _sections},
        run=run,
        matrix=matrix,
        applies_from=statements.applies_from,
        scope=statements.scope,
        not_applicable=_out_of_scope(matrix),
        conclusion={
            "verdict": conclusion.verdict,
            "title": conclusion.title,
            "text": conclusion.text[0].upper() + conclusion.text[1:],
        },
        weaker=sorted({result.subject for result in run.results if result.witness == "sender"}),
        results=results,
        verdicts=[v for v in Verdict if any(r.verdict is v for r in run.results)],
        columns=sorted({r["column"] for r in results}),
        script=Markup(script),  # a file of this package
        script_hash="sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


class _Room:
    """Bytes that may still be embedded."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, size: int) -> bool:
        if size > min(self.left, PICTURE_BYTES):
            return False
        self.left -= size
        return True


def _evidence(evidence: Evidence, origin: Path, folder: Path, room: _Room) -> dict[str, Any]:
    """What the template shows of one file: only a file below the results folder is read or linked."""
    shown: dict[str, Any] = {"title": evidence.title, "path": evidence.path, "href": None, "data": None}
    root = origin.resolve()
    try:
        file = (root / evidence.path).resolve()
        if not file.is_relative_to(root) or not file.is_file():
            return shown
        relative = Path(os.path.relpath(file, folder.resolve())).as_posix()
        shown["href"] = "./" + quote(relative)
        if evidence.media_type in _PICTURES and room.take(file.stat().st_size):
            shown["data"] = f"data:{evidence.media_type};base64,{base64.b64encode(file.read_bytes()).decode()}"
    except (OSError, ValueError):
        return shown
    return shown


def _latencies(result: Result) -> list[tuple[str, float | None, float | None]]:
    if result.verdict is Verdict.NOT_APPLICABLE:
        return []
    names = dict.fromkeys([*result.latencies_ms, *result.budgets_ms])
    return [(name, result.latencies_ms.get(name), result.budgets_ms.get(name)) for name in names]


def _out_of_scope(matrix: Matrix) -> list[tuple[str, str, str]]:
    browsers: dict[tuple[str, str], list[str]] = {}
    for column, why in matrix.not_applicable:
        browsers.setdefault((column.widget, why), []).append(matrix.browser(column))
    return [(widget, ", ".join(names), why) for (widget, why), names in browsers.items()]


def _column_name(matrix: Matrix, column: Column) -> str:
    return f"{column.widget}, {matrix.browser(column)}"


def _css(verdict: Verdict) -> str:
    return verdict.replace(" ", "-")


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:,.0f} ms"


def _sections(
    rows: Sequence[tuple[Statement, tuple[Cell, ...]]],
) -> Iterator[tuple[str, list[tuple[Statement, tuple[Cell, ...]]]]]:
    for section, group in itertools.groupby(rows, key=lambda row: row[0].section):
        yield (f"Section {section}" if section[:1].isdigit() else section.capitalize()), list(group)
