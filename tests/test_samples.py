"""Widgets that have nothing to do with the reference, judged as a vendor would: by a profile alone."""

from collections.abc import Iterator
from pathlib import Path

import harness
import pytest
from aiohttp import web
from widget_conformance.fixtures.loop import LoopThread, listen

SAMPLES = Path(__file__).parent / "samples"
SOME = (
    *("--scenario", "The widget states its version"),
    *("--scenario", "The microphone and the camera are revoked in a video call"),
    *("--scenario", "The camera is revoked in a video call"),
    *("--scenario", "The microphone is enabled and a video call is tried again"),
    *("--scenario", "The customer proceeds with an audio-only call"),
)
ROUTES = ("--route", "chromium-site-settings", "--route", "firefox-settings-dialog")


@pytest.fixture(scope="module")
def plain() -> Iterator[int]:
    """Port that serves the plain sample."""
    app = web.Application()
    app.router.add_get("/", lambda request: web.FileResponse(SAMPLES / "plain" / "index.html"))
    app.router.add_static("/", SAMPLES / "plain")
    loop = LoopThread("sample")
    runner, port = loop.call(listen(app))
    yield port
    loop.call(runner.cleanup())
    loop.stop()


@pytest.mark.parametrize("by", ["whip", "json"])
def test_a_widget_that_speaks_no_sip_conforms_in_both_browsers(tmp_path: Path, plain: int, by: str) -> None:
    profile = SAMPLES / "plain" / f"{by}.toml"
    words = ("run", "--profile", profile, *SOME, *ROUTES, "--workers", "1", "--no-allure", "--results", tmp_path)
    ended = harness.command(*words, seconds=900, SAMPLE_PORT=str(plain))
    found = harness.results(tmp_path)
    assert [(r["route"], r["scenario"], r["reason"]) for r in found if r["verdict"] != "pass"] == []
    assert len(found) == 10
    assert ended.status == 0, ended.said
