"""The kill matrix: what counts as caught, and what does not."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from widget_conformance.commands.prove import UnknownBuild, candidates, chosen
from widget_conformance.fixtures.catalogue import cases
from widget_conformance.fixtures.plan import NothingToRun
from widget_conformance.reference_impl.builds import Build, Equivalent, catalogue
from widget_conformance.reports.model import Judgement, Result, Verdict
from widget_conformance.reports.proof import Outcome, Proof, prove, write_data
from widget_conformance.reports.proof_page import render, summary


class Case:
    feature = "Feature"

    def __init__(self, scenario: str) -> None:
        self.scenario = scenario


CASES = [Case("one"), Case("two")]
FAIL, PASS, OPEN = Verdict.FAIL, Verdict.PASS, Verdict.INCONCLUSIVE


def build(id_: str = "D1", kind: Any = "defect", breaks: tuple[str, ...] = ("MIC-LIVE-2",), **more: Any) -> Build:
    return Build(id=id_, kind=kind, title=f"<b>{id_}</b>", release="5.1", edits=(), breaks=breaks, **more)


def result(
    of: Build,
    verdict: Verdict,
    judged: dict[str, Verdict],
    scenario: str = "one",
    route: str = "chromium-site-settings",
) -> Result:
    judgements = tuple(Judgement(s, v, "Then", "promise", f"seen at {s}") for s, v in judged.items())
    browser = route.partition("-")[0]
    return Result(
        of.subject, "5.1", browser, "1", route, "Feature", scenario, tuple(judged), verdict, "why", judgements, seconds=2.5
    )  # fmt: skip


def proof(*found: Result, builds: list[Build], complete: bool = True, whole: bool = False) -> Proof:
    return prove(found, builds, CASES, complete, whole)


def outcome(verdict: Verdict, judged: dict[str, Verdict], of: Build | None = None) -> Outcome:
    of = of or build()
    return proof(result(of, verdict, judged), builds=[of]).rows[0].routes["chromium-site-settings"]


def test_a_failure_at_a_statement_that_the_defect_breaks_is_caught() -> None:
    assert outcome(FAIL, {"MIC-LIVE-2": FAIL, "AIM-1": PASS}) is Outcome.CAUGHT


def test_a_failure_elsewhere_a_doubt_and_a_pass_are_not() -> None:
    assert outcome(FAIL, {"AIM-1": FAIL, "MIC-LIVE-2": PASS}) is Outcome.ELSEWHERE
    assert outcome(OPEN, {"MIC-LIVE-2": OPEN}) is Outcome.UNDECIDED
    assert outcome(PASS, {"MIC-LIVE-2": PASS}) is Outcome.SURVIVED


def test_a_build_out_of_scope_is_caught_by_not_being_judged() -> None:
    assert outcome(Verdict.NOT_APPLICABLE, {}, build(breaks=("SCOPE-1",))) is Outcome.CAUGHT
    assert outcome(Verdict.NOT_APPLICABLE, {}) is Outcome.UNDECIDED


def test_a_variant_is_kept_accused_or_undecided() -> None:
    variant = build("V1", "variant", ())
    assert outcome(PASS, {"AIM-1": PASS}, variant) is Outcome.KEPT
    assert outcome(FAIL, {"AIM-1": FAIL}, variant) is Outcome.ACCUSED
    assert outcome(OPEN, {}, variant) is Outcome.UNDECIDED


def test_what_no_customer_can_do_with_a_build_says_nothing_of_it() -> None:
    variant = build("V1", "variant", ())
    begun = replace(result(variant, Verdict.NOT_APPLICABLE, {}), timeline=({"what": "opens the page"},))
    assert proof(begun, builds=[variant]).rows[0].routes["chromium-site-settings"] is Outcome.EQUIVALENT
    found = proof(begun, result(variant, PASS, {"AIM-1": PASS}, scenario="two"), builds=[variant])
    assert found.rows[0].routes["chromium-site-settings"] is Outcome.KEPT
    assert not found.warnings
    assert render(found)


def test_one_scenario_that_catches_is_enough_on_a_route_but_every_route_counts() -> None:
    d = build()
    caught = result(d, FAIL, {"MIC-LIVE-2": FAIL})
    missed = result(d, PASS, {"MIC-LIVE-2": PASS}, scenario="two")
    elsewhere = result(d, PASS, {"MIC-LIVE-2": PASS}, route="firefox-prompt")
    whole = proof(caught, missed, builds=[d])
    assert (whole.defects_caught, whole.caught, whole.visible, whole.warnings) == ((1, 1), 1, 1, ())
    assert whole.rows[0].quickest_s == 2.5
    part = proof(caught, missed, elsewhere, builds=[d])
    assert (part.defects_caught, part.caught, part.visible) == ((0, 1), 1, 2)
    assert not part.proven
    assert "D1" in part.warnings[0]
    assert "firefox-prompt: survived" in part.warnings[0]


def test_where_a_defect_is_equivalent_it_is_not_visible() -> None:
    d = build(equivalent=(Equivalent("firefox", "Firefox does it itself"),))
    found = proof(
        result(d, FAIL, {"MIC-LIVE-2": FAIL}), result(build("D2"), FAIL, {"MIC-LIVE-2": FAIL}, route="firefox-prompt"),
        builds=[d],
    )  # fmt: skip
    assert found.rows[0].routes == {
        "firefox-prompt": Outcome.EQUIVALENT,
        "chromium-site-settings": Outcome.CAUGHT,
    }
    assert (found.visible, found.defects_caught) == (1, (1, 1))


def test_a_scenario_that_no_defect_made_fail_is_unproven_in_the_whole_catalogue_only() -> None:
    d = build()
    found = proof(result(d, FAIL, {"MIC-LIVE-2": FAIL}), builds=[d], whole=True)
    assert found.unproven == (("Feature", "two"),)
    assert not found.proven
    assert proof(result(d, FAIL, {"MIC-LIVE-2": FAIL}), builds=[d]).proven


def test_nothing_run_and_half_a_run_prove_nothing() -> None:
    d = build()
    assert not proof(result(d, FAIL, {"MIC-LIVE-2": FAIL}), builds=[d], complete=False).proven
    nothing = proof(builds=[d])
    assert nothing.rows[0].routes == {}
    assert nothing.defects_caught == (0, 0)
    assert proof(builds=[build("V1", "variant", ())]).accused == (0, 0), "what was not run was not accused"


def test_page_and_data_tell_the_same_and_escape_what_came_from_a_widget(tmp_path: Path) -> None:
    d, v = build(), build("V1", "variant", ())
    found = proof(
        result(d, FAIL, {"MIC-LIVE-2": FAIL}), result(v, FAIL, {"AIM-1": FAIL}, scenario="two"), builds=[d, v], whole=True
    )  # fmt: skip
    page = render(found)
    assert "<b>D1</b>" not in page
    assert "&lt;b&gt;D1&lt;/b&gt;" in page
    assert "1 of 1" in page
    data = json.loads(write_data(found, tmp_path).read_text("utf-8"))
    assert (data["defects_caught"], data["defects_visible"], data["variants_accused"]) == (1, 1, 1)
    assert data["unproven"] == [{"feature": "Feature", "scenario": "two"}]
    assert data["builds"][0]["kills"][0]["at"] == ["MIC-LIVE-2"]
    lines = summary(found)
    assert lines[0].split() >= ["Defects", "caught", "1", "of", "1"]


def test_builds_are_chosen_by_name_and_kind() -> None:
    assert [b.id for b in chosen(["d06"], None)] == ["D06"]
    assert {b.kind for b in chosen([], "variant")} == {"variant"}
    with pytest.raises(UnknownBuild, match="unknown build 'D43f'; did you mean D43e"):
        chosen(["D43f"], None)
    with pytest.raises(UnknownBuild, match="unknown build 'nonsuch'; defects are D01 and on"):
        chosen(["nonsuch"], None)
    with pytest.raises(NothingToRun):
        chosen(["D06"], "variant")


def test_a_scenario_that_has_caught_nothing_is_tried_with_what_may_make_it_fail_the_likeliest_first() -> None:
    known = list(catalogue().values())
    for case in cases():
        found = candidates(case, known)
        assert found, case.scenario
        assert all(build.kind == "defect" and set(build.breaks) & set(case.statements) for build in found)
        ranks = [build.rank(case.scenario, case.statements) for build in found]
        assert ranks == sorted(ranks)
        assert all(any(not build.equivalent_on(r.id, r.browser) for r in case.routes) for build in found)


def test_releases_of_a_browser_have_routes_of_their_own() -> None:
    of = build()
    old = replace(result(of, PASS, {"MIC-LIVE-2": PASS}), browser_version="155.0")
    new = replace(result(of, FAIL, {"MIC-LIVE-2": FAIL}, scenario="two"), browser_version="156.0")
    (row,) = proof(old, new, builds=[of]).rows
    assert row.routes == {
        "chromium-site-settings (155.0)": Outcome.SURVIVED,
        "chromium-site-settings (156.0)": Outcome.CAUGHT,
    }
    assert proof(old, new, builds=[of]).defects_caught == (0, 1)
