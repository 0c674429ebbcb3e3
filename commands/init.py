"""`widget-conformance init`: proposes a profile for a page."""

import argparse
import contextlib
import os
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from widget_conformance.commands.exits import CONFORMING, UNDECIDED, naming
from widget_conformance.fixtures import profile as profiles
from widget_conformance.fixtures.browsers.finding import BROWSERS, UnknownBrowser
from widget_conformance.fixtures.discovery import LATER, discover, given
from widget_conformance.fixtures.stage import Stage
from widget_conformance.fixtures.verdicts import Inconclusive
from widget_conformance.reports.text import plain


class FileInTheWay(ValueError):
    """The profile is there already, and was not to be replaced."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("url", metavar="URL", help="page with the widget")
    parser.add_argument(
        "--output", metavar="FILE", type=Path, default=Path("profile.toml"), help="default: profile.toml"
    )
    parser.add_argument(
        "--extends",
        metavar="FILE",
        type=Path,
        help="profile that says how the page is reached: a log-in, a proxy, steps that lead to the call button",
    )
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")
    parser.add_argument("--browser", metavar="NAME", default="chromium", help="chromium or firefox (default: chromium)")
    parser.add_argument(
        "--query",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="added to the address; {far_end_url} is filled in",
    )


def execute(options: argparse.Namespace) -> int:
    """Write the profile and say what was found; 3 when no call button was."""
    if options.browser not in BROWSERS:
        raise UnknownBrowser(options.browser)
    if options.output.exists() and not options.force:
        raise FileInTheWay(f"{options.output} is there already; --force replaces it, --output FILE writes another")
    query = _query(options.query)
    profile = given(options.url, query, options.extends)
    with closing(Stage()) as stage:
        try:
            found = discover(stage.browser(options.browser, profile), profile, options.url, query)
        except Inconclusive as error:
            print(f"widget-conformance: {plain(str(error), 400)}")
            return UNDECIDED
    if options.extends:
        found.extends = Path(os.path.relpath(options.extends, options.output.parent)).as_posix()
    with naming(options.output):
        options.output.write_text(found.toml(_schema(options.output.parent)), encoding="utf-8")
    for one in (found.version, *found.entries):
        if one.told:
            print(f"{one.entry:<20} {plain(one.told, 200)}")
    print(f"{'with a call':<20} {', '.join(LATER)}: check tells")
    for warning in found.warnings:
        print(f"! {plain(warning)}")
    for socket in found.sockets:
        print(f"! the page opened {plain(socket, 200)}: the widget has to be pointed at the far end instead, see query")
    for name in found.launchers:
        print(f"! perhaps the widget is behind the button {plain(name, 80)!r}: see before_call")
    print(f"Written: {options.output}\nNext: widget-conformance check {options.output}")
    return CONFORMING if found.can_call else UNDECIDED


def _schema(folder: Path) -> str | None:
    """Where an editor finds the schema from a folder; None if it is not below that: no path of this machine is told."""
    schema = Path(str(files(profiles.__package__ or "widget_conformance.fixtures") / "profile.schema.json"))
    with contextlib.suppress(ValueError):
        return schema.resolve().relative_to(folder.resolve()).as_posix()
    return None


class BadQuery(ValueError):
    """A --query that is no NAME=VALUE."""


def _query(given: list[str]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise BadQuery(f"--query {text!r}: expected NAME=VALUE, such as sip={{far_end_url}}")
        pairs[name] = value
    return pairs
