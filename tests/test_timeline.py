"""One clock for all witnesses, and waits that end."""

import threading

import pytest
from widget_conformance.fixtures.timeline import DeadlinePassed, Timeline, now


def test_events_stand_in_the_order_of_their_moments_whenever_they_were_told() -> None:
    timeline = Timeline()
    late = timeline.note("widget", "shows", entry="mute")
    early = timeline.note("agent", "hears", at=late.at - 1)
    assert timeline.events() == [early, late]
    assert timeline.events(actor="agent") == [early]
    assert timeline.events("shows") == [late]
    assert timeline.events("shows", "agent") == []
    assert timeline.events(since=late.at) == [late]
    assert late.detail == {"entry": "mute"}


def test_waiting_returns_what_was_found_at_once() -> None:
    timeline = Timeline()
    assert timeline.wait(lambda: "it", 5, "it") == "it"
    assert timeline.wait(lambda: 0, 5, "a number") == 0, "zero is an answer"
    assert timeline.wait(lambda: "", 5, "a text") == ""


@pytest.mark.parametrize("answer", [None, False])
def test_a_deadline_tells_what_was_awaited_how_long_and_what_was_seen(answer: bool | None) -> None:
    begun = now()
    with pytest.raises(DeadlinePassed) as told:
        Timeline().wait(lambda: answer, 0.2, "the call to be up", lambda: "no call")
    assert str(told.value) == "waited 0.2 s for the call to be up; saw no call instead"
    assert now() - begun >= 0.2


def test_what_was_seen_is_asked_at_the_end() -> None:
    seen: list[str] = []
    with pytest.raises(DeadlinePassed, match="saw the last look instead"):
        Timeline().wait(lambda: seen.append("a look"), 0.1, "it", lambda: "the last look" if seen else "nothing yet")


def test_what_is_there_already_is_found_also_without_time() -> None:
    assert Timeline().wait(lambda: True, 0, "what is there already")


def test_an_event_wakes_whoever_waits() -> None:
    timeline = Timeline()
    threading.Timer(0.1, lambda: timeline.note("agent", "hears")).start()
    assert timeline.wait(lambda: timeline.events("hears") or None, 5, "the agent to hear")


def test_witnesses_that_have_to_be_asked_are_asked_before_each_look() -> None:
    asked: list[int] = []
    assert Timeline().wait(lambda: len(asked) >= 3, 5, "three questions", pump=lambda: asked.append(1))
    assert len(asked) == 3


def test_an_error_of_a_witness_ends_the_wait() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Timeline().wait(lambda: None, 5, "nothing", pump=broken)
