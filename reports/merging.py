"""Several results folders as one run: nothing that was seen is lost, and no broken promise is hidden."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from widget_conformance.reports.identity import Identity, identities
from widget_conformance.reports.model import Result, Verdict, verdict_of
from widget_conformance.reports.results import NoResults, Run, read


def read_all(folders: Sequence[Path]) -> Run:
    """Several folders as one run.

    Results of different builds, browser releases or machines stay beside each other; of the same `Identity` a later
    folder's takes the place of an earlier one's, as `merged` says. The run is complete only when each part is. Of budgets
    that differ each is shown with the subjects that it held for.
    """
    if not folders:
        raise NoResults("no results folder was named")
    folders = list({folder.resolve(): folder for folder in folders}.values())
    runs = [read(folder) for folder in folders]
    if len(runs) == 1:
        return runs[0]
    kept = merged(
        (identity, result, origin)
        for run in runs
        for identity, result, origin in zip(identities(run.results, run.origins), run.results, run.origins, strict=True)
    )
    known = all(run.expected is not None for run in runs)
    missing = sum(max(0, (run.expected or 0) - len(run.results)) for run in runs)
    finished = [run.finished for run in runs if run.finished is not None]
    return Run(
        results=tuple(result for result, _ in kept),
        origins=tuple(origin for _, origin in kept),
        expected=len(kept) + missing if known else None,
        started=min((run.started for run in runs if run.started), default=None),
        finished=max(finished) if len(finished) == len(runs) else None,
        command=runs[-1].command,
        tool_version=runs[-1].tool_version,
        budgets=_merged_budgets(runs, folders),
        problems=tuple(problem for run in runs for problem in run.problems),
        suites=tuple(dict.fromkeys(suite for run in runs for suite in run.suites)),
    )


def _merged_budgets(runs: Sequence[Run], folders: Sequence[Path]) -> dict[str, Mapping[str, Any]]:
    """One number for a name on which all folders agree, or one for each folder, by its subjects."""
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for run, folder in zip(runs, folders, strict=True):
        whose = ", ".join(sorted({result.subject for result in run.results})) or str(folder)
        for name, budget in run.budgets.items():
            found.setdefault(name, []).append((whose, budget))
    merged: dict[str, Mapping[str, Any]] = {}
    for name, held in found.items():
        agreed = len({budget["ms"] for _, budget in held}) == 1
        agreed = agreed and not any(other.startswith(f"{name} (") for other in found)  # of a folder with several
        for whose, budget in held:
            shown = name if agreed else f"{name} ({whose})"
            while merged.get(shown, budget)["ms"] != budget["ms"]:
                shown = f"{shown}, another time"
            merged[shown] = budget
    return merged


def merged(results: Iterable[tuple[Identity, Result, Path]]) -> list[tuple[Result, Path]]:
    """What is left of several runs, given in their order.

    A later result takes the place of one of the same identity that said no more; it never hides a broken promise, and
    a doubt never hides what was decided. What stays beside each other is judged together, and the worst counts.
    """
    kept: dict[Identity, list[tuple[Result, Path]]] = {}
    for identity, result, origin in results:
        there = kept.setdefault(identity, [])
        if any(earlier == result for earlier, _ in there):
            continue  # the same run, named or copied twice
        there[:] = [(earlier, place) for earlier, place in there if not _superseded(earlier, result)]
        there.append((result, origin))
    return [one for there in kept.values() for one in there]


def _superseded(earlier: Result, later: Result) -> bool:
    """Whether the later try says all that the earlier one said, and more."""
    before, after = verdict_of(earlier), verdict_of(later)
    if before is Verdict.FAIL or not set(earlier.statements) <= set(later.statements):
        return False
    return after in (Verdict.PASS, Verdict.FAIL) or before is after
