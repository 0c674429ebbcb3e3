"""Who can be called, in however a telephone number is written."""

import pytest
from customer import status
from test_sip import INVITE, SDP, conversation
from widget_conformance.fixtures.far_end.numbers import is_one_of


@pytest.mark.parametrize(
    ("called", "number", "same"),
    [
        ("agent", "agent", True),
        ("anna-lena", "annalena", False),
        ("Agent", "agent", False),
        ("+49(30)123;ext=4", "+4930123", True),
        ("+49(30)123;ext=4", "+49 30 123".replace(" ", "."), True),
        ("tel:+49-30-123;phone-context=example.com", "+4930123", True),
        ("TEL:+4930123", "tel:+49-30-123", True),
        ("%2B4930123", "+4930123", True),
        ("4930123", "+4930123", False),
        ("+4930124", "+4930123", False),
        ("123;EXT=4", "1-2-3;ext=4", True),
        ("123;ext=5", "123;ext=4", False),
        ("123", "123;ext=4", False),
        ("*21#", "*21#", True),
        (None, "agent", False),
    ],
)
def test_a_number_is_compared_without_what_separates_its_digits(called: str | None, number: str, same: bool) -> None:
    assert is_one_of(called, ["other", number]) is same


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("tel:+49-30-123;phone-context=example.com", 200),
        ("sip:+49(30)123;ext=4@example.test;user=phone", 200),
        ("sip:+49-30-124@example.test;user=phone", 404),
    ],
)
def test_telephone_uris_are_called(far_end, uri, code):
    async def talk(customer):
        await customer.send(customer.request("INVITE", SDP, **INVITE).replace("sip:agent@example.test", uri, 1))
        return status(await customer.until(lambda text: not text.startswith("SIP/2.0 1")))

    answer, room = conversation(far_end, talk, numbers=("+4930123",))
    assert answer == code
    assert len(room.attempts) == 1
