"""How long a message stood: judged when it has stood long enough or is gone, whatever the page drew anew meanwhile."""

from types import SimpleNamespace
from typing import Any

import pytest
from widget_conformance.fixtures.observations import widget
from widget_conformance.fixtures.observations.stands import stands
from widget_conformance.fixtures.observer import Sighting
from widget_conformance.fixtures.timeline import DeadlinePassed, Timeline

Span = tuple[float, float | None]


def sighting(span: Span, error: float = 0.0) -> Sighting:
    return Sighting("microphone_needed", span[0], span[1], "text", True, "alert", "", "", error)


@pytest.mark.parametrize(
    ("spans", "lengths"),
    [
        ([(1, None)], [9.0]),
        ([(1, 1.5)], [0.5]),
        ([(1, 1.5), (1.5, 2.5)], [1.5]),
        ([(1, 1.5), (1.9, 2.5)], [1.1]),
        ([(1, 1.5), (2.1, 2.5)], [0.5, 0.4]),
        ([(1, 1.5), (1, 1.5)], [0.5]),
        ([(1, 1.5), (1.2, 1.8), (1.7, None)], [9.0]),
        ([(1, None), (1.2, 1.8), (5, 6)], [9.0]),
        ([(1, 3), (1.5, 2), (2.5, 3.5)], [2.5]),
        ([(-2, -1), (-0.5, 0.5)], [0.5]),
        ([(1, 1), (0, 0)], []),
    ],
)
def test_sightings_are_joined_and_none_is_counted_twice(spans: list[Span], lengths: list[float]) -> None:
    found = stands([sighting(span) for span in spans], since=0.0, at=10.0)
    assert [one.shown_s for one in found] == pytest.approx(lengths)


class Face:
    """What is on the screen at which moment is known beforehand; the clock is the scene's."""

    def __init__(self, scene: "Scene", spans: list[Span], error: float) -> None:
        self._scene, self._spans, self._error = scene, spans, error

    def sightings(self, entry: str, since: float = 0.0) -> list[Sighting]:
        at = self._scene.at
        come = [(begin, end if end is not None and end <= at else None) for begin, end in self._spans if begin <= at]
        return [sighting(span, self._error) for span in come if span[1] is None or span[1] >= since]

    def shown(self, entry: str) -> Sighting | None:
        return next((one for one in self.sightings(entry) if one.disappeared_at is None), None)

    def present(self, entry: str) -> None:
        return None


class Scene:
    """A world with a clock of its own, in which the customer clicked at 100."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, spans: list[Span], error: float = 0.0) -> None:
        self.at = 100.0
        monkeypatch.setattr(widget, "now", lambda: self.at)
        self.world: Any = SimpleNamespace(
            face=Face(self, [(100 + begin, None if end is None else 100 + end) for begin, end in spans], error),
            budgets=SimpleNamespace(shown=1.0),
            acted=widget.Action(100.0, 100.0),
            timeline=Timeline(),
            felt=lambda: True,
            change=None,
            wait=self._wait,
            dialogs=lambda since: [],
        )

    def _wait(self, condition: Any, seconds: float, awaited: str, *_: Any) -> Any:
        end = self.at + seconds
        while not (found := condition()):
            if self.at >= end:
                raise DeadlinePassed(awaited)
            self.at += 0.02
        return found


@pytest.mark.parametrize(
    ("spans", "kept"),
    [
        ([(0.2, None)], True),
        ([(0.2, 1.3)], True),
        ([(0.2, 3.7)], True),
        # drawn anew, with a gap, and still there when the first second is over: 919 ms, or 982 ms of it
        ([(0.2, 0.5), (0.581, 3.7)], True),
        ([(0.2, 0.9), (0.918, None)], True),
        ([(0.2, 0.6), (0.9, 1.2), (1.5, None)], True),
        # a flash, gone for longer, and then in time to stay
        ([(0.05, 0.1), (0.9, None)], True),
        ([(0.2, 0.7)], False),
        ([(0.2, 0.7), (2.5, None)], False),
        ([(0.2, 0.7), (0.2, 0.7)], False),  # title and text of one message, at the same time
        ([(0.2, 0.5), (0.6, 0.8)], False),
        ([(0.2, 1.15)], None),  # so near that the suite's own eyes may have been late
        ([(1.5, None)], False),
        ([], False),
    ],
)
def test_how_long_a_message_has_to_stand(monkeypatch: pytest.MonkeyPatch, spans: list[Span], kept: bool | None) -> None:
    observation = widget.shows_after_action(Scene(monkeypatch, spans).world, "microphone_needed")
    assert observation.kept is kept, observation.seen


def test_what_is_not_certain_of_the_pages_clock_accuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    observation = widget.shows_after_action(Scene(monkeypatch, [(0.2, 1.0)], 0.06).world, "microphone_needed")
    assert observation.kept is None
    assert "as near as the suite can tell" in observation.seen
    observation = widget.shows_after_action(Scene(monkeypatch, [(0.2, 0.7)], 0.06).world, "microphone_needed")
    assert observation.kept is False
