"""A profile's patterns end, whatever they are searched in."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from widget_conformance.fixtures import patterns
from widget_conformance.fixtures.far_end.room import Room
from widget_conformance.fixtures.far_end.settings import FarEndSettings, SignalPattern, VideoOffSignals
from widget_conformance.fixtures.far_end.sources import CHROMIUM_SOURCE
from widget_conformance.fixtures.loop import LoopThread
from widget_conformance.fixtures.observations import agent
from widget_conformance.fixtures.profile_environment import Secret
from widget_conformance.fixtures.timeline import Timeline

TOO_LONG = ["(a|aa)+$", "(?=(a|aa)+$)a"]
TEXT = "a" * 5000 + "b"


@pytest.mark.parametrize("pattern", TOO_LONG)
def test_a_search_ends_and_names_its_pattern(pattern: str) -> None:
    with pytest.raises(patterns.TookTooLong) as error:
        patterns.search(pattern, TEXT)
    assert repr(pattern) in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "text", "lines", "found"),
    [
        ('"streamStatus":\\s*"off"', '{"STREAMSTATUS": "OFF"}', False, True),
        ("(a+)+$", "a" * 60 + "b", False, False),
        ("^b", "a\nb", False, False),
        ("^b", "a\nb", True, True),
        ("off(?!ice)", "office", False, False),
        ("(?<!de)off$", "off", False, True),
    ],
)
def test_what_is_found_is_what_python_finds(pattern: str, text: str, lines: bool, found: bool) -> None:
    assert patterns.search(pattern, text, lines=lines) is found


@pytest.mark.parametrize(
    ("pattern", "size"),
    [("(?:a{3}){2}", 12), ("[a{9}]{4}", 4), (r"\({7}", 7), ("a{,3}", 5), ("((a{1000}){1000}){1000}", 10**9)],
)
def test_counts_are_written_out(pattern: str, size: int) -> None:
    assert abs(patterns.size(pattern) - size) <= size // 500


def searches() -> tuple[patterns.Searches, list[dict[str, Any]]]:
    notes: list[dict[str, Any]] = []
    return patterns.Searches(lambda what, **detail: notes.append({"what": what, **detail})), notes


def test_a_pattern_that_took_too_long_is_named_and_not_tried_again() -> None:
    made, notes = searches()
    assert not made.found("far_end.ignore[0]", "(a|a)+$", TEXT)
    assert not made.found("far_end.ignore[0]", "(a|a)+$", "a")
    assert made.found("far_end.ignore[1]", "ab", TEXT)
    assert [(note["what"], note["key"], note["pattern"]) for note in notes] == [
        (patterns.GIVEN_UP, "far_end.ignore[0]", "(a|a)+$")
    ]
    assert "far_end.ignore[0]: the pattern '(a|a)+$' took too long" in str(made.doubt)


def test_a_secret_is_not_told() -> None:
    made, notes = searches()
    made.found("far_end.ignore[0]", Secret("(a|a)+$", "${PATTERN}", {"PATTERN": "(a|a)+$"}), TEXT)
    assert "(a|a)" not in f"{notes} {made.doubt}"
    assert "${PATTERN}" in str(made.doubt)


@pytest.mark.parametrize("last", ["on", "off"])
@pytest.mark.parametrize("state", ["off", "frozen", "placeholder"])
def test_what_a_pattern_might_have_told_is_neither_kept_nor_broken(last: str, state: str) -> None:
    """The one that found "off" is no word for it when the newest may have been "on", and the other way round."""
    slow = SignalPattern("MESSAGE", "(a|a)+$", cast(Any, last))
    settings = FarEndSettings(video_off=VideoOffSignals(patterns=(SignalPattern("MESSAGE", "off", "off"), slow)))
    room = Room("s1", Timeline(), CHROMIUM_SOURCE, settings, cast(LoopThread, None))
    assert list(room.told("MESSAGE", TEXT)) == []
    video = SimpleNamespace(
        state=lambda: state,
        sees_customer=lambda: False,
        last_live=lambda begin: None,
        signalled_off=state == "off",
        last_picture=lambda: None,
    )
    world: Any = SimpleNamespace(
        room=SimpleNamespace(agent=SimpleNamespace(video=video), unsearched=room.unsearched),
        budgets=SimpleNamespace(stopped=1.0, shown=1.0),
        profile=SimpleNamespace(far_end=SimpleNamespace(video_off=())),
        change=SimpleNamespace(at=0.0),
        taken={},
        pump=lambda: None,
    )
    observation = agent.video_still_off(world)
    assert observation.kept is (True if state == "placeholder" else None)
    if observation.kept is None:
        assert "far_end.video_off[1].pattern: the pattern '(a|a)+$' took too long" in observation.seen
