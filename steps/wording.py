"""How the features name devices and calls, and how a step says which promises it can judge."""

import re
from collections.abc import Callable
from typing import TypeVar

from pytest_bdd import parsers
from widget_conformance.fixtures.browsers.permissions import Device

F = TypeVar("F", bound=Callable[..., None])

_DEVICES = r"the (?P<devices>microphone and the camera|microphone|camera)"
_CALL = r"an? (?P<kind>audio|video) call"


def words(text: str) -> parsers.re:
    """A step's text, in which `{devices}` stands for the device or devices and `{call}` for the kind of call."""
    pattern = re.escape(text).replace(r"\{devices\}", _DEVICES).replace(r"\{call\}", _CALL)
    return parsers.re(f"{pattern}$")


def named(devices: str) -> frozenset[Device]:
    """The devices that a step names."""
    return frozenset(device for device in Device if device.value in devices)


def proves(*statements: str) -> Callable[[F], F]:
    """Name every statement that the step can judge; in a scenario it judges those that the scenario is tagged with."""

    def mark(function: F) -> F:
        function.proves = statements  # type: ignore[attr-defined]
        return function

    return mark
