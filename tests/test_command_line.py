"""The command line under wrong words: each gives its exit status, and a line that says what to do."""

import errno
import json
import os
import shlex
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from harness import COMMAND, Ended, command, results
from widget_conformance.commands import check, init, listing
from widget_conformance.commands.main import main
from widget_conformance.fixtures.browsers.routes import ROUTES
from widget_conformance.fixtures.catalogue import cases
from widget_conformance.fixtures.stage import Stage
from widget_conformance.reports import statements
from widget_conformance.reports.results import ResultsWriter


@pytest.fixture
def run_in_process(capfd: pytest.CaptureFixture[str]) -> Iterator[object]:
    """Everything that ends before pytest starts is quickest here; argparse ends by SystemExit."""

    def run(*words: object) -> Ended:
        try:
            status = main([str(word) for word in words])
        except SystemExit as ended:
            status = int(ended.code or 0)
        out, err = capfd.readouterr()
        return Ended(status, out, err)

    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "COMMAND"),
        (["certify"], "'certify'"),
        (
            ["run", "--subjects"],
            "unknown option --subjects (did you mean --subject?); see widget-conformance run --help",
        ),
        (["run", "--aimmed=yes", "--zzz"], "unknown option --aimmed=yes (did you mean --aimed?)"),
        (["run", "--zzz"], "unknown option --zzz; see"),
        (["run", "widget.toml"], "'widget.toml' is one word too many; see widget-conformance run --help"),
        (["init"], "URL; see widget-conformance init --help"),
        (["run", "--workers", "many"], "'many'"),
        (["run", "--workers", "0"], "--workers"),
        (["run", "--workers", "٣"], "'٣' is no whole number from 1 up"),
        (["soak", "--rounds", "²"], "'²' is no whole number"),
        (["run", "--subject", "reference@6.0"], "'reference@6.0'; give one of reference@5.0, reference@5.1"),
        (["run", "--browser", "opera"], "'opera'; the suite knows chromium and firefox"),
        (["run", "--route", "chromium-prompt"], "'chromium-prompt'; the routes are chromium-site-settings"),
        (["run", "--statement", "MIC-LIVE-99"], "'MIC-LIVE-99'; `widget-conformance list` shows them all"),
        (["run", "--browser", "chromium", "--route", "firefox-prompt"], "leave no scenario to run"),
        (["run", "--route", "firefox-prompt", "--statement", "MIC-LIVE-2"], "leave no scenario to run"),
        (["run", "--profile", "{tmp}/nowhere.toml"], "nowhere.toml: cannot be read: No such file"),
        (["run", "--profile", "{tmp}"], "cannot be read: Is a directory"),
        (["run", "--profile", "{tmp}/not.toml"], "not.toml: not TOML"),
        (["run", "--profile", "{tmp}/key.toml"], "colour"),
        (["run", "--profile", "{tmp}/pattern.toml"], "find.mute.name"),
        (["run", "--profile", "{tmp}/one.toml", "--profile", "{tmp}/two.toml"], "two subjects are called 'widget'"),
        (["soak", "--profile", "{tmp}/one.toml", "--profile", "{tmp}/one.toml"], "two subjects are called 'widget'"),
        (
            ["run", "--subject", "reference@5.1", "--subject", "reference@5.1"],
            "'reference@5.1'; give each profile a name",
        ),
        (["prove", "--build", "D06", "--build", "d06", "--results", "{tmp}/proof"], "called 'reference@5.1+D06'"),
        (["report", "{tmp}/nowhere"], "there is no folder"),
        (["report", "{tmp}"], "holds no results.jsonl"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_told_in_a_line_or_two_and_ends_with_2(
    run_in_process: object, tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "not.toml").write_text("name = \n", "utf-8")
    (tmp_path / "key.toml").write_text('name = "x"\nurl = "http://127.0.0.1:9/"\ncolour = "red"\n', "utf-8")
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(f'url = "http://127.0.0.1:9/{name}"\n', "utf-8")
    (tmp_path / "pattern.toml").write_text(
        'name = "x"\nurl = "http://127.0.0.1:9/"\n[find.mute]\nname = "("\n', "utf-8"
    )
    ended = run_in_process(*(word.replace("{tmp}", str(tmp_path)) for word in words))  # type: ignore[operator]
    assert ended.status == 2
    assert said in ended.err
    assert len(ended.err.splitlines()) <= 2
    assert "Traceback" not in ended.said
    assert ended.out == ""


def test_debug_shows_where_an_error_came_from(run_in_process: object) -> None:
    words = ("run", "--subject", "reference@6.0")
    quiet, loud = run_in_process(*words), run_in_process(*words, "--debug")  # type: ignore[operator]
    assert "Traceback" not in quiet.said
    assert "Traceback" in loud.err
    assert "UnknownSubject" in loud.err
    assert quiet.status == loud.status == 2


FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")


@needs_full
@pytest.mark.parametrize("words", [["list"], ["list", "--json"]], ids=" ".join)
@pytest.mark.parametrize("debug", [False, True], ids=["", "debug"])
def test_a_full_standard_output_breaks_no_promise(words: list[str], debug: bool) -> None:
    with FULL.open("w") as full:
        ended = subprocess.run(
            [*COMMAND, *words, *(["--debug"] if debug else [])],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 3
    *trace, line = ended.stderr.splitlines()
    assert line.startswith("widget-conformance: standard output: No space left on device; ")
    assert bool(trace) is debug


@needs_full
@pytest.mark.parametrize(
    ("words", "status"), [(["run", "--subject", "reference@6.0"], 2), (["report", "/nowhere", "--debug"], 2)]
)
def test_a_full_standard_error_changes_no_status(words: list[str], status: int) -> None:
    with FULL.open("w") as full:
        ended = subprocess.run(
            [*COMMAND, *words], stdout=subprocess.PIPE, stderr=full, text=True, timeout=60, check=False
        )
    assert (ended.returncode, ended.stdout) == (status, "")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("words", "status"),
    [("list", 0), ("run --statement NONE-1", 2), ("report {tmp}", 2)],
    ids=["list", "run", "report"],
)
def test_closed_standard_streams_change_no_status(tmp_path: Path, closed: str, words: str, status: int) -> None:
    line = f"{shlex.join(COMMAND)} {words.format(tmp=tmp_path)} {closed}"
    ended = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == status
    said = ended.stderr.splitlines()
    assert "Traceback" not in ended.stderr
    if "2>&-" not in closed:
        expected = ["widget-conformance: standard output is closed"] if ">&-" in closed else []
        assert len(said) == len(expected) + (status != 0)
        assert all(a.startswith(b) for a, b in zip(said, expected, strict=False))


@pytest.mark.parametrize("kind", ["pipe", "device", "large"])
def test_a_profile_that_is_no_file_or_too_large_is_told_at_once(
    run_in_process: Callable[..., Ended], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "profile.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with path.open("wb") as file:
            file.truncate(100 * 1024 * 1024)
    ended = run_in_process("run", "--profile", path, "--results", tmp_path / "results")
    assert ended.status == 2
    assert len(ended.said.splitlines()) == 1
    assert ("at most" if kind == "large" else "save it as a file") in ended.said
    assert str(path) in ended.said


@pytest.mark.parametrize("words", [["list"], ["list", "--json"]], ids=" ".join)
def test_a_reader_who_has_gone_breaks_no_promise(words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run([*COMMAND, *words], stdout=write, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (3, "")


def test_an_error_that_nobody_expected_is_one_line_and_no_broken_promise(
    run_in_process: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(options: object) -> int:
        raise KeyError(f"no such\nthing in {type(options).__name__}")

    monkeypatch.setattr(listing, "execute", fail)
    quiet, loud = run_in_process("list"), run_in_process("list", "--debug")  # type: ignore[operator]
    (line,) = quiet.err.splitlines()
    assert line.startswith(
        "widget-conformance: internal error: KeyError: 'no such\\nthing in Namespace'; --debug shows"
    )
    assert "Traceback" in loud.err
    assert "in fail" in loud.err
    assert quiet.status == loud.status == 3


@pytest.mark.parametrize("command", ["init", "check", "prove"])
def test_a_file_that_finds_no_room_is_named(
    run_in_process: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """The error of a write has no name in it. No browser is started: what would be written stands here."""

    def full(path: Path, *_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = tmp_path / "results"
    ResultsWriter(folder, 0).finish()
    (tmp_path / "widget.toml").write_text('url = "http://127.0.0.1:9/"\n', "utf-8")
    found = SimpleNamespace(extends=None, toml=lambda _: "", entries=(), warnings=(), sockets=(), launchers=())
    monkeypatch.setattr(init, "discover", lambda *_: found)
    monkeypatch.setattr(Stage, "browser", lambda *_: None)
    monkeypatch.setattr(check, "try_profile", lambda *_: [])
    words, place = {
        "init": (["http://127.0.0.1:9/", "--output", tmp_path / "new.toml"], tmp_path / "new.toml"),
        "check": ([tmp_path / "widget.toml", "--results", folder], folder),
        "prove": (["--report-only", "--results", folder], folder),
    }[command]
    monkeypatch.setattr(Path, "write_text", full)
    monkeypatch.setattr(Path, "write_bytes", full)
    ended = run_in_process(command, *words)  # type: ignore[operator]
    assert ended.status == 3
    (line,) = ended.err.splitlines()
    assert line == f"widget-conformance: {place}: No space left on device; choose another place, or mend this one"


def test_list_shows_every_scenario_with_its_statements_and_routes(run_in_process: object) -> None:
    ended = run_in_process("list")  # type: ignore[operator]
    assert ended.status == 0
    assert all(statement.id in ended.out for statement in statements.load().all)
    assert all(route.title in ended.out for route in ROUTES)
    assert f"{len(cases())} scenarios" in ended.out


def test_list_for_programs_is_json_with_every_field(run_in_process: object) -> None:
    ended = run_in_process("list", "--json")  # type: ignore[operator]
    rows = json.loads(ended.out)
    assert [row["scenario"] for row in rows] == [case.scenario for case in cases()]
    for row, case in zip(rows, cases(), strict=True):
        assert set(row) == {"section", "feature", "rule", "scenario", "statements", "steps", "routes"}
        assert row["statements"] == list(case.statements)
        assert {"browser": case.routes[0].browser, "route": case.routes[0].id} in row["routes"]
        assert row["steps"]


def test_help_names_the_commands_and_what_the_exit_status_means(run_in_process: object) -> None:
    ended = run_in_process("--help")  # type: ignore[operator]
    assert ended.status == 0
    for word in ("run", "list", "serve", "report", "doctor", "setup", "0 all conforming", "3 inconclusive"):
        assert word in " ".join(ended.out.split())


def test_a_port_that_is_taken_is_told(run_in_process: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run_in_process("serve", "--port", port)  # type: ignore[operator]
    assert ended.status == 2
    assert f"port {port}" in ended.err
    assert "choose another" in ended.err


def test_serve_shows_all_builds_and_takes_their_calls() -> None:
    process = subprocess.Popen([*COMMAND, "serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = dict(line.strip().split("  ", 1) for line in iter(process.stdout.readline, "Ctrl-C ends it.\n") if line)
        index = said["All builds"].strip()
        _, port = index.removesuffix("/").rsplit(":", 1)
        assert b">D06</a>" in fetch(port, "s0.localhost", "/")
        sockets = {
            json.loads(fetch(port, f"{host}.localhost", "/config.json"))["websocket"] for host in ("s0", "s0-d06")
        }
        assert len(sockets) == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()


def fetch(port: str, host: str, path: str) -> bytes:
    """What the server sends to a browser, whether or not the machine knows names below `localhost`."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": f"{host}:{port}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return bytes(answer.read())


@pytest.mark.parametrize("port", ["-1", "70000", "٣٠٠٠"])
def test_a_port_that_there_cannot_be_is_told(run_in_process: object, port: str) -> None:
    ended = run_in_process("serve", "--port", port)  # type: ignore[operator]
    assert ended.status == 2
    assert port in ended.err
    assert "Traceback" not in ended.said


ONE = ("--subject", "reference@5.1", "--statement", "SCOPE-1", "--route", "chromium-site-settings", "--no-allure")


WITH_ALLURE = ONE[:-1]
either_way = pytest.mark.parametrize("words", [ONE, WITH_ALLURE], ids=["without Allure", "with Allure"])


@either_way
@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("{tmp}/file/results", "Not a directory"),
        ("{tmp}/file", "Not a directory"),
        ("/proc/results", "No such file or directory"),
    ],
)
def test_a_results_folder_that_cannot_be_written_is_told_before_pytest_starts(
    run_in_process: object, tmp_path: Path, words: tuple[str, ...], place: str, why: str
) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    folder = place.replace("{tmp}", str(tmp_path))
    ended = run_in_process("run", *words, "--results", folder)  # type: ignore[operator]
    assert (ended.status, ended.out) == (2, "")
    (line,) = ended.err.splitlines()
    assert f"results cannot be written to {folder}: {why}" in line
    assert "--results" in line
    assert (tmp_path / "file").read_text("utf-8") == "mine"


@either_way
@pytest.mark.parametrize("more", [(), ("--continue",)], ids=["anew", "continued"])
@pytest.mark.parametrize(("name", "text"), [("results.jsonl", "precious\n"), ("run.json", '{"jobs": []}')])
def test_other_peoples_results_are_not_overwritten(
    run_in_process: object, tmp_path: Path, words: tuple[str, ...], more: tuple[str, ...], name: str, text: str
) -> None:
    (tmp_path / "allure-results").mkdir()
    (tmp_path / "allure-results" / "theirs.json").write_text("{}", "utf-8")
    (tmp_path / name).write_text(text, "utf-8")
    ended = run_in_process("run", *words, *more, "--results", tmp_path)  # type: ignore[operator]
    assert (ended.status, ended.out) == (2, "")
    (line,) = ended.err.splitlines()
    assert f"{tmp_path / name} was not written by this program" in line
    assert (tmp_path / name).read_text("utf-8") == text
    assert (tmp_path / "allure-results" / "theirs.json").exists()


def test_other_peoples_allure_results_are_not_removed(run_in_process: object, tmp_path: Path) -> None:
    (tmp_path / "allure-results").mkdir()
    (tmp_path / "allure-results" / "theirs.json").write_text("{}", "utf-8")
    ended = run_in_process("run", *WITH_ALLURE, "--results", tmp_path)  # type: ignore[operator]
    assert ended.status == 2
    assert f"{tmp_path / 'allure-results'} was not written by this program" in ended.err
    assert (tmp_path / "allure-results" / "theirs.json").exists()


def test_a_missing_browser_is_inconclusive_and_the_advice_stands_in_the_result(tmp_path: Path) -> None:
    ended = command("run", *ONE, "--results", tmp_path, CHROMIUM="/nonexistent", seconds=120)
    assert ended.status == 3
    (result,) = results(tmp_path)
    assert result["verdict"] == "inconclusive"
    for text in (result["reason"], ended.err):
        assert "CHROMIUM=/nonexistent is no program" in text
        assert "apt-get install chromium" in text
    assert "Traceback" not in ended.said


def test_a_browser_that_is_none_is_inconclusive(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\n[ $1 = --version ] && echo Chromium 1.2.3 && exit\nexit 1\n", "utf-8")
    program.chmod(0o755)
    ended = command("run", *ONE, "--results", tmp_path / "results", CHROMIUM=str(program), seconds=120)
    assert ended.status == 3
    (result,) = results(tmp_path / "results")
    assert result["verdict"] == "inconclusive"
    assert "does not start" in result["reason"]


def test_the_configuration_of_whoever_calls_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", "utf-8")
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        ended = command("run", *ONE, "--results", "here", CHROMIUM="/nonexistent", seconds=120)
    finally:
        os.chdir(before)
    assert ended.status == 3
    assert len(results(tmp_path / "here")) == 1
