"""The agent's side for a person: what the agent hears and sees in a scenario's room, about ten times a second."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

PERIOD = 0.1
"""Seconds between two states of the console."""
OWN_ONLY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The policy of pages that need nothing but their own server (Content Security Policy Level 3)."""


class PictureSource(Protocol):
    """What the console needs of a video meter."""

    def picture_png(self) -> bytes | None:
        """What is on the agent's screen, or None when there is no picture."""


class Agent(Protocol):
    """What the console needs of the agent."""

    @property
    def video(self) -> PictureSource | None:
        """The agent's screen."""


class Room(Protocol):
    """What the console needs of a far end's room."""

    @property
    def name(self) -> str:
        """The first label of the host at which the far end takes calls for it."""

    @property
    def agent(self) -> Agent:
        """Who picks up."""

    def snapshot(self) -> dict[str, Any]:
        """JSON-ready state of the call and of both participants."""


RoomProvider = Callable[[str], Room | None]


def console_routes(
    rooms: Callable[[], RoomProvider | None],
    scenario_of: Callable[[web.Request], str],
    folder: Path,
) -> list[web.AbstractRouteDef]:
    """Routes below `/console/`; they answer 404 for as long as there is no room provider."""

    def provider() -> RoomProvider:
        found = rooms()
        if found is None:
            raise web.HTTPNotFound(text="There is no far end beside this server, so there is no console.")
        return found

    async def page(request: web.Request) -> web.FileResponse:
        provider()
        return web.FileResponse(folder / "index.html", headers={"Content-Security-Policy": OWN_ONLY})

    async def with_slash(request: web.Request) -> web.Response:
        raise web.HTTPFound("/console/")

    async def picture(request: web.Request) -> web.Response:
        room = provider()(scenario_of(request))
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise web.HTTPForbidden(text="Only the console itself may show this.\n")
        meter = room.agent.video if room else None
        png = await asyncio.to_thread(meter.picture_png) if meter else None
        if not png:
            raise web.HTTPNotFound(text="The agent has no picture.")
        return web.Response(body=png, content_type="image/png")

    async def states(request: web.Request) -> web.WebSocketResponse:
        find = provider()
        if request.headers.get("Origin") != f"{request.scheme}://{request.host}":
            raise web.HTTPForbidden(text="Only the console itself may listen here.\n")
        socket = web.WebSocketResponse(heartbeat=10)
        await socket.prepare(request)
        sending = asyncio.ensure_future(_send(socket, find, scenario_of(request)))
        try:
            async for _ in socket:  # returns when the page has gone
                pass
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await sending
        return socket

    return [
        web.get("/console", with_slash),
        web.get("/console/", page),
        web.get("/console/picture.png", picture),
        web.get("/console/states", states),
        web.static("/console/", folder),
    ]


async def _send(socket: web.WebSocketResponse, find: RoomProvider, scenario: str) -> None:
    while not socket.closed:
        room = find(scenario)
        state = room.snapshot() if room else {"room": scenario, "calls": [], "agent": None, "participant": None}
        await socket.send_json(state)
        await asyncio.sleep(PERIOD)
