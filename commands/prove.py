"""`widget-conformance prove`: runs the suite over builds with known defects and conforming variants."""

import argparse
from collections.abc import Container, Iterable
from difflib import get_close_matches
from pathlib import Path

from widget_conformance.commands import run as running
from widget_conformance.commands.exits import BROKEN, CONFORMING, UNDECIDED, naming
from widget_conformance.fixtures.catalogue import Case, cases
from widget_conformance.fixtures.plan import NothingToRun
from widget_conformance.reference_impl.builds import Build, catalogue
from widget_conformance.reports.lock import holder
from widget_conformance.reports.proof import Proof, prove, write_data
from widget_conformance.reports.proof_page import summary, write_page
from widget_conformance.reports.results import read
from widget_conformance.reports.text import plain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; without any the whole catalogue is run."""
    parser.add_argument(
        "--build", metavar="ID", action="append", default=[], help="only this build, such as D06 or V03"
    )
    parser.add_argument("--kind", choices=("defect", "variant"), help="only defects, or only variants")
    parser.add_argument(
        "--browser", metavar="NAME", action="append", default=[], help="chromium or firefox (default: both)"
    )
    parser.add_argument(
        "--statement", metavar="ID", action="append", default=[], help="only scenarios of this statement"
    )
    parser.add_argument(
        "--scenario", metavar="TITLE", action="append", default=[], help="only the scenario of this title"
    )
    parser.add_argument("--route", metavar="ID", action="append", default=[], help="only this permission route")
    parser.add_argument("--results", metavar="DIR", type=Path, default=Path("proof"), help="default: proof")
    parser.add_argument("--workers", type=running.positive, metavar="N", help="processes, as for run")
    parser.add_argument("--continue", action="store_true", help="keep the results in the folder, run what is missing")
    parser.add_argument(
        "--until-caught",
        action="store_true",
        help="leave a defect alone on a route where a scenario has caught it; at last, see to the scenarios that "
        "have caught none",
    )
    parser.add_argument(
        "--report-only", action="store_true", help="make the matrix anew from the results in the folder"
    )
    parser.add_argument(
        "--every-scenario", action="store_true", help="run each defect through all scenarios, not only its own"
    )


CANDIDATES, AT_ONCE = 9, 3
"""How many defects are tried on a scenario that has caught none yet, and how many in one go."""


class UnknownBuild(ValueError):
    """An identifier that no build of the catalogue has."""

    def __init__(self, name: str) -> None:
        known = {id_.lower(): id_ for id_ in catalogue()}
        near = get_close_matches(name.lower(), known, n=1)
        hint = f"; did you mean {known[near[0]]}?" if near else "; defects are D01 and on, variants V01 and on"
        super().__init__(f"unknown build {name!r}{hint} (`widget-conformance serve` shows them all)")


def chosen(names: list[str], kind: str | None) -> list[Build]:
    """The builds that the options name; raises `UnknownBuild` or `NothingToRun`."""
    known = {build.id.lower(): build for build in catalogue().values()}
    for name in names:
        if name.lower() not in known:
            raise UnknownBuild(name)
    builds = [known[name.lower()] for name in names] or list(catalogue().values())
    builds = [build for build in builds if kind in (None, build.kind)]
    if not builds:
        raise NothingToRun(f"none of the builds is a {kind}")
    return builds


def execute(options: argparse.Namespace) -> int:
    """Run, write the matrix, and return 0 only when every defect was caught and no variant was accused."""
    builds = chosen(options.build, options.kind)
    restricted = bool(options.browser or options.statement or options.scenario or options.route)
    whole = not restricted and {b.id for b in builds} >= {b.id for b in catalogue().values() if b.kind == "defect"}
    if not options.report_only:
        status = running.judge(_as_run(options, builds))
        if status is None and whole and options.until_caught:
            status = _prove_scenarios(options, builds)
        if status is not None:
            return status
    results = read(options.results)
    proof = prove(results.results, builds, cases(), results.complete and not holder(options.results), whole)
    with naming(options.results):
        page, data = write_page(proof, options.results), write_data(proof, options.results)
    for line in (*proof.warnings, *summary(proof)):
        print(plain(line))
    print(f"Kill matrix                  {page}\nThe same as data             {data}")
    return _status(proof)


def candidates(case: Case, builds: Iterable[Build]) -> list[Build]:
    """Defects that may make a scenario fail on some route, the likeliest first."""
    able = [
        build
        for build in builds
        if build.kind == "defect"
        and any(build.can_show_on(route.id, route.browser, case.statements) for route in case.routes)
    ]
    return sorted(able, key=lambda build: build.rank(case.scenario, case.statements))


def _prove_scenarios(options: argparse.Namespace, builds: list[Build]) -> int | None:
    """Find a defect for each scenario that no defect has made fail: each defect was left alone once it was caught.

    Returns an exit status only when the run went wrong.
    """
    unproven = _unproven(options, builds)
    for begin in range(0, CANDIDATES, AT_ONCE):
        for case in cases():
            trying = candidates(case, builds)[begin : begin + AT_ONCE]
            if not trying or (case.feature, case.scenario) not in unproven:
                continue
            again = {"continue": True, "until_caught": False, "scenario": [case.scenario], "every_scenario": False}
            status = running.judge(_as_run(argparse.Namespace(**vars(options) | again), trying))
            if status is not None:
                return status
            unproven = _unproven(options, builds)
    return None


def _unproven(options: argparse.Namespace, builds: list[Build]) -> Container[tuple[str, str]]:
    """Feature and title of the scenarios that caught none so far; nothing once the run was interrupted."""
    run = read(options.results)
    return prove(run.results, builds, cases(), complete=True, whole=True).unproven if run.complete else ()


def _as_run(options: argparse.Namespace, builds: list[Build]) -> argparse.Namespace:
    given = vars(options) | {
        "subject": [build.subject for build in builds],
        "profile": [],
        "judge_any_version": False,
        "headed": False,
        "no_allure": True,
        "aimed": not options.every_scenario,
    }
    return argparse.Namespace(**given)


def _status(proof: Proof) -> int:
    if not proof.complete:
        return UNDECIDED
    return CONFORMING if proof.proven else BROKEN
