"""Far ends that speak no SIP: offer and answer over HTTP and as JSON, and what a plug-in can get wrong."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from customer import Camera, Microphone
from widget_conformance.fixtures.far_end import signalling
from widget_conformance.fixtures.far_end.server import FarEnd
from widget_conformance.fixtures.far_end.settings import FarEndSettings
from widget_conformance.fixtures.far_end.signalling import BrokenSignalling, UnknownSignalling
from widget_conformance.fixtures.timeline import now

SDP = {"Content-Type": "application/sdp"}
ROOM = {"Host": "s1.localhost"}


async def become(condition: Callable[[], Any], seconds: float = 40) -> None:
    deadline = now() + seconds
    while not condition():
        assert now() < deadline, "it did not come to pass"
        await asyncio.sleep(0.02)


class Peer:
    """A customer's peer connection; how its offers get to the far end is a test's own."""

    def __init__(self) -> None:
        self.pc = RTCPeerConnection()
        self.pc.addTrack(Microphone())
        self._video = self.pc.addTrack(Camera())

    async def offer(self, send: Callable[[str], Awaitable[str]]) -> None:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        await self.pc.setRemoteDescription(RTCSessionDescription(await send(self.pc.localDescription.sdp), "answer"))

    def stop_video(self) -> None:
        """Send no pictures any more, and say nothing of it."""
        self._video.replaceTrack(None)

    def direct_video(self, direction: str) -> None:
        next(leg for leg in self.pc.getTransceivers() if leg.kind == "video").direction = direction


def http(end: FarEnd, talk: Callable[[aiohttp.ClientSession], Awaitable[None]]) -> None:
    async def go() -> None:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{end.port}", headers=ROOM) as session:
            await asyncio.wait_for(talk(session), 150)

    asyncio.run(go())


def test_a_call_over_http_from_the_offer_to_its_deletion(far_end: Any) -> None:
    end, room = far_end(signalling="whip")
    assert end.url == f"http://127.0.0.1:{end.port}/whip"

    async def talk(session: aiohttp.ClientSession) -> None:
        peer, place = Peer(), ""

        async def create(sdp: str) -> str:
            nonlocal place
            async with session.post("/whip", data=sdp, headers=SDP) as answer:
                assert (answer.status, answer.content_type) == (201, "application/sdp")
                assert answer.headers["Access-Control-Allow-Origin"] == "*"
                place = answer.headers["Location"]
                return await answer.text()

        async def change(sdp: str) -> str:
            async with session.patch(place, data=sdp, headers=SDP) as answer:
                assert answer.status == 200
                return await answer.text()

        await peer.offer(create)
        await become(lambda: room.agent.audio.hears_customer() and room.participant.audio.hears_customer())
        await become(lambda: room.agent.video.state() == "live")
        call = room.calls[0]
        assert (call.state, call.offered, call.video_signalled) == ("confirmed", ["audio", "video"], "on")
        assert len(room.links) == 1
        peer.direct_video("recvonly")
        await peer.offer(change)
        await become(lambda: room.agent.video.state() == "off")
        peer.direct_video("sendrecv")
        await peer.offer(change)
        await become(lambda: room.agent.video.state() == "live")
        assert (call.connections, len(room.calls)) == (1, 1)
        async with session.patch(
            place, data="a=candidate:1", headers={"Content-Type": "application/trickle-ice-sdpfrag"}
        ) as answer:
            assert answer.status == 204
        async with session.patch(
            place, data="a=ice-ufrag:other\r\n", headers={"Content-Type": "application/trickle-ice-sdpfrag"}
        ) as answer:
            assert answer.status == 422
        async with session.delete(place) as answer:
            assert answer.status == 200
        assert (call.state, call.ended_by) == ("ended", "customer")
        assert not room.links
        async with session.delete(place) as answer:
            assert answer.status == 404
        await peer.pc.close()

    http(end, talk)


@pytest.mark.parametrize(
    ("body", "headers", "status", "told"),
    [
        ("v=0", {"Content-Type": "text/plain"}, 415, "expected application/sdp"),
        ("v=0", SDP, 400, "the offer cannot be answered"),
        ("x" * 70_000, SDP, 413, "more than 65536 bytes"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:a\r\n", SDP, 400, "the offer cannot be answered"),
    ],
)
def test_offers_over_http_that_are_none(
    far_end: Any, body: str, headers: dict[str, str], status: int, told: str
) -> None:
    end, room = far_end(signalling="whip")

    async def talk(session: aiohttp.ClientSession) -> None:
        async with session.post("/whip", data=body, headers=headers) as answer:
            assert answer.status == status
            assert told in await answer.text()
            assert answer.headers["Access-Control-Allow-Origin"] == "*"

    http(end, talk)
    assert all(call.state == "ended" for call in room.calls)
    assert not room.links


def test_a_token_is_asked_for_over_http(far_end: Any) -> None:
    end, _ = far_end(signalling="whip", password="secret")

    async def talk(session: aiohttp.ClientSession) -> None:
        for token, status in (("", 401), ("Bearer wrong", 401), ("Bearer secret", 400)):
            async with session.post("/whip", data="v=0", headers={**SDP, "Authorization": token}) as answer:
                assert answer.status == status
        async with session.options("/whip") as answer:
            assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]

    http(end, talk)


def test_whoever_gives_up_while_it_rings_has_ended_the_call(far_end: Any) -> None:
    end, room = far_end(signalling="whip", ring_seconds=20)

    async def talk(session: aiohttp.ClientSession) -> None:
        peer = Peer()
        await peer.pc.setLocalDescription(await peer.pc.createOffer())
        waiting = asyncio.ensure_future(session.post("/whip", data=peer.pc.localDescription.sdp, headers=SDP))
        await become(lambda: room.calls and room.calls[0].state == "ringing")
        waiting.cancel()
        await become(lambda: room.calls[0].state == "ended")
        assert room.calls[0].ended_by == "customer"
        await peer.pc.close()

    http(end, talk)
    assert not room.links


def test_a_page_that_belongs_to_no_scenario_is_turned_away(far_end: Any) -> None:
    end, _ = far_end(signalling="whip")

    async def talk(session: aiohttp.ClientSession) -> None:
        async with session.post("/whip", data="v=0", headers={**SDP, "Host": "s9.localhost"}) as answer:
            assert answer.status == 403

    http(end, talk)
    assert "no room is open for 's9.localhost'" in end.turned_away[-1]


def json_talk(end: FarEnd, talk: Callable[[Any, Callable[..., Awaitable[dict[str, Any]]]], Awaitable[None]]) -> None:
    async def go() -> None:
        async with (
            aiohttp.ClientSession(headers=ROOM) as session,
            session.ws_connect(f"http://127.0.0.1:{end.port}/json") as socket,
        ):

            async def until(kind: str) -> dict[str, Any]:
                while True:
                    message: dict[str, Any] = await socket.receive_json(timeout=40)
                    if message["type"] == kind:
                        return message

            await asyncio.wait_for(talk(socket, until), 150)

    asyncio.run(go())


def test_a_call_in_json_until_the_agent_hangs_up(far_end: Any) -> None:
    end, room = far_end(signalling="json")
    assert end.url == f"ws://127.0.0.1:{end.port}/json"

    async def talk(socket: Any, until: Any) -> None:
        peer = Peer()

        async def offer(sdp: str) -> str:
            await socket.send_json({"type": "offer", "call": "c1", "sdp": sdp})
            return str((await until("answer"))["sdp"])

        await peer.offer(offer)
        await become(lambda: room.agent.audio.hears_customer() and room.agent.video.state() == "live")
        await socket.send_json({"type": "video", "call": "c1", "state": "off"})
        await become(lambda: room.agent.video.signalled() == "off")
        assert room.agent.video.state() == "live", "what arrives comes before what is signalled"
        peer.stop_video()
        await become(lambda: room.agent.video.state() == "off")
        await socket.send_json({"type": "video", "call": "c1", "state": "on"})
        await become(lambda: room.agent.video.signalled() == "on")
        peer.direct_video("recvonly")
        await peer.offer(offer)
        await become(lambda: room.calls[0].video_signalled == "off")
        assert (len(room.calls), room.calls[0].connections) == (1, 1)
        await asyncio.get_running_loop().run_in_executor(None, room.hang_up)
        assert (await until("bye"))["call"] == "c1"
        assert room.calls[0].ended_by == "agent"
        await peer.pc.close()

    json_talk(end, talk)


def test_a_page_that_goes_without_a_word_has_ended_its_call(far_end: Any) -> None:
    end, room = far_end(signalling="json", ring_seconds=20)

    async def talk(socket: Any, until: Any) -> None:
        peer = Peer()
        await peer.pc.setLocalDescription(await peer.pc.createOffer())
        await socket.send_json({"type": "offer", "call": "c1", "sdp": peer.pc.localDescription.sdp})
        await until("ringing")
        await socket.close()
        await become(lambda: room.calls[0].state == "ended")
        assert room.calls[0].ended_by == "connection lost"
        await peer.pc.close()

    json_talk(end, talk)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "expected an object with a 'type'"),
        ('{"type": 7}', "expected an object with a 'type'"),
        ('{"type": "offer"}', "expected the call's identifier"),
        ('{"type": "offer", "call": ""}', "expected the call's identifier"),
        ('{"type": "offer", "call": "c"}', "expected an SDP offer"),
        ('{"type": "offer", "call": "c", "sdp": "v=0"}', "the offer has no media line"),
        ('{"type": "bye", "call": "c"}', "no such call: 'c'"),
        ('{"type": "video", "call": "c", "state": "off"}', "no such call: 'c'"),
        ('{"type": "dance", "call": "c"}', "no such call: 'c'"),
    ],
)
def test_json_that_says_nothing_is_answered_and_the_socket_goes_on(far_end: Any, message: str, told: str) -> None:
    end, room = far_end(signalling="json")

    async def talk(socket: Any, until: Any) -> None:
        await socket.send_str(message)
        assert told in (await until("error"))["reason"]
        await socket.send_bytes(b"\xff\x00")
        assert "no JSON" in (await until("error"))["reason"]

    json_talk(end, talk)
    assert all(call.state == "ended" for call in room.calls)


def test_a_login_is_asked_for_in_json(far_end: Any) -> None:
    end, room = far_end(signalling="json", password="secret")

    async def talk(socket: Any, until: Any) -> None:
        await socket.send_json({"type": "bye", "call": "c"})
        assert "far_end.password" in (await until("error"))["reason"]
        await socket.send_json({"type": "login", "token": "wrong"})
        assert "far_end.password" in (await until("error"))["reason"]
        await socket.send_json({"type": "login", "token": "secret"})
        await until("welcome")
        await socket.send_json({"type": "bye", "call": "c"})
        assert "no such call" in (await until("error"))["reason"]

    json_talk(end, talk)
    assert "secret" not in json.dumps([event.detail for event in room.timeline.events()])


# -- plug-ins


class Halting:
    """Cannot begin."""

    def __init__(self, settings: FarEndSettings) -> None:
        raise OSError("no licence")

    def url(self, host: str, port: int) -> str:
        raise NotImplementedError

    def routes(self, desk_of: object) -> list[object]:
        raise NotImplementedError


class Mute:
    """Has an address and no routes."""

    def url(self, host: str, port: int) -> str:
        raise NotImplementedError


NOT_A_CLASS = len


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("no_such_package.signalling:Ours", "cannot be loaded: ModuleNotFoundError"),
        (f"{__name__}:Absent", "cannot be loaded: AttributeError"),
        (f"{__name__}:Mute", "has no routes; see widget_conformance.fixtures.far_end.signalling.Signalling"),
        (f"{__name__}:NOT_A_CLASS", "has no url and no routes"),
        (f"{__name__}:Halting", "could not begin: OSError: no licence"),
    ],
)
def test_a_plug_in_that_cannot_be_used_says_why(monkeypatch: pytest.MonkeyPatch, value: str, told: str) -> None:
    points = {"ours": EntryPoint("ours", value, "widget_conformance.far_end")}
    monkeypatch.setattr(signalling, "installed", lambda: points)
    with pytest.raises(BrokenSignalling) as error:
        FarEnd(FarEndSettings(signalling="ours"))
    assert told in str(error.value)
    assert "'ours'" in str(error.value)


def test_signalling_that_nobody_installed_is_told_with_what_there_is() -> None:
    with pytest.raises(UnknownSignalling, match=r"nothing installed is called 'wihp'; there are json, sip, whip"):
        FarEnd(FarEndSettings(signalling="wihp"))


def test_the_plug_in_of_the_documentation_takes_a_call(far_end: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(__file__).parents[2] / "docs" / "far-ends.md").read_text("utf-8")
    names: dict[str, Any] = {}
    exec(text.partition("```python\n")[2].partition("```")[0], names)
    monkeypatch.setitem(globals(), "OurSignalling", names["OurSignalling"])
    points = {"ours": EntryPoint("ours", f"{__name__}:OurSignalling", "widget_conformance.far_end")}
    monkeypatch.setattr(signalling, "installed", lambda: points)
    end, room = far_end(signalling="ours")

    async def go() -> None:
        async with (
            aiohttp.ClientSession(headers=ROOM) as session,
            session.ws_connect(end.url.replace("ws:", "http:")) as socket,
        ):
            peer = Peer()

            async def offer(sdp: str) -> str:
                await socket.send_json({"offer": sdp})
                return str((await socket.receive_json(timeout=40))["answer"])

            await peer.offer(offer)
            await become(lambda: room.agent.audio.hears_customer() and room.agent.video.state() == "live")
            await socket.send_json({"camera": False})
            peer.stop_video()
            await become(lambda: room.agent.video.state() == "off")
            await socket.send_json({"bye": True})
            await become(lambda: room.calls[0].state == "ended")
            assert (len(room.calls), room.calls[0].ended_by) == (1, "customer")
            await peer.pc.close()

    asyncio.run(asyncio.wait_for(go(), 150))
