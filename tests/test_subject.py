"""Who is judged, and to which versions the article applies."""

from pathlib import Path

import pytest
from widget_conformance.fixtures.profile import ProfileError
from widget_conformance.fixtures.subject import (
    DEFAULT_SUBJECTS,
    REFERENCE_RELEASES,
    SameName,
    UnknownSubject,
    chosen,
    from_profile,
    reference,
    version_numbers,
    why_not_applicable,
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("5.1", (5, 1)),
        ("5.10", (5, 10)),
        ("5", (5,)),
        ("v5.1-beta", (5, 1)),
        (" 5.10.2-rc.1", (5, 10, 2)),
        ("5.1.", (5, 1)),
        ("beta 5.1", ()),
        ("", ()),
        (".5", ()),
    ],
)
def test_numbers_of_a_version(text: str, numbers: tuple[int, ...]) -> None:
    assert version_numbers(text) == numbers


@pytest.mark.parametrize("version", ["5.1", "5.1.0", "5.2", "5.10", "6", "v5.1-beta", "10.0"])
def test_the_article_applies_from_its_version_on(version: str) -> None:
    assert why_not_applicable(version) is None


@pytest.mark.parametrize("version", ["5.0", "5.0.99", "5", "4.10", "0", "latest", ""])
def test_the_article_says_nothing_of_earlier_or_unreadable_versions(version: str) -> None:
    why = why_not_applicable(version)
    assert why is not None
    assert version in why
    assert "5.1 and above" in why


def test_a_version_that_cannot_be_read_is_not_told_to_be_an_old_one() -> None:
    assert "'Version 5.6', which begins with no number" in str(why_not_applicable("Version 5.6"))
    assert "number" not in str(why_not_applicable("5.0"))


def test_a_widget_that_claims_no_version_is_not_applicable() -> None:
    assert "claims no version" in str(why_not_applicable(None))


def test_numbers_are_compared_as_numbers() -> None:
    assert version_numbers("5.10") > version_numbers("5.2")


@pytest.mark.parametrize("release", REFERENCE_RELEASES)
def test_every_release_of_the_reference_is_a_subject(release: str) -> None:
    subject = reference(f"reference@{release}")
    assert (subject.name, subject.release) == (f"reference@{release}", release)


@pytest.mark.parametrize("text", ["reference", "reference@", "reference@5.3", "Reference@5.1", "other@5.1", "", "5.1"])
def test_an_unknown_subject_is_told_with_those_that_there_are(text: str) -> None:
    with pytest.raises(UnknownSubject) as told:
        reference(text)
    assert repr(text) in str(told.value)
    assert all(name in str(told.value) for name in DEFAULT_SUBJECTS)
    assert "--profile" in str(told.value)


def test_the_default_subjects_are_those_of_which_the_article_speaks() -> None:
    assert [why_not_applicable(text.partition("@")[2]) for text in DEFAULT_SUBJECTS] == [None] * len(DEFAULT_SUBJECTS)


def test_a_profile_makes_a_subject_of_no_release(tmp_path: Path) -> None:
    file = tmp_path / "vendor.toml"
    file.write_text('name = "vendor"\nurl = "http://127.0.0.1:9/"\n', "utf-8")
    subject = from_profile(file)
    assert (subject.name, subject.release) == ("vendor", None)


def test_a_profile_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="nowhere"):
        from_profile(tmp_path / "nowhere.toml")


def test_subjects_of_one_name_are_told_and_others_keep_their_order(tmp_path: Path) -> None:
    one, two, named = (tmp_path / f"{name}.toml" for name in ("one", "two", "named"))
    for file, text in ((one, ""), (two, ""), (named, 'name = "Our widget"\n')):
        file.write_text(f'{text}url = "http://127.0.0.1:9/"\n', "utf-8")
    with pytest.raises(SameName, match="two subjects are called 'widget'; give each profile a name of its own"):
        chosen(["reference@5.1"], [one, named, two])
    assert [subject.name for subject in chosen(["reference@5.1"], [named, one])] == [
        "reference@5.1",
        "Our widget",
        "widget",
    ]
    assert [subject.name for subject in chosen([], [])] == list(DEFAULT_SUBJECTS)
