"""Pages that are not simply there: certificates, log-ins, proxies, names; in both browsers, with a widget that is called."""

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import harness
import pytest
from aiohttp import web
from certificates import certificate
from playwright.sync_api import Error as PlaywrightError
from widget_conformance.fixtures.browsers.access import BadStorageState, read_storage_state
from widget_conformance.fixtures.browsers.finding import find
from widget_conformance.fixtures.claims import Claims
from widget_conformance.fixtures.loop import LoopThread, listen
from widget_conformance.fixtures.opening import open_page
from widget_conformance.fixtures.profile import default
from widget_conformance.fixtures.stage import Stage
from widget_conformance.fixtures.subject import from_profile
from widget_conformance.fixtures.verdicts import Inconclusive

PLAIN = Path(__file__).parent / "samples" / "plain"
HOST = "widget.example"
SCENARIO = "The camera is revoked in a video call"
BROWSERS = {"chromium": "chromium-site-settings", "firefox": "firefox-settings-dialog"}


@dataclass
class Guarded:
    """The plain sample over https, for whoever has a password, and a cookie and an item of storage."""

    port: int = 0
    plain_port: int = 0
    """The same without https, log-in and names."""
    proxy: int = 0
    through_proxy: list[str] = field(default_factory=list)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """A file of the sample; without the log-in's traces the page shows no widget."""
        if request.headers.get("Authorization") != "Basic " + base64.b64encode(b"tester:open sesame").decode():
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="staging"'}, text="log in")
        if request.cookies.get("session") != "s3":
            return web.Response(text="<title>Log in</title><p>Log in first", content_type="text/html")
        if request.path == "/broken":
            text = "<title>Broken</title><script>throw new TypeError('the widget is not at home')</script>"
            return web.Response(text=text, content_type="text/html")
        if request.path == "/":
            text = (PLAIN / "index.html").read_text("utf-8")
            guard = "<script>if (localStorage.getItem('token') !== 't1') document.documentElement.remove()</script>"
            return web.Response(text=text + guard, content_type="text/html")
        return web.FileResponse(PLAIN / request.path.strip("/"))

    async def framed(self, request: web.Request) -> web.Response:
        """A page with the sample in a frame of another origin."""
        inside = f"http://widget.localhost:{self.plain_port}/index.html?{request.query_string}"
        text = (
            f'<!doctype html><title>Host</title><iframe src="{inside}" width=900 height=600 allow="microphone; camera">'
        )
        return web.Response(text=text.replace("&", "&amp;"), content_type="text/html")

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A proxy that knows `HOST` alone (RFC 9110, CONNECT)."""
        target = (await reader.readline()).decode("latin-1").split()[1]
        while (await reader.readline()).strip():
            pass
        self.through_proxy.append(target)
        if target == f"{HOST}:{self.port}":
            there, back = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_copy(reader, back), _copy(there, writer))
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Serve it."""
    made = Guarded()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate(tmp_path_factory.mktemp("tls") / "both.pem", HOST))
    loop = LoopThread("guarded")

    async def start() -> tuple[web.AppRunner, web.AppRunner, asyncio.Server]:
        app = web.Application()
        app.router.add_get("/{path:.*}", made.page)
        secure = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await secure.setup()
        await web.TCPSite(secure, "127.0.0.1", 0, ssl_context=context).start()
        made.port = secure.addresses[0][1]
        open_app = web.Application()
        open_app.router.add_get("/framed", made.framed)
        open_app.router.add_static("/", PLAIN)
        plain, made.plain_port = await listen(open_app)
        proxy = await asyncio.start_server(made.relay, "127.0.0.1", 0)
        made.proxy = proxy.sockets[0].getsockname()[1]
        return secure, plain, proxy

    secure, plain, proxy = loop.call(start())
    yield made
    proxy.close()
    for runner in (secure, plain):
        loop.call(runner.cleanup())
    loop.stop()


STATE = """{"cookies": [{"name": "session", "value": "s3", "domain": "widget.example", "path": "/", "secure": true}],
 "origins": [{"origin": "https://widget.example:%d", "localStorage": [{"name": "token", "value": "t1"}]}]}"""


def profile(
    folder: Path, guarded: Guarded, access: str, scheme: str = "https", port: int = 0, far_end: str = ""
) -> Path:
    """A profile for the sample behind all that."""
    (folder / "log-in.json").write_text(STATE % guarded.port, "utf-8")
    file = folder / "guarded.toml"
    file.write_text(
        f'name = "guarded"\nurl = "{scheme}://{HOST}:{port or guarded.port}/"\nlocale = "de-CH"\n'
        'query = { by = "json", far_end = "{far_end_url}" }\n'
        f'[far_end]\nsignalling = "json"\n{far_end}\n[access]\n{access}\n',
        "utf-8",
    )
    return file


LOGGED_IN = 'user = "tester"\npassword = "${SITE_PASSWORD}"\nstorage_state = "log-in.json"'
UNTRUSTED = "accept_untrusted_certificate = true"
NAMED = f'hosts = {{ "{HOST}" = "127.0.0.1" }}'


def judged(folder: Path, file: Path, *browsers: str) -> tuple[harness.Ended, list[dict[str, Any]]]:
    """One scenario in some browsers."""
    routes = [word for browser in browsers for word in ("--route", BROWSERS[browser])]
    words = ("run", "--profile", file, "--scenario", SCENARIO, *routes, "--workers", "1", "--no-allure")
    ended = harness.command(*words, "--results", folder / "results", seconds=300, SITE_PASSWORD="open sesame")
    return ended, harness.results(folder / "results")


