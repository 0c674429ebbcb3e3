"""What a run over builds with known defects says of the suite itself: which defect was caught, where and by what.

A defect counts as caught on a route when a scenario there failed *at a statement that the defect is said to break*. A
failure at other statements alone is a warning: the suite noticed something, but not what was wrong.
"""

import enum
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from widget_conformance.reports.model import Result, Verdict
from widget_conformance.reports.results import write_atomically

DATA = "kill-matrix.json"


class Build(Protocol):
    """What a report needs to know of a build under proof."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def breaks(self) -> tuple[str, ...]: ...
    @property
    def subject(self) -> str: ...
    def equivalent_on(self, route: str, browser: str) -> str | None:
        """Why nothing can be seen on a route; None where it can."""


class Scenario(Protocol):
    """What a report needs to know of a scenario."""

    @property
    def feature(self) -> str: ...
    @property
    def scenario(self) -> str: ...


class Outcome(enum.StrEnum):
    """What became of one build in one scenario, or on one route."""

    CAUGHT = "caught"
    ELSEWHERE = "caught elsewhere"
    """Failed, but at no statement that the defect is said to break."""
    SURVIVED = "survived"
    UNDECIDED = "undecided"
    EQUIVALENT = "equivalent"
    """Cannot be told from the release there, or no customer can do there with it what the scenario says."""
    KEPT = "kept"
    """A conforming variant that passed."""
    ACCUSED = "accused"
    """A conforming variant that failed."""


_WEIGHT = (
    *(Outcome.ACCUSED, Outcome.CAUGHT, Outcome.ELSEWHERE, Outcome.UNDECIDED, Outcome.SURVIVED, Outcome.KEPT),
    Outcome.EQUIVALENT,
)
"""Which outcome tells for several scenarios of one route: the first of these that is there."""


@dataclass(frozen=True)
class Kill:
    """One build in one scenario by one route."""

    build: str
    route: str
    browser: str
    feature: str
    scenario: str
    outcome: Outcome
    at: tuple[str, ...]
    """Statements at which it failed, or was not applicable."""
    observed: str
    """What was seen at the first of them, or why nothing could be found out."""
    seconds: float
    """How long the scenario took to its verdict."""


@dataclass(frozen=True)
class Row:
    """One build over all routes."""

    id: str
    kind: str
    title: str
    breaks: tuple[str, ...]
    routes: Mapping[str, Outcome]
    equivalent: Mapping[str, str]
    """Routes on which nothing can be seen, with the reason."""
    kills: tuple[Kill, ...]

    @property
    def visible(self) -> tuple[str, ...]:
        """Routes that were run and can show the build."""
        return tuple(route for route, outcome in self.routes.items() if outcome is not Outcome.EQUIVALENT)

    @property
    def quickest_s(self) -> float | None:
        """Seconds of the quickest scenario that caught the defect."""
        return min((k.seconds for k in self.kills if k.outcome is Outcome.CAUGHT), default=None)


@dataclass(frozen=True)
class Proof:
    """The kill matrix with its figures."""

    rows: tuple[Row, ...]
    scenarios: tuple[tuple[str, str], ...]
    """Feature and title of each."""
    unproven: tuple[tuple[str, str], ...]
    """Scenarios that no defect made fail."""
    complete: bool
    whole: bool
    """Whether every defect of the catalogue was run, by all routes: only then a scenario can be called unproven."""

    def _of(self, kind: str) -> list[Row]:
        return [row for row in self.rows if row.kind == kind]

    @property
    def visible(self) -> int:
        """Pairs of defect and route where it can be seen."""
        return sum(len(row.visible) for row in self._of("defect"))

    @property
    def caught(self) -> int:
        """Of these pairs, those that were caught."""
        return sum(list(row.routes.values()).count(Outcome.CAUGHT) for row in self._of("defect"))

    @property
    def defects_caught(self) -> tuple[int, int]:
        """Defects caught on every route where they can be seen, of all that can be seen somewhere."""
        seen = [row for row in self._of("defect") if row.visible]
        return sum(all(row.routes[r] is Outcome.CAUGHT for r in row.visible) for row in seen), len(seen)

    @property
    def accused(self) -> tuple[int, int]:
        """Conforming variants with a failure, of those that were run."""
        variants = [row for row in self._of("variant") if row.kills]
        return sum(Outcome.ACCUSED in row.routes.values() for row in variants), len(variants)

    @property
    def undecided(self) -> int:
        """Results that were inconclusive."""
        return sum(kill.outcome is Outcome.UNDECIDED for row in self.rows for kill in row.kills)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not as it should be, a line each."""
        told = []
        for row in self.rows:
            for route, outcome in row.routes.items():
                if outcome in (Outcome.SURVIVED, Outcome.ELSEWHERE, Outcome.UNDECIDED, Outcome.ACCUSED):
                    why = next((k.observed for k in row.kills if k.route == route and k.outcome is outcome), "")
                    told.append(f"{row.id} ({row.title}) on {route}: {outcome}{f': {why}' if why else ''}")
        return tuple(told)

    @property
    def proven(self) -> bool:
        """Whether everything that was run came out as it must."""
        caught, seen = self.defects_caught
        return self.complete and caught == seen and not self.warnings and not (self.whole and self.unproven)


