"""A customer for the tests: SIP on a plain WebSocket, media from aiortc, no browser."""

import asyncio
import re
import secrets
from collections.abc import Callable
from fractions import Fraction
from types import TracebackType
from typing import Any

import aiohttp
import av
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from widget_conformance.fixtures.far_end.audio import BLOCK, RATE
from widget_conformance.fixtures.far_end.sources import CAMERA_RATE, Sweep, camera_picture
from widget_conformance.fixtures.timeline import now


class Microphone(MediaStreamTrack):
    """The sweep, or whatever `samples` holds, in real time."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.samples = Sweep().samples(2)
        self._number, self._begun = 0, now()

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(self._begun + self._number * 0.02 - now())
        start = self._number * BLOCK % self.samples.size
        frame = av.AudioFrame.from_ndarray(self.samples[None, start : start + BLOCK], format="s16", layout="mono")
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts, self._number = self._number * BLOCK, self._number + 1
        return frame


class Camera(MediaStreamTrack):
    """The customer's camera, frozen when `frozen` is set."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._number, self._begun, self.frozen = 0, now(), False
        self._shown = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(self._begun + self._number / CAMERA_RATE - now())
        if not self.frozen:
            self._shown = self._number
        frame = picture(*camera_picture(self._shown / CAMERA_RATE))
        frame.pts, frame.time_base = self._number * 90000 // CAMERA_RATE, Fraction(1, 90000)
        self._number += 1
        return frame


def picture(luma: np.ndarray[Any, Any], blue: np.ndarray[Any, Any], red: np.ndarray[Any, Any]) -> av.VideoFrame:
    """A video frame of three planes."""
    frame = av.VideoFrame(luma.shape[1], luma.shape[0], "yuv420p")
    for plane, values in zip(frame.planes, (luma, blue, red), strict=True):
        lines = np.zeros((plane.height, plane.line_size), np.uint8)
        lines[:, : plane.width] = values
        plane.update(lines.tobytes())
    return frame


class Customer:
    """One WebSocket to the far end."""

    def __init__(self, port: int, room: str = "s1", protocols: tuple[str, ...] = ("sip",)) -> None:
        self._url, self._room, self._protocols = f"http://127.0.0.1:{port}/sip", room, protocols
        self.tag, self.call_id, self.to = secrets.token_hex(4), secrets.token_hex(8), "<sip:agent@example.test>"
        self.sequence = 0
        self.pc: RTCPeerConnection | None = None

    async def __aenter__(self) -> "Customer":
        self._session = aiohttp.ClientSession()
        try:
            self.socket = await self._session.ws_connect(
                self._url, protocols=self._protocols, headers={"Host": f"{self._room}.localhost"}
            )
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.pc is not None:
            await self.pc.close()
        await self._session.close()

    def request(self, method: str, body: str = "", branch: str | None = None, **fields: Any) -> str:
        """The text of a request with the next CSeq."""
        if method not in ("ACK", "CANCEL"):
            self.sequence += 1
        values = {
            "Via": f"SIP/2.0/WS c.invalid;branch={branch or 'z9hG4bK' + secrets.token_hex(6)}",
            "Max-Forwards": "70",
            "From": f"<sip:customer@example.test>;tag={self.tag}",
            "To": self.to,
            "Call-ID": self.call_id,
            "CSeq": f"{self.sequence} {method}",
            "Contact": "<sip:c@c.invalid;transport=ws>",
            "Content-Length": str(len(body.encode())),
        } | {name.replace("_", "-"): value for name, value in fields.items()}
        lines = [f"{name}: {value}" for name, value in values.items() if value is not None]
        return f"{method} sip:agent@example.test SIP/2.0\r\n" + "\r\n".join(lines) + "\r\n\r\n" + body

    async def send(self, text: str | bytes) -> None:
        await (self.socket.send_bytes(text) if isinstance(text, bytes) else self.socket.send_str(text))

    async def receive(self, seconds: float = 5) -> str:
        return str((await self.socket.receive(seconds)).data)

    async def until(self, wanted: Callable[[str], bool], seconds: float = 5) -> str:
        """The first message that is wanted; others are left aside."""
        async with asyncio.timeout(seconds):
            while not wanted(text := await self.receive(seconds)):
                pass
            return text

    async def ask(self, method: str, body: str = "", **fields: Any) -> str:
        """Send a request and return the final response."""
        await self.send(self.request(method, body, **fields))
        return await self.until(lambda text: re.match(r"SIP/2.0 [2-6]", text) is not None)

    def learn(self, response: str) -> None:
        """Take the dialog's To tag from a response."""
        self.to = field(response, "To")

    async def call(self, *tracks: MediaStreamTrack) -> str:
        """Place a call with media; return the 200."""
        self.pc = RTCPeerConnection()
        for track in tracks:
            self.pc.addTrack(track)
        return await self.offer()

    async def offer(self, method: str = "INVITE") -> str:
        """Send an offer of the peer connection as it is now, take the answer, acknowledge."""
        assert self.pc is not None
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await self.ask(method, self.pc.localDescription.sdp, Content_Type="application/sdp")
        if answer.startswith("SIP/2.0 200"):
            self.learn(answer)
            if method == "INVITE":
                await self.send(self.request("ACK"))
            sdp = answer.partition("\r\n\r\n")[2]
            await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        return answer


def field(message: str, name: str) -> str:
    """The value of a header field."""
    found = re.search(rf"(?mi)^{name}: (.*?)\r$", message)
    assert found is not None, f"no {name} in {message!r}"
    return found[1]


def status(message: str) -> int:
    return int(message.split(" ")[1])
