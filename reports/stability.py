"""Whether the same scenario has the same verdict each time."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from widget_conformance.reports.identity import Identity, identities
from widget_conformance.reports.model import Result, Verdict
from widget_conformance.reports.results import Run


@dataclass(frozen=True)
class Stability:
    """What several rounds of one run say of the verdicts themselves."""

    rounds: int
    runs: int
    scenarios: int
    """Scenarios by browser, route and subject."""
    verdicts: tuple[Verdict, ...]
    differing: tuple[str, ...]
    """A line for each scenario whose verdicts are not all the same."""
    incomplete: tuple[str, ...]
    """Names of rounds that did not come to their end."""


def compare(rounds: Mapping[str, Run]) -> Stability:
    """Hold the verdicts of each scenario against each other; `rounds` by name, in order."""
    found: dict[Identity, list[tuple[str, Result]]] = {}
    for name, run in rounds.items():
        for identity, result in zip(identities(run.results, run.origins), run.results, strict=True):
            found.setdefault(identity, []).append((name, result))
    differing = [_told(key, results) for key, results in found.items() if len({r.verdict for _, r in results}) > 1]
    everything = [result.verdict for results in found.values() for _, result in results]
    return Stability(
        len(rounds),
        len(everything),
        len(found),
        tuple(everything),
        tuple(differing),
        tuple(name for name, run in rounds.items() if not run.complete),
    )


def _told(key: Identity, results: list[tuple[str, Result]]) -> str:
    subject, route, scenario = key.column.widget, key.route, key.scenario
    counts = Counter(result.verdict for _, result in results)
    usual = counts.most_common(1)[0][0]
    odd = [f"{name}: {result.verdict}, {result.reason}" for name, result in results if result.verdict is not usual]
    return f"{subject} on {route}, {scenario!r}: {', '.join(f'{n} {v}' for v, n in counts.items())}; {'; '.join(odd)}"
