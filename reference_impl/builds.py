"""Builds of the reference widget that are not as released: defective on purpose, or conforming in another way.

A build is a release with a few edits: named, readable changes of its source, applied while it is served. It is never
a copy, so that it stays what it says as the widget goes on; an edit whose place is gone is an error.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

HOME = Path(__file__).parent
KINDS: Mapping[str, Literal["defect", "variant"]] = {"defects": "defect", "variants": "variant"}


class BrokenCatalogue(ValueError):
    """The catalogue of builds contradicts itself or the widget's source; the text names build and edit."""


@dataclass(frozen=True)
class Edit:
    """One change of one source file."""

    file: str
    """Path below this folder, such as `widget/widget.js`."""
    old: str
    """What stands there once; empty to append to the file."""
    new: str


@dataclass(frozen=True)
class Equivalent:
    """Where a defect cannot be told from the release, and why."""

    where: str
    """A browser or a route."""
    why: str


@dataclass(frozen=True)
class Build:
    """A release of the reference widget with some edits."""

    id: str
    """Letters and digits, such as D06 or V03."""
    kind: Literal["defect", "variant"]
    title: str
    """What is different about it, in a few words."""
    release: str
    edits: tuple[Edit, ...]
    breaks: tuple[str, ...] = ()
    """Statements that a defect breaks; a variant breaks none."""
    equivalent: tuple[Equivalent, ...] = ()
    shown_by: tuple[str, ...] = ()
    """How the titles of scenarios begin that are most likely to show the defect: `prove` runs them first."""
    like: str = ""
    """Where such a thing was seen, or which situation it stands for."""
    profile: Mapping[str, Any] = field(default_factory=dict)
    """What a profile of this build says beside the default, as in a profile's TOML."""

    @property
    def subject(self) -> str:
        """How the command line names it."""
        return f"reference@{self.release}+{self.id}"

    def equivalent_on(self, route: str, browser: str) -> str | None:
        """Why nothing can be seen of the defect on a route; None where it can."""
        return next((one.why for one in self.equivalent if one.where in (route, browser)), None)

    def can_show_on(self, route: str, browser: str, statements: Iterable[str]) -> bool:
        """Whether a scenario of these statements can show on a route what is different; a variant shows everywhere."""
        aimed = self.kind == "variant" or bool(set(self.breaks) & set(statements))
        return aimed and self.equivalent_on(route, browser) is None

    def rank(self, scenario: str, statements: Iterable[str]) -> int:
        """What is run first has the lowest: a scenario that is named, then the more broken statements the sooner."""
        named = any(scenario.startswith(name) for name in self.shown_by)
        return (-100 if named else 0) - len(set(self.breaks) & set(statements))

    def apply(self, file: str, text: str) -> str:
        """A source file as this build has it; raises `BrokenCatalogue` when an edit does not fit."""
        for edit in self.edits:
            if edit.file != file:
                continue
            if not edit.old:
                text = f"{text}\n{edit.new}"
                continue
            if (found := text.count(edit.old)) != 1:
                raise BrokenCatalogue(
                    f"{self.id}: {edit.file} holds {edit.old.strip()[:60]!r} {found} times; an edit needs it once"
                )
            text = text.replace(edit.old, edit.new)
        return text


@cache
def catalogue() -> Mapping[str, Build]:
    """Every build by its identifier, defects first; raises `BrokenCatalogue`."""
    builds: dict[str, Build] = {}
    for folder, kind in KINDS.items():
        for path in sorted((HOME / folder).glob("*.toml")):
            for table in tomllib.loads(path.read_text("utf-8")).get(kind, ()):
                build = _build(table, kind, path.name)
                if build.id.lower() in (known.lower() for known in builds):
                    raise BrokenCatalogue(f"{path.name}: two builds are called {build.id}")
                builds[build.id] = build
    return builds


def _build(table: dict[str, Any], kind: Literal["defect", "variant"], source: str) -> Build:
    given = dict(table)
    try:
        return Build(
            id=given.pop("id"),
            kind=kind,
            title=given.pop("title"),
            release=given.pop("release", "5.1"),
            edits=tuple(Edit(**edit) for edit in given.pop("edit", ())),
            breaks=tuple(given.pop("breaks", ())),
            shown_by=tuple(given.pop("shown_by", ())),
            equivalent=tuple(Equivalent(**one) for one in given.pop("equivalent", ())),
            **given,
        )
    except (KeyError, TypeError) as error:
        raise BrokenCatalogue(f"{source}: {table.get('id', 'a build without id')}: {error}") from error


def by_label(label: str) -> Build | None:
    """The build that an origin's first label names behind its last hyphen, such as `s17-d06`; None for a release."""
    _, hyphen, name = label.rpartition("-")
    if not hyphen:
        return None
    return next((build for id_, build in catalogue().items() if id_.lower() == name), None)


def label(scenario: str, build: Build | None) -> str:
    """The first label of the origin at which a scenario sees a build."""
    return f"{scenario}-{build.id.lower()}" if build else scenario
