"""Takes secrets out of whatever leaves the process: the one place that knows what must not be printed.

A secret is found in whatever writing a browser, a library or a page may give it: as it is, in any case, percent-encoded
once or twice (RFC 3986), with the escapes of JSON, JavaScript, HTML or quoted-printable, in any mixture of these; as
hexadecimal digits; and in Base64 (RFC 4648), also in the middle of a longer text, such as `user:password`.
"""

import base64
import contextlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html.entities import codepoint2name
from typing import Any, TextIO
from urllib.parse import parse_qsl, quote, unquote, urlsplit

SHORTEST = 4
"""Characters of the shortest text that can be hidden: to take a shorter one out everywhere would take reports apart."""
_WITHIN = 8
"""Characters of the shortest part of a secret that is a secret by itself."""
_LONG = 200
"""Characters of a text so long that nobody escapes the letters and digits in it; a pattern with all forms takes seconds."""
_MARGIN = 20_000
"""Characters that are searched beyond a cut: a secret across it has to be found whole."""
_CUT = re.compile(
    r"(?:%[0-9a-f]?|\\+(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?|&#?\w{0,6})?(?=[\'\"\u2019\u201d)\]}>]*\s*(?:\u2026|\.\.\.|\Z))",
    re.I,
)
"""Where somebody else has cut a text: half an escape, perhaps, and then three dots or the end."""
_PADDING = r"(?:\s|\\[nr])*"
"""What may stand between the characters of Base64: lines of it are broken."""


