"""`widget-conformance soak`: repeats scenarios and reports every verdict that is not always the same."""

import argparse
import contextlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from widget_conformance.commands import run as running
from widget_conformance.commands.exits import BROKEN, CONFORMING, UNDECIDED
from widget_conformance.reports.lock import take
from widget_conformance.reports.model import Verdict
from widget_conformance.reports.results import NoResults, NoResultsFolder, claim, read
from widget_conformance.reports.stability import Stability, compare
from widget_conformance.reports.text import plain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options: those of `run`, and how often."""
    running.add_arguments(parser)
    parser.set_defaults(results=Path("soak"), no_allure=True)
    parser.add_argument("--rounds", type=running.positive, default=3, metavar="N", help="repetitions (default: 3)")
    parser.add_argument(
        "--load-every", type=running.positive, metavar="N", help="keep all cores busy meanwhile in every Nth round"
    )


def execute(options: argparse.Namespace) -> int:
    """Run round by round, each into a folder of its own, and say which verdicts differ.

    Rounds of an earlier soak count only where `--continue` takes them over.
    """
    folder: Path = options.results
    claim(folder)
    take(folder)
    rounds: list[Path] = []
    for number in range(1, options.rounds + 1):
        loaded = bool(options.load_every) and number % options.load_every == 0
        own = folder / f"round-{number:03}{'-loaded' if loaded else ''}"
        rounds.append(own)
        if vars(options)["continue"] and _is_complete(own):
            continue
        print(f"round {number} of {options.rounds}{', all cores busy' if loaded else ''}", file=sys.stderr, flush=True)
        with busy_cores() if loaded else contextlib.nullcontext():
            status = running.judge(argparse.Namespace(**(vars(options) | {"results": own, "no_allure": True})))
        if status is not None:
            return status
        if not _is_complete(own):
            break  # interrupted: the rounds so far are told
    return tell(compare({path.name: read(path) for path in rounds}))


def tell(found: Stability) -> int:
    """Print what differs; the status is 0 only when nothing does and every round was complete."""
    for line in found.differing:
        print(plain(line))
    counts = Counter(found.verdicts)
    print(f"{found.runs} scenario runs in {found.rounds} rounds: {', '.join(f'{n} {v}' for v, n in counts.items())}")
    print(f"{len(found.differing)} of {found.scenarios} scenarios with verdicts that differ")
    for name in found.incomplete:
        print(f"{name} is incomplete")
    if found.differing or counts[Verdict.FAIL]:
        return BROKEN
    return UNDECIDED if found.incomplete or counts[Verdict.INCONCLUSIVE] or not counts[Verdict.PASS] else CONFORMING


def _is_complete(folder: Path) -> bool:
    try:
        return read(folder).complete
    except (NoResults, NoResultsFolder):
        return False


@contextlib.contextmanager
def busy_cores() -> Iterator[None]:
    """Keep every core busy with a process of its own."""
    burners = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"], stdin=subprocess.DEVNULL)
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
