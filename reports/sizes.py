"""How much of what a widget says is kept: enough to read, and told where there was more."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from widget_conformance.reports.masking import beginning, clean

LONGEST_TEXT = 4_000
"""Characters of one text in a result. A message that a person reads has hundreds."""
MOST_EVENTS = 4_000
"""Events of one scenario. A scenario of the suite has some hundreds."""

T = TypeVar("T")


def shortened(text: str, limit: int = LONGEST_TEXT) -> str:
    """The text without secrets, at most `limit` characters of it, and how many were left out."""
    if len(text) <= limit:
        return clean(text)
    return f"{beginning(text, limit)}… ({len(text) - limit} characters left out)"


def sized(value: Any) -> Any:
    """Texts of any depth in what JSON can hold, keys among them, each `shortened`."""
    if isinstance(value, str):
        return shortened(value)
    if isinstance(value, Mapping):
        return {sized(key): sized(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sized(item) for item in value]
    return value


def some(events: Sequence[T], most: int = MOST_EVENTS) -> tuple[list[T], int, list[T]]:
    """The first events, how many are left out after them, and the last ones; all of them where there are not too many."""
    if len(events) <= most:
        return list(events), 0, []
    half = most // 2
    return list(events[:half]), len(events) - 2 * half, list(events[-half:])
