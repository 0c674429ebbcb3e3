"""Codecs that a browser refuses to a page: named in the reason, and accused of nothing where it has none of them."""

from types import SimpleNamespace
from typing import Any

import pytest
from widget_conformance.fixtures.observations.describing import codec_missing
from widget_conformance.fixtures.timeline import Timeline

HAS = ["video/VP8", "video/rtx", "video/VP9", "video/VP9", "video/ulpfec"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (["video/rtx"], "it asked for rtx; the browser has VP8, VP9"),
        (["video/rtx", "video/rtx", "video/RED"], "it asked for rtx, RED; the browser has VP8, VP9"),
        ([], "it asked for none; the browser has VP8, VP9"),
        (["video/H264", "video/rtx"], None),  # a codec that the page made up, or of another connection: its own mistake
    ],
)
def test_what_a_browser_has_none_of(wanted: list[str], told: str | None) -> None:
    world: Any = SimpleNamespace(timeline=Timeline())
    assert codec_missing(world) is None
    world.timeline.note("widget", "is refused codecs", kind="video", wanted=wanted, has=HAS, error="x")
    said = codec_missing(world)
    assert (said is None) if told is None else (said or "").endswith(told)
    assert said is None or said.startswith("the browser offered no codec for video that the page would take")
