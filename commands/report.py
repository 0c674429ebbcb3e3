"""`widget-conformance report`: table, page and Allure report, made from results alone."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from widget_conformance.fixtures.catalogue import suite
from widget_conformance.reports import allure_report
from widget_conformance.reports.conclusion import exit_status
from widget_conformance.reports.lock import holder
from widget_conformance.reports.merging import read_all
from widget_conformance.reports.page import write_page
from widget_conformance.reports.results import ResultsNotWritten, Run
from widget_conformance.reports.selection import Selection
from widget_conformance.reports.table import print_table

ALLURE_RESULTS = "allure-results"
"""Folder within a results folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "results", nargs="*", type=Path, default=[Path("results")], help="results folders (default: results)"
    )
    parser.add_argument(
        "--partly", action="store_true", help="take the folders for a part on purpose: what is missing is no doubt"
    )
    parser.add_argument("--no-allure", action="store_true", help="leave the Allure report out")


def execute(options: argparse.Namespace) -> int:
    """Write the reports into the last of the folders."""
    run = whole(read_all(options.results))
    busy = [
        f"{folder} is in use by {who}: its run is not over" for folder in options.results if (who := holder(folder))
    ]
    run = replace(run, problems=(*run.problems, *busy))
    if options.partly:
        run = replace(run, selection=replace(run.selection or Selection(), partly=True))
    write_reports(run, options.results[-1], allure=not options.no_allure and not busy)
    return exit_status(run)


def whole(run: Run) -> Run:
    """The run, held against all that the suite has."""
    return replace(run, planned=suite())


def write_reports(run: Run, folder: Path, allure: bool) -> None:
    """Print the table, write page and Allure report into the folder, and say where they are."""
    print_table(run, sys.stdout)
    written = [("Results", folder / "results.jsonl")]
    try:
        written.append(("Conformance table", write_page(run, folder)))
    except OSError as error:
        raise ResultsNotWritten(f"no page could be written into {folder}: {error.strerror or error}") from error
    if allure and (folder / ALLURE_RESULTS).is_dir():
        environments = sorted({(r.version, r.browser) for r in run.results}, key=str)
        try:
            index = allure_report.generate(
                folder / ALLURE_RESULTS, folder / "allure-report", folder / "allure-history.jsonl", environments
            )
            written.append(("Allure report", index))
        except (allure_report.AllureNotInstalled, allure_report.NoAllureResults) as error:
            print(f"widget-conformance: {error}", file=sys.stderr)
    width = max(len(what) for what, _ in written)
    for what, path in written:
        print(f"{what:<{width}}  {path}")
