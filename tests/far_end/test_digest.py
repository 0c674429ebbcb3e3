import hashlib
import re

import pytest
from sipmessage import AuthCredentials
from widget_conformance.fixtures.far_end.digest import Digest


def answer(challenge, password="secret", nc="00000001", method="REGISTER", qop="auth", **changes):
    given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.removeprefix("Digest ")))
    name = given["algorithm"]
    h = lambda text: getattr(hashlib, name.replace("-", "").lower())(text.encode()).hexdigest()  # noqa: E731
    a1, a2 = h(f"customer:{given['realm']}:{password}"), h(f"{method}:sip:example.test")
    middle = f"{nc}:c:{qop}:" if qop else ""
    values = {
        "username": "customer", "realm": given["realm"], "nonce": given["nonce"], "uri": "sip:example.test",
        "response": h(f"{a1}:{given['nonce']}:{middle}{a2}"), "algorithm": name,
    } | ({"qop": qop, "nc": nc, "cnonce": "c"} if qop else {}) | changes  # fmt: skip
    return AuthCredentials.parse("Digest " + ", ".join(f'{key}="{value}"' for key, value in values.items()))


@pytest.fixture
def digest():
    return Digest("example.test", "secret")


@pytest.mark.parametrize("number", [0, 1])
def test_the_right_password_is_accepted_once_for_each_count(digest, number):
    challenge = digest.challenges()[number]
    assert digest.accepts(answer(challenge), "REGISTER")
    assert not digest.accepts(answer(challenge), "REGISTER")
    assert digest.accepts(answer(challenge, nc="00000002"), "REGISTER")


def test_without_qop_as_rfc_2069(digest):
    assert digest.accepts(answer(digest.challenges()[1], qop=""), "REGISTER")


@pytest.mark.parametrize(
    "change",
    [
        {"password": "wrong"}, {"method": "INVITE"}, {"nonce": "0" * 32}, {"realm": "elsewhere"}, {"response": "é"},
        {"algorithm": "SHA-1"}, {"nc": "x"}, {"nc": "00000000"}, {"qop": "auth-int"}, {"response": ""},
    ],
)  # fmt: skip
def test_anything_else_is_refused(digest, change):
    assert not digest.accepts(answer(digest.challenges()[1], **change), "REGISTER")


def test_a_foreign_nonce_is_stale(digest):
    credentials = answer(digest.challenges()[0])
    assert not digest.is_stale(credentials)
    assert Digest("example.test", "secret").is_stale(credentials)


def test_another_scheme_is_refused(digest):
    assert not digest.accepts(AuthCredentials.parse("Bearer abc"), "REGISTER")
