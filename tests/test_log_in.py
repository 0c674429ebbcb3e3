"""Whether a widget had to be logged in before it could call."""

from types import SimpleNamespace
from typing import Any

import pytest
from widget_conformance.fixtures.far_end.room import Room
from widget_conformance.fixtures.observations.log_in import never_tried


def world(signalling: str, **said: str) -> Any:
    """A scenario to whose far end nobody came."""
    room = Room.__new__(Room)
    room.calls, room.attempts, room.refusals, room._registered_at = [], [], [], 0.0
    far_end = SimpleNamespace(**{"signalling": signalling, "password": None, "user": None, **said})
    return SimpleNamespace(room=room, profile=SimpleNamespace(far_end=far_end))


@pytest.mark.parametrize(
    ("signalling", "said", "key"),
    [
        ("sip", {"password": "s3cret"}, "password"),
        ("sip", {"user": "customer"}, "user"),
        ("json", {"password": "s3cret"}, "password"),
    ],
)
def test_a_widget_that_has_to_register_and_does_not_is_told(signalling: str, said: dict[str, str], key: str) -> None:
    told = never_tried(world(signalling, **said))
    assert told is not None
    assert f"far_end.{key}" in told


@pytest.mark.parametrize(
    ("signalling", "said"),
    [("sip", {}), ("json", {"user": "customer"}), ("whip", {"password": "s3cret"}), ("of-a-plugin", {"user": "me"})],
)
def test_who_need_not_register_is_told_nothing(signalling: str, said: dict[str, str]) -> None:
    assert never_tried(world(signalling, **said)) is None
