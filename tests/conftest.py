"""Shares the machine between the processes of a test run."""

import fcntl
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

DOOR, MACHINE = Path(__file__), Path(__file__).with_name("harness.py")
"""Files that the processes lock; nothing is written to them."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "alone: no other test runs beside it, for it has two browsers at work and wants every verdict"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let a test that is marked run alone; those that come later wait at the door, so that its turn comes."""
    alone = item.get_closest_marker("alone") is not None
    with ExitStack() as held:
        machine = held.enter_context(MACHINE.open("rb"))
        with DOOR.open("rb") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(machine, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        return (yield)
