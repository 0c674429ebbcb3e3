"""Offers in JSON, forms and multipart bodies: found, answered in the same shape, and refused in one line."""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from email.message import Message
from typing import Any

import aiohttp
import pytest
from customer import field, status
from test_sip import SDP, conversation
from widget_conformance.fixtures.far_end.bodies import NoDescription, read_body, read_json
from widget_conformance.fixtures.timeline import now

ROOM = {"Host": "s1.localhost"}
ANSWER = "v=0\r\no=the answer\r\n"


def parts(kind: str, *bodies: tuple[str, str], boundary: str = "b0") -> tuple[str, bytes]:
    """Content type and body of a multipart message: header lines and text of each part."""
    made = "".join(f"--{boundary}\r\n{head}{chr(13)}{chr(10)}{text}\r\n" for head, text in bodies)
    return f'{kind}; boundary="{boundary}"', f"{made}--{boundary}--\r\n".encode()


def form(*fields: tuple[str, str]) -> tuple[str, bytes]:
    return parts(
        "multipart/form-data",
        *((f'Content-Disposition: form-data; name="{name}"\r\n', text) for name, text in fields),
    )


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        ({"type": "offer", "sdp": SDP}, {"type": "answer", "sdp": ANSWER}),
        ({"sdp": SDP}, {"sdp": ANSWER}),
        ({"sdp": {"type": "offer", "sdp": SDP}}, {"sdp": {"type": "answer", "sdp": ANSWER}}),
        (
            {"janus": "message", "transaction": "t1", "body": {"audio": True}, "jsep": {"type": "offer", "sdp": SDP}},
            {"janus": "message", "transaction": "t1", "jsep": {"type": "answer", "sdp": ANSWER}},
        ),
        ({"offer": SDP, "to": "queue", "n": 7}, {"answer": ANSWER, "to": "queue", "n": 7}),
        ({"type": "OFFER", "data": {"sdp": SDP}}, {"type": "ANSWER", "data": {"sdp": ANSWER}}),
        ({"sdp": SDP, "candidates": ["candidate:1 1 udp 1 192.0.2.1 9 typ host"]}, {"sdp": ANSWER}),
        (["offer", {"sdp": SDP}], ["answer", {"sdp": ANSWER}]),
        (SDP, ANSWER),
        (
            {"old": {"type": "answer", "sdp": "v=0\r\n"}, "now": {"type": "offer", "sdp": SDP}},
            {"now": {"type": "answer", "sdp": ANSWER}},
        ),
    ],
)
def test_json_is_answered_in_its_own_shape(offered: Any, answered: Any) -> None:
    body = read_body("application/json; charset=utf-8", json.dumps(offered).encode())
    assert body.sdp == SDP
    kind, text = body.answered(ANSWER)
    assert (kind, json.loads(text)) == ("application/json", answered)


def test_json_within_a_string_of_json() -> None:
    body = read_json(json.dumps({"event": "offer", "data": json.dumps({"type": "offer", "sdp": SDP})}))
    assert body.sdp == SDP
    answered = json.loads(body.answered(ANSWER)[1])
    assert answered["event"] == "answer"
    assert json.loads(answered["data"]) == {"type": "answer", "sdp": ANSWER}


def test_a_form_is_answered_by_a_form() -> None:
    body = read_body(*form(("type", "offer"), ("sdp", SDP), ("call", "c1")))
    assert body.sdp == SDP
    kind, text = body.answered(ANSWER)
    head = Message()
    head["Content-Type"] = kind
    assert head.get_content_type() == "multipart/form-data"
    again = read_body(kind, text.encode())
    assert [(one.name, one.text) for one in again.parts] == [("type", "answer"), ("sdp", ANSWER), ("call", "c1")]


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        parts("multipart/mixed", ("Content-Type: application/sdp\r\n", SDP)),
        parts(
            "multipart/mixed",
            ("Content-Type: application/pidf+xml\r\n", "<x/>"),
            ("content-type: application/SDP\r\n", SDP),
        ),
        parts("multipart/related", ("Content-Type: application/json\r\n", json.dumps({"sdp": SDP}))),
        parts(
            "multipart/form-data",
            ('Content-Disposition: form-data; name="o"; filename="blob"\r\nContent-Type: application/sdp\r\n', SDP),
        ),
        parts(
            "multipart/mixed",
            (
                "Content-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n",
                base64.b64encode(SDP.encode()).decode(),
            ),
        ),
        parts(
            "multipart/mixed",
            (
                "Content-Type: multipart/alternative; boundary=b1\r\n",
                f"--b1\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\n--b1--",
            ),
        ),
        parts("multipart/mixed", ("", SDP)),
        (
            "application/x-www-form-urlencoded",
            b"type=offer&sdp=" + SDP.replace("\r\n", "%0D%0A").replace("+", "%2B").encode(),
        ),
        ("application/sdp", SDP.encode()),
        ("application/vnd.ours+json", json.dumps({"sdp": SDP}).encode()),
    ],
)
def test_where_an_offer_is_found(content_type: str, data: bytes) -> None:
    body = read_body(content_type, data)
    assert body.sdp.strip() == SDP.strip()
    kind, text = body.answered(ANSWER)
    assert read_body(kind, text.replace("=answer", "=offer").encode()).sdp.strip() == ANSWER.strip(), (
        "the answer can be read by the same rules"
    )


