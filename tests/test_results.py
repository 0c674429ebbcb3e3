"""The results folder: what is written is read again, and what is damaged is told and loses nothing else."""

import dataclasses
import errno
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from widget_conformance.reports import masking
from widget_conformance.reports.merging import read_all
from widget_conformance.reports.model import Evidence, Judgement, Result, Shown, Verdict
from widget_conformance.reports.results import (
    NoResults,
    NoResultsFolder,
    ResultsNotWritten,
    ResultsWriter,
    read,
    schema,
)


def result(**changes: Any) -> Result:
    """A passed scenario with every field filled."""
    values: dict[str, Any] = {
        "subject": "reference@5.1",
        "version": "5.1",
        "browser": "chromium",
        "browser_version": "140.0",
        "route": "site-settings",
        "feature": "Microphone during a call",
        "scenario": "Revoked in an audio call",
        "statements": ("MIC-LIVE-2",),
        "verdict": Verdict.PASS,
        "reason": "",
        "judgements": (
            Judgement("MIC-LIVE-2", Verdict.PASS, "Then the audio stops", "stop it", "last sound after 120 ms"),
        ),
        "latencies_ms": {"audio stopped": 120.5},
        "budgets_ms": {"audio stopped": 1000.0},
        "shown": (Shown("microphone_lost", "The agent cannot hear you.", 900.0, 41.9, None, True),),
        "findings": ("mute: a mouse cannot reach the control, the keyboard can (covered by div.chat)",),
        "evidence": (Evidence("widget", "evidence/s1/widget.png", "image/png"),),
        "timeline": ({"at_ms": 0.0, "actor": "customer", "what": "starts the call", "detail": {}},),
        "started": "2026-01-01T00:00:00Z",
        "seconds": 2.5,
    }
    return Result(**(values | changes))


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[ResultsWriter]:
    writer = ResultsWriter(tmp_path / "results", expected=2)
    yield writer
    writer.close()


def test_a_finished_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    budgets = {"audio stopped": {"ms": 1000, "source": "the article: immediately"}}
    writer = ResultsWriter(tmp_path, 2, ["widget-conformance", "run"], "0.1.0", budgets)
    written = (result(), result(browser="firefox", verdict=Verdict.FAIL, reason="heard for 5 s"))
    for one in written:
        writer.write(one)
    writer.finish()

    run = read(tmp_path)
    assert run.results == written
    assert run.origins == (tmp_path, tmp_path)
    assert (run.expected, run.complete, run.problems, run.why_incomplete()) == (2, True, (), "")
    assert (run.command, run.tool_version, run.budgets) == (("widget-conformance", "run"), "0.1.0", budgets)


def test_each_line_is_valid_and_every_field_of_the_schema_is_described() -> None:
    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema()).validate(json.loads(json.dumps(result().to_json())))
    assert set(schema()["properties"]) == {f.name for f in dataclasses.fields(Result)}
    assert set(schema()["properties"]) - set(schema()["required"]) == {"shown", "machine", "witness", "findings"}, (
        "older files have none"
    )
    top = schema()["properties"]
    nested = [top[name]["items"]["properties"] for name in ("judgements", "shown", "evidence", "timeline")]
    for properties in (top, *nested):
        assert all(field.get("description") for field in properties.values())


def test_a_line_of_before_shown_witness_and_findings_were_told_is_read(tmp_path: Path) -> None:
    old = {k: v for k, v in result().to_json().items() if k not in ("shown", "machine", "witness", "findings")}
    (tmp_path / "results.jsonl").write_text(json.dumps(old) + "\n", encoding="utf-8")
    run = read(tmp_path)
    assert [(r.shown, r.witness, r.findings) for r in run.results] == [((), "far end", ())]


@pytest.mark.parametrize(
    "change",
    [{"verdict": "green"}, {"statements": ["no id"]}, {"seconds": -1}, {"version": 5.1}, {"extra": 1}],
)
def test_the_schema_refuses(change: dict[str, Any]) -> None:
    value = json.loads(json.dumps(result().to_json())) | change
    assert not Draft202012Validator(schema()).is_valid(value)


def test_a_line_is_on_the_disk_as_soon_as_it_is_written(writer: ResultsWriter) -> None:
    writer.write(result())
    run = read(writer.folder)
    assert run.results == (result(),)
    assert not run.complete
    assert run.why_incomplete() == "1 of 2 results, the run did not end by itself"


