"""What a figure depends on: machine, versions, and how busy the machine was before."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from widget_conformance.fixtures.browsers.finding import BROWSERS, find

BUSY = 0.25
"""Load average for each core, beyond which figures are not worth comparing."""


def conditions() -> dict[str, str | float | int]:
    """Everything that has to stand beside the figures."""
    found: dict[str, str | float | int] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cores": _cores(),
        "processor": _processor(),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }
    found |= {name: version(name) for name in ("playwright", "aiortc", "pytest")}
    return found | {browser: find(browser).version for browser in BROWSERS}


def is_busy() -> bool:
    """Whether somebody else used the machine within the last minute."""
    return os.getloadavg()[0] > BUSY * _cores()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def _commit() -> str:
    def git(*words: str) -> str:
        said = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), *words], capture_output=True, text=True, check=False
        )
        return said.stdout.strip()

    commit = git("rev-parse", "--short=12", "HEAD") or "unknown"
    return f"{commit} with changes" if git("status", "--porcelain") else commit


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    named = re.search(r"(?m)^model name\s*: (.+)$", file.read_text("utf-8")) if file.exists() else None
    return named[1] if named else platform.processor() or platform.machine()
