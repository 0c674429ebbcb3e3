"""Whatever goes wrong around a widget: the right verdict, a word that says what to do, and nothing left behind."""

import contextlib
import fcntl
import http.server
import os
import pty
import select
import signal
import socket
import subprocess
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from harness import COMMAND, Ended, results, run_facts, running, until

SLOW = 180
"""Seconds. No test takes that long; a loaded machine may."""
REFERENCE = ("--subject", "reference@5.1")
CHROMIUM = ("--route", "chromium-site-settings")
ONE = ("--scenario", "The camera is revoked in a video call")
THREE = (
    *("--scenario", "The microphone is revoked in an audio call"),
    *("--scenario", "The microphone is revoked in a video call"),
    *("--scenario", "The microphone and the camera are revoked in a video call"),
)

HEAD = '<!doctype html><meta name="customer-widget-version" content="5.1"><title>widget</title>'
PAGES = {
    "/no-widget": "<!doctype html><title>shop</title><h1>A shop without a widget</h1>",
    "/no-button": HEAD + "<button>Chat with us</button>",
    "/does-nothing": HEAD + "<button>Video call</button>",
    "/hangs-after-click": HEAD + "<button onclick='for (;;);'>Video call</button>",
    "/hangs-at-once": HEAD + "<button>Video call</button><script>for (;;);</script>",
    "/closes-itself": HEAD + "<button onclick='window.close()'>Video call</button>",
    "/alerts-for-ever": HEAD + "<button onclick='for (;;) alert(`again`)'>Video call</button>",
    "/closed": HEAD + "<form>User <input> Password <input type=password><button>Log in</button></form>",
}
REGISTERS = """<button>Video call</button><script>
  const to = new URLSearchParams(location.search), socket = new WebSocket(to.get("sip"), "sip");
  let count = 0;
  const register = (...more) => socket.send(["REGISTER sip:h SIP/2.0", `Via: SIP/2.0/WS w.invalid;branch=z9hG4bK${++count}`,
    "From: <sip:anna@h>;tag=1", "To: <sip:anna@h>", "Call-ID: 1", `CSeq: ${count} REGISTER`, "Max-Forwards: 70",
    "Contact: <sip:anna@w.invalid;transport=ws>", ...more, "Content-Length: 0", "", ""].join("\\r\\n"));
  socket.onopen = () => to.has("mute") || register();
  socket.onmessage = ({ data }) => {
    const [, nonce] = /nonce="(.*?)"/.exec(data) ?? [], [, realm] = /realm="(.*?)"/.exec(data) ?? [];
    setTimeout(register, 300, ...(nonce ? [`Authorization: Digest username="anna", realm="${realm}", nonce="${nonce}", ` +
      'uri="sip:h", algorithm=MD5, response="00000000000000000000000000000000"'] : []));
  };
</script>"""
PAGES["/registers"] = HEAD + REGISTERS


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """The port that serves `PAGES`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGES.get(self.path.partition("?")[0], "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def judged(tmp_path: Path, urls: dict[str, str], *words: str, more: str = "") -> tuple[Ended, dict[str, Any]]:
    """Judge the widgets at some addresses to the end, a result for each; whatever came of the run is gone then."""
    profiles = []
    for name, url in urls.items():
        file = tmp_path / f"{name}.toml"
        file.write_text(f'name = "{name}"\nurl = "{url}"\n{more}', "utf-8")
        profiles += ["--profile", str(file)]
    with running(tmp_path / "results", *profiles, *ONE, *words) as run:
        ended = run.wait(SLOW)
        run.assert_nothing_left()
    results = run.results()
    assert len(results) == len(urls)
    assert {result["verdict"] for result in results} == {"inconclusive"}
    assert ended.status == 3
    assert "Traceback" not in ended.said, ended.err
    return ended, {result["subject"]: result for result in results}


REASONS = {
    "no-widget": "shows no widget: neither a version nor a call button. Check the profile's url",
    "missing": "cannot be opened",
    "no-button": "video_call: looked for role button",
    "does-nothing": "no call came about: waited 20 s for the video call to be up; saw no call reached",
    "hangs-after-click": "no call came about",
    "hangs-at-once": "cannot be opened",
    "closes-itself": "no call came about",
    "alerts-for-ever": "the page opened 15 dialogs within",
}


def test_pages_that_no_call_comes_from_are_inconclusive_one_after_another(tmp_path: Path, site: int) -> None:
    _, found = judged(tmp_path, {name: f"http://127.0.0.1:{site}/{name}" for name in REASONS}, *CHROMIUM)
    for name, said in REASONS.items():
        assert said in found[name]["reason"], name


def test_a_page_that_hangs_in_firefox_is_inconclusive_too(tmp_path: Path, site: int) -> None:
    url = f"http://127.0.0.1:{site}/hangs-after-click"
    _, found = judged(tmp_path, {"vendor": url}, "--route", "firefox-settings-dialog")
    assert "no call came about" in found["vendor"]["reason"]


def test_an_address_where_nobody_listens_is_inconclusive_and_told(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    _, found = judged(tmp_path, {"vendor": url}, *CHROMIUM)
    assert f"the page {url} cannot be opened" in found["vendor"]["reason"]


def test_a_widget_that_is_not_logged_in_is_told_from_one_that_calls_nobody(tmp_path: Path, site: int) -> None:
    pages = {"refused": "registers?sip={far_end_url}", "mute": "registers?mute&sip={far_end_url}", "closed": "closed"}
    urls = {name: f"http://127.0.0.1:{site}/{page}" for name, page in pages.items()}
    _, found = judged(tmp_path, urls, *CHROMIUM, more='[far_end]\npassword = "not-that-one"\n')
    reasons = {name: result["reason"] for name, result in found.items()}
    assert "refused: 401, the widget's password is not the profile's far_end.password" in reasons["refused"]
    assert "the widget never tried to register, and the profile's far_end.password says" in reasons["mute"]
    assert "button 'Log in'" in reasons["closed"]
    assert "the widget never tried to register" in reasons["closed"]
    assert all("\n" not in reason for reason in reasons.values())


def test_a_port_that_the_profile_wants_and_another_program_has_is_told(tmp_path: Path, site: int) -> None:
    more = f"[far_end]\nport = {site}\n"
    _, found = judged(tmp_path, {"vendor": f"http://127.0.0.1:{site}/does-nothing"}, *CHROMIUM, more=more)
    assert f"port {site}" in found["vendor"]["reason"]


def test_without_a_microphone_nothing_is_said_of_the_widget(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text(
        "#!/bin/bash\n"
        'for word; do shift; [[ $word == --use-fake-device* ]] || set -- "$@" "$word"; done\n'
        f'exec "{os.environ.get("CHROMIUM", "chromium")}" "$@"\n',
        "utf-8",
    )
    program.chmod(0o755)
    environment = {"CHROMIUM": str(program)}
    with running(tmp_path / "results", *REFERENCE, *ONE, *CHROMIUM, environment=environment) as run:
        ended = run.wait(SLOW)
        run.assert_nothing_left()
    (result,) = run.results()
    assert (ended.status, result["verdict"]) == (3, "inconclusive")
    assert "no call came about" in result["reason"]


def test_a_browser_that_is_killed_costs_one_scenario(tmp_path: Path) -> None:
    with running(tmp_path / "results", *REFERENCE, *THREE, *CHROMIUM) as run:
        until(run.captures, SLOW, "a call")
        until(run.browser, SLOW, "a browser").kill()
        ended = run.wait(SLOW)
        run.assert_nothing_left()
    assert [result["verdict"] for result in run.results()] == ["inconclusive", "pass", "pass"]
    assert ended.status == 3
    assert run_facts(run.results_folder)["finished"]


def test_a_worker_that_is_killed_costs_one_scenario_and_leaves_nothing(tmp_path: Path) -> None:
    words = (*REFERENCE, *THREE, "--workers", "2")
    with running(tmp_path / "results", *words, "--browser", "chromium") as run:
        until(run.captures, SLOW, "a call")
        worker = next(process for process in run.workers() if process.children())
        worker.kill()
        ended = run.wait(SLOW)
        run.assert_nothing_left()
    verdicts = [result["verdict"] for result in run.results()]
    assert verdicts == ["inconclusive", "pass", "pass"]
    assert "ended in the middle" in run.results()[0]["reason"]
    assert ended.status == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("words", [("--workers", "1", *CHROMIUM), ()], ids=["one process", "both browsers"])
def test_who_interrupts_a_run_keeps_what_there_is_and_leaves_nothing(
    tmp_path: Path, words: tuple[str, ...], number: signal.Signals
) -> None:
    with running(tmp_path / "results", *REFERENCE, *THREE, *words) as run:
        until(lambda: run.results() and run.in_flight(), SLOW, "a result, and a scenario after it")
        kept = run.results()
        run.signal(number)
        ended = run.wait(30)
        run.assert_nothing_left()
    assert ended.status == 3
    assert run.results()[: len(kept)] == kept
    assert run_facts(run.results_folder)["finished"] is None
    assert "INCOMPLETE" in ended.out
    *before, last = ended.err.splitlines()
    assert last == "interrupted"
    assert all(" results" in line for line in before), "a slow machine's progress, and nothing else"


def test_a_closed_terminal_ends_a_run_with_its_reports_and_leaves_nothing(tmp_path: Path) -> None:
    folder, scratch = tmp_path / "results", tmp_path / "scratch"
    scratch.mkdir()
    master, terminal = pty.openpty()
    words = [*COMMAND, "run", *REFERENCE, *THREE, *CHROMIUM, "--workers", "2", "--no-allure", "--results", str(folder)]
    process = subprocess.Popen(
        words,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TMPDIR": str(scratch)},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no other way to a terminal of its own
    )
    os.close(terminal)
    until(lambda: _read(master) and results(folder), SLOW, "a result")
    kept = results(folder)
    started = psutil.Process(process.pid).children(recursive=True)
    os.close(master)
    assert process.wait(60) == 3
    assert results(folder)[: len(kept)] == kept
    assert run_facts(folder)["finished"] is None
    assert (folder / "conformance.html").exists()
    until(lambda: not any(one.is_running() and one.status() != "zombie" for one in started), 10, "no process")
    assert list(scratch.iterdir()) == []


def _read(master: int) -> bool:
    """Take what a terminal shows, as somebody who looks at it does: else whoever writes to it waits."""
    while select.select([master], [], [], 0)[0]:
        os.read(master, 65536)
    return True


def test_a_run_that_is_interrupted_before_its_first_result_says_so(tmp_path: Path) -> None:
    with running(tmp_path / "results", *REFERENCE, *ONE, *CHROMIUM) as run:
        until(run.in_flight, SLOW, "a scenario")
        run.signal(signal.SIGINT)
        ended = run.wait(30)
        run.assert_nothing_left()
    assert ended.status == 3
    assert run.results() == []
    assert "Traceback" not in ended.said, ended.err


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system on which nothing but a few lines has room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=False)


def test_a_full_disk_is_told_and_keeps_what_was_stored(small_disk: Path) -> None:
    with running(small_disk / "results", *REFERENCE, *THREE, *CHROMIUM) as run:
        ended = run.wait(SLOW)
        until(lambda: not run.processes(), 10, "the end of every process")
        assert not list(run.scratch.iterdir())
    assert ended.status == 3
    assert "No space left on device" in ended.said
    assert "Traceback" not in ended.said, ended.err
    assert len(run.results()) < 3, "every line that stands there is whole"
    with contextlib.suppress(FileNotFoundError):
        assert run_facts(run.results_folder)["finished"] is None


def test_a_build_that_the_article_does_not_speak_of_is_not_applicable_unless_asked(tmp_path: Path) -> None:
    words = ("--subject", "reference@5.0", *THREE, *CHROMIUM)
    with running(tmp_path / "first", *words) as run:
        ended = run.wait(SLOW)
    assert ended.status == 3
    assert {result["verdict"] for result in run.results()} == {"not applicable"}
    assert (
        " ".join(ended.out.split()).count("the widget claims version 5.0; the article applies to version 5.1 and above")
        == 1
    )
    with running(tmp_path / "second", *words, "--judge-any-version") as run:
        ended = run.wait(SLOW)
        run.assert_nothing_left()
    assert ended.status == 1
    assert {result["verdict"] for result in run.results()} == {"fail"}
