"""What makes two results the same trial of the same thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from widget_conformance.reports.model import Result, Verdict


@dataclass(frozen=True)
class Column:
    """One build of a widget in one release of a browser on one kind of machine: what a verdict holds for."""

    subject: str
    version: str | None
    """The version that the widget claims."""
    browser: str
    browser_version: str = ""
    """Empty when the browser never started."""
    machine: str = ""
    """Operating system and architecture; empty in results of before they were stored."""

    @property
    def widget(self) -> str:
        """Who was judged, with the version that it claims where the name does not say it."""
        claimed = self.version or "no version"
        return self.subject if self.subject.endswith(f"@{claimed}") else f"{self.subject} ({claimed})"


@dataclass(frozen=True)
class Identity:
    """A scenario by one route on one column: a second result for it is a second try."""

    column: Column
    witness: str
    route: str
    feature: str
    scenario: str


def columns_of(results: Sequence[Result], origins: Sequence[Path]) -> tuple[Column, ...]:
    """The column of each result.

    A scenario that ended before the page had told its version, or before the browser had, belongs where the others of
    its folder are, if those agree: it is inconclusive, and must not be lost in a column of its own.
    """
    versions: dict[tuple[Path, str, str], set[str | None]] = {}
    browsers: dict[tuple[Path, str, str], set[str]] = {}
    for result, origin in zip(results, origins, strict=True):
        place = (origin, result.subject, result.browser)
        if result.version is not None or result.verdict is not Verdict.INCONCLUSIVE:
            versions.setdefault(place, set()).add(result.version)
        if result.browser_version:
            browsers.setdefault(place, set()).add(result.browser_version)

    def column(result: Result, origin: Path) -> Column:
        place = (origin, result.subject, result.browser)
        version, browser_version = result.version, result.browser_version
        if version is None and result.verdict is Verdict.INCONCLUSIVE and len(versions.get(place, ())) == 1:
            (version,) = versions[place]
        if not browser_version and len(browsers.get(place, ())) == 1:
            (browser_version,) = browsers[place]
        return Column(result.subject, version, result.browser, browser_version, result.machine)

    return tuple(column(result, origin) for result, origin in zip(results, origins, strict=True))


def identities(results: Sequence[Result], origins: Sequence[Path]) -> tuple[Identity, ...]:
    """The identity of each result."""
    return tuple(
        Identity(column, result.witness, result.route, result.feature, result.scenario)
        for column, result in zip(columns_of(results, origins), results, strict=True)
    )