def test_a_run_that_ended_with_fewer_results_than_expected_is_incomplete(writer: ResultsWriter) -> None:
    writer.write(result())
    writer.finish()
    assert not read(writer.folder).complete


def test_what_json_cannot_say_never_loses_a_result(writer: ResultsWriter) -> None:
    detail = {"dbfs": -math.inf, "odd": {1}, "line": "a\nb"}
    event = {"at_ms": 1.0, "actor": "agent", "what": "hears", "detail": detail}
    latencies = {"audio stopped": math.inf, "shown": 3.0}
    writer.write(result(timeline=(event,), latencies_ms=latencies, reason="\ud800"))
    (back,) = read(writer.folder).results
    assert back.timeline[0]["detail"] == {"dbfs": None, "odd": "{1}", "line": "a\nb"}
    assert back.latencies_ms == {"shown": 3.0}
    assert back.reason == "?"


def test_a_cut_off_last_line_is_told_and_loses_nothing_else(writer: ResultsWriter) -> None:
    writer.write(result())
    writer.write(result(browser="firefox"))
    writer.finish()
    path = writer.folder / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    run = read(writer.folder)
    assert run.results == (result(),)
    assert run.problems == (f"{path}, line 2: the line is cut off",)
    assert not run.complete


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"not json", "line 2: not JSON"),
        (b"\xff\xfe", "line 2: not JSON"),
        (b'{"subject": NaN}', "line 2: not JSON: NaN"),
        (b"[" * 100_000, "line 2: not JSON"),
        (b'{"subject": "x"}', "is a required property"),
        (json.dumps(result().to_json() | {"verdict": "\x1b[2J"}).encode(), "line 2: $.verdict"),
    ],
)
def test_an_invalid_line_is_told_with_its_number(writer: ResultsWriter, line: bytes, told: str) -> None:
    writer.write(result())
    with (writer.folder / "results.jsonl").open("ab") as file:
        file.write(line + b"\n")
    writer.write(result(browser="firefox"))
    writer.finish()
    run = read(writer.folder)
    assert [r.browser for r in run.results] == ["chromium", "firefox"]
    (problem,) = run.problems
    assert told in problem
    assert "\x1b" not in problem
    assert not run.complete


@pytest.mark.parametrize("order", [(Verdict.FAIL, Verdict.PASS), (Verdict.PASS, Verdict.FAIL)])
def test_a_duplicate_is_told_and_never_hides_a_broken_promise(
    writer: ResultsWriter, order: tuple[Verdict, Verdict]
) -> None:
    for verdict in order:
        writer.write(result(verdict=verdict))
    writer.finish()
    run = read(writer.folder)
    assert [r.verdict for r in run.results] == [Verdict.FAIL]
    assert "line 2: the same" in run.problems[0]
    assert "as line 1" in run.problems[0]
    assert not run.complete


@pytest.mark.parametrize("text", ["", "[]", '{"finished": null}', '{"expected": "2", "finished": "x"}'])
def test_a_damaged_run_file_is_told(writer: ResultsWriter, text: str) -> None:
    writer.write(result())
    writer.finish()
    (writer.folder / "run.json").write_text(text)
    run = read(writer.folder)
    assert run.results == (result(),)
    assert "run.json" in run.problems[0]
    assert not run.complete


def test_without_a_run_file_a_run_is_incomplete(writer: ResultsWriter) -> None:
    writer.write(result())
    (writer.folder / "run.json").unlink()
    run = read(writer.folder)
    assert run.results == (result(),)
    assert run.expected is None
    assert not run.complete


def test_a_run_that_was_killed_before_its_first_result_has_none(writer: ResultsWriter) -> None:
    run = read(writer.folder)
    assert run.results == ()
    assert not run.complete


def test_a_folder_that_is_missing_or_holds_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoResultsFolder, match="there is no folder"):
        read(tmp_path / "nowhere")
    with pytest.raises(NoResults, match=r"holds no results\.jsonl"):
        read(tmp_path)
    with pytest.raises(NoResults):
        read_all([])


def test_a_merge_is_complete_only_when_each_part_is(tmp_path: Path) -> None:
    for name, finished in (("one", True), ("two", False)):
        writer = ResultsWriter(tmp_path / name, 1)
        writer.write(result(subject=name))
        if finished:
            writer.finish()
        writer.close()
    assert read_all([tmp_path / "one"]).complete
    assert not read_all([tmp_path / "one", tmp_path / "two"]).complete