@pytest.mark.parametrize("way", ["by name", "through a proxy"])
def test_a_page_behind_a_log_in_with_a_certificate_of_its_own_is_judged(
    tmp_path: Path, guarded: Guarded, way: str
) -> None:
    guarded.through_proxy.clear()
    reach = NAMED if way == "by name" else f'proxy = "http://127.0.0.1:{guarded.proxy}"'
    certificate(tmp_path / "far-end.pem", "far-end.example")
    secure = 'certificate = "far-end.pem"' if way == "through a proxy" else ""
    file = profile(tmp_path, guarded, f"{UNTRUSTED}\n{LOGGED_IN}\n{reach}", far_end=secure)
    ended, found = judged(tmp_path, file, *BROWSERS)
    assert [(one["browser"], one["verdict"], one["reason"]) for one in found] == [
        ("chromium", "pass", ""),
        ("firefox", "pass", ""),
    ], ended.said
    assert "open sesame" not in ended.said + (tmp_path / "results" / "results.jsonl").read_text("utf-8")
    opened = [event["detail"]["url"] for one in found for event in one["timeline"] if event["what"] == "opens the page"]
    assert all(("far_end=wss%3A" in url) is bool(secure) for url in opened)
    assert len(opened) == 2
    proxied = f"{HOST}:{guarded.port}" in guarded.through_proxy
    assert proxied is (way == "through a proxy")


def test_a_page_from_the_internet_may_call_the_far_end_from_a_frame_of_another_origin(
    tmp_path: Path, guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "chromium"
    public = f"--ip-address-space-overrides=127.0.0.1:{guarded.plain_port}=public"
    program.write_text(f'#!/bin/sh\nexec "{find("chromium").executable}" {public} "$@"\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(program))
    file = profile(tmp_path, guarded, "", "http", guarded.plain_port)
    address = f"http://host.localhost:{guarded.plain_port}/framed"
    file.write_text(re.sub('url = ".*"', f'url = "{address}"', file.read_text("utf-8")), "utf-8")
    ended, found = judged(tmp_path, file, "chromium")
    assert [(one["verdict"], one["reason"]) for one in found] == [("pass", "")], ended.said


def why_not(file: Path, browser: str) -> str:
    """Why there is nothing to be judged."""
    subject = from_profile(file)
    with contextlib.closing(Stage()) as stage, pytest.raises(Inconclusive) as raised:
        Claims(stage).version(subject, stage.browser(browser, subject.profile))
    return str(raised.value)


@pytest.mark.parametrize(
    ("access", "told"),
    [
        (f"{LOGGED_IN}\n{NAMED}", "access.accept_untrusted_certificate = true takes a certificate"),
        (f"{UNTRUSTED}\n{LOGGED_IN}", "access.hosts gives a name an address"),
        (f"{UNTRUSTED}\n{NAMED}", "access.user and access.password log in"),
        (f'{UNTRUSTED}\n{NAMED}\nuser = "tester"\npassword = "wrong"', "access.user and access.password log in"),
        (f'{UNTRUSTED}\nproxy = "http://127.0.0.1:1"', "Check access.proxy"),
    ],
)
@pytest.mark.parametrize("browser", BROWSERS)
def test_what_keeps_the_browser_out_is_told_with_what_to_mend(
    tmp_path: Path, guarded: Guarded, browser: str, access: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_PASSWORD", "open sesame")
    assert told in why_not(profile(tmp_path, guarded, access), browser)


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_page_without_a_secure_context_is_told_as_that(tmp_path: Path, guarded: Guarded, browser: str) -> None:
    file = profile(tmp_path, guarded, NAMED, "http", guarded.plain_port)
    told = "is no secure context, so that browsers give it neither microphone nor camera"
    assert told in why_not(file, browser)


@pytest.mark.parametrize("browser", BROWSERS)
def test_what_the_console_says_of_a_widget_that_does_not_come_is_told(
    tmp_path: Path, guarded: Guarded, browser: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_PASSWORD", "open sesame")
    file = profile(tmp_path, guarded, f"{UNTRUSTED}\n{LOGGED_IN}\n{NAMED}")
    file.write_text(file.read_text("utf-8").replace('/"\nlocale', '/broken"\nlocale'), "utf-8")
    told = why_not(file, browser)
    assert "shows no widget" in told
    assert "The console says: TypeError: the widget is not at home" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is no JSON"),
        ("[]", "expected an object with cookies and origins"),
        ('{"cookies": {}}', "cookies: expected a list of cookies with name, value, domain and path"),
        ('{"cookies": [{"name": "a", "value": "b"}]}', "cookies: expected a list of cookies"),
        ('{"origins": [{"origin": "https://a.example"}]}', "origins: expected a list of origins, each with its"),
        ('{"origins": [{"origin": 1, "localStorage": []}]}', "origins: expected a list of origins"),
    ],
)
def test_a_file_that_is_no_storage_state_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "state.json").write_text(text, "utf-8")
    with pytest.raises(BadStorageState) as raised:
        read_storage_state(tmp_path / "state.json")
    assert told in str(raised.value)


def test_a_browser_that_is_gone_before_the_page_opens_says_nothing_of_the_widget() -> None:
    def gone(url: str, wait_until: str) -> None:
        del wait_until
        raise PlaywrightError(f"Target page, context or browser has been closed: {url}")

    face = SimpleNamespace(profile=default(), open=gone, dialogs=SimpleNamespace(check=lambda: None, flood=None))
    with pytest.raises(Inconclusive, match="cannot be opened: Target page"):
        open_page(face, "http://localhost:1/", "load")  # type: ignore[arg-type]
