"""The features against the list of statements and the steps: nothing is promised that no step can break."""

import importlib
import re
from pathlib import Path

import pytest
from pytest_bdd.feature import get_features
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry
from widget_conformance.fixtures import catalogue
from widget_conformance.fixtures.browsers.finding import BROWSERS
from widget_conformance.fixtures.browsers.permissions import CAMERA, MICROPHONE
from widget_conformance.fixtures.browsers.routes import Demand
from widget_conformance.fixtures.catalogue import SITUATION_TAGS, Case, FeatureDefect, cases, features_folder
from widget_conformance.reports import statements

STEP_MODULES = ("agent", "browser_settings", "customer", "widget")
STATEMENTS = tuple(statement.id for statement in statements.load().all)
CASES = cases()

NO_ROUTE = {("chromium", need): "Chromium always tells pages of their permissions" for need in ("untold-permissions",)}
"""What a browser has no route for, as (browser, need): reason."""


def definitions() -> list[StepFunctionContext]:
    for name in STEP_MODULES:
        importlib.import_module(f"widget_conformance.steps.{name}")
    ours = [c for c in step_function_context_registry.values() if c.step_func.__module__.startswith("widget_conf")]
    assert ours
    return ours


def defined_by(keyword: str, text: str) -> list[StepFunctionContext]:
    return [c for c in definitions() if c.type in (None, keyword) and c.parser.is_matching(text)]


def steps_of(case: Case) -> list[tuple[str, str]]:
    """Type and text of each step, where And and But go on with the type before."""
    kind, found = "", []
    for step in case.steps:
        word, _, text = step.partition(" ")
        kind = word.lower() if word in ("Given", "When", "Then") else kind
        found.append((kind, text))
    return found


def proven_by(case: Case) -> dict[str, set[str]]:
    """For each Then step the case's statements that it judges."""
    found: dict[str, set[str]] = {}
    for kind, text in steps_of(case):
        if kind == "then":
            (definition,) = defined_by(kind, text)
            found[text] = set(getattr(definition.step_func, "proves", ())) & set(case.statements)
    return found


def named(case: Case) -> str:
    return case.scenario


def read(folder: Path, text: str, file: str = "some.feature") -> tuple[Case, ...]:
    """The cases of one feature file, made as those of the real ones are."""
    (folder / file).write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "features_folder", lambda: folder)
        return cases()


def test_every_statement_but_notes_has_a_scenario() -> None:
    covered = {id_ for case in CASES for id_ in case.statements}
    assert {id_ for id_ in STATEMENTS if not id_.startswith("NOTE-")} - covered == set()


def test_every_tag_names_a_statement_or_a_situation() -> None:
    known = {*STATEMENTS, *SITUATION_TAGS}
    for feature in get_features([str(features_folder())]):
        for template in feature.scenarios.values():
            rows = [table.tags for table in template.examples] or [set()]
            for tags in rows:
                assert catalogue.tags_of(template, tags) <= known, template.name


def test_no_scenario_is_lost_on_the_way_from_the_files() -> None:
    written = 0
    for file in features_folder().glob("**/*.feature"):
        rows = in_outline = 0
        header = False
        for line in map(str.strip, file.read_text("utf-8").splitlines()):
            if line.startswith("Scenario Outline:"):
                in_outline = True
            elif line.startswith("Scenario:"):
                in_outline = False
                written += 1
            elif line.startswith("Examples:"):
                header = True
            elif line.startswith("|") and in_outline:
                rows += not header
                header = False
        written += rows
    assert len(CASES) == written > 0
    assert len({(case.feature, case.scenario) for case in CASES}) == written, "two results would have one name"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_every_step_has_exactly_one_definition(case: Case) -> None:
    for kind, text in steps_of(case):
        assert len(defined_by(kind, text)) == 1, f"{kind} {text}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_every_statement_of_a_scenario_is_judged_by_a_then(case: Case) -> None:
    assert set(case.statements) - set().union(*proven_by(case).values()) == set()


@pytest.mark.parametrize("case", CASES, ids=named)
def test_every_then_judges_a_statement_of_its_scenario(case: Case) -> None:
    assert proven_by(case), "a scenario without a Then proves nothing"
    assert [text for text, judged in proven_by(case).items() if not judged] == []


def test_every_definition_is_used_and_proves_only_what_there_is() -> None:
    used = {id(c) for case in CASES for kind, text in steps_of(case) for c in defined_by(kind, text)}
    for definition in definitions():
        assert id(definition) in used, definition.parser.name
        proves = getattr(definition.step_func, "proves", ())
        assert set(proves) <= set(STATEMENTS)
        assert bool(proves) == (definition.type == "then"), definition.parser.name


