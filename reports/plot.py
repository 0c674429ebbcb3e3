"""What the agent heard and saw over time, with the moments of the changes, as an SVG picture.

Written through a template: a plotting library would cost more memory than the rest of the harness.
"""

import math
import textwrap
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from widget_conformance.reports.text import plain

FLOOR_DBFS, TOP_DBFS = -80.0, 0.0
"""The scale of the levels. Opus' comfort noise lies near -70 dBFS, speech between -40 and -10."""
FRAME_SECONDS = 0.02
"""Length of an audio frame (RFC 7587 recommends 20 ms for Opus)."""

_WIDTH, _LEFT, _RIGHT = 1000, 60, 980
_ROW, _BAND, _LANE = 19, 26, 120
_TEXT_WIDTH = 132
"""Characters of a legend line that fit beside the numbers."""

# Colours that stay apart for colour-blind readers (Okabe and Ito 2008). Drawn in this order: what matters most,
# the customer's sound, last and above all others.
_SOUNDS = {
    "silence": ("#9aa4ae", "silence"),
    "agent": ("#e69f00", "agent's own echo"),
    "other": ("#cc79a7", "other sound"),
    "customer": ("#0072b2", "customer"),
}
_PICTURES = {
    "live": ("#009e73", "#ffffff"),
    "frozen": ("#d55e00", "#ffffff"),
    "placeholder": ("#cbb8e0", "#1b1f24"),
    "black": ("#24292f", "#ffffff"),
    "off": ("#d0d7de", "#1b1f24"),
    "none": ("#eef1f4", "#57606a"),
}
_UNKNOWN = ("#f0e442", "#1b1f24")

Audio = Sequence[tuple[float, float, str]]
"""Seconds since the scenario's start, level in dBFS, and whose sound it is."""


