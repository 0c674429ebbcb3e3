"""Only what the scenario's own page sends counts: whoever else reaches the far end is turned away, and that is noted."""

import asyncio
import threading
from typing import Any

import aiohttp
import pytest
from widget_conformance.fixtures.far_end.guests import Guests, origin_of
from widget_conformance.fixtures.far_end.server import OUTSIDER
from widget_conformance.fixtures.far_end.settings import is_loopback

OWN = "https://widget.example"


async def knock(end: Any, origin: str | None, way: str, host: str = "s1.localhost") -> int:
    """HTTP status with which a page of that origin is met; 101 where it comes in."""
    headers = {"Host": host, **({"Origin": origin} if origin is not None else {})}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{end.port}", headers=headers) as session:
        if way == "WebSocket":
            try:
                async with session.ws_connect("/sip", protocols=("sip",)) as socket:
                    await socket.send_str("INVITE agent\r\n\r\n")
                    return 101
            except aiohttp.WSServerHandshakeError as error:
                return error.status
        async with session.request(way, "/whip", data="x", headers={"Content-Type": "text/plain"}) as answer:
            return answer.status


OTHERS = (
    "https://evil.example",
    "http://widget.example",
    "https://widget.example:8443",
    "https://widget.example.evil.example",
    "null",
    "",
    None,
)


@pytest.mark.parametrize("way", ["WebSocket", "POST", "PATCH", "DELETE"])
def test_who_has_another_origin_is_turned_away(far_end: Any, way: str) -> None:
    end, room = far_end(signalling="sip" if way == "WebSocket" else "whip")
    room.guests = Guests(patience=0.0)
    room.guests.admit(OWN)
    for host in ("s1.localhost", "127.0.0.1", "evil.example"):
        for origin in OTHERS:
            assert asyncio.run(knock(end, origin, way, host)) == 403
            assert room.timeline.events(OUTSIDER)[-1].detail["origin"] == (origin or "")
    assert len(room.timeline.events(OUTSIDER)) == 3 * len(OTHERS)
    assert (room.attempts, room.calls, room.untold(0.0), room.refused(0.0)) == ([], [], None, None)


def test_the_pages_own_requests_come_in(far_end: Any) -> None:
    end, room = far_end()
    room.guests = Guests(patience=0.0)
    room.guests.admit(OWN)
    assert asyncio.run(knock(end, OWN, "WebSocket")) == 101
    assert len(room.attempts) == 1


def test_a_frame_that_is_quicker_than_the_news_of_it_is_waited_for(far_end: Any) -> None:
    end, room = far_end()
    room.guests = Guests()
    timer = threading.Timer(0.3, room.guests.admit, ["https://frame.example"])
    timer.start()
    assert asyncio.run(knock(end, "https://frame.example", "WebSocket")) == 101
    timer.join()


def test_a_relay_of_the_vendors_on_another_machine_tells_no_origin(far_end: Any) -> None:
    end, room = far_end()
    room.guests = Guests(patience=0.0, programs=True)
    assert asyncio.run(knock(end, None, "WebSocket")) == 101
    assert asyncio.run(knock(end, "https://evil.example", "WebSocket")) == 403


@pytest.mark.parametrize(
    ("listen", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("192.0.2.7", False)],
)
def test_what_only_this_machine_reaches(listen: str, loopback: bool) -> None:
    assert is_loopback(listen) is loopback


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Widget.example/a?b#c", "https://widget.example"),
        ("https://widget.example:443/", "https://widget.example"),
        ("http://widget.example:443/", "http://widget.example:443"),
        ("http://user:word@widget.example:8080/", "http://widget.example:8080"),
        ("http://[::1]:80/", "http://[::1]"),
        ("about:blank", None),
        ("blob:https://widget.example/1", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_the_origin_of_an_address(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin
