"""The results folder: `results.jsonl`, a line for each scenario, browser and route, and `run.json` beside it."""

import contextlib
import errno
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from widget_conformance.reports.identity import Identity, identities
from widget_conformance.reports.masking import cleaned
from widget_conformance.reports.model import Result, Verdict
from widget_conformance.reports.selection import SELECTING, Selection, Trial
from widget_conformance.reports.text import plain

RESULTS = "results.jsonl"
RUN = "run.json"
PAGE = "conformance.html"
TOOL = "widget-conformance"
_NOT_OURS = "{} was not written by this program; name another folder with --results"


class ResultsNotWritten(OSError):
    """A result could not be stored; what was stored before it is kept."""


class NoPlaceForResults(ResultsNotWritten):
    """The folder cannot be written, or holds what is not ours: known before anything begins."""


class NoResultsFolder(FileNotFoundError):
    """The folder that was asked for does not exist."""


class NoResults(ValueError):
    """The folder holds no results of this program."""


@dataclass(frozen=True)
class Run:
    """What one results folder says, or several merged."""

    results: tuple[Result, ...]
    origins: tuple[Path, ...]
    """For each result the folder that its evidence is relative to."""
    expected: int | None
    """How many results the run set out to make; null when that is not known."""
    started: str | None
    """UTC, ISO 8601."""
    finished: str | None
    """UTC, ISO 8601; null for a run that was cut off."""
    command: tuple[str, ...] = ()
    tool_version: str = ""
    budgets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By name: `ms`, and `source`, where the number comes from."""
    problems: tuple[str, ...] = ()
    """What could not be read, each with file and line."""
    selection: Selection | None = None
    """What the run was asked to leave out; null where that is not known, or where several runs are merged."""
    suites: tuple[str, ...] = ()
    """The versions of this program that judged."""
    planned: Mapping[Trial, tuple[str, ...]] = field(default_factory=dict)
    """Every trial of the suite with its statements, against which it is told what was not judged."""

    @property
    def complete(self) -> bool:
        """True only for a run that ended by itself with all the results that it expected, each readable."""
        return (
            self.finished is not None
            and not self.problems
            and self.expected is not None
            and len(self.results) >= self.expected
        )

    def why_incomplete(self) -> str:
        """One line that tells what is missing; empty for a complete run."""
        if self.complete:
            return ""
        total = "an unknown number of" if self.expected is None else str(self.expected)
        parts = [f"{len(self.results)} of {total} results"]
        if self.finished is None:
            parts.append("the run did not end by itself")
        if self.problems:
            parts.append(f"{len(self.problems)} problem(s) in the results folder")
        return ", ".join(parts)


def without_secrets(result: Result) -> dict[str, Any]:
    """A result as JSON-ready values, without secrets.

    Only what the widget, its page or the browser told can hold one. The other texts are this project's own: where a secret
    is an ordinary word, such as `pass` or `agent`, a verdict has to stay one.
    """
    value = result.to_json()
    value |= {name: cleaned(value[name]) for name in ("version", "reason", "findings")}
    for part, name in (("judgements", "observed"), ("shown", "text"), ("timeline", "detail")):
        value[part] = [one | {name: cleaned(one[name])} if name in one else one for one in value[part]]
    return value


@cache
def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one line of `results.jsonl`."""
    document: dict[str, Any] = json.loads(Path(__file__).with_name("result.schema.json").read_text("utf-8"))
    return document


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def utc_now() -> str:
    """The present moment as this project writes it: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class ResultsWriter:
    """Stores each result as soon as there is one, so that a run that is killed keeps what it had.

    A folder that holds an earlier run of this program is started anew; other people's files in it stay.
    Raises `NoPlaceForResults` when the folder cannot be written, or holds a `results.jsonl` that is not ours.
    """

    def __init__(
        self,
        folder: Path,
        expected: int,
        command: Sequence[str] = (),
        tool_version: str = "",
        budgets: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        continued: bool = False,
        selection: Selection | None = None,
    ) -> None:
        self.folder = folder
        self.kept: tuple[Result, ...] = ()
        """What a run that is continued found in the folder."""
        self._size = 0
        self._file = -1
        self._run: dict[str, Any] = {
            "tool": TOOL,
            "tool_version": tool_version,
            "started": utc_now(),
            "finished": None,
            "expected": expected,
            "command": cleaned(list(command)),
            "budgets": {name: dict(budget) for name, budget in (budgets or {}).items()},
            "selection": asdict(selection or Selection()),
            "suites": [tool_version] if tool_version else [],
        }
        claim(folder)
        try:
            if continued:
                self._keep_earlier_run()
            else:
                _remove_earlier_run(folder)
            self._write_run()
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (0 if continued else os.O_EXCL)
            self._file = os.open(folder / RESULTS, flags, 0o644)
        except OSError as error:
            self._fail(error)

    def _keep_earlier_run(self) -> None:
        """Take over the whole lines of the folder; half a line at the end was never a result."""
        path = self.folder / RESULTS
        if not path.exists():
            return
        data = path.read_bytes()
        self._size = data.rfind(b"\n") + 1
        earlier = read(self.folder)
        self.kept = earlier.results
        self._run["suites"] = list(dict.fromkeys((*earlier.suites, *self._run["suites"])))
        os.truncate(path, self._size)

    def write(self, result: Result) -> None:
        """Append one line and force it to the disk; a line that does not fit is taken back."""
        line = json.dumps(_json_ready(without_secrets(result)), ensure_ascii=False, allow_nan=False, default=str)
        data = line.encode("utf-8", "replace") + b"\n"
        try:
            written = 0
            while written < len(data):
                written += os.write(self._file, data[written:])
            os.fsync(self._file)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)
            self._fail(error)
        self._size += len(data)

    def expect(self, expected: int) -> None:
        """Set how many results the run will make, once that is known."""
        self._run["expected"] = expected
        self._store_run()

    def finish(self) -> None:
        """Note that the run ended by itself; without this the results are incomplete."""
        self._run["finished"] = utc_now()
        self._store_run()
        self.close()

    def close(self) -> None:
        """Release the file. Safe to call twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _store_run(self) -> None:
        try:
            self._write_run()
        except OSError as error:
            self._fail(error)

    def _write_run(self) -> None:
        data = json.dumps(self._run, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"
        write_atomically(self.folder / RUN, data)

    def _fail(self, error: OSError) -> NoReturn:
        raise ResultsNotWritten(_why_not(self.folder, error, self._size)) from error


def claim(folder: Path, *within: str) -> None:
    """Make a results folder, and the folders within it that a run empties; raises `NoPlaceForResults`.

    Deletes nothing: what an earlier run of this program left there is still whole.
    """
    try:
        for one in (folder, *(folder / name for name in within)):
            if one.exists() and not one.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            one.mkdir(parents=True, exist_ok=True)
            probe = one / f".{os.getpid()}.tmp"
            probe.write_bytes(b"")
            probe.unlink()
        known, results = _earlier_run(folder)
        theirs = [] if known or results else [name for name in within if any((folder / name).iterdir())]
    except NoPlaceForResults:
        raise
    except OSError as error:
        raise NoPlaceForResults(_why_not(folder, error, 0)) from error
    if theirs:
        raise NoPlaceForResults(_NOT_OURS.format(folder / theirs[0]))


def _why_not(folder: Path, error: OSError, kept: int) -> str:
    return (
        f"results cannot be written to {folder}: {error.strerror or error}; {kept} bytes written before are kept. "
        "Make room or name another folder with --results."
    )


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file as a whole: a reader, or a full disk, never sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _json_ready(value: Any) -> Any:
    """JSON knows no infinity: the level of silence in dBFS becomes null, an endless latency is left out."""
    latencies = value["latencies_ms"]
    ready: dict[str, Any] = _finite(value)
    ready["latencies_ms"] = {name: ms for name, ms in latencies.items() if math.isfinite(ms)}
    return ready


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _earlier_run(folder: Path) -> tuple[bool, list[Result]]:
    """Whether `run.json` is ours, and the results of the earlier run; raises `NoPlaceForResults` for others' files."""
    earlier = folder / RESULTS
    run: Any = None
    with contextlib.suppress(OSError, ValueError):
        run = json.loads((folder / RUN).read_bytes())
    known = isinstance(run, dict) and run.get("tool") == TOOL
    if (folder / RUN).exists() and not known:
        raise NoPlaceForResults(_NOT_OURS.format(folder / RUN))
    if not earlier.exists():
        return known, []
    results, _, problems = _read_lines(earlier)
    if problems and not results and not known:
        raise NoPlaceForResults(_NOT_OURS.format(earlier))
    return known, results


def _remove_earlier_run(folder: Path) -> None:
    """Delete our files of an earlier run: results, page and the evidence that the results name."""
    known, results = _earlier_run(folder)
    _remove_evidence(folder, results)
    (folder / RESULTS).unlink(missing_ok=True)
    if known:
        (folder / PAGE).unlink(missing_ok=True)
    (folder / RUN).unlink(missing_ok=True)


def _remove_evidence(folder: Path, results: Iterable[Result]) -> None:
    root = folder.resolve()
    parents: set[Path] = set()
    for path in {root / evidence.path for result in results for evidence in result.evidence}:
        parent = path.parent.resolve()
        if parent.is_relative_to(root) and parent != root and (path.is_file() or path.is_symlink()):
            path.unlink()
            parents.update(p for p in (parent, *parent.parents) if p != root and p.is_relative_to(root))
    for parent in sorted(parents, key=lambda p: len(p.parts), reverse=True):
        with contextlib.suppress(OSError):
            parent.rmdir()


def read(folder: Path) -> Run:
    """All results that can be read, and what could not be.

    Raises `NoResultsFolder` or `NoResults`; anything less than that is told in `Run.problems`.
    """
    if not folder.is_dir():
        raise NoResultsFolder(f"there is no folder {folder}; name the results folder of a run")
    if not (folder / RESULTS).exists() and not (folder / RUN).exists():
        raise NoResults(f"{folder} holds no {RESULTS}; name the results folder of a run")
    problems: list[str] = []
    run = _read_run(folder / RUN, problems)
    results: list[Result] = []
    if (folder / RESULTS).exists():
        results, numbers, unreadable = _read_lines(folder / RESULTS)
        problems += unreadable
        results = _without_duplicates(results, numbers, folder / RESULTS, problems)
    else:
        problems.append(f"{folder / RESULTS} is missing")
    return Run(
        results=tuple(results),
        origins=(folder,) * len(results),
        expected=run.get("expected"),
        started=run.get("started"),
        finished=run.get("finished"),
        command=tuple(run.get("command", ())),
        tool_version=run.get("tool_version", ""),
        budgets=run.get("budgets", {}),
        problems=tuple(problems),
        selection=Selection.of(run) if run else None,
        suites=tuple(run.get("suites") or filter(None, [run.get("tool_version", "")])),
    )


_RUN_SHAPE = {
    "type": "object",
    "required": ["expected", "finished"],
    "properties": {
        "started": {"type": ["string", "null"]},
        "finished": {"type": ["string", "null"]},
        "expected": {"type": ["integer", "null"], "minimum": 0},
        "command": {"type": "array", "items": {"type": "string"}},
        "tool_version": {"type": "string"},
        "suites": {"type": "array", "items": {"type": "string"}},
        "selection": {
            "type": "object",
            "properties": {
                **{name: {"type": "array", "items": {"type": "string"}} for name in SELECTING},
                "aimed": {"type": "boolean"},
            },
        },
        "budgets": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["ms", "source"],
                "properties": {"ms": {"type": "number"}, "source": {"type": "string"}},
            },
        },
    },
}


