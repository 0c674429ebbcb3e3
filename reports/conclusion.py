"""What a run means as a whole: its exit status, and the words that go with it."""

from collections.abc import Iterator
from dataclasses import dataclass

from widget_conformance.reports.identity import Column, columns_of
from widget_conformance.reports.model import Verdict, verdict_of
from widget_conformance.reports.results import Run
from widget_conformance.reports.selection import Selection

_MANY = 6
"""Statements or columns that a conclusion names; more are counted."""


@dataclass(frozen=True)
class Conclusion:
    """The last line of a report."""

    status: int
    verdict: Verdict
    title: str
    text: str


@dataclass(frozen=True)
class Gap:
    """What the suite has for one column, and the run did not judge."""

    column: Column
    trials: int
    """Scenarios by route that are missing."""
    of: int
    statements: tuple[str, ...]
    """Statements about which nothing was run at all."""


def exit_status(run: Run) -> int:
    """0: every promise that was judged is kept; 1: one is broken; 3: inconclusive, incomplete or not all judged."""
    return conclude(run).status


def conclude(run: Run) -> Conclusion:
    """Say what the results mean.

    A broken promise stays broken in a run that was cut off, so 1 goes before 3. A widget that the promises do not
    speak of is no failure beside others that conform; by itself it is 3, for nothing was judged. What nobody asked to
    leave out, and was not judged, is 3; what was left out on request is 0, and no conformance.
    """
    verdicts = {verdict_of(result) for result in run.results}
    verdicts |= {result.verdict_of(s) for result in run.results for s in result.statements}
    if Verdict.FAIL in verdicts:
        return Conclusion(1, Verdict.FAIL, "Not conforming", "at least one promise is broken.")
    unseen = "nothing was seen broken, but not all was judged"
    if Verdict.INCONCLUSIVE in verdicts or Verdict.PASS not in verdicts or not run.complete:
        return Conclusion(3, Verdict.INCONCLUSIVE, "Not decided", f"{unseen}.")
    restriction = run.selection or Selection()
    if gaps := list(_gaps(run, restriction)):
        told = "; ".join(_told(gap) for gap in gaps[:_MANY])
        more = f"; and {len(gaps) - _MANY} more" if len(gaps) > _MANY else ""
        return Conclusion(3, Verdict.INCONCLUSIVE, "Not decided", f"{unseen}: {told}{more}.")
    if len(run.suites) > 1 and not restriction.partly:
        versions = " and ".join(run.suites)
        return Conclusion(
            3, Verdict.INCONCLUSIVE, "Not decided", f"judged by {versions} of the suite; judge anew with one of them."
        )
    if restriction.restricted:
        words = ", ".join(restriction.restricted)
        what = f"kept in what was judged; not a conformance of the release ({words})"
        return Conclusion(0, Verdict.INCONCLUSIVE, "Restricted", f"{what}.")
    return Conclusion(0, Verdict.PASS, "Conforming", f"every promise that was judged is kept{_where(run)}.")


def _judged(run: Run) -> dict[Column, set[tuple[str, str, str, str]]]:
    """The trials of each column that has any to which the promises apply."""
    found: dict[Column, set[tuple[str, str, str, str]]] = {}
    applies = set()
    for column, result in zip(columns_of(run.results, run.origins), run.results, strict=True):
        found.setdefault(column, set()).add((result.browser, result.route, result.feature, result.scenario))
        if verdict_of(result) is not Verdict.NOT_APPLICABLE:
            applies.add(column)
    return {column: trials for column, trials in found.items() if column in applies}


def _gaps(run: Run, restriction: Selection) -> Iterator[Gap]:
    for column, trials in _judged(run).items():
        wanted = {
            trial: statements
            for trial, statements in run.planned.items()
            if trial[0] == column.browser and restriction.has(trial, statements)
        }
        missing = [trial for trial in wanted if trial not in trials]
        if missing:
            touched = {statement for trial in wanted if trial in trials for statement in wanted[trial]}
            untouched = dict.fromkeys(s for trial in missing for s in wanted[trial] if s not in touched)
            yield Gap(column, len(missing), len(wanted), tuple(untouched))


def _told(gap: Gap) -> str:
    where = f"{gap.column.widget} in {gap.column.browser} {gap.column.browser_version}".strip()
    named = ", ".join(gap.statements[:_MANY])
    more = f" and {len(gap.statements) - _MANY} more" if len(gap.statements) > _MANY else ""
    nothing = f", nothing about {named}{more}" if named else ""
    return f"of {where}, {gap.trials} of {gap.of} scenarios are missing{nothing}"


def _where(run: Run) -> str:
    """Which browsers of the suite a widget was not judged in, if any."""
    everywhere = dict.fromkeys(trial[0] for trial in run.planned)
    widgets: dict[str, set[str]] = {}
    for column in _judged(run):
        widgets.setdefault(column.widget, set()).add(column.browser)
    partly = [f"{widget} in {' and '.join(sorted(b))} alone" for widget, b in widgets.items() if not b >= {*everywhere}]
    more = f", and {len(partly) - _MANY} more" if len(partly) > _MANY else ""
    return f" ({', '.join(partly[:_MANY])}{more})" if partly else ""
