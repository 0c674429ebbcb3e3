"""The catalogue of builds: each is what it says, fits the widget's source, and breaks what somebody promised."""

import re
import tomllib
from pathlib import Path

import pytest
from widget_conformance.fixtures.browsers.routes import ROUTES
from widget_conformance.fixtures.catalogue import cases
from widget_conformance.fixtures.subject import UnknownSubject, reference
from widget_conformance.reference_impl import builds
from widget_conformance.reference_impl.builds import BrokenCatalogue, Build, Edit, Equivalent
from widget_conformance.reports import statements

ALL = list(builds.catalogue().values())
DEFECTS = [build for build in ALL if build.kind == "defect"]
VARIANTS = [build for build in ALL if build.kind == "variant"]
PLACES = {route.id for route in ROUTES} | {route.browser for route in ROUTES}


def test_there_are_as_many_as_were_asked_for() -> None:
    assert len(DEFECTS) >= 60
    assert len(VARIANTS) >= 15


@pytest.mark.parametrize("build", ALL, ids=lambda build: build.id)
def test_each_edit_fits_the_source_and_changes_it(build: Build) -> None:
    assert build.edits or build.profile, "a build that differs in nothing"
    for file in {edit.file for edit in build.edits}:
        text = (builds.HOME / file).read_text("utf-8")
        assert build.apply(file, text) != text


@pytest.mark.parametrize("build", ALL, ids=lambda build: build.id)
def test_each_build_is_a_subject(build: Build) -> None:
    subject = reference(build.subject)
    assert (subject.release, subject.build) == (build.release, build)
    assert builds.by_label(builds.label("s17", build)) is build


@pytest.mark.parametrize("build", DEFECTS, ids=lambda build: build.id)
def test_each_defect_breaks_statements_and_can_be_seen_somewhere(build: Build) -> None:
    assert build.breaks
    assert set(build.breaks) <= {statement.id for statement in statements.load().all}
    assert {one.where for one in build.equivalent} <= PLACES
    assert all(len(one.why) > 10 for one in build.equivalent)
    seen = [
        route
        for case in cases()
        for route in case.routes
        if build.can_show_on(route.id, route.browser, case.statements)
    ]
    assert seen
    aimed = [case.scenario for case in cases() if set(build.breaks) & set(case.statements)]
    assert all(any(title.startswith(name) for title in aimed) for name in build.shown_by)


@pytest.mark.parametrize("build", VARIANTS, ids=lambda build: build.id)
def test_a_variant_breaks_nothing(build: Build) -> None:
    assert not build.breaks
    assert not build.equivalent


def test_every_statement_is_broken_by_a_defect() -> None:
    broken = {statement for build in DEFECTS for statement in build.breaks}
    assert {statement.id for statement in statements.load().all} - broken == set()


def test_each_defect_that_was_seen_in_products_is_there_or_left_out_with_a_reason() -> None:
    left_out = tomllib.loads((builds.HOME / "defects" / "left_out.toml").read_text("utf-8"))["left_out"]
    assert all(len(one["why"]) > 20 for one in left_out)
    there = {build.id.rstrip("abcdefgh") for build in DEFECTS}
    without = {one["id"] for one in left_out}
    assert {f"D{number:02}" for number in range(1, 41)} == {id_ for id_ in there if int(id_[1:]) <= 40} | without
    assert not there & without


def test_each_situation_is_named_by_a_build_or_told_with_a_scenario_and_a_reason() -> None:
    """A situation in which widgets go wrong is `E` and two digits, as in what a build is `like`."""
    text = (builds.HOME / "defects" / "left_out.toml").read_text("utf-8")
    told = tomllib.loads(text)["situation"]
    titles = [case.scenario for case in cases()]
    for one in told:
        assert set(one) <= {"id", "title", "why", "scenarios"}
        assert len(one["why"]) > 20
        assert all(title in titles for title in one.get("scenarios", ()))
        assert {*re.findall(r"\b[DV]\d\d[a-z]?\b", one["why"])} <= {build.id for build in ALL}
        assert {*re.findall(r"\b[A-Z]+-[A-Z]+-\d\b", one["why"])} <= {each.id for each in statements.load().all}
    likes = {name for build in ALL for name in re.findall(r"\bE\d\d\b", build.like)}
    why = {name for one in tomllib.loads(text)["left_out"] for name in re.findall(r"\bE\d\d\b", one["why"])}
    ids = [one["id"] for one in told]
    assert sorted(set(ids)) == sorted(ids)
    assert likes | why | set(ids) == {f"E{number:02}" for number in range(1, 31)}


def made(*edits: Edit, **given: object) -> Build:
    values: dict[str, object] = {"id": "D1", "kind": "defect", "title": "t", "release": "5.1", "edits": edits, **given}
    return Build(**values)  # type: ignore[arg-type]


def test_edits_are_applied_one_after_the_other_to_their_file_alone() -> None:
    build = made(Edit("a.js", "one", "two"), Edit("a.js", "two", "three"), Edit("b.js", "", "more"))
    assert build.apply("a.js", "one") == "three"
    assert build.apply("b.js", "x") == "x\nmore"
    assert build.apply("c.js", "one") == "one"


@pytest.mark.parametrize("text", ["", "one one"])
def test_an_edit_whose_place_is_not_there_once_is_an_error(text: str) -> None:
    with pytest.raises(BrokenCatalogue, match=r"D1: a\.js holds 'one' [02] times"):
        made(Edit("a.js", "one", "two")).apply("a.js", text)


def test_what_cannot_be_seen_on_a_route_says_why() -> None:
    build = made(breaks=("MIC-LIVE-2",), equivalent=(Equivalent("chromium", "it ends the track itself"),))
    assert build.equivalent_on("chromium-site-settings", "chromium") == "it ends the track itself"
    assert build.equivalent_on("firefox-prompt", "firefox") is None
    assert not build.can_show_on("chromium-site-settings", "chromium", ["MIC-LIVE-2"])
    assert build.can_show_on("firefox-prompt", "firefox", ["AIM-1", "MIC-LIVE-2"])
    assert not build.can_show_on("firefox-prompt", "firefox", ["AIM-1"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[defect]]\ntitle = "x"', "a build without id"),
        ('[[defect]]\nid = "D1"\ntitle = "x"\ncolour = "red"', "D1.*colour"),
        ('[[defect]]\nid = "D1"\ntitle = "x"\n[[defect.edit]]\nfile = "a"', "D1.*old"),
        ('[[defect]]\nid = "D1"\ntitle = "x"\n[[defect]]\nid = "d1"\ntitle = "y"', "two builds are called d1"),
    ],
)
def test_a_catalogue_that_is_wrong_says_where(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "defects").mkdir()
    (tmp_path / "defects" / "some.toml").write_text(text, "utf-8")
    monkeypatch.setattr(builds, "HOME", tmp_path)
    with pytest.raises(BrokenCatalogue, match=said):
        builds.catalogue.__wrapped__()


def test_labels_that_name_no_build_stand_for_the_release() -> None:
    assert builds.by_label("s17") is None
    assert builds.by_label("s17-d999") is None


@pytest.mark.parametrize("text", ["reference@5.1+D999", "reference@5.1+", "reference@5.2+D06"])
def test_an_unknown_build_is_an_error_with_the_nearest(text: str) -> None:
    with pytest.raises(UnknownSubject, match="unknown subject"):
        reference(text)
