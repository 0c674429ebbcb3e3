"""The kill matrix as one HTML page that needs nothing but itself, and as a few lines for a terminal."""

from dataclasses import dataclass
from pathlib import Path

from widget_conformance.reports import html
from widget_conformance.reports.proof import Outcome, Proof, Row
from widget_conformance.reports.results import write_atomically

PAGE = "kill-matrix.html"
_SIGNS = {
    Outcome.CAUGHT: "✔",
    Outcome.KEPT: "✔",
    Outcome.ELSEWHERE: "~",
    Outcome.SURVIVED: "✘",
    Outcome.ACCUSED: "✘",
    Outcome.UNDECIDED: "?",
    Outcome.EQUIVALENT: "=",
}


@dataclass(frozen=True)
class _Cell:
    text: str = ""
    css: str = ""
    title: str = ""


@dataclass(frozen=True)
class _Figure:
    name: str
    value: str
    note: str
    css: str


def summary(proof: Proof) -> list[str]:
    """The figures, a line each."""
    return [f"{figure.name:<28} {figure.value:>9}  {figure.note}" for figure in _figures(proof)]


def _figures(proof: Proof) -> list[_Figure]:
    caught, seen = proof.defects_caught
    accused, variants = proof.accused
    unproven = len(proof.unproven) if proof.whole else None
    pairs = f"on every route where each can be seen: {proof.caught} of {proof.visible} pairs of defect and route"
    return [
        _Figure("Defects caught", f"{caught} of {seen}", pairs, "pass" if caught == seen else "fail"),
        _Figure(
            "Conforming variants accused",
            f"{accused} of {variants}",
            "variants that failed anywhere",
            "fail" if accused else "pass",
        ),
        _Figure(
            "Undecided results", str(proof.undecided), "scenario runs that were inconclusive",
            "inconclusive" if proof.undecided else "pass",
        ),
        _Figure(
            "Unproven scenarios",
            "not known" if unproven is None else str(unproven),
            "scenarios that no defect made fail" if unproven is not None else "only the whole catalogue tells",
            "not-run" if unproven is None else "inconclusive" if unproven else "pass",
        ),
    ]  # fmt: skip


def write_page(proof: Proof, folder: Path) -> Path:
    """Write `kill-matrix.html` into a folder and return its path; raises OSError when it cannot be written."""
    path = folder / PAGE
    write_atomically(path, render(proof).encode("utf-8", "replace"))
    return path


def render(proof: Proof) -> str:
    """The page as HTML."""
    groups = [
        (kind, title, [row for row in proof.rows if row.kind == kind])
        for kind, title in (("defect", "Defects"), ("variant", "Conforming variants"))
    ]
    return html.render(
        "proof.html",
        ("page.css", "proof.css"),
        {
            "css": lambda outcome: outcome.replace(" ", "-"),
            "sign": _SIGNS.__getitem__,
            "cells": lambda row: [_cell(row, feature, scenario) for feature, scenario in proof.scenarios],
        },
        proof=proof,
        figures=_figures(proof),
        groups=[group for group in groups if group[2]],
        outcomes=list(Outcome),
    )


def _cell(row: Row, feature: str, scenario: str) -> _Cell:
    kills = [kill for kill in row.kills if (kill.feature, kill.scenario) == (feature, scenario)]
    if not kills:
        return _Cell()
    good = [kill for kill in kills if kill.outcome in (Outcome.CAUGHT, Outcome.KEPT)]
    worst = next((kill for kill in kills if kill not in good), None)
    title = "\n".join(f"{k.route}: {k.outcome}{f' at {chr(44).join(k.at)}' if k.at else ''}" for k in kills)
    if row.kind == "defect":  # a scenario that does not catch a defect is none to worry about: another one does
        css = "caught" if good else "caught-elsewhere" if worst and worst.outcome is Outcome.ELSEWHERE else ""
    else:
        css = "kept" if worst is None else worst.outcome.replace(" ", "-")
    return _Cell(f"{len(good)}/{len(kills)}" if good or row.kind == "variant" else "·", css, title)
