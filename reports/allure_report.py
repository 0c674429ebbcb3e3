"""The Allure 3 report: one environment for each widget version and browser, with a history over runs."""

import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from widget_conformance.fixtures.node import node_home, run_node
from widget_conformance.reports.allure_bridge import BROWSER_LABEL, NO_VERSION, VERSION_LABEL
from widget_conformance.reports.text import plain

NAME = "Customer Widget conformance"
_OURS = "summary.json"
"""A file that every Allure report has."""
HISTORY_LIMIT = 100
"""Runs that the history keeps."""
_LONGEST = 64
"""Characters that Allure allows in the name and in the id of an environment."""

Environment = tuple[str | None, str]
"""The version that a widget claims, and the browser."""


class AllureNotInstalled(RuntimeError):
    """The npm packages that make the report are not there."""


class NoAllureResults(ValueError):
    """There is nothing to make a report of."""


class AllureReportFailed(RuntimeError):
    """Allure ended without a report."""


def generate(results: Path, report: Path, history: Path, runs: Sequence[Environment], seconds: float = 120.0) -> Path:
    """Make the report of the results that allure-pytest wrote; return its `index.html`.

    `history` is a file that each report adds a line to. Environments that the results name and `runs` does not are
    added: without an environment of its own one version would hide another as its "retry". Raises
    `AllureNotInstalled`, `NoAllureResults`, `AllureReportFailed`, or `NodeFailed` when Node ends with an error.
    """
    program = node_home() / "node_modules" / "allure" / "cli.js"
    if not program.is_file():
        raise AllureNotInstalled(f"Allure is not installed in {node_home()}; run widget-conformance setup")
    if not results.is_dir() or not any(results.glob("*-result.json")):
        raise NoAllureResults(f"{results} holds no Allure results; run the scenarios with --alluredir {results}")
    if report.is_dir() and any(report.iterdir()) and not (report / _OURS).is_file():
        raise AllureReportFailed(f"{report} holds something else than an Allure report; name another folder")
    report.parent.mkdir(parents=True, exist_ok=True)
    history.parent.mkdir(parents=True, exist_ok=True)
    # Allure leaves what an earlier report left behind, and then puts the new one into a folder below it.
    with tempfile.TemporaryDirectory(prefix=f".{report.name}-", dir=report.parent) as folder:
        place = Path(folder).resolve()
        config, draft = place / "allurerc.mjs", place / "report"
        config.write_text(configuration(draft, history, [*runs, *_named_in(results)]), "utf-8")
        run_node([program, "generate", results.resolve(), "--config", config], place, seconds)
        if not (draft / "index.html").is_file():
            raise AllureReportFailed(f"Allure ended without an error and without a report; look at {results}")
        for page in draft.rglob("*.html"):
            page.write_text(shut_in(without_analytics(page.read_text("utf-8"))), "utf-8")
        if report.exists():
            report.rename(place / "earlier")
        draft.rename(report)
    return report / "index.html"


def without_analytics(page: str) -> str:
    """A page of Allure's that loads nothing from elsewhere.

    Allure 3 has no setting for the analytics service whose script stands in every page.
    """
    loaders = re.sub(r"<script\b[^>]*\bsrc\s*=\s*[\"']?(?:https?:)?//[^>]*>\s*</script>", "", page, flags=re.IGNORECASE)
    return re.sub(r"<script>\s*window\.dataLayer\b.*?</script>", "", loaders, flags=re.DOTALL)


_POLICY = (
    "default-src 'none'; script-src 'self' file: 'unsafe-inline'; style-src 'self' file: blob: 'unsafe-inline'; "
    "img-src 'self' file: data: blob:; media-src 'self' file: data: blob:; font-src 'self' file: data:; "
    "connect-src 'self' file: data: blob:; frame-src 'self' file: data: blob:; base-uri 'none'; form-action 'none'"
)
"""Where the report may get anything from: its own folder, over http as from a disk, where `'self'` is not everywhere."""


def shut_in(page: str) -> str:
    """A page of Allure's that a browser lets ask nobody but its own server, or folder, for anything."""
    meta = (
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><meta name="referrer" content="no-referrer">'
    )
    return re.sub(r"<head\b[^>]*>", lambda head: head[0] + meta, page, count=1, flags=re.IGNORECASE)


def configuration(report: Path, history: Path, runs: Iterable[Environment]) -> str:
    """The text of `allurerc.mjs`; every path in it is absolute, for Allure resolves them from where it runs."""
    settings = {
        "name": NAME,
        "output": str(report.resolve()),
        "history": str(history.resolve()),
        "historyLimit": HISTORY_LIMIT,
        "environments": _environments(runs),
    }
    template = Path(__file__).with_name("allure_config.mjs").read_text("utf-8")
    return template.replace("__SETTINGS__", json.dumps(settings, indent=2), 1)


def _environments(runs: Iterable[Environment]) -> list[dict[str, Any]]:
    """Ids of letters, digits, `_` and `-`; dots only in names; both unique and not longer than Allure allows."""
    environments: list[dict[str, Any]] = []
    taken: set[str] = set()
    for version, browser in dict.fromkeys((version or NO_VERSION, browser) for version, browser in runs):
        name = plain(f"{version} {browser}").translate(str.maketrans("/\\", "||"))
        unique = _unique(name.strip(". ") or "unnamed", taken)
        environments.append(
            {
                "id": f"e{len(environments) + 1}-" + re.sub(r"[^A-Za-z0-9_-]+", "-", unique)[: _LONGEST - 8],
                "name": unique,
                "labels": {VERSION_LABEL: version, BROWSER_LABEL: browser},
            }
        )
    return environments


def _unique(name: str, taken: set[str]) -> str:
    candidate, number = name[:_LONGEST], 2
    while candidate in taken:
        candidate, number = f"{name[: _LONGEST - 5]} ({number})", number + 1
    taken.add(candidate)
    return candidate


def _named_in(results: Path) -> list[Environment]:
    found: dict[Environment, None] = {}
    for path in sorted(results.glob("*-result.json")):
        try:
            labels = {label["name"]: label["value"] for label in json.loads(path.read_bytes())["labels"]}
        except (OSError, ValueError, KeyError, TypeError):
            continue  # Allure itself passes over a file that it cannot read.
        if VERSION_LABEL in labels and BROWSER_LABEL in labels:
            found[labels[VERSION_LABEL], labels[BROWSER_LABEL]] = None
    return sorted(found, key=str)
