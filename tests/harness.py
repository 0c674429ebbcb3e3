"""Runs the command line as a person does, and knows every process that came of it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from widget_conformance.reports.matrix import build
from widget_conformance.reports.model import Verdict
from widget_conformance.reports.results import read
from widget_conformance.reports.statements import load

COMMAND = (sys.executable, "-m", "widget_conformance.commands.main")
for _signal in (signal.SIGINT, signal.SIGHUP):
    # Tests that run under nohup, or in the background of a script, would hand on to every run that it ignores them.
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, signal.default_int_handler)

MARK = "WIDGET_CONFORMANCE_TEST"
"""Environment variable that every process of one run inherits."""


@dataclass
class Ended:
    """A command that is over."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def command(*words: object, seconds: float = 60, **environment: str) -> Ended:
    """Run one command to its end."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def results(folder: Path) -> list[dict[str, Any]]:
    """The lines of `results.jsonl` so far."""
    path = folder / "results.jsonl"
    if not path.exists():
        return []
    lines = path.read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]


def verdicts(folder: Path) -> dict[tuple[str, str, str], Verdict]:
    """The verdict on each statement as the reports show it, by subject, browser and statement."""
    matrix = build(read(folder), load())
    return {
        (column.subject, column.browser, statement.id): cell.verdict
        for statement, cells in matrix.rows
        for column, cell in zip(matrix.columns, cells, strict=True)
        if cell.verdict is not None
    }


def run_facts(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((folder / "run.json").read_text("utf-8"))
    return facts


def until(condition: Callable[[], Any], seconds: float, awaited: str) -> Any:
    """Look until there is something; fails with what was awaited."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {awaited}"
        time.sleep(0.02)
    return found


@dataclass
class Running:
    """A run in a process group and a temporary folder of its own."""

    process: subprocess.Popen[str]
    results_folder: Path
    scratch: Path
    mark: str
    seen: set[psutil.Process] = field(default_factory=set)

    def processes(self) -> list[psutil.Process]:
        """Every process of the run that lives: workers, drivers, browsers and what those started.

        They are known by the mark in their environment, or as children; Chromium's children overwrite theirs.
        """
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(MARK) == self.mark:
                    self.seen |= {process, *process.children(recursive=True)}
        return [process for process in self.seen if _lives(process)]

    def browser(self) -> psutil.Process | None:
        """The main process of a browser that has started; its children are told by their --type or -contentproc."""
        for process in self.processes():
            words = _words(process)
            started = "--remote-debugging-pipe" in words or "--remote-debugging-port=0" in words
            if started and not any(word.startswith("--type=") for word in words):
                return process
        return None

    def captures(self) -> bool:
        """Whether a Chromium of the run plays or records sound, so that a call is on its way."""
        return any("audio.mojom.AudioService" in word for p in self.processes() for word in _words(p))

    def workers(self) -> list[psutil.Process]:
        """Processes of pytest-xdist."""
        return [p for p in self.processes() if _words(p)[1:3] == ["-u", "-c"]]

    def in_flight(self) -> list[Path]:
        """Marks of scenarios that run now."""
        return list(self.results_folder.glob(".in-flight-*.json"))

    def results(self) -> list[dict[str, Any]]:
        return results(self.results_folder)

    def signal(self, number: signal.Signals) -> None:
        """As a terminal does: to the whole group."""
        os.killpg(self.process.pid, number)

    def wait(self, seconds: float) -> Ended:
        out, err = self.process.communicate(timeout=seconds)
        return Ended(self.process.returncode, out, err)

    def assert_nothing_left(self) -> None:
        """No process, no listening port, no temporary file."""
        until(lambda: not self.processes(), 5, f"the end of {[(p.pid, _words(p)[:3]) for p in self.processes()]}")
        assert not list(self.scratch.iterdir())
        assert not self.in_flight()


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


@contextmanager
def running(
    folder: Path, *words: object, command: str = "run", environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Start `widget-conformance run`, or `prove`, and see to it that nothing of it outlives the test."""
    plain = ["--no-allure"] if command == "run" else []
    mark = uuid.uuid4().hex
    # Chromium's sockets are there too, and their addresses must fit into 108 characters.
    with tempfile.TemporaryDirectory(prefix="wc-") as scratch:
        process = subprocess.Popen(
            [*COMMAND, command, *plain, "--results", str(folder), *map(str, words)],
            env={**os.environ, MARK: mark, "TMPDIR": scratch, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        run = Running(process, folder, Path(scratch), mark)
        try:
            yield run
        finally:
            for left in run.processes():
                with contextlib.suppress(psutil.Error):
                    left.kill()
            process.wait()