def evidence_plot(
    audio: Audio,
    video: Sequence[tuple[float, str]],
    marks: Sequence[tuple[float, str]],
    title: str,
    participant: Audio | None = None,
    *,
    sent: bool = False,
) -> str:
    """SVG of the agent's audio by whose sound it is, the state of the video, and numbered moments.

    All times are seconds since the scenario's start. Each state of the video holds until the next. `participant` is
    the audio of another participant, for a lane of its own; `sent`: it is what the page sends, whoever receives it. Every frame is within one of the columns of pixels, and a
    column shows its loudest frame of each kind, so that a burst of one frame stays visible in a long scenario.
    """
    start, end = _span(audio, video, marks, participant or ())
    at = _Scale(start, end)
    marks = sorted(marks)
    badges, rows = _badges([at.x(moment) for moment, _ in marks])
    top = 40 + 20 * rows + 20
    whose = "the page sends" if sent else "the agent receives"
    lanes = [_audio_lane(f"Audio that {whose}", audio, at, top)]
    top += _LANE + 30
    if participant is not None:
        lanes.append(_audio_lane("Audio that the other participant receives", participant, at, top))
        top += _LANE + 30
    lanes.append(_video_lane(f"Video that {whose}", video, at, top))
    axis = top + _BAND + 6
    keys = _keys([*audio, *(participant or ())], video, axis + 44)
    below = keys[-1]["y"] if keys else axis + 20
    legend = _legend(marks, below + 30)
    return _template().render(
        width=_WIDTH,
        height=(legend[-1]["y"] if legend else below) + 16,
        left=_LEFT,
        right=_RIGHT,
        title=plain(title, 120),
        description=_description(marks, video),
        lanes=lanes,
        axis=axis,
        times=_times(at),
        marks=[
            {"x": round(at.x(moment), 1), "y": 46 + 20 * row, "badge": round(x, 1), "number": number}
            for number, ((moment, _), (x, row)) in enumerate(zip(marks, badges, strict=True), 1)
        ],
        keys=keys,
        legend=legend,
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(Path(__file__).with_name("plot.svg").read_text("utf-8"))


class _Scale:
    """Seconds to pixels."""

    def __init__(self, start: float, end: float) -> None:
        self.start, self.end = start, end
        self.per_second = (_RIGHT - _LEFT) / (end - start)

    def x(self, at: float) -> float:
        return min(max(_LEFT + (at - self.start) * self.per_second, _LEFT), _RIGHT)


def _span(*series: Iterable[tuple[Any, ...]]) -> tuple[float, float]:
    moments = [float(point[0]) for points in series for point in points if math.isfinite(point[0])]
    start, end = min([0.0, *moments]), max([0.0, *moments]) + FRAME_SECONDS
    return start, max(end, start + 1.0)


def _audio_lane(name: str, audio: Audio, at: _Scale, top: int) -> dict[str, Any]:
    def y(dbfs: float) -> float:
        level = FLOOR_DBFS if math.isnan(dbfs) else min(max(dbfs, FLOOR_DBFS), TOP_DBFS)
        return top + _LANE * (TOP_DBFS - level) / (TOP_DBFS - FLOOR_DBFS)

    loudest: dict[str, dict[int, float]] = {}
    softest: dict[str, dict[int, float]] = {}
    for moment, dbfs, label in audio:
        first, last = int(at.x(moment)), math.ceil(at.x(moment + FRAME_SECONDS))
        kind = _kind(label)
        high, low = loudest.setdefault(kind, {}), softest.setdefault(kind, {})
        for column in range(first, max(last, first + 1)):
            high[column] = max(high.get(column, -math.inf), dbfs)
            low[column] = min(low.get(column, math.inf), dbfs)
    bottom = top + _LANE
    paths = []
    for kind, (colour, _) in _SOUNDS.items():
        for columns, opacity in ((loudest.get(kind, {}), 0.45), (softest.get(kind, {}), 1)):
            # A frame at the floor keeps a line of two pixels: silence that was received is not the same as nothing.
            d = "".join(
                f"M{x + 0.5:g} {bottom}V{min(y(level), bottom - 2):.1f}" for x, level in sorted(columns.items())
            )
            if d:
                paths.append({"d": d, "colour": colour, "opacity": opacity})
    return {
        "name": name,
        "note": f"level in dBFS; {len(audio)} frames",
        "top": top,
        "height": _LANE,
        "levels": [{"y": y(level), "text": f"{level:g}"} for level in (0, -20, -40, -60, -80)],
        "paths": paths,
        "bands": [],
        "empty": "" if audio else "no audio was received",
    }


def _video_lane(name: str, video: Sequence[tuple[float, str]], at: _Scale, top: int) -> dict[str, Any]:
    runs: list[tuple[float, str]] = []
    for moment, state in sorted(video, key=lambda point: point[0]):
        if not runs or runs[-1][1] != state:
            runs.append((moment, state))
    bands = []
    ends = [*(moment for moment, _ in runs[1:]), at.end]
    for (moment, state), following in zip(runs, ends, strict=False):
        x, width = at.x(moment), max(at.x(following) - at.x(moment), 1.0)
        colour, ink = _PICTURES.get(state, _UNKNOWN)
        word = plain(state, 20)
        bands.append(
            {
                "x": round(x, 1),
                "width": round(width, 1),
                "colour": colour,
                "ink": ink,
                "text": word if width > 8 * len(word) + 8 else "",
                "title": f"{word}, {moment:.2f} s to {following:.2f} s",
            }
        )
    return {
        "name": name,
        "note": "each state holds until the next",
        "top": top,
        "height": _BAND,
        "levels": [],
        "paths": [],
        "bands": bands,
        "empty": "" if video else "no video was received or signalled",
    }


def _badges(xs: Sequence[float]) -> tuple[list[tuple[float, int]], int]:
    """A place for each number, in as few rows as keep them apart; and how many rows."""
    ends: list[float] = []
    places: list[tuple[float, int]] = []
    for x in xs:
        row = next((i for i, end in enumerate(ends) if x >= end), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = x + 20
        places.append((x, row))
    return places, max(len(ends), 1)


def _times(at: _Scale) -> list[dict[str, Any]]:
    rough = (at.end - at.start) / 10
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first, last = math.ceil(at.start / step), math.floor(at.end / step)
    return [{"x": round(at.x(i * step), 1), "text": f"{round(i * step, 6):g} s"} for i in range(first, last + 1)]


def _keys(audio: Audio, video: Sequence[tuple[float, str]], y: int) -> list[dict[str, Any]]:
    """What the colours mean that are in this picture: sounds, then states of the video."""
    sounds = {_kind(label) for _, _, label in audio}
    entries = [(colour, text) for kind, (colour, text) in reversed(_SOUNDS.items()) if kind in sounds]
    states = dict.fromkeys(state for _, state in sorted(video))
    entries += [(_PICTURES.get(state, _UNKNOWN)[0], f"video: {plain(state, 20)}") for state in states]
    keys: list[dict[str, Any]] = []
    x = _LEFT
    for colour, text in entries:
        needed = 34 + 7 * len(text)
        if x + needed > _RIGHT:
            x, y = _LEFT, y + _ROW
        keys.append({"x": x, "y": y, "colour": colour, "text": text})
        x += needed
    return keys


def _kind(label: str) -> str:
    return label if label in _SOUNDS else "other"


def _legend(marks: Sequence[tuple[float, str]], top: int) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for number, (moment, text) in enumerate(marks, 1):
        for index, part in enumerate(textwrap.wrap(plain(text, 3 * _TEXT_WIDTH), _TEXT_WIDTH) or [""]):
            first = index == 0
            shown = {"number": number if first else 0, "time": f"{moment:.2f} s" if first else ""}
            lines.append({**shown, "text": part, "y": top + _ROW * len(lines)})
    return lines


def _description(marks: Sequence[tuple[float, str]], video: Sequence[tuple[float, str]]) -> str:
    states = ", ".join(dict.fromkeys(plain(state, 20) for _, state in video)) or "none"
    moments = "; ".join(f"{moment:.2f} s {plain(text, 120)}" for moment, text in marks)
    return f"Video: {states}. Moments: {moments or 'none'}."
