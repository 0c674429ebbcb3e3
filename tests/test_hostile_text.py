"""What a page or a command line says moves no cursor and turns no text around, in an error, a profile or Allure's results."""

import tomllib

import harness
import pytest
from allure_commons.model2 import Attachment, Label
from allure_commons.model2 import TestResult as AllureResult
from widget_conformance.fixtures.discovery import quoted
from widget_conformance.reports import masking
from widget_conformance.reports.allure_bridge import _clean_in_place
from widget_conformance.reports.text import visible

MISLEADING = ["\x1b[2J", "\x9b2J", "\x1b]8;;x\x07", "\u202egnp.exe", "\u2066a", "\x00", "\r\x08\x08pass", "\x7f"]


@pytest.mark.parametrize("text", MISLEADING)
def test_what_would_mislead_is_shown_as_something_that_is_there(text: str) -> None:
    shown = visible(f"a\n\t{text}b")
    assert shown.startswith("a\n\t")
    assert "\N{REPLACEMENT CHARACTER}" in shown
    assert not set(shown) & set("\x1b\x9b\x07\u202e\u2066\x00\x08\x7f")


def test_what_languages_need_stays() -> None:
    for text in ("می\u200cخواهم", "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}", "שלום\u200f", "e\u0301", "a\nb\tc"):
        assert visible(text) == text


def test_an_error_prints_no_escape_sequence() -> None:
    ended = harness.command("report", "gone\x1b[2J\u202e\x9b2Jx")
    assert ended.status == 2
    assert "gone" in ended.err
    assert not {"\x1b", "\x9b", "\u202e"} & set(ended.said)


@pytest.mark.parametrize("text", [*MISLEADING, "\U000e0001tag", "\u2028", 'a"\\b', "\U0001f642"])
def test_a_text_in_a_profile_is_seen_as_what_it_is_and_reads_back(text: str) -> None:
    written = quoted(text)
    assert written.isprintable()
    assert tomllib.loads(f"a = {written}")["a"] == text


def test_a_text_in_the_results_of_allure_is_not_misleading_either() -> None:
    made = AllureResult(name="a\x1b[2J", labels=[Label("widgetVersion", "\u202eb")])
    _clean_in_place(made)
    assert made.name == "a\N{REPLACEMENT CHARACTER}[2J"
    assert made.labels[0].value == "\N{REPLACEMENT CHARACTER}b"


def test_a_secret_like_part_of_an_identifier_breaks_no_link_of_allures_results() -> None:
    masking.forget()
    masking.hide({"PIN": "7f3a", "WORD": "passed"})
    attachment = Attachment(name="log 7f3a", source="0007f3a0-attachment.txt", type="text/plain")
    made = AllureResult(uuid="aa7f3abb", name="a 7f3a", status="passed", attachments=[attachment])
    made.labels = [Label("widgetVersion", "5.1-7f3a"), Label("browser", "passed")]
    _clean_in_place(made)
    masking.forget()
    assert (made.uuid, made.status, attachment.source) == ("aa7f3abb", "passed", "0007f3a0-attachment.txt")
    assert (made.name, attachment.name, made.labels[0].value) == ("a ${PIN}", "log ${PIN}", "5.1-${PIN}")
    assert made.labels[1].value == "passed"
