"""Serves the reference widget in a host page, the way a customer's site would embed it, one origin per scenario."""

import html
import mimetypes
import re
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from widget_conformance.fixtures.loop import LoopThread, listen
from widget_conformance.fixtures.node import node_home
from widget_conformance.reference_impl import builds
from widget_conformance.reference_impl.agent_console import OWN_ONLY, RoomProvider, console_routes
from widget_conformance.reference_impl.jssip import bundle

RELEASES = ("5.0", "5.1", "5.2")
HOME = builds.HOME
DEFAULT_SCENARIO = "s0"
LABEL = re.compile(r"[a-z0-9-]{1,63}")


class UnknownRelease(ValueError):
    """The reference widget has no such release."""


def scenario_of(request: web.Request) -> str:
    """The scenario that an origin stands for: the first label of a host below `localhost` (RFC 6761, section 6.3)."""
    name = request.host.rsplit(":", 1)[0].lower()
    label, _, rest = name.partition(".")
    return label if rest == "localhost" and LABEL.fullmatch(label) else DEFAULT_SCENARIO


def _order(build: builds.Build) -> tuple[str, int, str]:
    """D9 before D10, and D43a before D43b."""
    letter, number, more = re.fullmatch(r"([A-Z])(\d+)(.*)", build.id).groups()  # type: ignore[union-attr]
    return letter, int(number), more


class ReferenceServer:
    """One per process, on the loopback address, in a thread of its own."""

    def __init__(self, far_end_port: int, port: int = 0) -> None:
        self._far_end_port = far_end_port
        self._asked_port = port
        self._port: int | None = None
        self._loop: LoopThread | None = None
        self._runner: web.AppRunner | None = None
        self._rooms: RoomProvider | None = None
        self._jssip = Path()

    def attach_console(self, provider: RoomProvider) -> None:
        """Let `/console/` show the room that `provider` finds for the first label of the host, and widgets call it."""
        self._rooms = provider

    def start(self) -> None:
        """Bundle JsSIP if need be and listen; raises `PortTaken`, `NodePackagesMissing` or `NodeFailed`."""
        self._jssip = bundle(node_home())
        self._loop = LoopThread("reference server")
        try:
            self._runner, self._port = self._loop.call(listen(self._app(), self._asked_port))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop listening and end the thread. Safe to call twice."""
        loop, runner = self._loop, self._runner
        self._loop = self._runner = self._port = None
        if loop is None:
            return
        if runner is not None:
            loop.call(runner.cleanup())
        loop.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        """Whether it runs and somebody listens on its port."""
        if self._loop is None or self._port is None or not self._loop.loop.is_running():
            return False
        try:
            socket.create_connection(("127.0.0.1", self._port), 1).close()
        except OSError:
            return False
        return True

    @property
    def port(self) -> int:
        """The port that was bound; `RuntimeError` before `start`."""
        if self._port is None:
            raise RuntimeError("the reference server is not running; call start() first")
        return self._port

    def url(self, release: str, scenario: str = DEFAULT_SCENARIO) -> str:
        """Address of a host page with that release; `UnknownRelease` names the releases that there are."""
        if release not in RELEASES:
            raise UnknownRelease(f"reference@{release} does not exist; choose one of {', '.join(RELEASES)}")
        return f"http://{scenario}.localhost:{self.port}/{release}/"

    def index_url(self) -> str:
        """Address of the page that leads to every release and every build."""
        return f"http://{DEFAULT_SCENARIO}.localhost:{self.port}/"

    def console_url(self, scenario: str = DEFAULT_SCENARIO) -> str:
        """Address of the agent's console for that scenario."""
        return f"http://{scenario}.localhost:{self.port}/console/"

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[_for_this_machine])
        app.on_response_prepare.append(_never_cached)
        app.router.add_get("/", self._index)
        app.router.add_get("/config.json", self._config)
        app.router.add_get("/jssip.mjs", self._send_jssip)
        for name in ("widget", "site"):
            app.router.add_get(f"/{name}/{{path:.+}}", _sends(name))
        for release in RELEASES:
            app.router.add_get(f"/{release}", self._with_slash)
            app.router.add_get(f"/{release}/", self._host_page)
            app.router.add_get(f"/{release}/{{path:.+}}", _sends(f"releases/{release}"))
        app.add_routes(console_routes(lambda: self._rooms, scenario_of, HOME / "console"))
        return app

    async def _index(self, request: web.Request) -> web.Response:
        items = "".join(f'<li><a href="/{release}/">Reference widget {release}</a></li>' for release in RELEASES)
        if self._rooms is not None:
            items += '<li><a href="/console/">Agent console</a></li>'
        page = (HOME / "site" / "index.html").read_text("utf-8").replace("<!-- releases -->", items)
        rows = "".join(self._row(build) for build in sorted(builds.catalogue().values(), key=_order))
        text = page.replace("<!-- builds -->", rows)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": OWN_ONLY})

    def _row(self, build: builds.Build) -> str:
        """A row of the table of builds; each has an origin of its own, which tells the server what to change."""
        url = self.url(build.release, builds.label(DEFAULT_SCENARIO, build))
        id_, title, kind, release = map(html.escape, (build.id, build.title, build.kind, build.release))
        return (
            f'<tr><th scope="row"><a href="{html.escape(url)}">{id_}</a></th>'
            f"<td>{kind}</td><td>{release}</td><td>{title}</td></tr>\n"
        )

    async def _with_slash(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(f"{request.path}/")

    async def _host_page(self, request: web.Request) -> web.Response:
        page = _source("site/host.html", request)
        release = html.escape(request.path.strip("/"))
        return web.Response(text=page.replace("{release}", release), content_type="text/html")

    async def _config(self, request: web.Request) -> web.Response:
        scenario = scenario_of(request)
        room = self._rooms(scenario) if self._rooms is not None else None
        return web.json_response(
            {
                "websocket": f"ws://{room.name if room else scenario}.localhost:{self._far_end_port}/sip",
                "domain": "contact.example",
                "user": "customer",
                "agent": "agent",
            }
        )

    async def _send_jssip(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(self._jssip, headers={"Content-Type": "text/javascript"})


def _source(file: str, request: web.Request) -> str:
    """A source file as the build that the origin stands for has it."""
    text = (HOME / file).read_text("utf-8")
    build = builds.by_label(scenario_of(request))
    return build.apply(file, text) if build else text


def _sends(folder: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that sends the files of one folder, none outside of it."""

    async def send(request: web.Request) -> web.Response:
        name = request.match_info["path"]
        if "\0" in name:  # no file system knows it
            raise web.HTTPNotFound
        path = (HOME / folder / name).resolve()
        if not path.is_relative_to(HOME / folder) or not path.is_file():
            raise web.HTTPNotFound
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return web.Response(text=_source(path.relative_to(HOME).as_posix(), request), content_type=kind)

    return send


@web.middleware
async def _for_this_machine(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn away whoever reaches this server by a name of somebody else's: a page can let its name lead here (DNS rebinding)."""
    name = request.host.lower()
    name = name.partition("]")[0].lstrip("[") if name.startswith("[") else name.partition(":")[0]
    if name not in ("localhost", "127.0.0.1", "::1") and not name.endswith(".localhost"):
        raise web.HTTPForbidden(text="This server answers to localhost, and to names below it.\n")
    return await handler(request)


async def _never_cached(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Cache-Control"] = "no-store"
    if request.path.endswith((".js", ".mjs")):
        response.content_type = "text/javascript"  # RFC 9239; not every system's table of types knows it
