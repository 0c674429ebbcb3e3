"""What a run was asked to judge, and to leave out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SELECTING = ("browser", "route", "statement", "scenario")
"""Options of `run` that choose."""
Trial = tuple[str, str, str, str]
"""Browser, route, feature and scenario."""


@dataclass(frozen=True)
class Selection:
    """What a run was restricted to; an empty tuple means everything."""

    browser: tuple[str, ...] = ()
    route: tuple[str, ...] = ()
    statement: tuple[str, ...] = ()
    scenario: tuple[str, ...] = ()
    aimed: bool = False
    """Whether builds were judged only by what they are said to break."""
    partly: bool = False
    """Whether a report was asked for of whatever its folders hold."""

    @property
    def restricted(self) -> tuple[str, ...]:
        """What leaves statements or scenarios of a browser out, as words of the command line."""
        named = (("statement", self.statement), ("scenario", self.scenario), ("route", self.route))
        words = [f"--{name} {value}" for name, values in named for value in values]
        flags = (("--aimed", self.aimed), ("--partly", self.partly))
        return (*words, *(word for word, given in flags if given))

    def has(self, trial: Trial, statements: Sequence[str]) -> bool:
        """Whether a trial of the suite is part of it."""
        browser, route, _, scenario = trial
        return (
            not self.aimed
            and not self.partly
            and browser in (self.browser or (browser,))
            and route in (self.route or (route,))
            and scenario in (self.scenario or (scenario,))
            and (not self.statement or bool({*self.statement} & {*statements}))
        )

    @classmethod
    def of(cls, run: Mapping[str, Any]) -> "Selection":
        """As `run.json` tells it, or its command line in a file of before it did."""
        told = run.get("selection")
        words = list(run.get("command", ()))
        if told is None:
            pairs = [word.partition("=") for word in words]
            given = [
                (name, value if equals else following)
                for (name, equals, value), following in zip(pairs, [*words[1:], ""], strict=False)
            ]
            told = {key: [v for name, v in given if name == f"--{key}"] for key in SELECTING}
            told["aimed"] = bool({"--aimed", "--until-caught", "prove"} & set(words))
        browser, route, statement, scenario = (tuple(map(str, told.get(key, ()))) for key in SELECTING)
        return cls(browser, route, statement, scenario, bool(told.get("aimed")))
