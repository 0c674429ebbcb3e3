"""Ten thousand broken messages: each is answered or dropped as RFC 3261 says, and the far end outlives them all.

The messages come from one seed. A message that is treated wrongly is printed, so that it can be sent again alone.
"""

import asyncio
import gc
import logging
import random
import re
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
import psutil
import pytest
from customer import Customer, Microphone, status
from customer import field as field_of
from test_call import become
from widget_conformance.fixtures.far_end.room import MOST_CALLS, Room
from widget_conformance.fixtures.far_end.server import FarEnd
from widget_conformance.fixtures.far_end.signalling import LARGEST_MESSAGE, LOST
from widget_conformance.fixtures.far_end.sip import METHODS
from widget_conformance.fixtures.timeline import now

T = TypeVar("T")

SEED = 3261
ALONE = 6000
"""Messages that belong to no call, for a far end that asks for a password and as many for one that does not."""
CALLS = 120
"""Calls in which everything is sent at the wrong moment, or broken, or both."""
OFFERS = 300
"""INVITE requests that are sound but for their SDP."""
BATCH = 100
"""Messages that are on their way before a sound request has to be answered."""
SETTLED = 30.0
"""Seconds. Nothing takes that long; a loaded machine may."""

AUDIO = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=msid-semantic: WMS s\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
    "a=candidate:1 1 udp 2113937151 127.0.0.1 9 typ host generation 0\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=ice-options:trickle\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AA"] * 32) + "\r\na=setup:actpass\r\na=mid:0\r\n"
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=sendrecv\r\na=msid:s t\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\n"
    "a=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\n"
    "a=fmtp:63 111/111\r\na=rtpmap:0 PCMU/8000\r\na=ssrc:1001 cname:c\r\na=ssrc:1001 msid:s t\r\n"
)
VIDEO = AUDIO.replace("BUNDLE 0", "BUNDLE 0 1") + (
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\n"
    "a=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 " + ":".join(["AA"] * 32) + "\r\n"
    "a=setup:actpass\r\na=mid:1\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\n"
    "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=ssrc-group:FID 2001 2002\r\na=ssrc:2001 cname:c\r\n"
    "a=ssrc:2002 cname:c\r\n"
)
COMPACT = {"Via": "v", "From": "f", "To": "t", "Call-ID": "i", "Contact": "m", "Content-Length": "l"}
NEEDED = ("Via", "From", "To", "Call-ID", "CSeq")
"""What a response copies, so that whoever sends it can be answered."""
NASTY = (
    "", " ", "0", "-1", "+1", "1_0", "NaN", "1e9", "9" * 12, "9" * 5000, "4294967296", "2147483648", "٣", "\x00", "\x7f",
    "%00", "%", "%zz", "%s%n", '"', '"<sip:a@b>', "<", "<<>>", "<>", ">", ";", "; ;", ",", ",,", "=", ":", "*", "@", "\t",
    ";tag", ";tag=", ";tag=;tag=", ";self=1", ";cls=1", ";branch", ";branch=", ";branch=z9hG4bK", ";expires=x",
    "SIP/2.0/WS", "SIP/2.0/WS c.invalid", "SIP/2.0/WS c.invalid:99999999", "SIP/7.0/WS c;branch=z9hG4bKx",
    "sip:", "sip:@", "sip:a@b:port", "sips:a@b", "tel:+1", "tel:x", "http://a/", "sip:a@[::1", "sip:a;self=x@b",
    "<sip:a@b?Route=%3Csip:c%3E>", "<sip:a@b;self=1>", '"\\" <sip:a@b>', "\u202e\u2028", "😀", "ÿþ", "a" * 20000,
    ";a=b" * 400, "<sip:a@b>, " * 50 + "<sip:a@b>", '"' * 401, "1 INVITE", "1 ACK", "INVITE 1", "1  OPTIONS", "99999999999 BYE",
    'Digest username="a", realm="example.test", nonce="b", uri="c", response="d"', 'Digest self="x"', "Digest",
    "Digest " + ", ".join(['a="b"'] * 40) + ",", "Basic YTpi", "100rel", "a, b,, c", "application/sdp", "text/plain",
    "multipart/mixed;boundary=x", "gzip", "\r", "\n", "x\nInjected: y",
)  # fmt: skip
MORE = (
    "Accept", "Accept-Encoding", "Alert-Info", "Allow", "Authorization", "Call-Info", "Contact", "Content-Disposition",
    "Content-Encoding", "Content-Length", "Content-Type", "CSeq", "Date", "Expires", "From", "Max-Forwards", "Min-Expires",
    "MIME-Version", "Organization", "Priority", "Proxy-Authorization", "Proxy-Require", "Record-Route", "Refer-To",
    "Replaces", "Require", "Route", "Session-Expires", "Subject", "Supported", "Timestamp", "To", "Unsupported",
    "User-Agent", "Via", "Warning", "X-Media-Type", "X-\u00e9", "x-", "Call-ID", "",
)  # fmt: skip
JUNK = b'\r\n:;<>"=, \t\x00\xff%/@.0'


