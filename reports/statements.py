"""The promises by their identifiers, as `features/statements.toml` lists them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Statement:
    """One promise of the article."""

    id: str
    section: str
    promise: str
    """What the widget must do, without the words "the widget must"."""
    witnesses: str = ""


@dataclass(frozen=True)
class Statements:
    """All promises, in the article's order."""

    applies_from: str
    """The first version that the article speaks of."""
    all: tuple[Statement, ...]

    @property
    def scope(self) -> str:
        """The end of every reason why the article does not speak of a version."""
        return f"the article applies to version {self.applies_from} and above"


@cache
def load() -> Statements:
    """The list that belongs to this release of the suite."""
    path = Path(__file__).parent.parent / "features" / "statements.toml"
    document = tomllib.loads(path.read_text("utf-8"))
    return Statements(document["applies_from"], tuple(Statement(**s) for s in document["statement"]))
