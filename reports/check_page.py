"""What `check` found, as one HTML page with its screenshots."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from widget_conformance.reports import html
from widget_conformance.reports.results import write_atomically

PAGE = "check.html"


def write_page(name: str, browser: str, situations: Sequence[Any], folder: Path) -> Path:
    """Write `check.html` into a folder, which is made if need be, and return its path; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE
    write_atomically(path, render(name, browser, situations).encode("utf-8", "replace"))
    return path


def render(name: str, browser: str, situations: Sequence[Any]) -> str:
    """The page as HTML. A situation has `title`, `looks`, `problems` and `picture` (PNG or None)."""
    looks = [look for situation in situations for look in situation.looks if look.needed]
    return html.render(
        "check.html",
        ("page.css",),
        {},
        name=name,
        browser=browser,
        situations=[
            {"about": one, "data": base64.b64encode(one.picture).decode() if one.picture else None}
            for one in situations
        ],
        found=sum(look.found for look in looks),
        looked=len(looks),
        problems=sum(len(one.problems) for one in situations),
    )
