"""The reference server as a browser, and whoever starts it, meets it."""

import asyncio
import html
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from widget_conformance.fixtures.loop import PortTaken
from widget_conformance.fixtures.node import NodePackagesMissing, node_home
from widget_conformance.reference_impl import builds
from widget_conformance.reference_impl.builds import catalogue
from widget_conformance.reference_impl.jssip import bundle
from widget_conformance.reference_impl.server import RELEASES, ReferenceServer, UnknownRelease

FAR_END_PORT = 4321
needs_node = pytest.mark.skipif(
    not (node_home() / "node_modules" / "jssip").is_dir(), reason="the npm packages are not installed; run set-up"
)


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(FAR_END_PORT) as running:
        yield running


def get(server: ReferenceServer, path: str, host: str | None = "s17.localhost") -> tuple[int, dict[str, str], bytes]:
    async def fetch() -> tuple[int, dict[str, str], bytes]:
        headers = {"Host": f"{host}:{server.port}"} if host else {}
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{server.port}{path}", headers=headers) as answer,
        ):
            return answer.status, dict(answer.headers), await answer.read()

    return asyncio.run(fetch())


class Screen:
    def __init__(self, png: bytes | None) -> None:
        self._png = png

    def picture_png(self) -> bytes | None:
        return self._png


class Agent:
    def __init__(self, png: bytes | None) -> None:
        self.video = Screen(png)


class FakeRoom:
    def __init__(self, name: str, png: bytes | None = None) -> None:
        self.name = name
        self.agent = Agent(png)

    def snapshot(self) -> dict[str, Any]:
        return {"room": self.name, "calls": [], "agent": None, "participant": None}


@needs_node
@pytest.mark.parametrize("release", RELEASES)
def test_host_page_embeds_the_release_by_one_script_tag(server: ReferenceServer, release: str) -> None:
    status, headers, body = get(server, f"/{release}/")
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert body.count(b"<script") == 1
    assert f'src="/{release}/widget.js"'.encode() in body


@needs_node
@pytest.mark.parametrize("release", RELEASES)
def test_every_module_that_a_release_imports_is_served_as_a_module(server: ReferenceServer, release: str) -> None:
    waiting, seen = [f"/{release}/widget.js", "/5.2/frame.js"], set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        status, headers, body = get(server, path)
        assert status == 200, path
        assert headers["Content-Type"].startswith("text/javascript"), path
        if path == "/jssip.mjs":
            continue
        for line in body.decode().splitlines():
            if line.startswith("import "):
                name = line.split('"')[1]
                waiting.append(name if name.startswith("/") else f"{path.rsplit('/', 1)[0]}/{name.removeprefix('./')}")
    assert "/jssip.mjs" in seen


@needs_node
def test_configuration_leads_to_the_far_end_room_of_the_origin(server: ReferenceServer) -> None:
    config = json.loads(get(server, "/config.json", "s17.localhost")[2])
    assert config["websocket"] == f"ws://s17.localhost:{FAR_END_PORT}/sip"


@needs_node
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST", 's"1.localhost', "a.b.localhost"])
def test_other_hosts_lead_to_the_default_room(server: ReferenceServer, host: str) -> None:
    config = json.loads(get(server, "/config.json", host)[2])
    assert config["websocket"] == f"ws://s0.localhost:{FAR_END_PORT}/sip"


@needs_node
@pytest.mark.parametrize("host", ["evil.example.org", "localhost.example.org", "127.0.0.1.example.org", "192.0.2.1"])
def test_a_name_of_somebody_elses_leads_nowhere(server: ReferenceServer, host: str) -> None:
    server.attach_console({"s0": FakeRoom("s0", b"picture")}.get)
    for path in ("/", "/config.json", "/console/", "/console/picture.png"):
        status, _, body = get(server, path, f"{host}:{server.port}")
        assert (status, b"localhost" in body) == (403, True)


@needs_node
def test_nobody_but_the_console_itself_sees_what_it_shows(server: ReferenceServer) -> None:
    server.attach_console({"s0": FakeRoom("s0", b"picture")}.get)
    own = f"http://s0.localhost:{server.port}"

    async def status(path: str, **headers: str) -> int:
        to = {"Host": f"s0.localhost:{server.port}", **{key.replace("_", "-"): value for key, value in headers.items()}}
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{server.port}{path}", headers=to) as answer,
        ):
            return answer.status

    others = (
        "https://evil.example",
        "null",
        f"http://localhost:{server.port}",
        f"http://s1.localhost:{server.port}",
        "http://s0.localhost",
    )
    for origin in others:
        assert asyncio.run(status("/console/states", Origin=origin)) == 403, origin
    assert asyncio.run(status("/console/states")) == 403
    assert asyncio.run(status("/console/states", Origin=own)) == 400, "a WebSocket is needed"
    assert asyncio.run(status("/console/picture.png", Sec_Fetch_Site="cross-site")) == 403
    assert asyncio.run(status("/console/picture.png", Sec_Fetch_Site="same-site")) == 403
    assert asyncio.run(status("/console/picture.png", Sec_Fetch_Site="same-origin")) == 200


