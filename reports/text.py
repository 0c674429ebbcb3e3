"""Text that came from a widget, made safe for a terminal, an SVG or a report."""

import re
import unicodedata

from widget_conformance.reports.masking import clean

_ELLIPSIS = "…"
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Unicode categories: control, format (with bidirectional overrides), surrogate, private and unassigned."""

_MISLEADING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but for line breaks and tabs, and what turns the direction of the text after it (Unicode UAX 9)."""


def visible(text: str) -> str:
    """A text of any length as a page or an error shows it: nothing in it moves a cursor, or what stands beside it."""
    return _MISLEADING.sub("\N{REPLACEMENT CHARACTER}", text)


def plain(text: str, limit: int | None = None) -> str:
    """One line of visible characters: no secret, no escape sequences, no line breaks, at most `limit` characters."""
    visible = "".join(" " if c.isspace() or unicodedata.category(c) in _NOT_SHOWN else c for c in clean(text))
    line = " ".join(visible.split())
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + _ELLIPSIS
    return line