def prove(
    results: Sequence[Result], builds: Iterable[Build], scenarios: Iterable[Scenario], complete: bool, whole: bool
) -> Proof:
    """Hold results against what the catalogue says of each build."""
    by_subject: dict[str, list[Result]] = {}
    for result in results:
        by_subject.setdefault(result.subject, []).append(result)
    name = _route_names(results)
    ran = {(r.route, r.browser, name(r)) for r in results}
    rows = tuple(_row(build, by_subject.get(build.subject, []), sorted(ran), name) for build in builds)
    titles = tuple((s.feature, s.scenario) for s in scenarios)
    killed = {(k.feature, k.scenario) for row in rows for k in row.kills if k.outcome is Outcome.CAUGHT}
    return Proof(rows, titles, tuple(title for title in titles if title not in killed), complete, whole)


def _route_names(results: Sequence[Result]) -> Callable[[Result], str]:
    """The routes of a matrix: a release of the browser has columns of its own where there is more than one."""
    releases: dict[str, set[tuple[str, str]]] = {}
    for result in results:
        if result.browser_version:
            releases.setdefault(result.browser, set()).add((result.browser_version, result.machine))
    several = {browser for browser, known in releases.items() if len(known) > 1}

    def name(result: Result) -> str:
        told = " ".join(filter(None, (result.browser_version, result.machine)))
        return f"{result.route} ({told})" if result.browser in several and told else result.route

    return name


def _row(
    build: Build, results: Sequence[Result], ran: Sequence[tuple[str, str, str]], name: Callable[[Result], str]
) -> Row:
    kills = tuple(replace(_kill(build, result), route=name(result)) for result in results)
    equivalent = {shown: why for route, browser, shown in ran if (why := build.equivalent_on(route, browser))}
    routes: dict[str, Outcome] = dict.fromkeys(equivalent, Outcome.EQUIVALENT)
    for route in dict.fromkeys(kill.route for kill in kills):
        if route not in equivalent:
            there = {kill.outcome for kill in kills if kill.route == route}
            routes[route] = next(outcome for outcome in _WEIGHT if outcome in there)
    return Row(build.id, build.kind, build.title, tuple(build.breaks), routes, equivalent, kills)


def _failed(build: Build, result: Result) -> dict[str, str]:
    """Statements at which the build failed, and what was observed."""
    if result.verdict is Verdict.NOT_APPLICABLE and "SCOPE-1" in build.breaks:
        return {"SCOPE-1": result.reason}
    return {j.statement: j.observed for j in result.judgements if j.verdict is Verdict.FAIL}


def earned(build: Build, result: Result) -> tuple[str, ...]:
    """The statements at which a result catches a build: broken by the defect, and failed."""
    return tuple(s for s in build.breaks if s in _failed(build, result))


def _kill(build: Build, result: Result) -> Kill:
    failed, at = _failed(build, result), earned(build, result)
    observed = failed[at[0]] if at else next(iter(failed.values()), "")
    if result.verdict is Verdict.NOT_APPLICABLE and result.timeline:  # begun, and not judged: it is not for its version
        outcome = Outcome.EQUIVALENT
    elif build.kind == "variant":
        outcome = {Verdict.PASS: Outcome.KEPT, Verdict.FAIL: Outcome.ACCUSED}.get(result.verdict, Outcome.UNDECIDED)
    elif at:
        outcome = Outcome.CAUGHT
    elif failed or result.verdict is Verdict.FAIL:
        outcome = Outcome.ELSEWHERE
    else:
        outcome = Outcome.SURVIVED if result.verdict is Verdict.PASS else Outcome.UNDECIDED
    return Kill(
        build.id,
        result.route,
        result.browser,
        result.feature,
        result.scenario,
        outcome,
        at or tuple(failed),
        observed or result.reason,
        result.seconds,
    )


def write_data(proof: Proof, folder: Path) -> Path:
    """Write `kill-matrix.json`: the figures, each build with its routes, each scenario run; return its path."""
    caught, seen = proof.defects_caught
    accused, variants = proof.accused
    data: dict[str, Any] = {
        "defects_caught": caught,
        "defects_visible": seen,
        "pairs_caught": proof.caught,
        "pairs_visible": proof.visible,
        "variants_accused": accused,
        "variants": variants,
        "undecided": proof.undecided,
        "complete": proof.complete,
        "whole_catalogue": proof.whole,
        "unproven": [{"feature": feature, "scenario": scenario} for feature, scenario in proof.unproven],
        "warnings": list(proof.warnings),
        "builds": [asdict(row) for row in proof.rows],
    }
    path = folder / DATA
    write_atomically(path, json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n")
    return path
