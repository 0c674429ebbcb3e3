"""What goes wrong before anything is watched."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from widget_conformance.fixtures.node import node_home
from widget_conformance.fixtures.observer import Face, ObserverNotBuilt, UnusableFinder
from widget_conformance.fixtures.observer.bundle import bundle
from widget_conformance.fixtures.profile import Finder, default, load


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


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("[find.mute]\ncss = 'a:nth-col(2)'", ":3: find.mute.css: "),
        ("within = ['main', 'a:nth-col(2)']", ":2: within[1]: "),
        ("[version]\ntext = 'a:nth-col(2)'", ":3: version.text: "),
        ("[version]\nelement = 'a:nth-col(2)'\nattribute = 'x'", ":3: version.element: "),
    ],
)
def test_a_selector_that_a_browser_has_not_is_told_by_its_line(
    see: Callable[..., Face], tmp_path: Path, said: str, place: str
) -> None:
    file = tmp_path / "vendor.toml"
    file.write_text(f"url = 'http://x/'\n{said}", "utf-8")
    with pytest.raises(UnusableFinder, match=re.escape(f"{file}{place}") + ".*nth-col"):
        see("<p>x", load(file))
