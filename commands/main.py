"""`widget-conformance`: reads the words of the command line and turns errors into one line and an exit status."""

import argparse
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NoReturn, TextIO, cast

from widget_conformance.commands.exits import INTERRUPTED, UNDECIDED, WRONG_USE, expected_errors, wrong_use_errors
from widget_conformance.fixtures.signals import ENDS, leave_terminal, on_end
from widget_conformance.reports import masking
from widget_conformance.reports.masking import CleanStream
from widget_conformance.reports.text import plain, visible

_COMMANDS = {
    "run": ("run", "judge widgets and write the reports"),
    "init": ("init", "propose a profile for a page with a widget"),
    "check": ("check", "try a profile on its widget and say what of it was found"),
    "list": ("listing", "show the scenarios with their statements, browsers and routes"),
    "prove": ("prove", "run the suite over builds with known defects, and see what it notices"),
    "soak": ("soak", "repeat scenarios and report every verdict that is not always the same"),
    "serve": ("serve", "serve the reference widget, its builds and the agent's console, to try by hand"),
    "report": ("report", "make the reports anew from results"),
    "doctor": ("doctor", "check browsers, permission routes, media path and Node"),
    "setup": ("setup", "install what pip cannot: browsers (as root on Debian), npm packages"),
}
"""For each command its module, which is loaded only when it is the one, and what it does."""


class _Parser(argparse.ArgumentParser):
    """Tells wrong words in one line, where argparse prints the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        what = " ".join(message.split())
        self.exit(WRONG_USE, f"{self.prog}: {what}; see {self.prog} --help\n")


class _Command(_Parser):
    """Declares the options of its module when it is about to parse them."""

    module = ""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self.module:
            module, self.module = import_module(f"widget_conformance.commands.{self.module}"), ""
            module.add_arguments(self)
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(
                f"unknown option {unknown[0]}{self._nearest(unknown[0])}"
                if unknown[0].startswith("-")
                else f"{unknown[0]!r} is one word too many"
            )
        return known, unknown

    def _nearest(self, option: str) -> str:
        near = get_close_matches(option.partition("=")[0], list(self._option_string_actions), n=1)
        return f" (did you mean {near[0]}?)" if near else ""


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="widget-conformance",
        description="Decides whether a Customer Widget keeps its documented promises about permissions.",
        epilog="Exit status: 0 all conforming, 1 a promise is broken, 2 wrong use or profile, 3 inconclusive or incomplete.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Command)
    for name, (module, what) in _COMMANDS.items():
        command = commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        command.add_argument("--debug", action="store_true", help="show stack traces")
        command.module = module
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run one command, and print no secret of a profile; returns the exit status."""
    masking.forget()
    _open_standard_streams()
    stdout, stderr = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = cast("TextIO", CleanStream(stdout)), cast("TextIO", CleanStream(stderr))
    try:
        return _run(words)
    finally:
        sys.stdout, sys.stderr = stdout, stderr


def _run(words: Sequence[str] | None) -> int:
    """Run one command; returns the exit status. No error is told by a stack trace, or by the status of a broken promise."""
    given = sys.argv[1:] if words is None else list(words)
    _leave_orderly()
    options = argparse.Namespace(debug="--debug" in given)
    try:
        _parser().parse_args(given, options)
        status = _execute(options)
        sys.stdout.flush()  # else the interpreter does it, and tells a full disk by a status of its own
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has gone
        _discard(sys.stdout)
        return UNDECIDED
    except Exception as error:  # noqa: BLE001 - whatever it is, 1 would mean a broken promise
        status, text = _meaning(error)
        trace = "".join(traceback.format_exception(error)) if options.debug else ""
        _say(f"{trace}widget-conformance: {text}")
    return status


def _leave_orderly() -> None:
    """Let whoever ends this process, or closes its terminal, end it as Ctrl-C does: browsers and folders are cleared up."""

    def interrupt(number: int, frame: object) -> None:
        leave_terminal(number)
        for one in ends:  # once is enough: clearing up takes its time
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    ends = [
        one for one in ENDS if signal.getsignal(one) is signal.SIG_DFL
    ]  # whoever calls may have handlers of its own
    if threading.current_thread() is threading.main_thread():
        on_end(interrupt, *ends)


def _open_standard_streams() -> None:
    """Give a standard stream that was closed (`>&-`) a place where it goes nowhere.

    Else the next file or socket that is opened gets its number, and whatever a child process prints goes there.
    """
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    for name in closed:
        number = ("stdin", "stdout", "stderr").index(name)
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
        os.set_inheritable(number, True)
        mode = "r" if name == "stdin" else "w"
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - open to the end
    if "stdout" in closed:
        _say("widget-conformance: standard output is closed; what it would show is in the files that are written")


def _execute(options: argparse.Namespace) -> int:
    module, _ = _COMMANDS[options.command]
    try:
        return int(import_module(f"widget_conformance.commands.{module}").execute(options))
    except SystemExit:  # so rich ends when whoever read our output has gone
        return UNDECIDED


def _meaning(error: Exception) -> tuple[int, str]:
    """What an error means as an exit status, and the line that says what to do."""
    if isinstance(error, (*wrong_use_errors(), *expected_errors())):
        return WRONG_USE if isinstance(error, wrong_use_errors()) else UNDECIDED, str(error)
    if not isinstance(error, OSError):
        what = f"{type(error).__name__}: {error}"
        return UNDECIDED, f"internal error: {plain(what, 300)}; --debug shows the trace, please report it"
    why = error.strerror or plain(str(error), 300) or type(error).__name__
    where = error.filename or (None if _takes_more(sys.stdout) else "standard output")
    if where is None:
        return UNDECIDED, f"{why}; --debug shows where"
    return UNDECIDED, f"{where}: {why}; choose another place, or mend this one"


def _takes_more(stream: TextIO) -> bool:
    """Whether an empty line can still be written: the error of one that is full does not say which file it was."""
    try:
        print(file=stream, flush=True)
    except OSError:
        _discard(stream)
        return False
    return True


def _discard(stream: TextIO) -> None:
    """Let what is still to be written go nowhere, so that the interpreter does not fail at it in the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _say(text: str) -> None:
    try:
        print(visible(text), file=sys.stderr)
    except OSError:  # nobody can be told; the exit status remains
        _discard(sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
