"""What goes wrong before anything is watched."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from widget_conformance.fixtures.node import node_home
from widget_conformance.fixtures.observer import Face, ObserverNotBuilt, UnusableFinder
from widget_conformance.fixtures.observer.bundle import bundle
from widget_conformance.fixtures.profile import Finder, default


def test_without_the_npm_packages(tmp_path: Path) -> None:
    with pytest.raises(ObserverNotBuilt, match=re.escape(str(tmp_path))):
        bundle(tmp_path)


def test_built_once() -> None:
    made = bundle(node_home())
    before = made.stat().st_mtime_ns
    assert bundle(node_home()) == made
    assert made.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("finder", "words"),
    [
        (Finder("mute", css="div["), r"find\.mute\.css"),
        (Finder("mute", name="(?P<x>a)"), r"find\.mute"),
    ],
)
def test_what_only_a_browser_can_check(see: Callable[..., Face], finder: Finder, words: str) -> None:
    with pytest.raises(UnusableFinder, match=words):
        see("<p>x", replace(default(), find={**default().find, "mute": finder}))
