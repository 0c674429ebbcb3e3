"""Every page that the suite makes or serves asks nobody but its own server, or folder, for anything, and runs no text of a widget.

A real browser opens each with every other request refused; hostile texts stand wherever a widget can put some.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, Route, sync_playwright
from test_allure_report import allure_result
from test_page import with_files
from test_proof import build, proof
from test_proof import result as proven
from test_table import judged, run
from widget_conformance.fixtures.loop import LoopThread, listen
from widget_conformance.fixtures.node import node_home
from widget_conformance.fixtures.trying import Look, Situation
from widget_conformance.reference_impl.server import ReferenceServer
from widget_conformance.reports import check_page, proof_page
from widget_conformance.reports.allure_report import generate
from widget_conformance.reports.model import Evidence, Verdict
from widget_conformance.reports.page import write_page

ELSEWHERE = "https://beacon.example/x"
HOSTILE = [
    f"</script></style></title></textarea><script>window.hacked=1;fetch('{ELSEWHERE}')</script>",
    f"\"'><img src={ELSEWHERE} onerror=window.hacked=1><svg onload=window.hacked=1><link rel=prefetch href={ELSEWHERE}>",
    f"[x](javascript:window.hacked=1) ![x]({ELSEWHERE}) <a href=javascript:window.hacked=1>x</a> javascript:window.hacked=1//",
    f"<meta http-equiv=refresh content='0;url={ELSEWHERE}'><base href={ELSEWHERE}><iframe srcdoc='<script>parent.hacked=1</script>'>",
    f"<style>@import '{ELSEWHERE}';</style><form action={ELSEWHERE}><button autofocus onfocus=window.hacked=1>x</button></form>",
    "\x1b]8;;https://beacon.example/\x07x\x1b]8;;\x07\x9b2J\x00 \u202egnp.exe\u2066 {{constructor.constructor('window.hacked=1')()}}",
]
ALL = " ".join(HOSTILE)


@dataclass
class Watch:
    """One browser, and what its pages asked for elsewhere."""

    browser: Browser
    asked: list[str] = field(default_factory=list)

    @contextmanager
    def page(self, url: str) -> Iterator[Page]:
        """A page with everything refused that is not its own, to be looked at when it is done."""
        own = url[: url.index("/", url.index("//") + 2)] if url.startswith("http") else url.rsplit("/", 1)[0]
        context = self.browser.new_context(
            proxy={"server": "http://127.0.0.1:9", "bypass": "localhost,.localhost"}
        )  # what no event tells of gets nowhere

        def decide(route: Route) -> None:
            if route.request.url.startswith((f"{own}/", "data:", "blob:")):
                route.continue_()
            else:
                route.abort()

        def heard(url: str) -> None:
            if not url.startswith((f"{own}/", "data:", "blob:", f"{own.replace('http', 'ws', 1)}/")):
                self.asked.append(url)

        context.route("**/*", decide)
        context.on("requestfinished", lambda request: heard(request.url))
        context.on("requestfailed", lambda request: None if request.failure == "csp" else heard(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: heard(socket.url)))
        try:
            page = context.new_page()
            page.goto(url)
            page.wait_for_load_state("networkidle")
            yield page
            assert page.evaluate("window.hacked") is None
            hints = "link[rel~=preconnect],link[rel~=dns-prefetch],link[rel~=prefetch],link[rel~=preload]"
            assert page.evaluate(f"document.querySelectorAll('{hints}').length") == 0
        finally:
            context.close()
        assert self.asked == []


@pytest.fixture(scope="module")
def watch() -> Iterator[Watch]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield Watch(browser)
        browser.close()


@pytest.fixture
def asked(watch: Watch) -> Watch:
    watch.asked.clear()
    return watch


def _is_shut_in(page: Page) -> None:
    """The page's own policy refuses what the test would refuse."""
    refused = page.evaluate(
        """(url) => new Promise((done) => {
          addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
          fetch(url).catch(() => {});
          setTimeout(() => done("nothing"), 2000);
        })""",
        ELSEWHERE,
    )
    assert refused == "connect-src"


