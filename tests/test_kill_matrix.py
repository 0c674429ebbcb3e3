"""A representative part of the kill matrix, with real browsers: what must be noticed is, and nobody else is accused."""

import json
import signal
from pathlib import Path
from typing import Any

import harness
from harness import running, until

SLOW = 600
"""Seconds. No test takes that long; a loaded machine may."""
REPRESENTATIVE = ("D07", "D19", "D23", "D28", "D31b", "D36a", "D46", "D70", "D88")
"""One of each kind: recovery, picture, hang-up, choice, icon, stop, level, check, version."""
VARIANTS = ("V03", "V05", "V19")
"""Another language, a shadow root, other signalling."""


def matrix(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "kill-matrix.json").read_text("utf-8"))
    return found


def prove(folder: Path, builds: tuple[str, ...], *words: object) -> harness.Ended:
    named = [word for build in builds for word in ("--build", build)]
    return harness.command("prove", *named, "--results", folder, *words, seconds=SLOW)


def test_defects_of_every_kind_are_caught_where_they_can_be_seen(tmp_path: Path) -> None:
    ended = prove(tmp_path, REPRESENTATIVE, "--until-caught")
    found = matrix(tmp_path)
    assert found["warnings"] == []
    assert ended.status == 0, ended.said
    assert found["defects_caught"] == found["defects_visible"] == len(REPRESENTATIVE)
    assert found["pairs_caught"] == found["pairs_visible"] > len(REPRESENTATIVE)
    assert found["complete"]
    for build in found["builds"]:
        caught = [kill for kill in build["kills"] if kill["outcome"] == "caught"]
        assert len(caught) == len([r for r, outcome in build["routes"].items() if outcome == "caught"])
        assert all(set(kill["at"]) & set(build["breaks"]) for kill in caught)


def test_conforming_variants_are_not_accused(tmp_path: Path) -> None:
    words = ("--statement", "MIC-LIVE-5", "--statement", "CAM-LIVE-3", "--statement", "CAM-PRE-2")
    ended = prove(tmp_path, VARIANTS, *words, "--route", "chromium-site-settings", "--route", "firefox-settings-dialog")
    found = matrix(tmp_path)
    assert found["warnings"] == []
    assert ended.status == 0, ended.said
    assert (found["variants_accused"], found["variants"], found["undecided"]) == (0, len(VARIANTS), 0)


def test_a_proof_that_was_interrupted_goes_on_where_it_was(tmp_path: Path) -> None:
    words = ("--build", "D40", "--build", "D06", "--route", "chromium-site-settings", "--workers", "1")
    with running(tmp_path / "proof", *words, command="prove") as run:
        until(lambda: run.results() and run.in_flight(), SLOW, "a result, and a scenario after it")
        run.signal(signal.SIGINT)
        ended = run.wait(60)
        run.assert_nothing_left()
    assert ended.status == 3
    kept = run.results()
    assert not matrix(tmp_path / "proof")["complete"]
    with running(tmp_path / "proof", *words, "--continue", command="prove") as run:
        ended = run.wait(SLOW)
    assert ended.status == 0, ended.said
    assert run.results()[: len(kept)] == kept
    names = [(r["subject"], r["scenario"]) for r in run.results()]
    assert len(set(names)) == len(names) > len(kept)
    assert matrix(tmp_path / "proof")["complete"]


def test_a_soak_repeats_and_compares(tmp_path: Path) -> None:
    words = ("--subject", "reference@5.1", "--statement", "SCOPE-1", "--rounds", "2", "--load-every", "2")
    ended = harness.command("soak", *words, "--browser", "chromium", "--results", tmp_path, seconds=SLOW)
    assert ended.status == 0, ended.said
    assert "2 scenario runs in 2 rounds: 2 pass" in ended.out
    assert "0 of 1 scenarios with verdicts that differ" in ended.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["round-001", "round-002-loaded"]
