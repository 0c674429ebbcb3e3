"""Soaking: a verdict that is not always the same is told, with the round and the reason."""

import argparse
from pathlib import Path

import psutil
import pytest
from widget_conformance.commands import soak
from widget_conformance.reports.model import Result, Verdict
from widget_conformance.reports.results import ResultsWriter, Run
from widget_conformance.reports.stability import compare

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def a_round(*verdicts: Verdict, complete: bool = True) -> Run:
    results = tuple(
        Result("reference@5.1", "5.1", "chromium", "1", "chromium-site-settings", "F", f"scenario {n}", (), v, "because")
        for n, v in enumerate(verdicts)
    )  # fmt: skip
    return Run(results, (Path(),) * len(results), len(results), "then", "now" if complete else None)


def test_the_same_each_time_is_stable(capsys: pytest.CaptureFixture[str]) -> None:
    found = compare({"round-001": a_round(PASS, PASS), "round-002": a_round(PASS, PASS)})
    assert (found.rounds, found.runs, found.scenarios, found.differing) == (2, 4, 2, ())
    assert soak.tell(found) == 0
    assert "4 scenario runs in 2 rounds: 4 pass" in capsys.readouterr().out


def test_what_differs_is_named_with_round_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    found = compare({"a": a_round(PASS, PASS), "b": a_round(PASS, OPEN), "c": a_round(PASS, PASS)})
    (line,) = found.differing
    assert "'scenario 1': 2 pass, 1 inconclusive; b: inconclusive, because" in line
    assert soak.tell(found) == 1
    assert "1 of 2 scenarios with verdicts that differ" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rounds", "status"),
    [
        ({"a": a_round(FAIL), "b": a_round(FAIL)}, 1),
        ({"a": a_round(OPEN), "b": a_round(OPEN)}, 3),
        ({"a": a_round(PASS), "b": a_round(PASS, complete=False)}, 3),
        ({"a": a_round()}, 3),
        ({}, 3),
    ],
)
def test_only_rounds_that_pass_whole_are_a_success(rounds: dict[str, Run], status: int) -> None:
    assert soak.tell(compare(rounds)) == status


def test_busy_cores_are_busy_and_free_again() -> None:
    me = psutil.Process()
    before = set(me.children())
    with soak.busy_cores():
        burners = set(me.children()) - before
        assert len(burners) == psutil.cpu_count()
    assert not set(me.children()) - before


def store(folder: Path, verdict: Verdict, finished: bool = True) -> None:
    """A round with one result."""
    writer = ResultsWriter(folder, 1)
    writer.write(a_round(verdict).results[0])
    if finished:
        writer.finish()
    writer.close()


def options(folder: Path, rounds: int, continued: bool = False) -> argparse.Namespace:
    return argparse.Namespace(results=folder, rounds=rounds, load_every=None, **{"continue": continued})


def test_a_round_that_did_not_end_stops_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def judge(given: argparse.Namespace) -> None:
        asked.append(given.results.name)
        store(given.results, PASS, finished=False)

    monkeypatch.setattr(soak.running, "judge", judge)
    assert soak.execute(options(tmp_path, 3)) == 3
    assert asked == ["round-001"]


@pytest.mark.parametrize(("continued", "judged"), [(False, 2), (True, 1)])
def test_rounds_of_an_earlier_soak_do_not_count(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    continued: bool,
    judged: int,
) -> None:
    store(tmp_path / "round-001", PASS)
    for name in ("round-002-loaded", "round-003"):
        store(tmp_path / name, FAIL)
    asked: list[str] = []

    def judge(given: argparse.Namespace) -> None:
        asked.append(given.results.name)
        store(given.results, PASS)

    monkeypatch.setattr(soak.running, "judge", judge)
    assert soak.execute(options(tmp_path, 2, continued)) == 0
    assert asked == ["round-001", "round-002"][-judged:]
    assert "2 scenario runs in 2 rounds: 2 pass" in capsys.readouterr().out