@dataclass
class Draft:
    """A message before it is bytes."""

    start: str
    fields: list[tuple[str, str]]
    body: bytes = b""

    def raw(self) -> bytes:
        """As it goes over the WebSocket."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.fields)
        return f"{self.start}\r\n{lines}\r\n".encode() + self.body

    def set(self, name: str, value: str) -> None:
        """Replace a header field, or add it."""
        self.fields = [(n, v) for n, v in self.fields if n != name] + [(name, value)]

    def get(self, name: str) -> str:
        """The first value of a header field."""
        return next(value for n, value in self.fields if n == name)


@dataclass
class Dialog:
    """A call as its customer keeps it."""

    call_id: str
    sender: str
    to: str = "<sip:agent@example.test>"
    sequence: int = 1

    def draft(self, method: str, branch: str, body: str = "") -> Draft:
        """The next request; an ACK and a CANCEL have the number of what they belong to."""
        if method not in ("ACK", "CANCEL"):
            self.sequence += 1
        fields = [
            ("Via", f"SIP/2.0/WS c.invalid;branch={branch}"),
            ("Max-Forwards", "70"),
            ("From", self.sender),
            ("To", self.to),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self.sequence} {method}"),
            ("Contact", "<sip:c@c.invalid;transport=ws>"),
        ]
        if body:
            fields.append(("Content-Type", "application/sdp"))
        data = body.encode()
        return Draft(f"{method} sip:agent@example.test SIP/2.0", [*fields, ("Content-Length", str(len(data)))], data)


class Fuzzer:
    """Breaks sound messages; the same seed breaks them in the same way."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.number = 0
        self.ways: Counter[str] = Counter()

    def branch(self) -> str:
        """One that no other message has."""
        self.number += 1
        return f"z9hG4bKf{self.number}"

    def dialog(self, kind: str) -> Dialog:
        """One that has not begun."""
        return Dialog(f"{kind}{self.number}", f"<sip:customer@example.test>;tag=tag{self.number}")

    def alone(self) -> bytes:
        """A message that belongs to no call, broken in one to three ways."""
        kind = self.chance.random()
        if kind < 0.01:
            return self.chance.choice([b"\r\n\r\n", b"\r\n", b"", b"\x00", b"\r\n" * 500, b"\xef\xbb\xbf", b"SIP/2.0"])
        branch = self.branch()
        if kind < 0.08:
            return self._break(self._response(branch))
        method = self.chance.choice((*METHODS, *METHODS, "SUBSCRIBE", "invite", "_DIGEST", "A" * 300))
        draft = self.dialog("fuzz").draft(method, branch)
        if method == "INVITE" or self.chance.random() < 0.05:
            draft.body = self.chance.choice((AUDIO, "", "nonsense", AUDIO[:150])).encode()
            draft.set("Content-Type", "application/sdp")
            draft.set("Content-Length", str(len(draft.body)))
        return self._break(draft)

    def _response(self, branch: str) -> Draft:
        """An answer to a request that nobody sent."""
        code = self.chance.choice((100, 180, 200, 302, 401, 404, 487, 500, 603, 0, 99, 999, -1))
        draft = self.dialog("fuzz").draft(self.chance.choice(METHODS), branch)
        draft.start = f"SIP/2.0 {code} {self.chance.choice(('OK', '', 'SIP/2.0', 'é'))}"
        return draft

    def within(self, dialog: Dialog, method: str | None = None) -> bytes:
        """A message within a call, sound or broken."""
        method = method or self.chance.choice((*METHODS, "INVITE", "UPDATE"))
        body = self.chance.choice((AUDIO, AUDIO.replace("sendrecv", "sendonly"), "", VIDEO))
        draft = dialog.draft(method, self.branch(), body if method in ("INVITE", "UPDATE") else "")
        if self.chance.random() < 0.3:
            return draft.raw()
        return self._break(draft)

    def offer(self) -> str:
        """SDP that is broken in one or two ways."""
        text = self.chance.choice((AUDIO, VIDEO))
        for _ in range(self.chance.randint(1, 2)):
            text = self.chance.choice((self._sdp_lines, self._sdp_values, self._sdp_junk))(text)
        return text

    def _sdp_lines(self, text: str) -> str:
        lines = text.split("\r\n")
        at = self.chance.randrange(len(lines))
        way = self.chance.randrange(6)
        if way == 0:
            del lines[at]
        elif way == 1:
            lines.insert(at, self.chance.choice(lines))
        elif way == 2:
            self.chance.shuffle(lines)
        elif way == 3:
            lines = lines[:at]
        elif way == 4:
            sections = text.split("m=")
            lines = ["m=".join([sections[0], *sections[1:] * self.chance.choice((2, 20))])]
        else:
            lines.insert(
                at,
                self.chance.choice(
                    (
                        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "m=image 9 udptl t38", "m=audio 0 RTP/AVP 0",
                        "m=", "a=", "a=ssrc:x", "a=rtpmap:111", "a=candidate:1", "a=simulcast:send 1;2", "a=setup:wrong",
                        "a=fingerprint:sha-256", "a=fingerprint:md5 AA", "a=ice-lite", "a=inactive", "a=mid:0", "v=1",
                        "a=candidate:1 1 udp 1 x.local 9 typ host", "a=candidate:1 1 udp 1 nowhere 9 typ host",
                        "a=candidate:1 1 tcp 1 127.0.0.1 9 typ host tcptype active", "a=ssrc-group:FID", "a=crypto:1 x y",
                        "a=sctp-port:5000", "a=max-message-size:x", "c=IN IP4", "c=IN IP6 ::1", "a=group:BUNDLE 9 8",
                    )
                ),
            )  # fmt: skip
        return "\r\n".join(lines)

    def _sdp_values(self, text: str) -> str:
        pieces = re.split(r"([ :=/;\r\n]+)", text)
        at = self.chance.randrange(0, len(pieces), 2)
        pieces[at] = self.chance.choice(("", "0", "-1", "65536", "9" * 30, "x", "127", "\x00", "é", "a" * 5000, "NaN"))
        return "".join(pieces)

    def _sdp_junk(self, text: str) -> str:
        at = self.chance.randrange(len(text))
        return self.chance.choice(
            (
                text[:at], text[at:], text[:at] + "\ufffd" + text[at + 1 :], text.replace("\r\n", "\n"),
                text[:at] + "\r\n" + text[at:], text + text, text.replace("opus", "foo"), text.replace(" ", "  "),
            )
        )  # fmt: skip

    def _break(self, draft: Draft) -> bytes:
        """Break a message in one to three ways; the last of them may be one that only bytes can have."""
        for _ in range(self.chance.randint(1, 3)):
            way = self.chance.choice(FIELD_WAYS)
            self.ways[way.__name__] += 1
            way(self, draft)
        raw = draft.raw()
        if self.chance.random() < 0.4:
            byte_way = self.chance.choice(BYTE_WAYS)
            self.ways[byte_way.__name__] += 1
            raw = byte_way(self, raw)
        return raw

    # ways to break what is still header fields

    def value(self, draft: Draft) -> None:
        at = self.chance.randrange(len(draft.fields))
        name, value = draft.fields[at]
        bad = self.chance.choice(NASTY)
        draft.fields[at] = name, self.chance.choice((bad, value + bad, bad + value))

    def extra(self, draft: Draft) -> None:
        at = self.chance.randrange(len(draft.fields) + 1)
        draft.fields.insert(at, (self.chance.choice(MORE), self.chance.choice(NASTY)))

    def missing(self, draft: Draft) -> None:
        if draft.fields:
            del draft.fields[self.chance.randrange(len(draft.fields))]
        draft.fields = draft.fields or [("X", "")]

    def twice(self, draft: Draft) -> None:
        name, value = self.chance.choice(draft.fields)
        draft.fields.insert(self.chance.randrange(len(draft.fields)), (name, self.chance.choice((value, "x", "1"))))

    def order(self, draft: Draft) -> None:
        self.chance.shuffle(draft.fields)

    def name(self, draft: Draft) -> None:
        at = self.chance.randrange(len(draft.fields))
        name, value = draft.fields[at]
        names = (
            name.upper(),
            name.lower(),
            COMPACT.get(name, name),
            f"{name} ",
            f" {name}",
            f"{name}\t",
            f"{name}:x",
            "é",
        )
        draft.fields[at] = self.chance.choice(names), value

    def fold(self, draft: Draft) -> None:
        at = self.chance.randrange(len(draft.fields))
        name, value = draft.fields[at]
        cut = self.chance.randrange(len(value) + 1)
        draft.fields[at] = name, value[:cut] + "\r\n" + self.chance.choice((" ", "\t", "  \t", "")) + value[cut:]

    def length(self, draft: Draft) -> None:
        size = len(draft.body)
        wrong = (size + 1, size - 1, size * 2 + 7, -1, 2**31, 2**64, "9" * 5000, "x", "", f"{size},{size}", f" {size} ")
        draft.set("Content-Length", str(self.chance.choice(wrong)))

    def line(self, draft: Draft) -> None:
        first, _, rest = draft.start.partition(" ")
        method = first or "OPTIONS"
        draft.start = self.chance.choice(
            (
                f"{method} {rest.replace('2.0', '7.0')}", f"{method} {rest.replace('2.0', '1.0')}", method, f"{method}  {rest}",
                f"{method} <sip:agent@example.test> SIP/2.0", f"{method} http://a/ SIP/2.0", f"{method} sip: SIP/2.0",
                f"{method} tel:+15551234 SIP/2.0", f"{method} sips:agent@example.test SIP/2.0", f"{method.lower()} {rest}",
                f"{method} sip:agent@example.test;self=1 SIP/2.0", f"{method} sip:%ff%00@example.test SIP/2.0",
                f"{method} sip:{'a' * 9000}@b SIP/2.0", f"{method} sip:agent@example.test HTTP/1.1", f" {draft.start}",
                f"{draft.start} ", "", "GET / HTTP/1.1", f"{method} {rest}\r\n", f"{method}\t{rest}",
            )
        )  # fmt: skip

    def body(self, draft: Draft) -> None:
        draft.body = self.chance.choice(
            (b"", b"\xff\xfe\x00", b"\r\n\r\n", AUDIO.encode("utf-16"), b"v=0\r\n", b"x" * 3000)
        )
        if self.chance.random() < 0.7:
            draft.set("Content-Length", str(len(draft.body)))

    # ways to break what is bytes already

    def flip(self, raw: bytes) -> bytes:
        data = bytearray(raw)
        for _ in range(self.chance.randint(1, 8)):
            data[self.chance.randrange(len(data))] = self.chance.randrange(256)
        return bytes(data)

    def cut(self, raw: bytes) -> bytes:
        return raw[: self.chance.randrange(len(raw))]

    def hole(self, raw: bytes) -> bytes:
        at = self.chance.randrange(len(raw))
        return raw[:at] + raw[at + self.chance.randrange(1, 60) :]

    def junk(self, raw: bytes) -> bytes:
        at = self.chance.randrange(len(raw))
        return raw[:at] + bytes(self.chance.choices(JUNK, k=self.chance.randrange(1, 9))) + raw[at:]

    def again(self, raw: bytes) -> bytes:
        at = self.chance.randrange(len(raw))
        return raw[:at] + raw[max(0, at - self.chance.randrange(1, 90)) :]

    def encoding(self, raw: bytes) -> bytes:
        text = raw.decode("utf8", "replace")
        ways = (text.encode("utf-16"), b"\xef\xbb\xbf" + raw, raw.replace(b"\r\n", b"\n"), raw.replace(b"\r\n", b"\r"))
        return self.chance.choice(
            (*ways, b"\r\n\r\n" + raw, raw.replace(b"sip:", b"sip:\xe9\xff"), b"\x00" + raw, raw + raw)
        )


