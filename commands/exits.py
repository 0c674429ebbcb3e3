"""What an exit status means, and which errors lead to which."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFORMING = 0
BROKEN = 1
WRONG_USE = 2
UNDECIDED = 3
INTERRUPTED = 3
"""An interrupted run is incomplete."""


def wrong_use_errors() -> tuple[type[Exception], ...]:
    """Errors that are mended on the command line or in a profile."""
    from widget_conformance.commands.init import BadQuery, FileInTheWay  # noqa: PLC0415
    from widget_conformance.commands.prove import UnknownBuild  # noqa: PLC0415
    from widget_conformance.fixtures.browsers.finding import UnknownBrowser  # noqa: PLC0415 - loaded on error only
    from widget_conformance.fixtures.far_end.signalling import BrokenSignalling, UnknownSignalling  # noqa: PLC0415
    from widget_conformance.fixtures.loop import PortTaken  # noqa: PLC0415
    from widget_conformance.fixtures.plan import NothingToRun, UnknownRoute, UnknownScenario, UnknownStatement  # noqa: PLC0415
    from widget_conformance.fixtures.profile import ProfileError  # noqa: PLC0415
    from widget_conformance.fixtures.subject import SameName, UnknownSubject  # noqa: PLC0415
    from widget_conformance.reports.results import NoPlaceForResults, NoResults, NoResultsFolder  # noqa: PLC0415

    return (
        BadQuery, BrokenSignalling, FileInTheWay, NoPlaceForResults, NoResults, NoResultsFolder, NothingToRun, PortTaken,
        ProfileError, SameName, UnknownBrowser, UnknownBuild, UnknownRoute, UnknownScenario, UnknownSignalling,
        UnknownStatement, UnknownSubject,
    )  # fmt: skip


def expected_errors() -> tuple[type[Exception], ...]:
    """Errors of the machine; the text of each says what to do."""
    from widget_conformance.fixtures.browsers.finding import BrowserMissing  # noqa: PLC0415
    from widget_conformance.fixtures.node import NodeFailed, NodePackagesMissing  # noqa: PLC0415
    from widget_conformance.fixtures.observer.bundle import ObserverNotBuilt  # noqa: PLC0415
    from widget_conformance.reports.allure_report import AllureNotInstalled, AllureReportFailed  # noqa: PLC0415
    from widget_conformance.reports.results import ResultsNotWritten  # noqa: PLC0415

    return (
        AllureNotInstalled, AllureReportFailed, BrowserMissing, NodeFailed, NodePackagesMissing, ObserverNotBuilt,
        ResultsNotWritten,
    )  # fmt: skip


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Give an error in writing the name of the file, or of its folder: a full disk does not tell it."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
