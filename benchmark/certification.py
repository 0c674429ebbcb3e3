"""The certification of one version in both browsers, watched from outside: wall time, processor time and memory."""

import contextlib
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import psutil

SAMPLE_S = 0.5
LIMIT_S = 600.0
HARNESS = ("python", "driver")
MIB = 1024 * 1024
Identity = tuple[int, float]
"""Process identifier and start: identifiers alone are used again."""


class CertificationFailed(RuntimeError):
    """The run did not come to an end."""


@dataclass(frozen=True)
class Memory:
    """MiB of one process, or of several."""

    pss: float = 0.0
    """Proportional set size (Linux): what is shared counts by its share."""
    rss: float = 0.0
    """Resident set size: what is shared counts in full."""

    def __add__(self, other: "Memory") -> "Memory":
        return Memory(self.pss + other.pss, self.rss + other.rss)


@dataclass
class Peak:
    """Memory at the moment of the largest sum of PSS."""

    at_s: float = 0.0
    total: Memory = field(default_factory=Memory)
    kinds: dict[str, Memory] = field(default_factory=dict)
    processes: list[tuple[str, Memory]] = field(default_factory=list)
    rss_mib: float = 0.0
    """Largest sum of RSS, at any moment."""


@dataclass(frozen=True)
class Certification:
    """What was measured."""

    seconds: float
    exit_status: int
    verdicts: dict[str, int]
    cpu_s: dict[str, float]
    peak: Peak
    highest_mib: dict[str, float]
    """Largest PSS of each kind, at any moment."""


def kind_of(process: psutil.Process, parent: str | None) -> str:
    """Which part of the whole a process belongs to; children of a browser are the browser."""
    if parent in ("chromium", "firefox"):
        return parent
    words = " ".join([process.name(), *process.cmdline()[:2]])
    for sign, kind in (("chrom", "chromium"), ("edge", "chromium"), ("firefox", "firefox")):
        if sign in process.name() or sign in Path((process.cmdline() or [""])[0]).name:
            return kind
    if "node" in process.name() or "/node" in words:
        return "driver" if "playwright" in " ".join(process.cmdline()) else "other"
    return "python" if "python" in words or "widget-conforma" in words else "other"


class _Sampler:
    def __init__(self, root: psutil.Process) -> None:
        self._root = root
        self._begun = monotonic()
        self._kinds: dict[Identity, str] = {}
        self._cpu: dict[tuple[str, Identity], float] = {}
        self.peak = Peak()
        self.highest: dict[str, float] = dict.fromkeys(HARNESS, 0.0)

    def look(self) -> None:
        """Take one sample of the whole tree."""
        trees: dict[tuple[str, Identity], float] = {}
        processes: list[tuple[str, str, Memory]] = []
        known: dict[int, tuple[str, Identity]] = {}
        for process in self._alive():
            # A process that has just ended is seen in its parent's account the next time.
            with contextlib.suppress(psutil.Error), process.oneshot():
                self._take(process, known, trees, processes)
        for account, seconds in trees.items():
            self._cpu[account] = max(self._cpu.get(account, 0.0), seconds)
        self._remember(processes)

    def _alive(self) -> Iterable[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            return [self._root, *self._root.children(recursive=True)]  # parents come before their children
        return []

    def _take(
        self,
        process: psutil.Process,
        known: dict[int, tuple[str, Identity]],
        trees: dict[tuple[str, Identity], float],
        processes: list[tuple[str, str, Memory]],
    ) -> None:
        identity = process.pid, process.create_time()
        above = known.get(process.ppid())
        kind = self._kinds.get(identity)
        if kind is None or kind == "python":  # what was just forked has yet to become another program
            kind = self._kinds[identity] = kind_of(process, above[0] if above else None)
        times = process.cpu_times()
        own = times.user + times.system
        if kind in HARNESS or kind == "other":
            known[process.pid] = kind, identity
            trees[kind, identity] = own
            if kind in HARNESS:
                memory = process.memory_full_info()
                pss = getattr(memory, "pss", memory.rss)
                processes.append((kind, _role(process), Memory(pss / MIB, memory.rss / MIB)))
            return
        # A browser's processes come and go; whoever ends leaves its time with its parent.
        account = above if above is not None and above[0] == kind else (kind, identity)
        known[process.pid] = account
        trees[account] = trees.get(account, 0.0) + own + times.children_user + times.children_system

    def _remember(self, processes: list[tuple[str, str, Memory]]) -> None:
        kinds = {kind: sum((memory for which, _, memory in processes if which == kind), Memory()) for kind in HARNESS}
        total = sum(kinds.values(), Memory())
        for kind, memory in kinds.items():
            self.highest[kind] = max(self.highest[kind], memory.pss)
        rss = max(self.peak.rss_mib, total.rss)
        if total.pss > self.peak.total.pss:
            named = [(f"{kind}: {role}", memory) for kind, role, memory in processes]
            self.peak = Peak(monotonic() - self._begun, total, kinds, named)
        self.peak.rss_mib = rss

    def cpu_s(self) -> dict[str, float]:
        """Processor seconds by kind of process."""
        kinds = (*HARNESS, "chromium", "firefox", "other")
        return {kind: sum(seconds for (which, _), seconds in self._cpu.items() if which == kind) for kind in kinds}


def _role(process: psutil.Process) -> str:
    words = process.cmdline()
    if "playwright" in " ".join(words):
        return "Playwright"
    return "worker" if any("execnet" in word or word == "-c" for word in words) else "controller"


def certify(results: Path, log: Path) -> Certification:
    """Run it as a user does, without the Allure report; raises `CertificationFailed`."""
    command = [str(Path(sys.executable).parent / "widget-conformance"), "run", "--subject", "reference@5.1"]
    with log.open("wb") as output:
        begun = monotonic()
        run = subprocess.Popen(
            [*command, "--no-allure", "--results", str(results)], stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
        sampler = _Sampler(psutil.Process(run.pid))
        next_look = begun
        try:
            while run.poll() is None and monotonic() - begun < LIMIT_S:
                sampler.look()
                next_look = max(next_look + SAMPLE_S, monotonic())
                with contextlib.suppress(subprocess.TimeoutExpired):
                    run.wait(next_look - monotonic())
            seconds = monotonic() - begun
        finally:
            _end(run)
    if seconds >= LIMIT_S:
        raise CertificationFailed(f"the run had not ended after {LIMIT_S:g} s; see {log}")
    if run.returncode not in (0, 1, 3):
        raise CertificationFailed(f"the run ended with status {run.returncode}; see {log}")
    return Certification(seconds, run.returncode, _verdicts(results), sampler.cpu_s(), sampler.peak, sampler.highest)


def _verdicts(results: Path) -> dict[str, int]:
    lines = [json.loads(line) for line in (results / "results.jsonl").read_text("utf-8").splitlines()]
    return dict(Counter(line["verdict"] for line in lines if "verdict" in line))


def _end(run: "subprocess.Popen[bytes]") -> None:
    """End a run that is still there, with all that it started."""
    if run.poll() is not None:
        return
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(run.pid)
        all_ = [root, *root.children(recursive=True)]
        run.send_signal(signal.SIGINT)  # as a user would
        _, left = psutil.wait_procs(all_, 20)
        for process in left:
            process.kill()
        psutil.wait_procs(left, 5)
