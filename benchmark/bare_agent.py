"""The least agent that can take the widget's calls: SIP by regular expressions, media by aiortc, two meters."""

import asyncio
import contextlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from aiohttp import web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from widget_conformance.fixtures.far_end.agent import AgentPicture, AgentVoice
from widget_conformance.fixtures.far_end.loopback import use_loopback_only
from widget_conformance.fixtures.loop import LoopThread, listen
from widget_conformance.fixtures.timeline import now

AUDIBLE = 0.01
"""RMS, full scale 1: far below the fake microphones, far above comfort noise."""


class BareAgent:
    """One call at a time. It sends what the far end's agent sends, and looks at what arrives no closer than needed."""

    def __init__(self) -> None:
        use_loopback_only()
        self._loop = LoopThread("bare agent")
        app = web.Application()
        app.router.add_get("/{path:.*}", self._connect)
        self._runner, self.port = self._loop.call(listen(app))
        self._pc: RTCPeerConnection | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.forget()

    def forget(self) -> None:
        """Know nothing of an earlier call."""
        self.confirmed = self.ended = False
        self.sends_video = False
        self.heard: list[float] = []
        """Moments of audible sound, seconds of `time.monotonic`."""
        self.seen: list[float] = []
        """Moments of pictures."""

    def hang_up(self) -> None:
        """Close what is left of the call."""
        self._loop.call(self._close())

    def stop(self) -> None:
        """Release the port."""
        self.hang_up()
        self._loop.call(self._runner.cleanup())
        self._loop.stop()

    async def _close(self) -> None:
        if self._pc is not None:
            for sender in self._pc.getSenders():
                if sender.track is not None:
                    sender.track.stop()
            await self._pc.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._pc = None

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        with contextlib.suppress(ConnectionError):
            async for message in socket:
                await self._take(str(message.data), socket)
        return socket

    async def _take(self, message: str, socket: web.WebSocketResponse) -> None:
        head, _, body = message.partition("\r\n\r\n")
        method = head.split(" ", 1)[0]
        if method == "ACK":
            self.confirmed = True
        elif method == "INVITE":
            await socket.send_str(_reply(head, "200 OK", await self._answer(body)))
        elif method in ("REGISTER", "BYE"):
            self.ended = self.ended or method == "BYE"
            await socket.send_str(_reply(head, "200 OK"))

    async def _answer(self, offer: str) -> str:
        video = re.search(r"(?ms)^m=video .*?^a=(sendrecv|sendonly|recvonly|inactive)", offer)
        self.sends_video = video is not None and video[1].startswith("send")
        if self._pc is None:
            self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            self._pc.on("track", self._receive)
            self._pc.addTrack(AgentVoice())
            if video is not None:
                self._pc.addTrack(AgentPicture())
        await self._pc.setRemoteDescription(RTCSessionDescription(_without_mdns(offer), "offer"))
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        return self._pc.localDescription.sdp

    def _receive(self, track: MediaStreamTrack) -> None:
        task = asyncio.ensure_future(_frames(track, self._hear if track.kind == "audio" else self._see))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _hear(self, frame: Any) -> None:
        samples = frame.to_ndarray().astype(np.float32) / 32768
        if float(np.sqrt(np.mean(samples * samples))) > AUDIBLE:
            self.heard.append(now())

    def _see(self, frame: Any) -> None:
        self.seen.append(now())


async def _frames(track: MediaStreamTrack, take: Callable[[Any], None]) -> None:
    with contextlib.suppress(MediaStreamError):
        while True:
            take(await track.recv())


def _reply(head: str, status: str, sdp: str = "") -> str:
    lines = [f"SIP/2.0 {status}"]
    for line in head.split("\r\n")[1:]:
        name = line.split(":", 1)[0]
        if name == "To" and ";tag=" not in line:
            lines.append(f"{line};tag=bare")
        elif name in ("Via", "From", "To", "Call-ID", "CSeq", "Contact"):
            lines.append(line)
    if sdp:
        lines = [line for line in lines if not line.startswith("Contact:")]
        lines += ["Contact: <sip:agent@bare.invalid;transport=ws>", "Content-Type: application/sdp"]
    return "\r\n".join([*lines, f"Content-Length: {len(sdp.encode())}", "", sdp])


def _without_mdns(sdp: str) -> str:
    """Leave out candidates below `.local`, which need a resolver; the browser's own checks reach us anyway."""
    lines = sdp.splitlines(keepends=True)
    return "".join(line for line in lines if not (line.startswith("a=candidate:") and ".local " in line))