def test_the_conformance_page(asked: Watch, tmp_path: Path) -> None:
    files = with_files(tmp_path, Evidence(ALL, "evidence/a.svg", "image/svg+xml"), data=f"<svg>{ALL}</svg>".encode())
    failed = judged(
        Verdict.FAIL, reason=ALL, scenario=ALL, subject=ALL, findings=tuple(HOSTILE), evidence=files.evidence
    )
    page = write_page(run(failed, problems=(ALL,), origins=(tmp_path,)), tmp_path)
    text = page.read_text("utf-8")
    assert not {"\x1b", "\x9b", "\u202e", "\u2066", "\0"} & set(text)
    with asked.page(page.as_uri()) as shown:
        for details in shown.locator("details").all():
            details.evaluate("(e) => { e.open = true }")
        shown.locator("input[name=words]").fill(HOSTILE[0])
        _is_shut_in(shown)


def test_the_page_of_check(asked: Watch, tmp_path: Path) -> None:
    situation = Situation(ALL, [Look(ALL, True, ALL, ALL)], HOSTILE)
    with asked.page(check_page.write_page(ALL, "chromium", [situation], tmp_path).as_uri()) as shown:
        assert "�2J" in shown.locator("body").inner_text()
        _is_shut_in(shown)


def test_the_kill_matrix(asked: Watch, tmp_path: Path) -> None:
    found = proven(build(), Verdict.FAIL, {"MIC-LIVE-2": Verdict.FAIL}, scenario="one")
    page = proof_page.write_page(proof(found, builds=[build(equivalent=())]), tmp_path)
    with asked.page(page.as_uri()) as shown:
        _is_shut_in(shown)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder over http."""
    app = web.Application()
    app.router.add_static("/", folder)
    loop = LoopThread("pages")
    runner, port = loop.call(listen(app))
    try:
        yield f"http://localhost:{port}"
    finally:
        loop.call(runner.cleanup())
        loop.stop()


def test_the_report_of_allure_over_http_and_from_a_disk(asked: Watch, tmp_path: Path) -> None:
    if not (node_home() / "node_modules" / "allure" / "cli.js").is_file():
        pytest.skip("Allure is not installed; run widget-conformance setup")
    results = tmp_path / "results"
    allure_result(results, "5.1", "chromium", "failed")
    (path,) = results.glob("*-result.json")
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    attached = {"a.txt": "text/plain", "a.svg": "image/svg+xml"}  # the kinds of text that the suite attaches
    for name in attached:
        (results / f"x-attachment.{name}").write_text(f"<svg>{ALL}</svg>" if name == "a.svg" else ALL, "utf-8")
    document["name"] = document["description"] = ALL
    document["descriptionHtml"] = None
    document["statusDetails"] = {"message": ALL, "trace": ALL}
    attachments = [{"name": ALL, "source": f"x-attachment.{name}", "type": kind} for name, kind in attached.items()]
    document["steps"] = [{"name": one, "status": "failed", "attachments": attachments} for one in HOSTILE]
    document["links"] = [{"name": "x", "url": "javascript:window.hacked=1", "type": "link"}]
    path.write_text(json.dumps(document), "utf-8")
    index = generate(results, tmp_path / "report", tmp_path / "history.jsonl", [("5.1", "chromium")])
    (test,) = (one.stem for one in index.parent.rglob("data/test-results/*.json"))
    with asked.page(index.as_uri()):
        assert "default-src 'none'" in index.read_text("utf-8").partition("<title>")[0]
    with served(index.parent) as home, asked.page(f"{home}/index.html#{test}") as shown:
        shown.get_by_text("window.hacked").first.wait_for()
        for kind in ("step", "attachment"):
            shown.evaluate(f"document.querySelectorAll('[data-testid*={kind}-header]').forEach((one) => one.click())")
        _is_shut_in(shown)


def test_the_pages_of_serve(asked: Watch) -> None:
    server = ReferenceServer(9)
    room = SimpleNamespace(name="s0", agent=SimpleNamespace(video=None), snapshot=lambda: {"call": None, "room": ALL})
    server.attach_console(lambda name: room)  # type: ignore[arg-type, return-value]
    with server:
        with asked.page(server.index_url()) as shown:
            assert shown.locator("tbody tr").count() > 50
            _is_shut_in(shown)
        with asked.page(server.console_url()) as shown:
            _is_shut_in(shown)
        for release in ("5.0", "5.1", "5.2"):
            with asked.page(server.url(release)) as shown:
                shown.get_by_text("A leak at midnight").wait_for()