WRONG = [
    ("text/plain", b"v=0\r\n", 415, "expected application/sdp"),
    ("", b"\x00", 415, "found no type"),
    ("application/json", b"{", 400, "no JSON"),
    ("application/json", b"\xff\x00\xfe", 400, "no JSON"),
    ("application/json", b"[" * 200_000, 400, "no JSON"),
    ("application/json", b'{"a":' * 20 + b"1" + b"}" * 20, 400, "no SDP offer in the JSON"),
    ("application/json", b'{"type": "offer", "sdp": 7}', 400, "no SDP offer"),
    ("application/json", json.dumps({"type": "answer", "sdp": SDP}).encode(), 400, "an SDP of type 'answer'"),
    ("multipart/form-data", b"--b\r\n\r\nx\r\n--b--", 400, "without a boundary"),
    ("multipart/mixed; boundary=b", b"", 400, "no SDP in the 0 parts"),
    ("multipart/mixed; boundary=b", b"\x00\xff" * 1000, 400, "no SDP in the 0 parts"),
    ("multipart/mixed; boundary=b", b"--b\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--b--", 400, "1 parts of multipart/mixed (image/png)"),
    ("multipart/mixed; boundary=b", b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 2000, 400, "no SDP in the"),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="o"\r\n\r\n{"sdp"\r\n--b--', 400, "no SDP"),
    ("application/x-www-form-urlencoded", b"a=1&" * 5000, 400, "no form"),
    ("application/x-www-form-urlencoded", b"type=offer", 400, "no SDP offer in the form"),
]  # fmt: skip


@pytest.mark.parametrize(("content_type", "data", "code", "told"), WRONG)
def test_what_has_no_offer_is_told_in_one_line(content_type: str, data: bytes, code: int, told: str) -> None:
    with pytest.raises(NoDescription) as error:
        read_body(content_type, data)
    assert error.value.status == code
    assert told in str(error.value)
    assert len(str(error.value)) <= 200
    assert "\n" not in str(error.value)


def http(end: Any, talk: Callable[[aiohttp.ClientSession], Awaitable[None]]) -> None:
    async def go() -> None:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{end.port}", headers=ROOM) as session:
            await asyncio.wait_for(talk(session), 30)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("kind", "data", "accept", "answer_kind"),
    [
        ("application/json", json.dumps({"jsep": {"type": "offer", "sdp": SDP}}).encode(), "*/*", "application/json"),
        (*form(("session", "{}"), ("sdp", SDP)), "*/*", "multipart/form-data"),
        (*form(("session", "{}"), ("sdp", SDP)), "application/sdp", "application/sdp"),
    ],
)
def test_a_call_over_http_in_another_shape(far_end: Any, kind: str, data: bytes, accept: str, answer_kind: str) -> None:
    end, room = far_end(signalling="whip")

    async def talk(session: aiohttp.ClientSession) -> None:
        headers = {"Content-Type": kind, "Accept": accept}
        async with session.post("/whip", data=data, headers=headers) as answer:
            assert (answer.status, answer.content_type) == (201, answer_kind)
            body = read_body(answer.headers["Content-Type"], (await answer.read()).replace(b'"answer"', b'"offer"'))
            assert "m=audio" in body.sdp
            place = answer.headers["Location"]
        async with session.patch(place, data=data, headers=headers) as answer:
            assert (answer.status, answer.content_type) == (200, answer_kind)

    http(end, talk)
    assert [call.offered for call in room.calls] == [["audio"]]
    assert room.refused(0.0) is None


@pytest.mark.parametrize(
    ("content_type", "data", "code", "told"),
    [*WRONG[1:5], *WRONG[7:9], ("application/json", b" " * 300_000, 413, "more than 262144 bytes")],
)
def test_a_body_that_cannot_be_read_is_a_call_tried_and_refused_by_us(
    far_end: Any, caplog: Any, content_type: str, data: bytes, code: int, told: str
) -> None:
    end, room = far_end(signalling="whip")

    async def talk(session: aiohttp.ClientSession) -> None:
        headers = {"Content-Type": content_type} if content_type else {}
        async with session.post("/whip", data=data, headers=headers, skip_auto_headers=["Content-Type"]) as answer:
            assert answer.status == code
            assert told in await answer.text()

    http(end, talk)
    assert room.attempts
    assert f"the suite's agent refused: {code}, " in str(room.refused(0.0))
    assert not [record for record in caplog.records if record.exc_info]


