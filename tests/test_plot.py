"""The evidence plot: well-formed, nothing hidden, nothing live."""

import math
import re
from xml.etree import ElementTree

import pytest
from widget_conformance.reports.plot import FRAME_SECONDS, evidence_plot

SVG = "{http://www.w3.org/2000/svg}"
CUSTOMER, SILENCE = "#0072b2", "#9aa4ae"
DRAWN = {"svg", "title", "desc", "rect", "text", "g", "line", "path", "circle"}


def parsed(svg: str) -> ElementTree.Element:
    """The picture, or an error when it is not XML."""
    return ElementTree.fromstring(svg)


def bars(root: ElementTree.Element, colour: str) -> list[tuple[float, float, float]]:
    """Column, bottom and top of every bar of one colour."""
    return [
        (float(x), float(bottom), float(top))
        for path in root.iter(f"{SVG}path")
        if path.get("stroke") == colour
        for x, bottom, top in re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)", path.get("d", ""))
    ]


def silence(seconds: float) -> list[tuple[float, float, str]]:
    """Frames of silence."""
    return [(i * FRAME_SECONDS, -math.inf, "silence") for i in range(round(seconds / FRAME_SECONDS))]


@pytest.mark.parametrize("seconds", [1, 20, 600])
def test_one_loud_frame_is_seen_however_long_the_scenario(seconds: int) -> None:
    audio = silence(seconds)
    audio[len(audio) // 2] = (len(audio) // 2 * FRAME_SECONDS, -20.0, "customer")
    heard = bars(parsed(evidence_plot(audio, [], [], "burst")), CUSTOMER)
    assert heard
    assert all(bottom - top == pytest.approx(90, abs=0.2) for _, bottom, top in heard)


def test_the_customer_is_drawn_above_every_other_sound() -> None:
    kinds = ["customer", "other", "agent", "silence", "unheard of"]
    audio = [(i * FRAME_SECONDS, -30.0, kind) for i, kind in enumerate(kinds * 3)]
    drawn = [path.get("stroke") for path in parsed(evidence_plot(audio, [], [], "t")).iter(f"{SVG}path")]
    assert drawn[-1] == CUSTOMER


def test_a_loud_and_a_soft_frame_in_one_column_are_both_seen() -> None:
    audio = [(i * FRAME_SECONDS, -10.0 if i % 2 else -70.0, "customer") for i in range(30_000)]
    tops = {round(top) for _, _, top in bars(parsed(evidence_plot(audio, [], [], "t")), CUSTOMER)}
    assert len(tops) == 2


def test_frames_that_never_came_leave_a_gap_and_silence_does_not() -> None:
    audio = [frame for frame in silence(10) if not 4 <= frame[0] < 6]
    columns = {x for x, _, _ in bars(parsed(evidence_plot(audio, [], [], "t")), SILENCE)}
    assert not any(440 < x < 600 for x in columns)
    assert any(x < 400 for x in columns)


def test_each_state_of_the_video_holds_until_the_next() -> None:
    video = [(0.0, "live"), (0.04, "live"), (3.0, "off"), (3.01, "frozen"), (7.0, "live")]
    root = parsed(evidence_plot(silence(10), video, [], "t"))
    titles = [title.text for rect in root.iter(f"{SVG}rect") for title in rect.iter(f"{SVG}title")]
    assert titles == [
        "live, 0.00 s to 3.00 s",
        "off, 3.00 s to 3.01 s",
        "frozen, 3.01 s to 7.00 s",
        "live, 7.00 s to 10.00 s",
    ]


def test_marks_are_numbered_in_time_and_their_numbers_never_overlap() -> None:
    marks = [(5.0 + i * 0.01, f"event {i}") for i in reversed(range(12))]
    root = parsed(evidence_plot(silence(10), [(0.0, "live")], marks, "t"))
    circles = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in root.iter(f"{SVG}circle")]
    for i, (x, y) in enumerate(circles):
        assert all(math.hypot(x - x2, y - y2) >= 18 for x2, y2 in circles[i + 1 :])
    texts = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert [t for t in texts if t.startswith("event")] == [f"event {i}" for i in range(12)]


def test_a_second_participant_has_a_lane_even_when_nothing_came() -> None:
    texts = [t.text for t in parsed(evidence_plot(silence(1), [], [], "t", participant=[])).iter(f"{SVG}text")]
    assert "Audio that the other participant receives" in texts
    assert "no audio was received" in texts
    alone = evidence_plot(silence(1), [], [], "t")
    assert "other participant" not in alone


def test_nothing_at_all_is_said_in_words() -> None:
    svg = evidence_plot([], [], [], "")
    parsed(svg)
    assert "no audio was received" in svg
    assert "no video was received or signalled" in svg


@pytest.mark.parametrize("level", [math.nan, math.inf, -math.inf, 40.0, -500.0])
def test_impossible_levels_stay_on_the_scale(level: float) -> None:
    root = parsed(evidence_plot([(0.0, level, "customer")], [], [], "t"))
    ((_, bottom, top), *_) = bars(root, CUSTOMER)
    assert bottom - 120 <= top < bottom


def test_text_of_a_widget_is_never_live() -> None:
    hostile = "</text><script>alert(1)</script><a href='javascript:alert(1)'>\x00\x1b\ud800]]>\u202e"
    svg = evidence_plot([(0.0, -20.0, hostile)], [(0.0, hostile)], [(0.5, hostile)], hostile)
    root = parsed(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= DRAWN
    assert not {"\x00", "\x1b", "\u202e"} & set(svg)
    svg.encode()


def test_a_long_scenario_stays_a_small_picture() -> None:
    audio = [(i * FRAME_SECONDS, -20.0 - i % 30, ("customer", "silence")[i // 500 % 2]) for i in range(30_000)]
    assert len(evidence_plot(audio, [(i * 0.04, "live") for i in range(15_000)], [], "t")) < 150_000
