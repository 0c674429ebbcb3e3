"""`widget-conformance`: reads the words of the command line and turns errors into one line and an exit status."""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NoReturn

from widget_conformance.commands.exits import INTERRUPTED, UNDECIDED, WRONG_USE, expected_errors, wrong_use_errors

_COMMANDS = {
    "run": ("run", "judge widgets and write the reports"),
    "init": ("init", "propose a profile for a page with a widget"),
    "check": ("check", "try a profile on its widget and say what of it was found"),
    "list": ("listing", "show the scenarios with their statements, browsers and routes"),
    "prove": ("prove", "run the suite over builds with known defects, and see what it notices"),
    "soak": ("soak", "repeat scenarios and report every verdict that is not always the same"),
    "serve": ("serve", "serve the reference widget and the agent's console, to try by hand"),
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
    """Run one command; returns the exit status."""
    options = _parser().parse_args(words)
    told: Exception
    module, _ = _COMMANDS[options.command]
    try:
        return int(import_module(f"widget_conformance.commands.{module}").execute(options))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNDECIDED
    except (*wrong_use_errors(), *expected_errors()) as error:
        told, text = error, str(error)
    except OSError as error:
        if error.filename is None:
            raise
        told, text = error, f"{error.filename}: {error.strerror}; choose another place, or mend this one"
    if options.debug:
        traceback.print_exception(told)
    print(f"widget-conformance: {text}", file=sys.stderr)
    return WRONG_USE if isinstance(told, wrong_use_errors()) else UNDECIDED


if __name__ == "__main__":
    sys.exit(main())
