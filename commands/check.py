"""`widget-conformance check`: tries a profile on its widget and says what of it was found. No verdicts."""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text
from widget_conformance.commands.exits import CONFORMING, UNDECIDED, naming
from widget_conformance.fixtures.browsers.finding import BROWSERS, UnknownBrowser
from widget_conformance.fixtures.browsers.routes import ROUTES
from widget_conformance.fixtures.stage import Stage
from widget_conformance.fixtures.subject import from_profile
from widget_conformance.fixtures.trying import Situation, try_profile
from widget_conformance.reports.check_page import write_page
from widget_conformance.reports.lock import take
from widget_conformance.reports.text import plain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("profile", metavar="PROFILE", type=Path, help="the profile (TOML)")
    parser.add_argument("--browser", metavar="NAME", default="chromium", help="chromium or firefox (default: chromium)")
    parser.add_argument("--results", metavar="DIR", type=Path, default=Path("check"), help="default: check")
    parser.add_argument("--headed", action="store_true", help="show the browser's window")


def execute(options: argparse.Namespace) -> int:
    """Try the profile; 0 when every entry was found where it ought to be, 3 when one was not."""
    if options.browser not in BROWSERS:
        raise UnknownBrowser(options.browser)
    subject = from_profile(options.profile)
    route = next(route for route in ROUTES if route.browser == options.browser and route.primary)
    with naming(options.results):
        options.results.mkdir(parents=True, exist_ok=True)
        take(options.results)
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())

    def told(situation: Situation) -> None:
        console.print(_table(situation))

    with closing(Stage(headless=not options.headed)) as stage:
        situations = try_profile(stage, subject, route, told)
    with naming(options.results):
        page = write_page(subject.name, options.browser, situations, options.results)
    looks = [look for situation in situations for look in situation.looks if look.needed]
    missing = [look.entry for look in looks if not look.found]
    problems = sum(len(situation.problems) for situation in situations)
    console.print(f"Found {len(looks) - len(missing)} of {len(looks)} entries; {problems} problem(s).")
    console.print(f"Page with screenshots  {page}", soft_wrap=True)
    if missing or problems:
        console.print(f"Next: mend the profile where something is missing, and check again: {options.profile}")
        return UNDECIDED
    console.print(f"Next: widget-conformance run --profile {options.profile}")
    return CONFORMING


def _table(situation: Situation) -> Table | Text:
    if situation.complete and not situation.looks:
        return Text.assemble((plain(situation.title, 120), "bold"), ": as it ought to be")
    table = Table(title=Text(plain(situation.title, 120), "bold"), title_justify="left", expand=False)
    table.add_column("Entry", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("What was found, or what is there instead", overflow="fold")
    for look in situation.looks:
        absent = Text("✘ not found", "red") if look.needed else Text("\N{EN DASH} not seen", "dim")
        sign = Text("✔ found", "green") if look.found else absent
        frame = f" (in the frame {plain(look.frame, 100)})" if look.frame else ""
        table.add_row(look.entry, sign, Text(plain(look.what, 600) + frame))
    for problem in situation.problems:
        table.add_row("", Text("! problem", "yellow"), Text(plain(problem, 800)))
    return table