FIELD_WAYS: tuple[Callable[[Fuzzer, Draft], None], ...] = (
    Fuzzer.value, Fuzzer.value, Fuzzer.value, Fuzzer.extra, Fuzzer.extra, Fuzzer.missing, Fuzzer.twice, Fuzzer.order,
    Fuzzer.name, Fuzzer.fold, Fuzzer.length, Fuzzer.line, Fuzzer.body,
)  # fmt: skip
BYTE_WAYS: tuple[Callable[[Fuzzer, bytes], bytes], ...] = (
    Fuzzer.flip, Fuzzer.cut, Fuzzer.hole, Fuzzer.junk, Fuzzer.again, Fuzzer.encoding,
)  # fmt: skip

Key = tuple[str, ...]
"""What tells a transaction here: first Via, Call-ID and CSeq, as they stand in a message."""


def start_line(head: bytes) -> str:
    return head.decode("utf8", "replace").split("\r\n")[0]


def head_of(raw: bytes) -> bytes:
    """The header of a message, with folded lines put together (RFC 3261 sections 7.3.1 and 7.5)."""
    return re.sub(rb"\r\n[ \t]+", b" ", raw.lstrip(b"\r\n").partition(b"\r\n\r\n")[0])


def fields_of(raw: bytes) -> dict[str, str]:
    """The first value of each header field, by its long name in small letters."""
    found: dict[str, str] = {}
    long = {short: name for name, short in COMPACT.items()}
    for line in head_of(raw).decode("utf8", "replace").split("\r\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(long.get(name.strip().lower(), name.strip()).lower(), value.strip())
    return found


def key_of(raw: bytes) -> Key | None:
    """The transaction, where everything that a response copies can be read; None where nobody can be answered."""
    found = fields_of(raw)
    if any(name.lower() not in found for name in NEEDED):
        return None
    return found["via"], found["call-id"], found["cseq"]


def must_be_answered(raw: bytes) -> bool:
    """A request of SIP/2.0, but for ACK, whose sender can be read (RFC 3261 sections 8.2 and 17.1.1.3)."""
    request = re.fullmatch(r"(?!ACK )[A-Z]+ \S+ SIP/2\.0", start_line(head_of(raw)))
    return request is not None and key_of(raw) is not None


@dataclass
class Heard:
    """Everything that the far end said on one socket, held against what was sent."""

    sent: list[bytes] = field(default_factory=list)
    requests: dict[Key, bytes] = field(default_factory=dict)
    waiting: dict[Key, bytes] = field(default_factory=dict)
    """Requests whose final response has not come."""
    finals: dict[Key, tuple[int, str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)
    dialogs: dict[str, str] = field(default_factory=dict)
    """To, with the agent's tag, of what the last INVITE began, by Call-ID."""
    accepted: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """CSeq number of the last INVITE that was answered with 200, by Call-ID, From and To."""
    unanswerable: set[Key] = field(default_factory=set)
    """Responses and ACK requests."""

    def expect(self, raw: bytes) -> None:
        """Take note of what is sent."""
        self.sent.append(raw)
        key, start = key_of(raw), start_line(head_of(raw))
        if key is not None:
            self.requests[key] = raw
        if must_be_answered(raw):
            assert key is not None
            if key not in self.finals:
                self.waiting[key] = raw
        elif key is not None and start.startswith(("ACK ", "SIP/2.0 ")):
            self.unanswerable.add(key)

    def take(self, text: str) -> None:
        """Hold one message against RFC 3261."""
        if text == "\r\n":
            return
        start = text.partition("\r\n")[0]
        if not start.startswith("SIP/2.0 "):
            if not re.fullmatch(r"(BYE|MESSAGE) \S+ SIP/2\.0", start):
                self.wrong.append(f"neither a response nor a request of the agent's: {text!r}")
            return
        found = re.fullmatch(r"SIP/2\.0 ([1-6]\d\d) [A-Z][A-Za-z/ ]+", start)
        key = key_of(text.encode())
        if found is None or key is None:
            self.wrong.append(f"a response that nobody can read: {text!r}")
            return
        body = text.partition("\r\n\r\n")[2]
        if f"\r\nContent-Length: {len(body.encode())}\r\n" not in text:
            self.blame(key, "a response of another length than it says", text)
        if key in self.unanswerable:
            self.blame(key, "an answer to an ACK or to a response", text)
        code, to = int(found[1]), fields_of(text.encode())["to"]
        self.codes[code] += 1
        if key[2].endswith(" INVITE") and code in (180, 200):
            self.dialogs[key[1]] = to
        if code >= 200:
            self._final(key, code, to, text)

    def blame(self, key: Key, what: str, text: str) -> None:
        """Keep what was wrong, with the message that it was the answer to."""
        self.wrong.append(f"{what}: {text!r}\n    to {self.requests.get(key)!r}")

    def _final(self, key: Key, code: int, to: str, text: str) -> None:
        if not re.search(r";\s*tag\s*=", to):
            self.blame(key, "a final response without a To tag (RFC 3261 section 8.2.6.2)", text)
        if self.finals.setdefault(key, (code, to)) != (code, to):
            self.blame(key, f"two final responses in one transaction: {self.finals[key]}, then", text)
        request = self.waiting.pop(key, None)
        if code == 500 and request is not None and not key[2].endswith(("INVITE", "UPDATE")):
            self.blame(key, "a request that is nothing special could not be served", text)
        if code == 200 and key[2].endswith(" INVITE"):
            self.accepted[key[1], fields_of(text.encode())["from"], to] = int(key[2].split()[0])


class Talk:
    """One socket, on which messages go out one after the other while everything that comes back is held against them."""

    def __init__(self, customer: Customer, fuzzer: Fuzzer) -> None:
        self.customer, self.fuzzer, self.heard = customer, fuzzer, Heard()

    async def __aenter__(self) -> "Talk":
        await self.customer.__aenter__()
        self._reading = asyncio.ensure_future(self._read())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self.customer.__aexit__(None, None, None)

    async def _read(self) -> None:
        async for message in self.customer.socket:
            self.heard.take(str(message.data))

    async def send(self, raw: bytes) -> None:
        """As text where it is text and chance wants it, else as bytes (RFC 7118 section 4.2 allows both)."""
        self.heard.expect(raw)
        try:
            data: str | bytes = raw.decode() if self.fuzzer.chance.random() < 0.7 else raw
        except UnicodeDecodeError:
            data = raw
        await self.customer.send(data)

    async def ask(self, method: str) -> None:
        """Have a sound request answered with 200 in the middle of it all; whatever came before has been read then."""
        branch = self.fuzzer.branch()
        draft = self.fuzzer.dialog("sound").draft(method, branch)
        await self.send(draft.raw())
        key = key_of(draft.raw())
        assert key is not None
        await self.until(lambda: key in self.heard.finals)
        assert self.heard.finals[key][0] == 200, self.last()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for an answer; fails with the messages that came before."""
        try:
            await become(lambda: condition() or self._reading.done(), SETTLED)
        except AssertionError:
            raise AssertionError(f"no answer; {self.last()}") from None
        assert condition(), f"the connection has ended; {self.last()}"

    def last(self) -> str:
        """The messages that the far end got before it went wrong, to send them again."""
        said = "\n".join(self.heard.wrong[:5])
        return f"seed {SEED}: {said}\nthe last messages were:\n" + "\n".join(map(repr, self.heard.sent[-BATCH:]))

    def check(self) -> None:
        """Fail with the messages that were treated wrongly."""
        assert not self.heard.wrong, "\n".join([f"seed {SEED}", *self.heard.wrong[:10]])

    async def all_answered(self) -> None:
        """Wait for the final response to every request that has to have one."""
        await self.ask("OPTIONS")
        try:
            await become(lambda: not self.heard.waiting, SETTLED)
        except AssertionError:
            raise AssertionError(f"never answered: {list(self.heard.waiting.values())[:5]!r}") from None
        self.check()

    async def hang_up(self) -> None:
        """End every call that was ever accepted, as its customer; those that are over already answer 481."""
        for (call_id, sender, to), sequence in self.heard.accepted.items():
            dialog = Dialog(call_id, sender, to, sequence)
            for method in ("ACK", "BYE"):
                await self.send(dialog.draft(method, self.fuzzer.branch()).raw())
        self.heard.accepted.clear()

    async def call(self) -> None:
        """One call in which requests come too early, too late, twice, broken, and of every method."""
        fuzzer, heard, chance = self.fuzzer, self.heard, self.fuzzer.chance
        branch = fuzzer.branch()
        dialog = fuzzer.dialog("call")
        invite = dialog.draft("INVITE", branch, chance.choice((AUDIO, AUDIO, VIDEO)))
        key = key_of(invite.raw())
        assert key is not None
        await self.send(invite.raw())
        if chance.random() < 0.2:
            await self.send(invite.raw())
        if chance.random() < 0.2:
            dialog.sequence -= 1  # the same request by another way
            await self.send(dialog.draft("INVITE", fuzzer.branch(), AUDIO).raw())
        await self.until(lambda: dialog.call_id in heard.dialogs or key in heard.finals)
        if chance.random() < 0.3:
            cancel = dialog.draft("CANCEL", branch)
            await self.send(cancel.raw() if chance.random() < 0.7 else fuzzer._break(cancel))
        dialog.to = heard.dialogs.get(dialog.call_id, dialog.to)
        for _ in range(chance.choice((0, 0, 1, 3))):
            await self.send(fuzzer.within(dialog))
        await self.until(lambda: key in heard.finals)
        if chance.random() < 0.8:
            await self.send(dialog.draft("ACK", fuzzer.branch()).raw())
        for _ in range(chance.randrange(4, 16)):
            await self.send(fuzzer.within(dialog))
        if chance.random() < 0.6:
            await self.send(dialog.draft("BYE", fuzzer.branch()).raw())
            await self.send(fuzzer.within(dialog))

    async def offer(self) -> None:
        """A first INVITE whose SDP is broken; what is accepted all the same is ended again."""
        fuzzer = self.fuzzer
        branch = fuzzer.branch()
        dialog = fuzzer.dialog("offer")
        invite = dialog.draft("INVITE", branch, fuzzer.offer()).raw()
        key = key_of(invite)
        assert key is not None
        await self.send(invite)
        await self.until(lambda: key in self.heard.finals)
        assert self.heard.finals[key][0] in (200, 488), f"{self.heard.finals[key]} to {invite!r}"
        await self.hang_up()


@dataclass
class Scene:
    """A far end, and what was wrong with it."""

    end: FarEnd
    room: Room
    complaints: list[str]
    before: int = 0
    """Sockets for media before the first call."""

    async def ready(self) -> None:
        """Wait for the conference, which has sockets and tasks of its own."""
        focus, participant = self.room.conference._focus.pc, self.room.conference._participant.pc
        await become(lambda: focus.connectionState == participant.connectionState == "connected", SETTLED)
        self.before = self._sockets()

    def _sockets(self) -> int:
        return len(psutil.Process().net_connections("udp"))

    def _tasks(self) -> list[str]:
        """What runs for calls in the far end's loop."""

        async def names() -> list[str]:
            return [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]

        assert self.end._loop is not None
        return [name for name in self.end._loop.call(names()) if name.startswith(("UserAgent", "Room", "CustomerLeg"))]

    async def settles(self) -> None:
        """Wait until nothing of all the calls is left: none that is up, no task, no peer connection."""

        def left() -> list[object]:
            up: list[object] = [call for call in self.room.calls if call.state != "ended"]
            return up + self._tasks() + ["socket"] * (self._sockets() - self.before)

        try:
            await become(lambda: not left(), SETTLED)
        except AssertionError:
            raise AssertionError(f"left: {left()}") from None

    def check(self) -> None:
        """Nothing was logged as an error, neither by the far end nor by what it stands on."""
        assert not self.complaints, "\n".join(self.complaints[:5])


@pytest.fixture
def scene(far_end: Callable[..., tuple[FarEnd, Room]]) -> Iterator[Callable[..., Scene]]:
    """Start a far end whose every complaint is kept."""
    complaints: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(logging.Formatter("%(name)s: %(message)s").format(record))

    keep = Keep(logging.ERROR)
    logging.getLogger().addHandler(keep)
    yield lambda **settings: Scene(*far_end(**settings), complaints)
    logging.getLogger().removeHandler(keep)


async def a_sound_call(stage: Scene) -> None:
    """A call with sound, as if nothing had happened."""
    async with Customer(stage.end.port) as customer:
        assert status(await customer.call(Microphone())) == 200
        await become(stage.room.agent.audio.hears_customer, SETTLED)
        await become(stage.room.participant.audio.hears_customer, SETTLED)
        assert status(await customer.ask("BYE")) == 200


def fuzzed(stage: Scene, go: Callable[[Talk], Awaitable[None]], seed: int = SEED) -> Talk:
    """Let `go` send what it likes; then every request has its answer, nothing is left, and a call works as before."""

    async def whole() -> Talk:
        await stage.ready()
        async with Talk(Customer(stage.end.port), Fuzzer(seed)) as talk:
            await go(talk)
            await talk.all_answered()
            await talk.hang_up()
            await talk.all_answered()
            await stage.settles()
            await a_sound_call(stage)
            await stage.settles()
        return talk

    talk = asyncio.run(whole())
    gc.collect()  # asyncio tells of a task that failed when the task is collected
    stage.check()
    return talk


@pytest.mark.parametrize("password", ["secret", None])
def test_thousands_of_broken_messages_are_answered_or_dropped(
    scene: Callable[..., Scene], password: str | None
) -> None:
    stage = scene(password=password)

    async def go(talk: Talk) -> None:
        for number in range(ALONE):
            await talk.send(talk.fuzzer.alone())
            if number % BATCH == 0:
                await talk.ask("OPTIONS" if password else "REGISTER")
                stage.check()

    talk = fuzzed(stage, go, SEED + (password is None))
    assert len(talk.heard.sent) > ALONE
    assert set(talk.fuzzer.ways) == {way.__name__ for way in (*FIELD_WAYS, *BYTE_WAYS)}
    assert {200, 400, 405, 420, 481, 488, 505} <= set(talk.heard.codes), talk.heard.codes
    assert stage.room.timeline.events("malformed message")


def test_calls_outlive_what_is_sent_in_them_and_answer_it(scene: Callable[..., Scene]) -> None:
    stage = scene(ring_seconds=0.01)

    async def go(talk: Talk) -> None:
        for number in range(CALLS):
            await talk.call()
            if number % 8 == 7:
                await talk.ask("OPTIONS")
                await talk.hang_up()
                stage.check()

    talk = fuzzed(stage, go)
    assert {200, 400, 481} <= set(talk.heard.codes), talk.heard.codes


def test_offers_that_are_broken_are_refused_or_answered(scene: Callable[..., Scene]) -> None:
    stage = scene()

    async def go(talk: Talk) -> None:
        for number in range(OFFERS):
            await talk.offer()
            if number % BATCH == 0:
                stage.check()

    talk = fuzzed(stage, go)
    assert {200, 488} <= set(talk.heard.codes), talk.heard.codes


# What the fuzzer found, each by itself


def told(stage: Scene, talk: Callable[[Customer], Awaitable[T]]) -> T:
    """Talk to the far end, which has nothing to complain of and nothing left to do afterwards."""

    async def go() -> T:
        await stage.ready()
        async with Customer(stage.end.port) as customer:
            said = await talk(customer)
        await stage.settles()
        return said

    said = asyncio.run(go())
    gc.collect()
    stage.check()
    return said


async def codes_until(customer: Customer, wanted: str, *more: str) -> list[tuple[str, int]]:
    """Method and status of each final response, up to the one of the transaction `wanted` and of all `more`."""
    found: list[tuple[str, int]] = []
    while not {wanted, *more} <= {method for method, _ in found}:
        answer = await customer.until(lambda text: re.match(r"SIP/2.0 [2-6]", text) is not None, SETTLED)
        found.append((field_of(answer, "CSeq").split()[1], status(answer)))
    return found


OFFER = {"Content_Type": "application/sdp"}


def test_a_call_that_is_ended_while_it_rings_is_answered_too(scene: Callable[..., Scene]) -> None:
    async def talk(customer: Customer) -> list[tuple[str, int]]:
        await customer.send(customer.request("INVITE", AUDIO, **OFFER))
        customer.learn(await customer.until(lambda text: text.startswith("SIP/2.0 180")))
        await customer.send(customer.request("BYE"))
        return await codes_until(customer, "BYE", "INVITE")

    assert sorted(told(scene(ring_seconds=30), talk)) == [("BYE", 200), ("INVITE", 487)]


def test_what_comes_before_the_answer_changes_nothing(scene: Callable[..., Scene]) -> None:
    stage = scene(ring_seconds=30)

    async def talk(customer: Customer) -> tuple[str, str, str]:
        invite = customer.request("INVITE", AUDIO, **OFFER)
        await customer.send(invite)
        await customer.send(re.sub("branch=[^\r]*", "branch=z9hG4bKother", invite))
        said = {status(answer): answer for answer in [await customer.receive() for _ in range(4)]}
        customer.learn(said[180])
        await customer.send(customer.request("ACK"))
        early, update = await customer.ask("INVITE", AUDIO, **OFFER), await customer.ask("UPDATE", AUDIO, **OFFER)
        assert stage.room.calls[0].state == "ringing", "only a final response can be acknowledged"
        return said[482], early, update

    copy, early, update = told(stage, talk)
    assert "z9hG4bKother" in copy
    assert [status(answer) for answer in (copy, early, update)] == [482, 500, 500]
    assert field_of(early, "Retry-After"), "RFC 3261 section 14.2"
    assert len(stage.room.calls) == 1


def test_an_ack_is_never_answered_and_a_cancel_needs_no_extension(scene: Callable[..., Scene]) -> None:
    async def talk(customer: Customer) -> tuple[str, str]:
        customer.to += ";tag=never"
        await customer.send(customer.request("ACK", Require="100rel"))
        await customer.send(customer.request("ACK", Content_Length="99"))
        await customer.send("SIP/2.0 200 OK\r\n\r\n")
        first = await customer.ask("CANCEL", Require="100rel")
        return first, await customer.ask("OPTIONS", Require="precondition")

    cancel, options = told(scene(), talk)
    assert (status(cancel), status(options)) == (481, 420)


@pytest.mark.parametrize(
    ("method", "fields", "code"),
    [
        ("REGISTER", {"Expires": "soon"}, 200),
        ("REGISTER", {"Expires": "9" * 5000}, 200),
        ("REGISTER", {"Contact": "*", "Expires": "60"}, 400),
        ("INVITE", {"Contact": "<sip:a@b>;self=1"}, 400),
        ("INVITE", {"Contact": "<sip:"}, 400),
        ("INVITE", {"Content_Type": "text/plain"}, 415),
        ("OPTIONS", {"To": "<sip:agent@example.test>;tag"}, 400),
        ("OPTIONS", {"CSeq": "2147483648 OPTIONS"}, 400),
        ("OPTIONS", {"From ": "<sip:a@b>;tag=x", "From": None}, 200),
        ("OPTIONS", {"call_id": "second"}, 400),
        ("OPTIONS", {"X": "x" * 70_000}, 513),
        ("OPTIONS", {f"X{number}": "" for number in range(2000)}, 513),
        ("REGISTER", {"Authorization": "Digest " + ", ".join(['a="b"'] * 60) + ","}, 401),
        ("REGISTER", {"Authorization": "Digest " + ", ".join(['a="b"'] * 60) + ", c=@"}, 401),
        ("REGISTER", {"Authorization": 'Digest self="x"'}, 401),
    ],
)
def test_header_fields_that_somebody_stumbled_over(
    scene: Callable[..., Scene], method: str, fields: dict[str, str | None], code: int
) -> None:
    async def talk(customer: Customer) -> int:
        return status(await customer.ask(method, AUDIO if method == "INVITE" else "", **fields))

    assert told(scene(password="secret" if "Authorization" in fields else None), talk) == code


def test_requests_without_a_branch_are_told_apart(scene: Callable[..., Scene]) -> None:
    async def talk(customer: Customer) -> list[str]:
        return [field_of(await customer.ask("OPTIONS", branch="1"), "CSeq") for _ in range(3)]

    assert told(scene(), talk) == ["1 OPTIONS", "2 OPTIONS", "3 OPTIONS"]


def test_a_version_from_the_future_is_told_so(scene: Callable[..., Scene]) -> None:
    async def talk(customer: Customer) -> tuple[int, int]:
        await customer.send("\r\n\r\n" + customer.request("OPTIONS").replace(" SIP/2.0\r\n", " SIP/7.0\r\n", 1))
        future = status(await customer.receive())
        await customer.send("\r\n\r\n" + customer.request("OPTIONS"))
        return future, status(await customer.receive())

    assert told(scene(), talk) == (505, 200)


def test_the_agent_is_busy_for_more_calls_than_anybody_can_lead(scene: Callable[..., Scene]) -> None:
    stage = scene(ring_seconds=30)

    async def talk(customer: Customer) -> list[int]:
        for number in range(MOST_CALLS + 3):
            customer.call_id = f"many{number}"
            await customer.send(customer.request("INVITE", AUDIO, **OFFER))
        return [code for _, code in await codes_until(customer, "INVITE")]

    assert told(stage, talk) == [486]
    assert len(stage.room.calls) == MOST_CALLS


BROKEN_OFFERS = {
    "nonsense": lambda sdp: "nonsense",
    "cut": lambda sdp: sdp[:200],
    "no codec": lambda sdp: re.sub("opus|PCM.|G722", "foo", sdp),
    "another connection, no codec": lambda sdp: re.sub(
        "opus|PCM.|G722", "foo", re.sub("ufrag:....", "ufrag:9999", sdp)
    ),
    "bundle of what there is not": lambda sdp: re.sub("BUNDLE [^\r]*", "BUNDLE 7 8 0", sdp),
    "two of one name": lambda sdp: sdp + sdp[sdp.index("m=") :],
    "no fingerprint": lambda sdp: re.sub("a=fingerprint[^\n]*\n", "", sdp),
    "too many media": lambda sdp: sdp + sdp[sdp.index("m=") :] * 40,
    "too long": lambda sdp: sdp + "".join(f"a=ssrc:{number} cname:c\r\n" for number in range(5000)),
}


@pytest.mark.parametrize("way", BROKEN_OFFERS)
def test_a_call_goes_on_when_an_offer_in_it_is_refused(scene: Callable[..., Scene], way: str) -> None:
    stage = scene()

    async def talk(customer: Customer) -> tuple[list[int], str]:
        await customer.call(Microphone())
        await become(stage.room.agent.audio.hears_customer, SETTLED)
        assert customer.pc is not None
        broken = BROKEN_OFFERS[way](customer.pc.localDescription.sdp)
        codes = [status(await customer.ask(method, broken, **OFFER)) for method in ("INVITE", "UPDATE", "INVITE")]
        call = stage.room.calls[0]
        refused = now()
        await become(lambda: (stage.room.agent.audio.last_heard(refused) or 0) > refused + 0.3, SETTLED)
        state = f"{call.state} {call.connections} {call.connection_state}"
        await customer.ask("BYE")
        return codes, state

    assert told(stage, talk) == ([488] * 3, "confirmed 1 connected")


@pytest.mark.parametrize("kind", ["no UTF-8", "too large", "cut off"])
def test_who_breaks_the_websocket_itself_loses_it_and_may_come_back(scene: Callable[..., Scene], kind: str) -> None:
    stage = scene(ring_seconds=30)

    async def talk(customer: Customer) -> tuple[int, bool]:
        await customer.send(customer.request("INVITE", AUDIO, **OFFER))
        await customer.until(lambda text: text.startswith("SIP/2.0 180"))
        connection = customer.socket.get_extra_info("socket")
        if kind == "cut off":
            connection.shutdown(socket.SHUT_RDWR)
        else:
            await customer.socket.send_frame(
                b"\xff" if kind == "no UTF-8" else b"x" * (LARGEST_MESSAGE + 1), aiohttp.WSMsgType.TEXT
            )
        await become(lambda: all(call.state == "ended" for call in stage.room.calls), SETTLED)
        nobodys_doing = bool(stage.room.timeline.events(LOST))
        async with Customer(stage.end.port) as again:
            return status(await again.ask("OPTIONS")), nobodys_doing

    assert told(stage, talk) == (200, kind == "cut off")
    assert [call.ended_by for call in stage.room.calls] == ["connection lost"]
