"""`widget-conformance prove`: runs the suite over builds with known defects and conforming variants."""

import argparse
from pathlib import Path

from widget_conformance.commands import run as running
from widget_conformance.commands.exits import BROKEN, CONFORMING, UNDECIDED
from widget_conformance.fixtures.catalogue import cases
from widget_conformance.fixtures.plan import NothingToRun
from widget_conformance.reference_impl.builds import Build, catalogue
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
    parser.add_argument("--route", metavar="ID", action="append", default=[], help="only this permission route")
    parser.add_argument("--results", metavar="DIR", type=Path, default=Path("proof"), help="default: proof")
    parser.add_argument("--workers", type=running.positive, metavar="N", help="processes, as for run")
    parser.add_argument("--continue", action="store_true", help="keep the results in the folder, run what is missing")
    parser.add_argument(
        "--until-caught", action="store_true", help="leave a defect alone on a route where a scenario has caught it"
    )
    parser.add_argument(
        "--report-only", action="store_true", help="make the matrix anew from the results in the folder"
    )
    parser.add_argument(
        "--every-scenario", action="store_true", help="run each defect through all scenarios, not only its own"
    )


class UnknownBuild(ValueError):
    """An identifier that no build of the catalogue has."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown build {name!r}; the catalogue has {', '.join(catalogue())}")


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
    if not options.report_only:
        status = running.judge(_as_run(options, builds))
        if status is not None:
            return status
    results = read(options.results)
    everything = not (options.browser or options.statement or options.route or options.until_caught)
    whole = everything and {build.id for build in builds} == set(catalogue())
    proof = prove(results.results, builds, cases(), results.complete, whole)
    page, data = write_page(proof, options.results), write_data(proof, options.results)
    for line in (*proof.warnings, *summary(proof)):
        print(plain(line))
    print(f"Kill matrix                  {page}\nThe same as data             {data}")
    return _status(proof)


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
