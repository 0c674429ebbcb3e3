"""What a run notes about itself before its first result: the budgets, and which release of the suite it is."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from widget_conformance.fixtures.collecting import READING, budgets_of
from widget_conformance.fixtures.profile import from_table
from widget_conformance.fixtures.subject import Subject, reference

pytest_plugins = ["pytester"]


def subject(name: str, **budgets: float) -> Subject:
    return Subject(name, from_table({"name": name, "url": "http://127.0.0.1:9/", "budgets": budgets}, "a table"))


def test_budgets_on_which_all_subjects_agree_stand_once() -> None:
    table = budgets_of([reference("reference@5.1"), subject("ours")])
    assert table == {
        "stopped": {"ms": 1000, "source": READING},
        "shown": {"ms": 1000, "source": READING},
        "recovered": {"ms": 3000, "source": READING},
    }


def test_a_budget_of_the_profile_is_said_to_be_one() -> None:
    table = budgets_of([subject("ours", recovered=5)])
    assert table["recovered"] == {"ms": 5000, "source": "the profile"}
    assert table["stopped"] == {"ms": 1000, "source": READING}


def test_budgets_that_differ_stand_for_each_subject() -> None:
    table = budgets_of([reference("reference@5.1"), subject("ours", stopped=2)])
    assert list(table) == ["stopped (reference@5.1)", "stopped (ours)", "shown", "recovered"]
    assert table["stopped (reference@5.1)"] == {"ms": 1000, "source": READING}
    assert table["stopped (ours)"] == {"ms": 2000, "source": "the profile"}


def test_a_run_notes_which_release_of_the_suite_it_is(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_other="def test_it(): pass")
    pytester.runpytest_subprocess("--subject", "reference@5.1", "--results", "results").assert_outcomes(passed=1)
    facts = json.loads(Path(pytester.path, "results", "run.json").read_text("utf-8"))
    assert facts["tool_version"] == version("widget-conformance")
