"""Text that came from a widget, made safe for a terminal, an SVG or a report."""

import unicodedata

from widget_conformance.reports.masking import clean

_ELLIPSIS = "…"
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Unicode categories: control, format (with bidirectional overrides), surrogate, private and unassigned."""


def plain(text: str, limit: int | None = None) -> str:
    """One line of visible characters: no secret, no escape sequences, no line breaks, at most `limit` characters."""
    visible = "".join(" " if c.isspace() or unicodedata.category(c) in _NOT_SHOWN else c for c in clean(text))
    line = " ".join(visible.split())
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + _ELLIPSIS
    return line
