"""What counts as a call signalled, whatever becomes of it, and what the far end is on record to have refused."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from widget_conformance.fixtures.far_end.attempts import Refusal, begins_call, holds_offer, standing

ROOM = {"Host": "s1.localhost"}
INVITE = (
    "INVITE sip:{to}@example.test SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK{n}\r\nMax-Forwards: 70\r\n"
    "From: <sip:customer@example.test>;tag=f\r\nTo: <sip:{to}@example.test>{tag}\r\nCall-ID: c{n}\r\nCSeq: 1 INVITE\r\n"
    "Contact: <sip:x@x.invalid;transport=ws>\r\n{more}Content-Length: 0\r\n\r\n"
)


def invite(to: str = "agent", n: int = 1, tag: str = "", more: str = "") -> str:
    return INVITE.format(to=to, n=n, tag=tag, more=more)


def talk(end: Any, path: str, subprotocol: tuple[str, ...], *messages: str) -> None:
    """Send each message on a WebSocket, and wait until the far end has taken them all."""

    async def go() -> None:
        async with (
            aiohttp.ClientSession(f"http://127.0.0.1:{end.port}", headers=ROOM) as session,
            session.ws_connect(path, protocols=subprotocol) as socket,
        ):
            for message in messages:
                await socket.send_str(message)
            await socket.close()

    asyncio.run(asyncio.wait_for(go(), 20))


def sip(end: Any, *messages: str) -> None:
    talk(end, "/sip", ("sip",), *messages)


@pytest.mark.parametrize(
    ("message", "settings"),
    [
        (invite("callback"), {"numbers": ("agent",)}),
        (invite(more="Require: 100rel, made-up\r\n"), {}),
        (invite(more="Require: made-up\r\n"), {}),
        (invite(more="Content-Type: text/plain\r\n"), {}),
        (invite().replace("Contact", "Kontakt"), {}),
        (invite().replace("Call-ID", "Call"), {}),
        (invite().replace("CSeq: 1 INVITE", "CSeq: one"), {}),
        (invite().replace("INVITE sip", "invite sip", 1), {}),
        ("INVITE agent\r\n\r\n", {}),
        (invite(), {"refuse": 486}),
        (invite().replace("INVITE", "REFER"), {}),
    ],
    ids=lambda value: value.split("\r\n")[0] if isinstance(value, str) else "",
)
def test_whatever_wants_to_start_a_call_has_signalled_one(far_end: Any, message: str, settings: dict[str, Any]) -> None:
    end, room = far_end(**settings)
    sip(end, message)
    assert len(room.attempts) == 1, room.timeline.events()


@pytest.mark.parametrize(
    "message",
    [
        "\r\n\r\n",
        invite(tag=";tag=a"),
        invite(tag=";tag=a").replace("Call-ID", "Call"),
        *(invite().replace("INVITE", method) for method in ("OPTIONS", "MESSAGE", "SUBSCRIBE", "PUBLISH", "REGISTER")),
    ],
)
def test_signs_of_life_chat_and_what_belongs_to_a_call_start_none(far_end: Any, message: str) -> None:
    end, room = far_end()
    sip(end, message)
    assert (room.attempts, room.untold(0.0)) == ([], None)


def test_what_is_no_sip_at_all_may_have_been_a_call(far_end: Any) -> None:
    end, room = far_end()
    sip(end, '{"type": "dial", "to": "agent"}')
    assert room.attempts == []
    assert '\'{"type": "dial"' in str(room.untold(0.0))


@pytest.mark.parametrize(
    ("message", "attempts", "doubt"),
    [
        ('{"type": "offer", "call": "c1"}', 1, False),
        ('{"type": "offer", "sdp": "v=0\\r\\n"}', 1, False),
        ('{"type": "offer", "call": "c1", "sdp": ', 1, False),
        ("{'type': 'offer'}", 1, False),
        ('{"kind": "start", "description": "v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\n"}', 1, False),
        ('{"type": "invite", "call": "c1", "to": "queue"}', 1, False),
        ('{"type": "callback", "call": "c1"}', 0, True),
        ('{"type": "ping"}', 0, False),
        ("ping", 0, False),
        ('{"type": "bye", "call": "c1"}', 0, False),
        ('{"type": "login", "token": "x"}', 0, False),
    ],
)
def test_what_starts_a_call_in_json(far_end: Any, message: str, attempts: int, doubt: bool) -> None:
    end, room = far_end(signalling="json")
    talk(end, "/json", (), message)
    assert (len(room.attempts) + len(room.calls), room.untold(0.0) is not None) == (attempts, doubt)


def test_an_offer_without_a_login_is_a_call_all_the_same(far_end: Any) -> None:
    end, room = far_end(signalling="json", password="secret")
    talk(end, "/json", (), '{"type": "offer", "call": "c1", "sdp": "v=0"}')
    assert len(room.attempts) == 1
    assert "401" in str(room.refused(0.0))


@pytest.mark.parametrize(
    ("path", "body", "kind", "settings", "status"),
    [
        ("/whip", "v=0", "text/plain", {}, 415),
        ("/whip", "x" * 300_000, "application/sdp", {}, 413),
        ("/whip", "v=0", "application/sdp", {"password": "secret"}, 401),
        ("/whip", "no offer", "application/sdp", {}, 400),
        ("/callback", "v=0", "application/sdp", {}, 405),
    ],
)
def test_an_offer_over_http_that_is_refused(
    far_end: Any, path: str, body: str, kind: str, settings: dict[str, Any], status: int
) -> None:
    end, room = far_end(signalling="whip", **settings)

    async def post(session: aiohttp.ClientSession) -> None:
        async with session.post(path, data=body, headers={"Content-Type": kind}) as answer:
            assert answer.status == status

    http(end, post)
    assert room.attempts
    assert f"the suite's agent refused: {status}, " in str(room.refused(0.0))


def test_what_else_is_asked_of_a_far_end_over_http_starts_no_call(far_end: Any) -> None:
    end, room = far_end(signalling="whip")

    async def ask(session: aiohttp.ClientSession) -> None:
        for method, path in (
            ("OPTIONS", "/whip"),
            ("GET", "/health"),
            ("DELETE", "/whip/none"),
            ("PATCH", "/whip/none"),
        ):
            async with session.request(method, path):
                pass

    http(end, ask)
    assert (room.attempts, room.refused(0.0)) == ([], None)


def test_a_websocket_that_is_turned_away_may_have_been_for_a_call(far_end: Any) -> None:
    end, room = far_end()
    with pytest.raises(aiohttp.WSServerHandshakeError):
        talk(end, "/sip", ("xmpp",))
    assert "turned away: 400, a WebSocket with subprotocol sip is needed" in str(room.untold(0.0))


def http(end: Any, talk: Callable[[aiohttp.ClientSession], Awaitable[None]]) -> None:
    async def go() -> None:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{end.port}", headers=ROOM) as session:
            await asyncio.wait_for(talk(session), 20)

    asyncio.run(go())


def test_a_refusal_names_status_and_cause(far_end: Any) -> None:
    end, room = far_end(numbers=("agent",))
    sip(end, invite("callback"))
    told = "the suite's agent refused: 404, the number is none of the profile's far_end.numbers"
    assert room.refused(0.0) == told
    assert room.refused(0.0, within_call=True) is None, "what is tried beside a call excuses nothing in it"


def refusal(at: float, method: str = "INVITE", code: int = 488) -> Refusal:
    return Refusal(at, method, code, "why")


@pytest.mark.parametrize(
    ("refusals", "taken_at", "registered_at", "stands"),
    [
        ([refusal(2)], 0, 0, True),
        ([refusal(2)], 3, 0, False),
        ([refusal(2)], 1, 0, True),
        ([refusal(2)], 0, 3, True),
        ([refusal(2, "REGISTER", 403)], 0, 3, False),
        ([refusal(2, "REGISTER", 401)], 0, 0, True),
        ([refusal(2, "REGISTER", 401)], 0, 3, False),
        ([refusal(2, "INVITE", 487)], 0, 0, False),
        ([refusal(0.5)], 0, 0, False),
    ],
)
def test_which_refusal_stands(refusals: list[Refusal], taken_at: float, registered_at: float, stands: bool) -> None:
    assert (standing(refusals, 1.0, taken_at, registered_at) is not None) is stands


def test_an_offer_in_a_text() -> None:
    assert holds_offer("v=0\r\no=-")
    assert holds_offer('{"a": "v=0\\r\\n"}')
    assert holds_offer("x\nm=audio 9 RTP/AVP 0")
    assert not holds_offer("rev=0")
    assert not holds_offer('{"v": 0}')
    assert begins_call("\r\n INVITE x")
    assert not begins_call("BYE x SIP/2.0\r\nTo: <sip:a@b>;tag=1\r\n\r\n")