def in_json(end: Any, *messages: str, answers: int = 1) -> list[str]:
    async def go() -> list[str]:
        async with (
            aiohttp.ClientSession(headers=ROOM) as session,
            session.ws_connect(f"http://127.0.0.1:{end.port}/json", max_msg_size=0) as socket,
        ):
            for message in messages:
                await socket.send_str(message)
            return [str((await socket.receive(timeout=20)).data) for _ in range(answers)]

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("offer", "answer"),
    [
        ({"sdp": SDP}, {"sdp"}),
        ({"type": "offer", "sdp": SDP}, {"type", "sdp"}),
        ({"id": 3, "jsep": {"type": "offer", "sdp": SDP}}, {"id", "jsep"}),
        ({"offer": {"type": "offer", "sdp": SDP}}, {"answer"}),
    ],
)
def test_json_of_another_shape_is_a_call_over_a_websocket(far_end: Any, offer: Any, answer: set[str]) -> None:
    end, room = far_end(signalling="json")
    (said,) = in_json(end, json.dumps(offer))
    assert set(json.loads(said)) == answer
    assert "m=audio" in said
    assert [call.offered for call in room.calls] == [["audio"]]


def test_plain_sdp_over_a_websocket_and_the_end_of_a_call_without_a_name(far_end: Any) -> None:
    end, room = far_end(signalling="json")

    async def go() -> None:
        async with (
            aiohttp.ClientSession(headers=ROOM) as session,
            session.ws_connect(f"http://127.0.0.1:{end.port}/json") as socket,
        ):
            await socket.send_str(SDP)
            assert (await socket.receive_str(timeout=20)).startswith("v=0")
            await socket.send_str('{"type": "bye"}')
            async with asyncio.timeout(10):
                while room.calls[0].state != "ended":
                    await asyncio.sleep(0.02)

    asyncio.run(go())
    assert room.calls[0].ended_by == "customer"


@pytest.mark.parametrize(
    "message",
    [
        '{"type": "offer", "call": "c1", "sdp": 7}',
        '{"type": "offer", "sdp": "v=0\\r\\n"}',
        json.dumps({"jsep": {"type": "answer", "sdp": SDP}}),
        '{"jsep": {"type": "offer", "sdp": ',
    ],
)
def test_json_that_was_to_be_an_offer_is_refused_by_us(far_end: Any, message: str) -> None:
    end, room = far_end(signalling="json")
    (said,) = in_json(end, message)
    assert json.loads(said)["type"] == "error"
    assert room.attempts or room.calls
    assert "the suite's agent refused: " in str(room.refused(0.0))


def test_a_message_that_is_too_large_for_the_websocket_may_have_been_a_call(far_end: Any) -> None:
    end, room = far_end(signalling="json")
    in_json(end, json.dumps({"sdp": "x" * 300_000}))
    deadline = now() + 20  # the far end takes note once the page has taken its leave
    while room.untold(0.0) is None and now() < deadline:
        time.sleep(0.02)
    assert "may have been to start a call" in str(room.untold(0.0))
    assert "the suite's agent refused: a message that cannot be taken" in str(room.refused(0.0))


# SIP


def test_an_invite_of_several_parts_is_answered(far_end: Any) -> None:
    kind, data = parts(
        "multipart/mixed",
        ("Content-Type: application/sdp\r\nContent-Disposition: session\r\n", SDP),
        ("Content-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n", "<x/>"),
    )

    async def talk(customer: Any) -> str:
        accepted = await customer.ask("INVITE", data.decode(), Content_Type=kind)
        customer.learn(accepted)
        await customer.send(customer.request("ACK"))
        await customer.ask("BYE")
        return str(accepted)

    accepted, room = conversation(far_end, talk)
    assert (status(accepted), field(accepted, "Content-Type")) == (200, "application/sdp")
    assert room.calls[0].offered == ["audio"]


@pytest.mark.parametrize(
    ("kind", "data", "code", "told"),
    [
        ("application/json", "{}", 415, "415, expected application/sdp, found application/json"),
        ("multipart/mixed", SDP, 488, "488, a multipart body without a boundary"),
        ("multipart/mixed; boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--", 488, "(text/plain)"),
    ],
)
def test_an_invite_whose_parts_have_no_sdp_is_refused_by_us(
    far_end: Any, kind: str, data: str, code: int, told: str
) -> None:
    async def talk(customer: Any) -> int:
        return status(await customer.ask("INVITE", data, Content_Type=kind))

    answered, room = conversation(far_end, talk)
    assert answered == code
    assert room.attempts
    assert told in str(room.refused(0.0))


def test_an_invite_that_cannot_be_read_is_refused_by_us(far_end: Any) -> None:
    async def talk(customer: Any) -> int:
        await customer.send(customer.request("INVITE", SDP).replace("CSeq: 1 ", "CSeq: one "))
        return status(await customer.receive())

    answered, room = conversation(far_end, talk)
    assert answered == 400
    assert "the suite's agent refused: 400, malformed" in str(room.refused(0.0))
