"""What a widget says at length is cut after it was cleaned, and how much is missing is told."""

from collections.abc import Iterator

import pytest
from widget_conformance.reports import masking
from widget_conformance.reports.sizes import LONGEST_TEXT, shortened, sized, some


@pytest.fixture(autouse=True)
def nothing_hidden() -> Iterator[None]:
    masking.forget()
    yield
    masking.forget()


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert shortened("x" * LONGEST_TEXT) == "x" * LONGEST_TEXT


def test_a_long_text_tells_how_much_is_missing() -> None:
    assert shortened("x" * 4_000_000) == f"{'x' * LONGEST_TEXT}… (3996000 characters left out)"


@pytest.mark.parametrize("length", [LONGEST_TEXT + 100, LONGEST_TEXT + 30_000])
@pytest.mark.parametrize("place", [LONGEST_TEXT - 5, LONGEST_TEXT // 2, 0])
def test_a_secret_across_the_cut_is_gone_whole(length: int, place: int) -> None:
    masking.hide({"TOKEN": "correct-horse-battery"})
    text = ("x" * place + "correct-horse-battery").ljust(length, "y")
    assert "correct" not in shortened(text)
    assert "corre" not in shortened(text)


def test_many_secrets_make_a_text_so_short_that_the_cut_moves_to_its_end() -> None:
    masking.hide({"T": "correct-horse-battery-staple-" * 4})
    text = ("correct-horse-battery-staple-" * 4 + " ") * 4_000
    assert "correct" not in shortened(text)


def test_texts_of_any_depth_and_keys_are_cut() -> None:
    long = "k" * (LONGEST_TEXT + 10)
    ((key, value),) = sized({long: [(long, 5, None)]}).items()
    assert key.endswith("(10 characters left out)")
    assert value[0][0] == key
    assert value[0][1:] == [5, None]


@pytest.mark.parametrize(("count", "kept", "left_out"), [(10, 10, 0), (11, 10, 1), (1000, 10, 990)])
def test_of_too_many_events_the_first_and_the_last_are_kept(count: int, kept: int, left_out: int) -> None:
    first, missing, last = some(range(count), 10)
    assert (len(first) + len(last), missing) == (kept, left_out)
    assert [*first, *last][0] == 0
    assert [*first, *last][-1] == count - 1