class Secrets:
    """Texts that must not be printed, each with the name under which it is known."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self._patterns = [(name, pattern) for name, held in named.items() for pattern in _patterns(held)]
        self._beginnings = [
            (name, text, _escaped(text[:_WITHIN])) for name, held in named.items() for text in _beginnings(held)
        ]

    def taken_out(self, text: str, limit: int | None = None) -> str:
        """The text, or its first `limit` characters, with `${NAME}` in place of each secret.

        Where several overlap nothing of either is left; nor is what a secret has before the limit when it ends after it.
        """
        found = sorted((start, -end, name) for name, start, end in self._found(text) if end > start)
        last = len(text) if limit is None else limit
        parts, done = [], 0
        for start, end, name in found:
            if start >= last:
                break
            if -end <= done:
                continue
            parts += [text[done:start], f"${{{name}}}"]
            done = -end
        return "".join((*parts, text[done:last])) if parts else text[:last]

    def _found(self, text: str) -> Iterable[tuple[str, int, int]]:
        """Name, start and end of every secret, and of the beginning of one where the text was cut."""
        for name, pattern in self._patterns:
            for match in pattern.finditer(text):
                yield name, *match.span()
        for name, held, first in self._beginnings:
            for match in first.finditer(text):
                if end := _cut_off(text, match.end(), held[_WITHIN:], within_blanks=held[_WITHIN - 1].isspace()):
                    yield name, match.start(), end


@lru_cache(maxsize=256)
def _patterns(held: str) -> tuple[re.Pattern[str], ...]:
    """How a secret is found, and each part of it that is one by itself."""
    texts = dict.fromkeys(text for one in (held, *_parts(held)) for text in _normal_forms(one) if len(text) >= SHORTEST)
    return tuple(pattern for text in texts for pattern in _forms(text))


def _beginnings(held: str) -> tuple[str, ...]:
    """The texts of which the beginning alone tells something: not what stands before a token, such as a host."""
    parts = _parts(held)
    texts = parts if parts - {unquote(held)} or "://" in held else {held, *parts}
    return tuple(sorted(text.strip() for text in texts if len(text.strip()) > _WITHIN and "://" not in text))


def _cut_off(text: str, at: int, held: str, *, within_blanks: bool) -> int | None:
    """Where a text that goes on like `held`, in whatever escapes, was cut; None where it was not."""
    for one in re.sub(r"\s+", " ", held.lstrip() if within_blanks else held):
        if cut_here := _CUT.match(text, at):
            return cut_here.end()
        found = _one(one).match(text, at)
        if not found:
            return None
        at = found.end()
    return None


@lru_cache(maxsize=2048)
def _one(one: str) -> re.Pattern[str]:
    return _escaped(one)


def _forms(text: str) -> Iterable[re.Pattern[str]]:
    """In letters and escapes, in hexadecimal, and in Base64: of itself, and of what an address makes of it."""
    yield from (_escaped(text), _hexadecimal(text), *_base64(text))
    if quote(text, safe="") != text and len(text) <= _LONG:
        yield from _base64(quote(text, safe=""))
    with contextlib.suppress(UnicodeError):
        name = "" if text.isascii() else text.encode("idna").decode("ascii")  # as DNS has it
        if name:
            yield _escaped(name)


def _normal_forms(text: str) -> Iterable[str]:
    """As it is, and as a page shows it: without blanks around it, composed and decomposed."""
    stripped = text.strip()
    return (stripped, unicodedata.normalize("NFC", stripped), unicodedata.normalize("NFD", stripped))


def _parts(held: str) -> set[str]:
    """What of a secret would be one by itself: what a URL holds behind its host, a header's token, a list's values."""
    parts = {unquote(held)}
    scheme = re.fullmatch(r"(?:Bearer|Basic|Token|Digest)\s+(\S.*)", held, re.IGNORECASE)
    if scheme:
        parts.add(scheme[1])
    if "://" in held or held.startswith(("/", "?")):
        parts |= _parts_of_address(held)
    parts |= {value for _, value in re.findall(r"([\w.-]+)=([^;&,\s]+)", held)}
    if re.fullmatch(r"[^\s:@/]+:[^\s@/]+", held):
        parts.add(held.partition(":")[2])
    parts |= {line for line in held.splitlines() if len(line) >= 2 * _WITHIN and not line.startswith("-----")}
    return {part for part in parts if len(part) >= SHORTEST and part != held}


def _parts_of_address(held: str) -> set[str]:
    try:
        address = urlsplit(held)
        known = {address.username or "", address.password or ""}
    except ValueError:
        return set()
    known |= {value for text in (address.query, address.fragment) for _, value in parse_qsl(text)}
    known |= {value for value in (address.query, address.fragment) if len(value) >= _WITHIN}
    known |= {one for one in address.path.split("/") if not is_word(one)}
    return known | {unquote(one) for one in known}


def is_word(text: str) -> bool:
    """Whether a part of a path is a word or a version, so that nobody would take it for a token."""
    return len(text) < _WITHIN or re.fullmatch(r"[a-z]{1,20}(?:[-_.][a-z]{1,20})*", text, re.IGNORECASE) is not None


def _escaped(text: str) -> re.Pattern[str]:
    """The text in any mixture of escapes; blanks in it may be of any number and kind."""
    known = (
        _character if len(text) <= _LONG else lambda one: one if one.isascii() and one.isalnum() else _character(one)
    )
    words = re.split(r"(\s+)", text)
    return re.compile("".join(_blank() if word.isspace() else "".join(map(known, word)) for word in words), re.I)


@lru_cache(maxsize=1)
def _blank() -> str:
    """Blanks, each in one way only: where there are two for the same text, a search that fails tries all mixtures."""
    escapes = (
        form.replace(r"(?>\s|", "(?:")  # what follows is a blank of its own
        for one in map(chr, (9, 10, 13, 32, 160))
        for form in _writings(one)
        if form != re.escape(one)
    )
    forms = dict.fromkeys((r"\s", r"\+", r"\\+[nrt]", *escapes))
    return f"(?:{'|'.join(forms)})+"


@lru_cache(maxsize=2048)
def _character(one: str) -> str:
    """One character, however it is written."""
    return f"(?:{'|'.join(_writings(one))})"


def _writings(one: str) -> Iterable[str]:
    """Patterns of the ways in which a character is written, no two the same."""
    code, octets = ord(one), one.encode("utf-8", "surrogatepass")
    forms = [re.escape(one), "".join(f"%(?:25)*{octet:02x}" for octet in octets), "".join(f"={o:02x}" for o in octets)]
    units = one.encode("utf-16-be", "surrogatepass")
    forms.append("".join(rf"\\+u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)))
    forms += [rf"\\+u\{{0*{code:x}\}}", rf"&(?:amp;)?#(?:0*{code}|x0*{code:x});?"]
    forms += ["".join(rf"\\+x{octet:02x}" for octet in octets), rf"\\+0*{code:x}(?>\s|(?![0-9a-f]))"]  # Python, CSS
    if code < 256:
        forms.append(rf"\\+x{code:02x}")
    if not one.isalnum():
        forms.insert(0, rf"\\+{re.escape(one)}")
    if one == "'":
        forms.append(r"&(?:amp;)?apos;")
    if code in codepoint2name:
        forms.append(rf"&(?:amp;)?{codepoint2name[code]};")
    if one in "&%=\\":  # with which an escape of itself begins, too
        forms.append(forms.pop(forms.index(re.escape(one))))
    return dict.fromkeys(forms)


def _hexadecimal(text: str) -> re.Pattern[str]:
    """Its UTF-8 octets as hexadecimal digits, with nothing, a blank, a colon or a hyphen between them."""
    octets = text.encode("utf-8", "replace")
    rest = "[0-9a-f]*" if len(octets) > _LONG else ""
    return re.compile(r"[\s:-]?(?:(?:0|\\)x)?".join(f"{octet:02x}" for octet in octets[:_LONG]) + rest, re.I)


def _base64(text: str) -> Iterable[re.Pattern[str]]:
    """What Base64 makes of the text wherever it stands, with what stands beside it: that holds bits of it, too."""
    octets = text.encode("utf-8", "replace")
    for before in range(3):
        whole = base64.b64encode(bytes(before) + octets).decode().rstrip("=")
        first, bits = (8 * before + 5) // 6, 8 * (before + len(octets))
        core, rest = whole[first : bits // 6], ""
        if len(core) > _LONG:
            core, rest = core[:_LONG], "(?:[A-Za-z0-9+/_-]|%(?:25)*2[bBfF])*"
        if len(core) >= SHORTEST:
            around = "[A-Za-z0-9+/_-]?"
            begin = around if before else ""
            yield re.compile(f"{begin}{_PADDING.join(map(_digit, core))}{rest}{around}(?:=|%(?:25)*3[dD]){{0,2}}")


def _digit(one: str) -> str:
    """One digit of Base64, in either alphabet, percent-encoded or not."""
    forms = {"+": r"(?:[+-]|%(?:25)*2[bB]|\\u002[bB])", "/": r"(?:\\?/|_|%(?:25)*2[fF])"}
    return forms.get(one, one)


_hidden: dict[str, str] = {}
_secrets: list[Secrets] = []
"""The one that stands for `_hidden`, once it is needed."""


def hide(named: Mapping[str, str]) -> None:
    """From now on print none of these texts, in this process: `${NAME}` takes its place."""
    fresh = {name: held for name, held in named.items() if _hidden.get(name) != held and held.strip()}
    if fresh:
        _hidden.update(fresh)
        _secrets.clear()


def forget() -> None:
    """Hide nothing any more: another command begins in the same process."""
    _hidden.clear()
    _secrets.clear()


def clean(text: str) -> str:
    """The text as it may leave the process. What is cut is cleaned first: half a secret is found by nobody."""
    secrets = _known()
    return secrets.taken_out(text) if secrets else text


def _known() -> Secrets | None:
    """What finds all that is hidden; None where nothing is."""
    if _hidden and not _secrets:
        _secrets.append(Secrets(_hidden))
    return _secrets[0] if _secrets else None


def cut(text: str, limit: int) -> str:
    """At most the first `limit` characters of a text, without secrets, also when one goes on after them."""
    return beginning(text, limit)[:limit]


def beginning(text: str, limit: int) -> str:
    """The first `limit` characters of a text, with `${NAME}`, which may be longer, in place of each secret."""
    secrets = _known()
    return secrets.taken_out(text[: limit + _MARGIN], limit) if secrets else text[:limit]


def first_line(text: str) -> str:
    """The first line of a text, without secrets, also when one has several lines; empty where there is none."""
    return next(iter(clean(text).splitlines()), "")


def cleaned(value: Any) -> Any:
    """Texts of any depth in what JSON can hold, keys among them, as they may leave the process."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, tuple):
        return tuple(map(cleaned, value))
    return value


def cleaned_bytes(data: bytes, media_type: str) -> bytes:
    """A file as it may leave the process; pictures and sound stay as they are."""
    if not _hidden or (media_type.startswith(("image/", "audio/", "video/")) and "svg" not in media_type):
        return data
    return clean(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


class CleanStream:
    """A text stream, such as standard output, that prints no secret."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text without its secrets; returns how many characters were taken."""
        self._stream.write(clean(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write all of them, as one text."""
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
