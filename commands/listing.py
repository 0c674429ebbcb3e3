"""`widget-conformance list`: what is tested, read from the features."""

import argparse
import json
import sys

from rich.console import Console
from rich.table import Table
from widget_conformance.fixtures.catalogue import cases


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="one JSON document, for programs")


def execute(options: argparse.Namespace) -> int:
    """Print every scenario with its statements and the routes that can do what it says."""
    found = cases()
    if options.json:
        rows = [
            {
                "section": case.section,
                "feature": case.feature,
                "rule": case.rule,
                "scenario": case.scenario,
                "statements": list(case.statements),
                "steps": list(case.steps),
                "routes": [{"browser": route.browser, "route": route.id} for route in case.routes],
            }
            for case in found
        ]
        json.dump(rows, sys.stdout, ensure_ascii=False, indent=2)
        print()
        return 0
    table = Table("Scenario", "Statements", "Browser: route")
    for case in found:
        routes = "\n".join(f"{route.browser}: {route.title}" for route in case.routes)
        table.add_row(case.scenario, ", ".join(case.statements), routes)
        table.add_section()
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    print(f"{len(found)} scenarios, {sum(len(case.routes) for case in found)} results for each subject")
    return 0
