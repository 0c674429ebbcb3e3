"""A far end on a free port, with one room."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from widget_conformance.fixtures.far_end.room import Room
from widget_conformance.fixtures.far_end.server import FarEnd
from widget_conformance.fixtures.far_end.settings import FarEndSettings
from widget_conformance.fixtures.far_end.sources import CHROMIUM_SOURCE
from widget_conformance.fixtures.timeline import Timeline

Open = Callable[..., tuple[FarEnd, Room]]


@pytest.fixture
def far_end() -> Iterator[Open]:
    """Start a far end with the settings given, and open room s1; nothing of it may be left afterwards."""
    before = set(threading.enumerate())
    started: list[FarEnd] = []

    def start(**settings: Any) -> tuple[FarEnd, Room]:
        end = FarEnd(FarEndSettings(**settings))
        end.start()
        started.append(end)
        return end, end.open_room("s1", Timeline(), CHROMIUM_SOURCE)

    yield start
    for end in started:
        end.stop()
        end.stop()
    left = [thread.name for thread in set(threading.enumerate()) - before if "asyncio" not in thread.name]
    assert not left, f"threads of the far end are left: {left}"
