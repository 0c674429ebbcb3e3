"""A results folder in use: refused to a second run, told by a report, free again however its process ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness import command, until
from test_merging import folder
from test_table import judged
from widget_conformance.reports import lock
from widget_conformance.reports.lock import FolderInUse, holder, take
from widget_conformance.reports.model import Verdict

HOLD = "import sys, time; from pathlib import Path; from widget_conformance.reports.lock import take\n"


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has taken the folder."""
    words = [
        sys.executable,
        "-c",
        f"{HOLD}take(Path(sys.argv[1])); print('taken', flush=True); time.sleep(600)",
        str(path),
    ]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--no-allure", "--statement", "SCOPE-1"),
        ("run", "--no-allure", "--statement", "SCOPE-1", "--continue"),
        ("prove", "--build", "D01"),
        ("soak", "--statement", "SCOPE-1"),
    ],
)
def test_a_folder_in_use_is_refused_with_who_uses_it(tmp_path: Path, words: tuple[str, ...]) -> None:
    mine = folder(tmp_path / "r", judged(Verdict.FAIL))
    before = sorted((p.name, p.read_bytes()) for p in mine.iterdir() if p.suffix)
    with held_elsewhere(mine) as process:
        ended = command(*words, "--results", mine)
    assert ended.status == 2
    assert f"{mine} is in use by process {process.pid}" in ended.err
    assert len(ended.said.strip().splitlines()) == 1
    assert (
        sorted((p.name, p.read_bytes()) for p in mine.iterdir() if p.suffix == ".jsonl" or p.name == "run.json")
        == before
    )


def test_another_name_of_the_folder_is_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "link").symlink_to("r")
    with held_elsewhere(tmp_path / "link"), pytest.raises(FolderInUse):
        take(tmp_path / "r")


def test_a_report_of_a_folder_in_use_says_that_it_is_not_over(tmp_path: Path) -> None:
    mine = folder(tmp_path / "r", judged(Verdict.PASS))
    with held_elsewhere(mine) as process:
        ended = command("report", mine, "--no-allure", "--partly")
        assert ended.status == 3
        assert "INCOMPLETE" in ended.out
        assert f"in use by process {process.pid}" in " ".join(ended.out.split())
        assert holder(mine)
    assert holder(mine) is None
    assert command("report", mine, "--no-allure", "--partly").status == 0


def test_a_process_that_was_killed_leaves_no_lock(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert (tmp_path / lock.LOCK).exists()
        again = subprocess.run(
            [sys.executable, "-c", f"{HOLD}take(Path(sys.argv[1]))", str(tmp_path)], check=True, capture_output=True
        )
    assert again.stderr == b""
    assert not (tmp_path / lock.LOCK).exists(), "who ends by itself takes the file away"


def test_of_many_that_begin_at_once_one_has_the_folder(tmp_path: Path) -> None:
    words = (
        f"{HOLD}print('ready', flush=True)\nsys.stdin.readline()\n"
        "try:\n    take(Path(sys.argv[1]))\nexcept OSError:\n    print('refused', flush=True)\nelse:\n"
        "    print('taken', flush=True)\n    sys.stdin.read()"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", words, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.stdout.readline().strip() for process in processes if process.stdout]
    for process in processes:
        process.communicate()
    assert sorted(said) == ["refused"] * 5 + ["taken"]
    until(lambda: holder(tmp_path) is None, 5, "the end of the lock")


def test_where_nothing_can_be_locked_a_run_goes_on_with_a_word_about_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unable(descriptor: int, operation: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(lock.fcntl, "flock", unable)
    take(tmp_path)
    assert "without locks" in capsys.readouterr().err
    assert holder(tmp_path) is None


def test_a_folder_that_cannot_be_written_is_nobodys(tmp_path: Path) -> None:
    assert holder(tmp_path / "nowhere") is None
