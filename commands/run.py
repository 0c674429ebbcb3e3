"""`widget-conformance run`: judges widgets by running pytest over the features, then makes the reports."""

import argparse
import contextlib
import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from widget_conformance.commands.exits import UNDECIDED, WRONG_USE
from widget_conformance.commands.report import ALLURE_RESULTS, whole, write_reports
from widget_conformance.fixtures.browsers.finding import BrowserMissing, find
from widget_conformance.fixtures.catalogue import features_folder
from widget_conformance.fixtures.options import PREFIX
from widget_conformance.fixtures.plan import Selection, expected
from widget_conformance.fixtures.subject import DEFAULT_SUBJECTS, chosen
from widget_conformance.reports.conclusion import exit_status
from widget_conformance.reports.lock import take
from widget_conformance.reports.results import RUN, claim, read

_PLUGINS = ("pytest-bdd", "xdist", "allure_pytest", "widget_conformance.fixtures.plugin")
"""All that pytest loads: whatever else is installed is about other tests."""
_SEVERAL = ("subject", "profile", "browser", "statement", "scenario", "route")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; those that select can be given several times."""
    several: dict[str, Any] = {"action": "append", "default": []}
    default = " and ".join(DEFAULT_SUBJECTS)
    parser.add_argument("--subject", metavar="NAME", help=f"reference@5.1 and the like (default: {default})", **several)
    parser.add_argument("--profile", metavar="FILE", help="profile of a widget of your own", **several)
    parser.add_argument("--browser", metavar="NAME", help="chromium or firefox (default: both)", **several)
    parser.add_argument("--statement", metavar="ID", help="only scenarios of this statement", **several)
    parser.add_argument("--scenario", metavar="TITLE", help="only the scenario of this title", **several)
    parser.add_argument("--route", metavar="ID", help="only this permission route", **several)
    parser.add_argument("--results", metavar="DIR", type=Path, default=Path("results"), help="default: results")
    parser.add_argument("--judge-any-version", action="store_true", help="judge builds below 5.1 too")
    parser.add_argument(
        "--aimed", action="store_true", help="judge a defective build only by scenarios of what it is said to break"
    )
    parser.add_argument("--continue", action="store_true", help="keep the results in the folder, run what is missing")
    parser.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes (default: one for each route, at most as many as there are cores)",
    )
    parser.add_argument("--headed", action="store_true", help="show the browsers' windows")
    parser.add_argument("--no-allure", action="store_true", help="leave the Allure report out")


def positive(text: str) -> int:
    """An option's value that is a number from 1."""
    if not (text.isascii() and text.isdecimal()) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)


def execute(options: argparse.Namespace) -> int:
    """Run, report, and return the exit status that the results mean."""
    status = judge(options)
    if status is not None:
        return status
    run = whole(read(options.results))
    write_reports(run, options.results, allure=not options.no_allure)
    return exit_status(run)


def judge(options: argparse.Namespace) -> int | None:
    """Run pytest over the features; return an exit status only when there are no results to report."""
    subjects = chosen(options.subject, options.profile)
    browsers, routes, statements, scenarios = (
        tuple(getattr(options, name)) for name in ("browser", "route", "statement", "scenario")
    )
    selection = Selection(browsers, routes, statements, options.aimed, scenarios)
    planned = expected(subjects, selection)
    for browser in sorted({trial.route.browser for trial, _ in planned}):
        try:
            find(browser)
        except BrowserMissing as error:
            print(f"widget-conformance: {error} Its scenarios will be inconclusive.", file=sys.stderr)
    claim(options.results, *([] if options.no_allure else [ALLURE_RESULTS]))
    take(options.results)
    used = len({trial.route.id for trial, _ in planned})
    earlier = _written(options.results)
    status = _pytest(_words(options, options.workers or min(used, os.cpu_count() or 1)), options.debug)
    if status == pytest.ExitCode.USAGE_ERROR:
        return WRONG_USE
    if _written(options.results) == earlier:
        print("widget-conformance: the run ended before it began; what is in the folder is older", file=sys.stderr)
        return UNDECIDED
    return None


def _pytest(words: list[str], debug: bool) -> int:
    """Run pytest; away from a terminal what it says is shown only when it could not do its work.

    That somebody ended the run is one word: where pytest was just then is nobody's concern but a developer's.
    """
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for theirs in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):  # of whoever calls us, and not about our features
        os.environ.pop(theirs, None)
    workers = _Workers()
    if sys.stdout.isatty():
        status = pytest.main(words, plugins=[workers])
        workers.clear_up()
        return status
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = pytest.main(words, plugins=[workers])
    workers.clear_up()
    if status == pytest.ExitCode.INTERRUPTED and not debug:
        print("interrupted", file=sys.stderr)
    elif status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        print(said.getvalue().strip(), file=sys.stderr)
    return status


class _Workers:
    """Sees to what processes leave that were killed, and could not clear up themselves."""

    def __init__(self) -> None:
        self._killed = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, error: object) -> None:
        """Note that a process of pytest-xdist has ended; without an error it was told to."""
        self._killed |= error is not None

    def clear_up(self) -> None:
        """Remove the temporary files of processes that were killed: whoever makes a stage does that first."""
        if self._killed:
            from widget_conformance.fixtures.stage import Stage  # noqa: PLC0415 - a second, which runs seldom need

            Stage().close()


def _written(folder: Path) -> int | None:
    """When the run in a folder last noted something about itself, in nanoseconds."""
    file = folder / RUN
    return file.stat().st_mtime_ns if file.exists() else None


def _words(options: argparse.Namespace, workers: int) -> list[str]:
    """The command line of pytest."""
    folder = str(features_folder())
    # A pytest configuration of whoever calls us is not about our features.
    words = [folder, "-c", os.devnull, "--rootdir", folder, "--confcutdir", folder, "--noconftest"]
    words += ["-p", "no:cacheprovider", "-p", "no:tmpdir"]
    more = os.environ.get("WIDGET_CONFORMANCE_PLUGINS", "").split(",")  # whoever extends the suite names modules here
    words += [word for plugin in (*_PLUGINS, *filter(None, more)) for word in ("-p", plugin)]
    words += ["-qq", "--no-header", "--no-summary", "--tb=long" if options.debug else "--tb=no"]
    if workers > 1:
        words += ["-n", str(workers)]
    if not options.no_allure:
        words += ["--alluredir", str(options.results / ALLURE_RESULTS), "--clean-alluredir"]
    for name in _SEVERAL:
        for value in getattr(options, name):
            words += [f"--{PREFIX}{name}", value]
    words += [f"--{PREFIX}results", str(options.results)]
    flags = ("judge-any-version", "headed", "aimed", "until-caught", "continue")
    words += [f"--{PREFIX}{flag}" for flag in flags if getattr(options, flag.replace("-", "_"), False)]
    return words