@needs_node
def test_index_names_the_releases_and_no_console_without_a_far_end(server: ReferenceServer) -> None:
    body = get(server, "/")[2].decode()
    assert all(f'href="/{release}/"' in body for release in RELEASES)
    assert "/console/" not in body
    assert get(server, "/console/")[0] == 404


@needs_node
def test_index_leads_to_every_build(server: ReferenceServer, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = replace(catalogue()["D06"], id="D00", title='says <b>"no"</b> & goes')
    monkeypatch.setattr(builds, "catalogue", lambda: {**catalogue(), "D00": odd})
    body = get(server, "/")[2].decode()
    for build in catalogue().values():
        address = f"http://s0-{build.id.lower()}.localhost:{server.port}/{build.release}/"
        (row,) = (line for line in body.splitlines() if f'<a href="{address}">{build.id}</a>' in line)
        assert f"<td>{build.kind}</td>" in row
        assert html.escape(build.title) in row
    assert "says &lt;b&gt;&quot;no&quot;&lt;/b&gt; &amp; goes" in body
    assert "<b>" not in body


@needs_node
def test_a_build_to_try_by_hand_calls_the_room_that_the_console_shows(server: ReferenceServer) -> None:
    server.attach_console(lambda name: FakeRoom("s0") if name in ("s0", "s0-d06") else None)
    for host, room in (("s0", "s0"), ("s0-d06", "s0"), ("s17-d06", "s17-d06")):
        config = json.loads(get(server, "/config.json", f"{host}.localhost")[2])
        assert config["websocket"] == f"ws://{room}.localhost:{FAR_END_PORT}/sip"


@needs_node
def test_nothing_outside_the_folders_is_served(server: ReferenceServer) -> None:
    assert get(server, "/5.1/%2e%2e/%2e%2e/server.py")[0] in (403, 404)
    assert get(server, "/widget/..%2fserver.py")[0] in (403, 404)
    assert get(server, "/9.9/")[0] == 404


@needs_node
def test_console_shows_the_room_of_the_origin(server: ReferenceServer) -> None:
    rooms = {"s17": FakeRoom("s17", b"\x89PNG picture")}
    server.attach_console(rooms.get)
    assert get(server, "/console/")[0] == 200
    status, headers, body = get(server, "/console/picture.png")
    assert (status, headers["Content-Type"], body) == (200, "image/png", b"\x89PNG picture")
    assert get(server, "/console/picture.png", "s18.localhost")[0] == 404

    async def states(host: str, count: int) -> list[dict[str, Any]]:
        own = f"{host}.localhost:{server.port}"
        headers = {"Host": own, "Origin": f"http://{own}"}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"http://127.0.0.1:{server.port}/console/states", headers=headers) as sock,
        ):
            return [await sock.receive_json(timeout=5) for _ in range(count)]

    assert [state["room"] for state in asyncio.run(states("s17", 2))] == ["s17", "s17"]
    unknown = asyncio.run(states("s18", 1))[0]
    assert unknown == {"room": "s18", "calls": [], "agent": None, "participant": None}


@needs_node
def test_unknown_release_names_those_there_are(server: ReferenceServer) -> None:
    with pytest.raises(UnknownRelease, match=r"reference@6\.0 does not exist; choose one of 5\.0, 5\.1, 5\.2"):
        server.url("6.0")
    assert server.url("5.1", "s3") == f"http://s3.localhost:{server.port}/5.1/"


@needs_node
def test_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            ReferenceServer(FAR_END_PORT, port).start()


@needs_node
def test_stop_frees_the_port_and_may_be_called_twice() -> None:
    server = ReferenceServer(FAR_END_PORT)
    server.start()
    port = server.port
    server.stop()
    server.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = server.port
    socket.create_server(("127.0.0.1", port)).close()


def test_bundle_before_set_up_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NodePackagesMissing, match=r"jssip is not in .*run set-up first"):
        bundle(tmp_path)


@needs_node
def test_bundle_is_made_once() -> None:
    made = bundle(node_home())
    before = made.stat().st_mtime_ns
    assert bundle(node_home()).stat().st_mtime_ns == before
    assert b"import" not in made.read_bytes()[:200]
