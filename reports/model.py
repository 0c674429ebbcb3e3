"""Verdicts and results: the end of the flow from a feature to a report."""

import enum
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


class Verdict(enum.StrEnum):
    """What the suite says of a promise. ISO 9646 knows pass, fail and inconclusive."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"

    @classmethod
    def worst(cls, verdicts: Iterable["Verdict"]) -> "Verdict":
        """Fail before inconclusive before pass; not applicable only when there is nothing else.

        Nothing at all is inconclusive: what was never judged was never kept.
        """
        seen = set(verdicts)
        for verdict in (cls.FAIL, cls.INCONCLUSIVE, cls.PASS, cls.NOT_APPLICABLE):
            if verdict in seen:
                return verdict
        return cls.INCONCLUSIVE


@dataclass(frozen=True)
class Judgement:
    """One promise, held against what the witnesses saw in one step."""

    statement: str
    """Identifier of the statement, such as MIC-LIVE-2."""
    verdict: Verdict
    step: str
    """The step that judged, in the words of the feature."""
    promised: str
    observed: str
    """What was seen, with its numbers."""


@dataclass(frozen=True)
class Evidence:
    """A file that shows what was observed."""

    title: str
    path: str
    """Relative to the results folder, with forward slashes."""
    media_type: str


@dataclass(frozen=True)
class Shown:
    """A message or an indicator of the widget, for as long as a person could see it."""

    entry: str
    """Its name in the profile, such as `microphone_lost`."""
    text: str
    """What could be read last, or its accessible name."""
    at_ms: float
    """When it appeared, since the scenario's start."""
    after_change_ms: float | None
    """The same since the newest change of permissions before; None when there was none."""
    stayed_ms: float | None
    """None while it is still shown."""
    announced: bool
    """Whether assistive technology was told too."""


@dataclass(frozen=True)
class Result:
    """One scenario on one browser by one permission route: one line of `results.jsonl`."""

    subject: str
    """Who was judged, such as `reference@5.1` or the name in a profile."""
    version: str | None
    """The version that the widget claims; null when it claims none."""
    browser: str
    browser_version: str
    route: str
    """Identifier of the permission route."""
    feature: str
    scenario: str
    statements: tuple[str, ...]
    """All statements that the scenario is about."""
    verdict: Verdict
    reason: str
    """Why it is not a pass, in one or two sentences; empty for a pass."""
    judgements: tuple[Judgement, ...] = ()
    latencies_ms: dict[str, float] = field(default_factory=dict)
    """Milliseconds from a change to what followed from it, by name, such as `audio stopped`."""
    budgets_ms: dict[str, float] = field(default_factory=dict)
    """The budgets that latencies were held against, by the same names."""
    shown: tuple[Shown, ...] = ()
    """What the widget told the customer, in the order of its appearance."""
    machine: str = ""
    """Operating system and architecture, such as `Linux x86_64`; empty in results of before it was stored."""
    witness: str = "far end"
    """Who told what the customer sent: the `far end`, or the `sender`, the page's own connections: weaker evidence."""
    findings: tuple[str, ...] = ()
    """What no promise is about and its maker wants to know, such as a control that a mouse cannot reach."""
    evidence: tuple[Evidence, ...] = ()
    timeline: tuple[dict[str, Any], ...] = ()
    """Events of the scenario: `at_ms` since its start, `actor`, `what`, `detail`."""
    started: str = ""
    """UTC, ISO 8601."""
    seconds: float = 0.0

    def verdict_of(self, statement: str) -> Verdict:
        """The worst judgement of one statement; the scenario's own verdict where none was reached.

        A scenario that ended inconclusive may not have come to all its judgements: it is a pass for nothing.
        """
        judged = [j.verdict for j in self.judgements if j.statement == statement]
        if judged:
            unsure = [Verdict.INCONCLUSIVE] if self.verdict is Verdict.INCONCLUSIVE else []
            return Verdict.worst(judged + unsure)
        return Verdict.INCONCLUSIVE if self.verdict in (Verdict.PASS, Verdict.FAIL) else self.verdict

    def to_json(self) -> dict[str, Any]:
        """As JSON-ready values, field by field."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Result":
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError on another shape."""
        fields = dict(value)
        fields["verdict"] = Verdict(fields["verdict"])
        fields["statements"] = tuple(fields["statements"])
        fields["judgements"] = tuple(
            Judgement(**{**j, "verdict": Verdict(j["verdict"])}) for j in fields.get("judgements", ())
        )
        fields["shown"] = tuple(Shown(**one) for one in fields.get("shown", ()))
        fields["findings"] = tuple(fields.get("findings", ()))
        fields["evidence"] = tuple(Evidence(**e) for e in fields.get("evidence", ()))
        fields["timeline"] = tuple(fields.get("timeline", ()))
        return cls(**fields)


def verdict_of(result: Result) -> Verdict:
    """The scenario's verdict, suspected: no worse judgement may hide in it, and a pass must have been earned."""
    judged = [j.verdict for j in result.judgements]
    if result.verdict is Verdict.PASS and Verdict.PASS not in judged:
        judged.append(Verdict.INCONCLUSIVE)
    return Verdict.worst([result.verdict, *judged])
