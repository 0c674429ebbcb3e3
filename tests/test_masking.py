"""Secrets of a profile: in whatever writing they come, they leave the process nowhere."""

import base64
import html
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO, cast
from urllib.parse import quote, quote_plus, unquote

import pytest
from widget_conformance.fixtures.discovery import without_values
from widget_conformance.fixtures.profile import ProfileError, VariableNotSet, VariableTooShort, from_table, load
from widget_conformance.reports import masking
from widget_conformance.reports.masking import CleanStream, Secrets, clean, cleaned, cleaned_bytes, cut, first_line
from widget_conformance.reports.text import plain

SECRET = 'Zürich/7+q "x"  tok~42\'&<'
URL = "url = 'https://widget.example/'\n"


@pytest.fixture(autouse=True)
def nothing_hidden() -> Iterator[None]:
    masking.forget()
    yield
    masking.forget()


def percent(text: str) -> str:
    return "".join(f"%{octet:02x}" for octet in text.encode())


def mixed(text: str) -> str:
    chosen = random.Random(7)
    return "".join(
        chosen.choice((one, percent(one), percent(one).upper(), percent(one).replace("%", "%25"), f"&#{ord(one)};"))
        for one in text
    )


WRITINGS = {
    "as it is": SECRET,
    "in capitals": SECRET.upper(),
    "case-folded": SECRET.casefold(),
    "blanks as a page shows them": " ".join(SECRET.split()),
    "percent": quote(SECRET, safe=""),
    "percent, but for slashes": quote(SECRET),
    "percent, lower case": percent(SECRET),
    "of a form": quote_plus(SECRET),
    "percent twice": quote(quote(SECRET, safe=""), safe=""),
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON, not ASCII": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "JSON in JSON": json.dumps(json.dumps(SECRET))[3:-3],
    "JSON, slashes escaped": json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    "JSON, all escaped": "".join(f"\\u{ord(one):04X}" for one in SECRET),
    "JavaScript": "".join(f"\\x{ord(one):02x}" for one in SECRET),
    "JavaScript, braces": "".join(f"\\u{{{ord(one):x}}}" for one in SECRET),
    "HTML": html.escape(SECRET),
    "HTML twice": html.escape(html.escape(SECRET)),
    "HTML, decimal": "".join(f"&#{ord(one)};" for one in SECRET),
    "HTML, hexadecimal": "".join(f"&#x{ord(one):X};" for one in SECRET),
    "HTML, named": SECRET.replace("&", "&amp;").replace("ü", "&uuml;").replace("'", "&apos;"),
    "quoted-printable": "".join(f"={octet:02X}" for octet in SECRET.encode()),
    "hexadecimal": SECRET.encode().hex(),
    "hexadecimal, apart": SECRET.encode().hex(":").upper(),
    "a mixture": mixed(SECRET),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_secret_is_found_in_every_writing(writing: str) -> None:
    masking.hide({"TOKEN": SECRET})
    assert clean(f"before, {WRITINGS[writing]}, after") == "before, ${TOKEN}, after"


@pytest.mark.parametrize("before", ["", "u:", "us:", "use:"])
@pytest.mark.parametrize("after", ["", "1", "12", "123"])
def test_a_secret_is_found_in_base64_wherever_it_stands(before: str, after: str) -> None:
    masking.hide({"TOKEN": SECRET})
    whole = base64.b64encode(f"{before}{SECRET}{after}".encode()).decode()
    broken = "\n".join(whole[at : at + 11] for at in range(0, len(whole), 11))
    url_safe = whole.replace("+", "-").replace("/", "_")
    for text in (whole, whole.rstrip("="), url_safe, quote(whole, safe=""), broken, whole.replace("/", "\\/")):
        left = clean(text).partition("${TOKEN}")
        assert left[1]
        assert len(left[0]) <= 6, left
        assert len(unquote(left[2]).rstrip("=")) <= 6, left


def test_secrets_that_overlap_leave_nothing_of_either() -> None:
    named = {"A": "abcdef-1234", "B": "1234-uvwxyz", "SHORT": "abcdef"}
    assert Secrets(named).taken_out("x abcdef-1234-uvwxyz y") == "x ${A}${B} y"
    assert Secrets(named).taken_out("abcdef, abcdef-1234") == "${SHORT}, ${A}"


def test_the_parts_of_an_address_are_secrets_and_its_host_is_none() -> None:
    masking.hide(
        {"PAGE": "https://user:letme1n@widget.example/app/5f2c9e1ab34d/?token=ab%2Fcd-77&lang=de#key=q9q9q9q9"}
    )
    told = clean("widget.example said: letme1n, ab/cd-77, ab%2fcd-77, 5f2c9e1ab34d and q9q9q9q9 are wrong in app, de")
    assert told == "widget.example said: ${PAGE}, ${PAGE}, ${PAGE}, ${PAGE} and ${PAGE} are wrong in app, de"


@pytest.mark.parametrize("held", ["Bearer kingfisher-7", "session=kingfisher-7; path=/", "tester:kingfisher-7"])
def test_a_part_that_is_a_secret_by_itself_is_one(held: str) -> None:
    masking.hide({"HEADER": held})
    assert "kingfisher" not in clean("the server refused kingfisher-7")


def test_what_is_cut_is_cleaned_before() -> None:
    masking.hide({"TOKEN": "kingfisher-42-heron"})
    text = f"{'x' * 20} kingfisher-42-heron"
    for limit in range(1, len(text) + 1):
        for told in (cut(text, limit), plain(text, limit)):
            assert "kin" not in told


@pytest.mark.parametrize("writing", ["as it is", "percent", "JSON", "HTML, decimal"])
def test_the_cut_of_a_text_that_was_handed_over_too_long_leaves_no_part_of_a_secret(writing: str) -> None:
    masking.hide({"TOKEN": SECRET})
    for before in range(190, 201):
        told = cut("x" * before + WRITINGS[writing] + "y" * 400, 200)
        assert told == ("x" * before + "${TOKEN}")[:200]


def test_secrets_that_shrink_a_text_let_no_later_cut_be_seen() -> None:
    masking.hide({"LONG": "kingfisher-" * 40, "OTHER": "grey-heron-42"})
    handed = "kingfisher-" * 40 + " " + "y" * 100 + "grey-heron-42"  # cut by a page to its first characters
    assert "grey" not in cut(handed[:-6], 500)
    assert cut(handed, 200) == "${LONG}"


@pytest.mark.parametrize("mark", ["", "…", "'...)"])
@pytest.mark.parametrize(
    "writing", ["as it is", "percent", "percent, lower case", "JSON", "JavaScript", "HTML, decimal"]
)
def test_the_beginning_of_a_secret_is_found_where_somebody_else_has_cut_the_text(writing: str, mark: str) -> None:
    masking.hide({"TOKEN": SECRET})
    whole = WRITINGS[writing]
    for length in range(len(whole) * 9 // 20 + 6, len(whole), 2):
        assert clean(f"said {whole[:length]}{mark}").startswith("said ${TOKEN}"), whole[:length]


@pytest.mark.parametrize(
    "text",
    [
        "https://widget.example",
        "Cookie: session=",
        "kingfish and chips",
        "-----BEGIN PRIVATE",
        "a kingfisher",
    ],
)
def test_what_stands_before_a_token_or_goes_on_otherwise_is_no_beginning_of_one(text: str) -> None:
    page = "https://widget.example/?token=heron-77-grey"
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----"
    masking.hide({"PAGE": page, "COOKIE": "session=kingdom-77; path=/", "KEY": key, "BIRD": "kingfisher-42-heron"})
    assert clean(text) == (text if text != "a kingfisher" else "a ${BIRD}")


def test_the_first_line_of_a_secret_of_several_is_none_of_a_text() -> None:
    masking.hide({"NOTE": "red kite\nblue tit"})
    assert first_line('no element "red kite\nblue tit" is there\nCall log') == 'no element "${NOTE}" is there'
    assert first_line("") == ""


def test_a_long_token_is_found_and_quickly_looked_for() -> None:
    token = ".".join(base64.urlsafe_b64encode(bytes(range(n, n + 120))).decode().rstrip("=") for n in (0, 60, 130))
    masking.hide({"JWT": token})
    for told in (token, base64.b64encode(f"u:{token}".encode()).decode(), token.encode().hex(), quote(token)):
        assert len(clean(f"a {told} b")) < 20


def test_values_of_any_depth_and_files() -> None:
    masking.hide({"TOKEN": "kingfisher"})
    assert cleaned({"a kingfisher": [("kingfisher", 1, None)]}) == {"a ${TOKEN}": [("${TOKEN}", 1, None)]}
    assert cleaned_bytes(b"<svg>kingfisher\xff", "image/svg+xml") == b"<svg>${TOKEN}\xff"
    assert cleaned_bytes(b"\x89PNG kingfisher", "image/png") == b"\x89PNG kingfisher"


def test_a_stream_prints_no_secret() -> None:
    masking.hide({"TOKEN": "kingfisher"})
    written = io.StringIO()
    print("a kingfisher", "is a bird", file=cast("TextIO", CleanStream(written)))
    assert written.getvalue() == "a ${TOKEN} is a bird\n"


# -- what of a profile is a secret


@pytest.mark.parametrize(
    ("key", "written", "held"),
    [
        ("url", "https://${V}/", "widget.example"),
        ("url", "https://${V}:8443/", "127.0.0.1"),
        ("url", "https://widget.example:${V}/", "8443"),
        ("url", "${V}/app", "https://widget.example:8443"),
        ("url", "https://${V}.widget.example/", "staging"),
        ("url", "http://[${V}]/", "2001:db8::7"),
        ("query", "https://${V}/", "10.0.0.7"),
        ("query", "${V:public}", "de"),
    ],
)
def test_an_address_where_one_belongs_is_no_secret(
    monkeypatch: pytest.MonkeyPatch, key: str, written: str, held: str
) -> None:
    monkeypatch.setenv("V", held)
    value = {"server": written} if key == "query" else written
    made = from_table({"url": "https://widget.example/", key: value}, "a table")
    assert not made.variables
    assert clean(f"{held} is told") == f"{held} is told"


@pytest.mark.parametrize(
    ("written", "held", "told"),
    [
        ("https://widget.example/?token=${V}", "kingfisher", "kingfisher"),
        ("https://${V}@widget.example/", "kingfisher", "kingfisher"),
        ("https://tester:${V}@widget.example/", "kingfisher", "kingfisher"),
        ("https://widget.example/${V}/", "kingfisher", "kingfisher"),
        ("https://widget.example/#${V}", "8443", "8443"),
        ("${V}", "https://widget.example/?token=king-fisher-7", "king-fisher-7"),
        ("https://${V}.widget.example/", "a1b2c3d4e5f6a7b8c9d0e1f2", "a1b2c3d4e5f6a7b8c9d0e1f2"),
    ],
)
def test_anything_else_is_one(monkeypatch: pytest.MonkeyPatch, written: str, held: str, told: str) -> None:
    monkeypatch.setenv("V", held)
    assert from_table({"url": written}, "a table").variables == {"V": held}
    assert clean(told) == "${V}"


def test_a_secret_too_short_to_be_hidden_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("V", "q7")
    with pytest.raises(VariableTooShort, match=r"query.a: .*\$\{V:public\} if it is no secret") as told:
        from_table({"url": "http://h/", "query": {"a": "${V}"}}, "a table")
    assert "q7" not in str(told.value)


@pytest.mark.parametrize(
    ("base", "over"),
    [
        ("url = '${GONE}'", "url = 'https://other.example/'"),
        (URL + "query = { token = '${GONE}', other = 'x' }", "query = { token = 'mine' }"),
        (URL + "[find.mute]\nname = '${GONE}'", "[find.mute]\ncss = 'button'"),
        (URL + "[find.mute]\nstate = { attribute = 'a', value = '${GONE}' }", "[find.mute.state]\nattribute = 'b'"),
        (URL + "[[before_call]]\nfill = { label = 'x' }\nwith = '${GONE}'", "before_call = []"),
        (URL + "[access]\nuser = '${GONE}'\npassword = '${GONE}'", "[access]\nuser = 'me'\npassword = 'mine'"),
    ],
)
def test_what_is_replaced_needs_no_value(tmp_path: Path, base: str, over: str) -> None:
    (tmp_path / "base.toml").write_text(base, "utf-8")
    (tmp_path / "over.toml").write_text(f"extends = 'base.toml'\n{over}", "utf-8")
    (tmp_path / "top.toml").write_text("extends = 'over.toml'\n", "utf-8")
    load(tmp_path / "over.toml")
    load(tmp_path / "top.toml")
    with pytest.raises(VariableNotSet):
        load(tmp_path / "base.toml")


@pytest.mark.parametrize(
    ("base", "over"),
    [
        (URL + "query = { token = '${GONE}' }", "query = { other = 'x' }"),
        (URL + "[find.mute]\nname = '${GONE}'", "[find.mute.state]\nattribute = 'b'"),
        (URL + "[find.mute]\nname = '${GONE}'", "[find.camera]\ncss = 'button'"),
    ],
)
def test_what_stays_needs_one(tmp_path: Path, base: str, over: str) -> None:
    (tmp_path / "base.toml").write_text(base, "utf-8")
    (tmp_path / "over.toml").write_text(f"extends = 'base.toml'\n{over}", "utf-8")
    with pytest.raises(ProfileError, match="GONE is not set"):
        load(tmp_path / "over.toml")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "wss://chat.example/socket.io/?EIO=4&transport=websocket&token=abc",
            "wss://chat.example/socket.io/?EIO=…&transport=…&token=…",
        ),
        ("wss://me:secret@sip.example:7443/ws#x", "wss://sip.example:7443/ws"),
        ("wss://sip.example/t/9f8e7d6c5b4a", "wss://sip.example/t/…"),
    ],
)
def test_the_address_of_a_websocket_is_told_without_what_opens_doors(url: str, told: str) -> None:
    assert without_values(url) == told


@pytest.mark.parametrize(
    "form",
    [
        "wss://xn--bcher-tenant-dlb.example",
        repr("Bücher tenant".encode()),
        "".join(f"\\{ord(one):x} " for one in "Bücher tenant"),
        base64.b64encode(b"me:" + quote("Bücher tenant").encode()).decode(),
    ],
)
def test_a_secret_is_found_as_dns_python_css_and_an_encoded_address_write_it(form: str) -> None:
    masking.hide({"ONE": "bücher-tenant", "TWO": "Bücher tenant"})
    assert masking.clean(form).count("${ONE}") + masking.clean(form).count("${TWO}") == 1


@pytest.mark.parametrize(
    "escaped",
    [lambda one: f"\\x{ord(one):02x}", lambda one: f"\\{ord(one):x} ", lambda one: f"&#{ord(one)};", lambda one: one],
)
def test_what_only_begins_as_a_secret_is_not_searched_for_ever(escaped: Callable[[str], str]) -> None:
    held = "red kite and blue tit " * 8 + "heron"
    masking.hide({"NOTE": held})
    almost = "".join(map(escaped, held[:-1])) + "Q"  # a page that writes this must not stop a run
    assert clean(almost) == almost
