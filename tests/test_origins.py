"""Whose permission is changed and read: that of the page in the address bar, wherever the steps have led."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import harness
import pytest
from aiohttp import web
from widget_conformance.fixtures.loop import LoopThread, listen
from widget_conformance.fixtures.origins import Stand, origin_in
from widget_conformance.fixtures.timeline import Timeline
from widget_conformance.reports.model import Verdict

SAMPLES = Path(__file__).parent / "samples"
BLOCKED = ("--scenario", "an audio call is tried while the microphone is blocked")
REVOKED = ("--scenario", "The microphone is revoked in an audio call")
ROUTES = ("--route", "chromium-site-settings", "--route", "firefox-settings-dialog")
LEADS = '[[before_call]]\nclick = { role = "button", name = "^log in$" }\n'
OPENS = '[[before_call]]\nclick = { role = "button", name = "^talk to us$" }\n'
SILENT = (
    "function start(video) {\n",
    "async function start(video) {\n"
    '  if ((await navigator.permissions.query({ name: "microphone" })).state === "denied") return;\n',
)
"""Makes the plain sample say nothing when the microphone is blocked."""


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://a.example/x?y#z", "http://a.example"),
        ("http://A.example:80/", "http://a.example"),
        ("https://a.example:443", "https://a.example"),
        ("https://a.example:8443/", "https://a.example:8443"),
        ("http://user:word@a.example:81/", "http://a.example:81"),
        ("http://[::1]:81/", "http://[::1]:81"),
        ("blob:http://a.example:81/1234", "http://a.example:81"),
        ("about:blank", None),
        ("data:text/html,x", None),
        ("", None),
    ],
)
def test_an_address_tells_its_origin_or_none(url: str, origin: str | None) -> None:
    assert origin_in(url) == origin


def test_nothing_is_astray_while_the_page_asks_where_the_permissions_were_set() -> None:
    timeline = Timeline()
    stand = Stand(timeline)
    assert stand.astray("http://a") is None  # nothing was set yet
    timeline.note("widget", "requests devices", origin="http://log-in", audio=True)
    stand.set("http://a")
    timeline.note("widget", "requests devices", origin="http://a", audio=True)
    assert stand.astray("http://a") is None


def test_a_request_from_elsewhere_a_page_that_has_left_and_two_places_tell_nothing() -> None:
    timeline = Timeline()
    stand = Stand(timeline)
    stand.set("http://a")
    assert stand.astray("http://b") == "the page went from http://a, where the permissions were set, to http://b"
    timeline.note("widget", "requests devices", origin="http://b", audio=True)
    assert "asked for devices at http://b" in str(stand.astray("http://a"))
    stand.set("http://b")
    assert "permissions were set at each" in str(stand.astray("http://b"))


def _site() -> web.Application:
    widget = (SAMPLES / "plain" / "widget.js").read_text("utf-8")

    def text(body: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            del request
            return web.Response(text=body, content_type=kind)

        return serve

    app = web.Application()
    app.router.add_get("/silent/widget.js", text(widget.replace(*SILENT), "text/javascript"))
    for folder in ("silent", "plain"):
        app.router.add_static(f"/{folder}", SAMPLES / "plain")
    app.router.add_static("/elsewhere", SAMPLES / "elsewhere")
    return app


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[int, int]]:
    """Two ports of the same site: two origins."""
    loop = LoopThread("sites")
    (one, first), (two, second) = (loop.call(listen(_site())) for _ in range(2))
    try:
        yield first, second
    finally:
        for runner in (one, two):
            loop.call(runner.cleanup())
        loop.stop()


def _profile(folder: Path, ports: tuple[int, int], steps: str, page: str = "") -> Path:
    made = folder / "shop.toml"
    made.write_text(
        f'name = "shop"\nurl = "{{origin}}:{ports[0]}/elsewhere/index.html"\n'
        f'query = {{ by = "json", far_end = "{{far_end_url}}", other = "{ports[1]}", page = "{page}" }}\n'
        f'{steps}[far_end]\nsignalling = "json"\n',
        "utf-8",
    )
    return made


def _run(folder: Path, profile: Path, *scenarios: str) -> dict[tuple[str, str, str], Verdict]:
    results = folder / "results"
    harness.command(
        *("run", "--profile", profile, *scenarios, *ROUTES, "--no-allure", "--results", results), seconds=300
    )
    return harness.verdicts(results)


@pytest.mark.alone
def test_the_steps_lead_to_a_widget_at_another_origin_that_says_nothing(tmp_path: Path, ports: tuple[int, int]) -> None:
    found = _run(tmp_path, _profile(tmp_path, ports, LEADS, "silent/index.html"), *BLOCKED)
    for browser in ("chromium", "firefox"):
        failed = {s for (_, b, s), verdict in found.items() if b == browser and verdict is Verdict.FAIL}
        assert failed == {"AIM-1", "MIC-PRE-3", "MIC-PRE-4"}


@pytest.mark.parametrize(("steps", "page"), [(LEADS, "plain/index.html"), (OPENS, "")], ids=["log-in", "pop-up"])
@pytest.mark.alone
def test_a_conforming_widget_is_followed(tmp_path: Path, ports: tuple[int, int], steps: str, page: str) -> None:
    found = _run(tmp_path, _profile(tmp_path, ports, steps, page), *BLOCKED, *REVOKED)
    assert {browser for _, browser, _ in found} == {"chromium", "firefox"}
    assert set(found.values()) == {Verdict.PASS}
