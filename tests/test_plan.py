"""What the options choose: exactly that, or a word that says what is wrong."""

import pytest
from widget_conformance.fixtures.browsers.finding import UnknownBrowser
from widget_conformance.fixtures.catalogue import cases
from widget_conformance.fixtures.plan import (
    NothingToRun,
    Selection,
    UnknownRoute,
    UnknownScenario,
    UnknownStatement,
    expected,
    trials,
)
from widget_conformance.fixtures.subject import reference

SUBJECT = reference("reference@5.1")


def test_without_options_every_case_runs_on_every_route_that_can_do_it() -> None:
    planned = expected([SUBJECT], Selection())
    assert len(planned) == sum(len(case.routes) for case in cases())
    assert all(trial.route in case.routes for trial, case in planned)


def test_two_subjects_are_twice_the_work() -> None:
    one, two = expected([SUBJECT], Selection()), expected([SUBJECT, reference("reference@5.2")], Selection())
    assert len(two) == 2 * len(one)


def test_each_option_narrows_and_all_of_them_together() -> None:
    by_browser = expected([SUBJECT], Selection(browsers=("firefox",)))
    assert {trial.route.browser for trial, _ in by_browser} == {"firefox"}
    by_route = expected([SUBJECT], Selection(routes=("firefox-prompt",)))
    assert {trial.route.id for trial, _ in by_route} == {"firefox-prompt"}
    by_statement = expected([SUBJECT], Selection(statements=("CAM-PRE-1", "SCOPE-1")))
    assert {case.statements[0] for _, case in by_statement} >= {"SCOPE-1"}
    assert all({"CAM-PRE-1", "SCOPE-1"} & set(case.statements) for _, case in by_statement)
    by_title = expected([SUBJECT], Selection(scenarios=("A muted microphone is revoked and comes back",)))
    assert {case.scenario for _, case in by_title} == {"A muted microphone is revoked and comes back"}
    together = expected([SUBJECT], Selection(("firefox",), ("firefox-prompt",), ("CAM-PRE-1",)))
    assert 0 < len(together) < min(map(len, (by_browser, by_route, by_statement)))


@pytest.mark.parametrize(
    ("choice", "error", "said"),
    [
        ({"browsers": ("opera",)}, UnknownBrowser, "'opera'.*chromium and firefox"),
        ({"browsers": ("Chromium",)}, UnknownBrowser, "'Chromium'"),
        ({"routes": ("firefox-prompts",)}, UnknownRoute, "'firefox-prompts'.*chromium-site-settings.*firefox-prompt"),
        ({"statements": ("MIC-LIVE-99",)}, UnknownStatement, "'MIC-LIVE-99'.*list"),
        ({"statements": ("",)}, UnknownStatement, "''"),
        (
            {"scenarios": ("A muted microphone is revoked",)},
            UnknownScenario,
            "did you mean 'A muted microphone is revoked and",
        ),
        ({"scenarios": ("#",)}, UnknownScenario, "'#'; .*list"),
    ],
)
def test_a_name_that_nothing_has_is_told(choice: dict[str, tuple[str, ...]], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        Selection(**choice)


@pytest.mark.parametrize(
    "choice",
    [
        Selection(browsers=("chromium",), routes=("firefox-prompt",)),
        Selection(routes=("firefox-prompt",), statements=("MIC-LIVE-2",)),
    ],
)
def test_options_that_leave_nothing_are_an_error(choice: Selection) -> None:
    with pytest.raises(NothingToRun, match="no scenario to run"):
        expected([SUBJECT], choice)


def test_no_subject_is_nothing_to_run() -> None:
    with pytest.raises(NothingToRun):
        expected([], Selection())


def test_names_of_trials_are_unique() -> None:
    names = [trial.id for trial in trials([SUBJECT, reference("reference@5.2")], Selection())]
    assert len(set(names)) == len(names)
    assert "reference@5.1-chromium-site-settings" in names