@pytest.mark.parametrize("case", CASES, ids=named)
@pytest.mark.parametrize("browser", BROWSERS)
def test_every_scenario_runs_in_every_browser(case: Case, browser: str) -> None:
    routes = [route.id for route in case.routes if route.browser == browser]
    assert routes or any((browser, need) in NO_ROUTE for need in case.demand.needs)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_situation_that_the_tags_tell_is_what_the_steps_say(case: Case) -> None:
    said = " / ".join(text for _, text in steps_of(case))
    during = any(words in said for words in ("is in an audio call", "is in a video call", "which rings"))
    assert {None: not during and "blocked in" not in said, "during": during, "before": not during}[case.demand.moment]
    if case.demand.moment is not None:
        article = "an" if case.demand.kind == "audio" else "a"
        assert f"{article} {case.demand.kind} call" in said
        takes = re.compile('revoke|back to "ask"|blocked in the browser$')
        lost = [text for _, text in steps_of(case) if takes.search(text)]
        assert lost
        assert any("microphone" in text for text in lost) == (case.demand.devices >= MICROPHONE)
        assert any("camera" in text for text in lost) == (case.demand.devices >= CAMERA)


FEATURE = """Feature: Something
  {tags}
  Scenario: A thing happens
    Given the customer has opened the page with the widget
    Then the call stays connected
"""


def feature(tags: str) -> str:
    return FEATURE.format(tags=tags)


def test_a_feature_of_ones_own_is_read_like_the_real_ones(tmp_path: Path) -> None:
    (case,) = read(tmp_path, feature("@MIC-LIVE-2 @AIM-1 @during-a-call @audio-call @loses-microphone"))
    assert (case.feature, case.scenario, case.section) == ("Something", "A thing happens", tmp_path.name)
    assert case.statements == ("AIM-1", "MIC-LIVE-2"), "in the order of the article"
    assert case.demand == Demand("during", MICROPHONE, "audio")
    assert case.steps[1] == "Then the call stays connected"


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ("@MIC-LIVE-99", "MIC-LIVE-99 is no statement"),
        ("@mic-live-2", "mic-live-2 is no statement"),
        ("@MIC-LIVE-2 @in-a-call", "in-a-call is no statement of statements.toml and no known situation"),
        ("@during-a-call @audio-call @loses-microphone", "names no statement"),
        ("", "names no statement"),
        ("@AIM-1 @audio-call @video-call @during-a-call @loses-both", "audio-call and video-call; only one"),
        ("@AIM-1 @during-a-call @before-a-call @audio-call @loses-both", "before-a-call and during-a-call; only one"),
        ("@AIM-1 @loses-both @loses-camera @audio-call @during-a-call", "loses-both and loses-camera; only one"),
        ("@AIM-1 @during-a-call @audio-call", "needs all three tags"),
        ("@AIM-1 @loses-camera @video-call", "needs all three tags"),
    ],
)
def test_a_wrong_tag_is_told_with_file_and_title(tmp_path: Path, tags: str, said: str) -> None:
    with pytest.raises(FeatureDefect) as told:
        read(tmp_path, feature(tags))
    assert said in str(told.value)
    assert "some.feature" in str(told.value)
    assert "A thing happens" in str(told.value)


@pytest.mark.parametrize("keyword", ["Scenario", "Example", "Scenario Outline", "Scenario Template"])
def test_a_second_scenario_of_one_title_is_told(tmp_path: Path, keyword: str) -> None:
    second = f"""
  @AIM-1
  {keyword}: A thing happens
    Then the call stays connected
"""
    if "Scenario " in keyword:
        second += "    Examples:\n      | a |\n      | 1 |\n"
    with pytest.raises(FeatureDefect) as told:
        read(tmp_path, feature("@AIM-1") + second)
    assert "some.feature" in str(told.value)
    assert "'A thing happens'" in str(told.value)


def test_rows_of_an_outline_that_lead_to_one_title_are_told(tmp_path: Path) -> None:
    text = """Feature: Something
  @AIM-1
  Scenario Outline: A thing happens
    Then the call stays connected

    Examples:
      | a |
      | 1 |
      | 2 |
"""
    with pytest.raises(FeatureDefect, match=r"some\.feature.*'A thing happens'"):
        read(tmp_path, text)


def test_a_feature_without_scenarios_has_no_cases(tmp_path: Path) -> None:
    assert read(tmp_path, "Feature: Nothing yet\n") == ()


def test_features_are_found_wherever_the_package_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert cases() == CASES


def test_two_features_of_one_name_are_told(tmp_path: Path) -> None:
    (tmp_path / "other.feature").write_text(feature("@AIM-2"), "utf-8")
    with pytest.raises(FeatureDefect, match=r"(some|other)\.feature.*'Something'"):
        read(tmp_path, feature("@AIM-1"))
