"""Measure the suite: scenarios beside a bare script, the certification of one version, memory of the harness.

    .venv/bin/python benchmark/run.py [--quick] [--json FILE]

The exit status is 0 when everything was measured, whatever the figures are; 1 when something could not be.
"""

import argparse
import json
import statistics
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic, sleep

from certification import Certification, CertificationFailed, certify
from conditions import conditions, is_busy
from paced import ROUTES, SCENARIOS, Performer, TurnFailed

HERE = Path(__file__).parent
TARGET_RATIO, TARGET_SECONDS, TARGET_MIB = 1.25, 90.0, 300.0
REPETITIONS = 5
CALM_S = 120.0
"""Seconds for which the benchmark waits for a busy machine to become calm."""


@dataclass
class Pair:
    """One scenario in one browser, by the harness and bare, in seconds."""

    browser: str
    scenario: str
    harness: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float | None:
        """Median beside median; None without figures."""
        if not (self.harness and self.bare):
            return None
        return statistics.median(self.harness) / statistics.median(self.bare)


def compare(browser: str, repetitions: int, folder: Path) -> list[Pair]:
    """Perform each scenario by both, turn by turn, in browsers that run already; raises `TurnFailed`."""
    pairs = [Pair(browser, scenario) for scenario in SCENARIOS]
    with ExitStack() as stack:
        both = {
            "harness": Performer(
                HERE / "harness.py", [browser, str(folder / browser)], folder / f"harness-{browser}.log"
            ),
            "bare": Performer(HERE / "bare.py", [browser], folder / f"bare-{browser}.log"),
        }
        for performer in both.values():
            stack.enter_context(performer)
        for performer in both.values():
            performer.perform(SCENARIOS[0])  # starts what a session starts once
        for number in range(repetitions):
            for pair in pairs:
                for name in sorted(both, reverse=number % 2 == 0):
                    try:
                        getattr(pair, name).append(both[name].perform(pair.scenario))
                    except TurnFailed as error:
                        pair.problems.append(f"{name}: {error}")
                        print(f"  {browser}, {pair.scenario}, {name}: {error}", file=sys.stderr)
    return pairs


def print_scenarios(pairs: list[Pair]) -> None:
    """One line for each scenario and browser."""
    width = max(map(len, SCENARIOS))
    print(f"\n{'Seconds per scenario (medians)':{width}}  {'browser':8}  harness   bare  ratio  spread of both")
    for pair in pairs:
        medians = [statistics.median(values) if values else float("nan") for values in (pair.harness, pair.bare)]
        ratio = pair.ratio if pair.ratio is not None else float("nan")
        spread = ", ".join(f"{min(v):.2f}-{max(v):.2f}" for v in (pair.harness, pair.bare) if v)
        failed = f"  ({len(pair.problems)} not performed)" if pair.problems else ""
        print(
            f"{pair.scenario:{width}}  {pair.browser:8}  {medians[0]:7.2f}  {medians[1]:5.2f}  {ratio:5.2f}  {spread}{failed}"
        )
    print(f"{'All together':{width}}  {'both':8}  {'':14}  {overall(pairs):5.2f}  (target: at most {TARGET_RATIO:g})")


def overall(pairs: list[Pair]) -> float:
    """The sum of the harness's medians beside the sum of the bare script's."""
    whole = [pair for pair in pairs if pair.ratio is not None]
    bare = sum(statistics.median(pair.bare) for pair in whole)
    return sum(statistics.median(pair.harness) for pair in whole) / bare if bare else float("nan")


def print_certification(run: Certification) -> None:
    """Time, processor and memory of one certification."""
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in run.verdicts.items())
    print(f"\nCertification of reference@5.1 in both browsers: {verdicts}; exit status {run.exit_status}")
    print(f"  wall time        {run.seconds:7.1f} s    (target: under {TARGET_SECONDS:g} s)")
    for kind, seconds in run.cpu_s.items():
        print(f"  CPU {kind:12} {seconds:7.1f} s")
    peak = run.peak
    print(
        f"  peak memory      {peak.total.pss:7.1f} MiB  PSS, {peak.at_s:.0f} s after the start (target: under {TARGET_MIB:g} MiB)"
    )
    print(f"  sum of RSS       {peak.rss_mib:7.1f} MiB  at its own peak")
    for name, memory in peak.processes:
        print(f"    {name:20} {memory.pss:7.1f} MiB PSS {memory.rss:7.1f} MiB RSS")


def wait_for_calm() -> None:
    """Let the load of what ran before fade; figures taken on a busy machine say so."""
    end = monotonic() + CALM_S
    while is_busy() and monotonic() < end:
        sleep(5)
    if is_busy():
        print("the machine is busy: the figures are not comparable", file=sys.stderr)


def main() -> int:
    """Measure, print, and return 0 when all was measured."""
    parser = argparse.ArgumentParser(description="Measures time and memory of the suite.")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all figures here")
    parser.add_argument("--quick", action="store_true", help="one repetition, and no waiting for a calm machine")
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, metavar="N", help=f"default: {REPETITIONS}")
    options = parser.parse_args()
    if not options.quick:
        wait_for_calm()
    busy, found = is_busy(), conditions()
    for name, value in found.items():
        print(f"{name.replace('_', ' '):12} {value}")
    folder = Path(tempfile.mkdtemp(prefix="widget-conformance-benchmark-"))
    print(f"{'logs':12} {folder}", flush=True)
    pairs: list[Pair] = []
    certification: Certification | None = None
    problems: list[str] = []
    try:
        certification = certify(folder / "certification", folder / "certification.log")
        print_certification(certification)
    except CertificationFailed as error:
        problems.append(str(error))
    for browser in ROUTES:
        try:
            pairs += compare(browser, 1 if options.quick else max(options.repetitions, 1), folder)
        except TurnFailed as error:
            problems.append(f"{browser}: {error}")
    if pairs:
        print_scenarios(pairs)
    for problem in problems:
        print(f"not measured: {problem}", file=sys.stderr)
    if options.json:
        whole = {
            "conditions": found,
            "busy": busy,
            "scenarios": [asdict(pair) | {"ratio": pair.ratio} for pair in pairs],
            "ratio": overall(pairs) if pairs else None,
            "certification": asdict(certification) if certification else None,
            "problems": problems,
        }
        options.json.write_text(json.dumps(whole, indent=2) + "\n", "utf-8")
    return 1 if problems or any(pair.ratio is None for pair in pairs) else 0


if __name__ == "__main__":
    sys.exit(main())