def store(folder: Path, subject: str, budgets: dict[str, int]) -> Path:
    """A finished run with one result."""
    writer = ResultsWriter(folder, 1, budgets={name: {"ms": ms, "source": "said"} for name, ms in budgets.items()})
    writer.write(result(subject=subject))
    writer.finish()
    return folder


def test_budgets_that_differ_are_shown_with_whose_they_are(tmp_path: Path) -> None:
    folders = [
        store(tmp_path / "one", "ours", {"stopped": 1000, "shown": 1000, "recovered": 3000}),
        store(tmp_path / "two", "theirs", {"stopped": 2000, "shown": 1000, "recovered (theirs)": 4000}),
        store(tmp_path / "three", "theirs", {"stopped": 3000, "shown": 1000, "recovered (theirs)": 4000}),
    ]
    assert {name: budget["ms"] for name, budget in read_all(folders).budgets.items()} == {
        "stopped (ours)": 1000,
        "stopped (theirs)": 2000,
        "stopped (theirs), another time": 3000,
        "shown": 1000,
        "recovered (ours)": 3000,
        "recovered (theirs)": 4000,
    }


def test_a_new_run_removes_our_old_files_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    outside = tmp_path / "outside.png"
    outside.write_bytes(b"theirs")
    writer = ResultsWriter(folder, 1)
    (folder / "evidence" / "s1").mkdir(parents=True)
    (folder / "evidence" / "s1" / "widget.png").write_bytes(b"ours")
    (folder / "conformance.html").write_bytes(b"ours")
    (folder / "notes.txt").write_text("theirs")
    climbing = Evidence("climbs out", "../outside.png", "image/png")
    at_root = Evidence("not below the root", "notes.txt", "text/plain")
    writer.write(result(evidence=(*result().evidence, climbing, at_root)))
    writer.finish()

    ResultsWriter(folder, 1).close()
    assert sorted(p.name for p in folder.iterdir()) == ["notes.txt", "results.jsonl", "run.json"]
    assert outside.exists()
    assert read(folder).results == ()


@pytest.mark.parametrize(("name", "text"), [("results.jsonl", '{"theirs": 1}\n'), ("run.json", '{"jobs": []}')])
def test_a_file_that_is_not_ours_is_never_replaced(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ResultsNotWritten, match="not written by this program"):
        ResultsWriter(tmp_path, 1)
    assert (tmp_path / name).read_text() == text


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsNotWritten, match="cannot be written"):
        ResultsWriter(tmp_path / "file" / "results", 1)


def test_a_full_disk_leaves_no_half_line(writer: ResultsWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.write(result())
    real = os.write
    calls: list[int] = []

    def full(descriptor: int, data: bytes) -> int:
        calls.append(len(data))
        if len(calls) == 1:
            return real(descriptor, data[:25])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ResultsNotWritten, match=r"No space left on device.*Make room"):
        writer.write(result(browser="firefox"))
    monkeypatch.undo()
    run = read(writer.folder)
    assert (run.results, run.problems) == ((result(),), ())
    writer.write(result(browser="firefox"))
    assert len(read(writer.folder).results) == 2


@pytest.mark.parametrize("word", ["pass", "chromium", "agent", "MIC-LIVE-2", "the customer"])
def test_a_secret_that_is_an_ordinary_word_leaves_a_result_what_it_is(tmp_path: Path, word: str) -> None:
    masking.forget()
    masking.hide({"WORD": word})
    told = ({"at_ms": 0.0, "actor": "agent", "what": "hears", "detail": {"label": f"a {word} b"}},)
    judgement = Judgement(
        "MIC-LIVE-2", Verdict.PASS, "Then the agent hears the customer", "be heard", f"{word} was shown"
    )
    written = result(timeline=told, judgements=(judgement,), reason=f"{word}, it said", version=f"5.1 {word}")
    writer = ResultsWriter(tmp_path / "r", expected=1)
    writer.write(written)
    writer.finish()
    masking.forget()
    run = read(tmp_path / "r")
    assert run.problems == ()
    (found,) = run.results
    own = ("subject", "browser", "route", "scenario", "statements", "verdict", "machine", "evidence")
    assert [getattr(found, name) for name in own] == [getattr(written, name) for name in own]
    assert (found.reason, found.version) == ("${WORD}, it said", "5.1 ${WORD}")
    assert found.timeline == ({**told[0], "detail": {"label": "a ${WORD} b"}},)
    assert found.judgements == (dataclasses.replace(judgement, observed="${WORD} was shown"),)
