"""Names of evidence folders: legible, short, and never shared by two subjects."""

import unicodedata

import pytest
from widget_conformance.reports.names import slug

ROUTE, SCENARIO = "chromium-site-settings", "Revoked in an audio call"
NAMES = (
    "Виджет", "ウィジェット", "ويدجت", "a b", "a-b", "A B", "a  b", "a b ", "a/b", "../a b", "..", ".", "", "con", "CON", "nul.txt",
    "😀", "😁", "é", unicodedata.normalize("NFD", "é"), "x" * 300, "x" * 301, "\x00", "\ud800", "\u202e", "a|b", "a:b",
)  # fmt: skip


def test_no_two_names_share_a_folder_on_any_file_system() -> None:
    slugs = [slug(name, ROUTE, "Feature", SCENARIO) for name in NAMES]
    assert len({unicodedata.normalize("NFC", one).casefold() for one in slugs}) == len(NAMES)


def test_words_that_are_parted_elsewhere_are_other_words() -> None:
    assert len({slug("a b", "c"), slug("a", "b c"), slug("a b c"), slug("a", "b", "c"), slug("a\x00b", "c")}) == 5
    assert slug("1:a", "b") != slug("a", "1:b")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name_everywhere(name: str) -> None:
    for one in (slug(name), slug(name, ROUTE, "Feature", SCENARIO)):
        assert one.isascii()
        assert 0 < len(one) <= 80
        assert not {*one} - {*"abcdefghijklmnopqrstuvwxyz0123456789-"}
        assert one[0] not in ".-"
        assert not one.endswith(".")
        assert one.partition(".")[0] not in {"con", "nul", "aux", "prn"}


def test_what_can_be_read_of_a_name_is_in_it() -> None:
    assert slug("reference@5.1", ROUTE).startswith("reference-5-1-chromium-site-settings-")