def _read_run(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        run: dict[str, Any] = json.loads(path.read_bytes())
        error = next(Draft202012Validator(_RUN_SHAPE).iter_errors(run), None)
    except FileNotFoundError:
        problems.append(f"{path} is missing: how many results were expected is not known")
        return {}
    except (OSError, ValueError, RecursionError) as unreadable:
        problems.append(f"{path} cannot be read: {unreadable}")
        return {}
    if error is not None:
        problems.append(f"{path}: {error.json_path}: {plain(error.message, 200)}")
        return {}
    return run


def _read_lines(path: Path) -> tuple[list[Result], list[int], list[str]]:
    """Results, the numbers of their lines, and what is wrong with the others."""
    results: list[Result] = []
    numbers: list[int] = []
    problems: list[str] = []
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, parse_constant=_no_constant)
            error = best_match(_validator().iter_errors(value))
            if error is not None:
                problems.append(f"{path}, line {number}: {error.json_path}: {plain(error.message, 200)}")
                continue
            results.append(Result.from_json(value))
            numbers.append(number)
        except (ValueError, RecursionError) as unreadable:
            cut = number == len(lines)
            why = "the line is cut off" if cut else f"not JSON: {plain(str(unreadable), 200)}"
            problems.append(f"{path}, line {number}: {why}")
    return results, numbers, problems


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _without_duplicates(
    results: Sequence[Result], numbers: Sequence[int], path: Path, problems: list[str]
) -> list[Result]:
    """Of two results for the same thing the worse one counts: a second try never hides a broken promise."""
    kept: dict[Identity, tuple[Result, int]] = {}
    everything = identities(results, [path] * len(results))
    for key, result, number in zip(everything, results, numbers, strict=True):
        if key not in kept:
            kept[key] = (result, number)
            continue
        earlier, line = kept[key]
        problems.append(
            f"{path}, line {number}: the same subject, browser, route and scenario as line {line}; "
            "the worse verdict counts"
        )
        if Verdict.worst((earlier.verdict, result.verdict)) != earlier.verdict:
            kept[key] = (result, number)
    return [result for result, _ in kept.values()]
