"""Two programs that perform scenarios turn by turn: the protocol between `run.py` and each of them.

A line of standard input names a scenario; a line of JSON on standard output says how long it took. Standard input's
end ends the program.
"""

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

SCENARIOS = (
    "The microphone is revoked in an audio call",
    "The microphone is allowed again in an audio call",
    "The camera is revoked in a video call",
)
ROUTES = {"chromium": "chromium-site-settings", "firefox": "firefox-settings-dialog"}
START_S, SCENARIO_S, END_S = 60.0, 60.0, 20.0


class TurnFailed(RuntimeError):
    """A program did not perform its scenario."""


class Answers:
    """The performing program's end. Whatever else writes to standard output goes to standard error from now on."""

    def __init__(self) -> None:
        self._commands = os.fdopen(os.dup(0), encoding="utf-8")
        self._answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def tell(self, **answer: Any) -> None:
        """Send one line."""
        print(json.dumps(answer), file=self._answers, flush=True)

    def commands(self) -> Any:
        """Lines as they come."""
        for line in self._commands:
            yield line.strip()


def serve(answers: Answers, perform: Callable[[str], str]) -> None:
    """Perform scenarios as they are named; `perform` returns what went wrong, if anything did."""
    answers.tell(ready=True)
    for scenario in answers.commands():
        begun = monotonic()
        try:
            problem = perform(scenario)
        except Exception as error:  # noqa: BLE001 - whatever it was, run.py tells it
            problem = f"{type(error).__name__}: {error}"
        answers.tell(seconds=monotonic() - begun, problem=problem)


class Performer:
    """A running program that performs one scenario at a time."""

    def __init__(self, script: Path, words: Sequence[str], log: Path) -> None:
        self._log = log
        self._output = log.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, str(script), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._output,
        )
        self._rest = b""

    def __enter__(self) -> Self:
        try:
            self._answer(START_S)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def perform(self, scenario: str) -> float:
        """Return the seconds that the scenario took; raises `TurnFailed`."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{scenario}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._failed("it has ended") from error
        answer = self._answer(SCENARIO_S)
        if answer["problem"]:
            raise self._failed(f"{scenario}: {answer['problem']}")
        return float(answer["seconds"])

    def _answer(self, seconds: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        deadline = monotonic() + seconds
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._process.stdout], [], [], max(deadline - monotonic(), 0))
            if not ready:
                raise self._failed(f"no answer within {seconds:g} s")
            data = os.read(self._process.stdout.fileno(), 65536)
            if not data:
                raise self._failed("it has ended")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _failed(self, why: str) -> TurnFailed:
        self._output.flush()
        last = self._log.read_text("utf-8", "replace").strip().splitlines()[-3:]
        return TurnFailed(f"{why}; {' | '.join(last) or 'it wrote nothing'} ({self._log})")

    def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            self._process.wait(END_S)
        self._output.close()
