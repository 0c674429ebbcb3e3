"""How long the browser took to answer the widget's requests for devices."""

import pytest
from widget_conformance.fixtures.device_requests import (
    device_requests,
    last_answer,
    longest_wait,
    waited_for_answers,
)
from widget_conformance.fixtures.timeline import Timeline, now


def timeline(*requests: tuple[float, float | None, str]) -> tuple[Timeline, float]:
    """Requests as (asked, answered, kinds), seconds from a zero that is returned."""
    zero, made = now() - 100, Timeline()
    for asked, answered, kinds in requests:
        wanted = {"audio": "a" in kinds, "video": "v" in kinds}
        made.note("widget", "requests devices", zero + asked, **wanted)
        if answered is not None:
            made.note("widget", "gets devices", zero + answered, **wanted)
    return made, zero


@pytest.mark.parametrize(
    ("requests", "begin", "end", "seconds"),
    [
        ((), 0, 10, 0),
        (((1, 3, "a"),), 0, 10, 2),
        (((1, 3, "a"),), 2, 10, 1),
        (((1, 3, "a"),), 0, 2.5, 0),  # what was shown before the answer was not learned from it
        (((1, None, "a"),), 0, 10, 0),  # nor from a request that is still open
        (((1, 3, "a"), (2, 4, "v")), 0, 10, 3),  # at once: counted once
        (((1, 5, "a"), (2, 3, "v")), 0, 10, 4),
        (((1, 2, "a"), (4, 6, "a")), 0, 10, 3),
        (((1, 2, "a"),), 3, 10, 0),
    ],
)
def test_what_the_browser_took_between_two_moments(
    requests: tuple[tuple[float, float | None, str], ...], begin: float, end: float, seconds: float
) -> None:
    made, zero = timeline(*requests)
    assert waited_for_answers(made, zero + begin, zero + end) == pytest.approx(seconds)


def test_an_answer_belongs_to_the_oldest_open_request_for_the_same_devices() -> None:
    made, zero = timeline((1, 4, "a"), (2, 3, "v"), (5, None, "av"))
    assert sorted((round(r.asked_at - zero), r.answered_at and round(r.answered_at - zero)) for r in device_requests(made)) == [
        (1, 4), (2, 3), (5, None),
    ]  # fmt: skip
    assert longest_wait(made, zero + 2) > 90  # the open one waits until now
    assert last_answer(made) == pytest.approx(now(), abs=1)


def test_without_requests_nothing_was_waited_for() -> None:
    made, zero = timeline()
    assert (device_requests(made), longest_wait(made, zero), last_answer(made)) == ([], 0.0, None)
