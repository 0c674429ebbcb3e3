"""A pytest plugin that does harm in the middle of scenarios, to see what the suite says of the widget then.

`WIDGET_CONFORMANCE_PLUGINS=harm` loads it into the pytest of a run. `HARM` is JSON: for "subject: scenario", what to do at the
first event of a name in the scenario's timeline. The event "comes to harm" tells that it was done.
"""

import datetime
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import aiortc.clock
import psutil
import pytest
from widget_conformance.fixtures.timeline import Event
from widget_conformance.fixtures.world import World

FROZEN_S = 5.0
DONE = "comes to harm"
FORWARDS = """(ms) => {
  const Real = Date;
  window.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + ms); }
    static now() { return Real.now() + ms; }
  };
}"""


def freezes(world: World) -> None:
    """Stop every process of the browser, and let them go on after a while."""
    drivers = psutil.Process().children()
    main = [browser for driver in drivers for browser in driver.children()]
    tree = [process for one in main for process in (one, *one.children(recursive=True))]
    assert tree, "no browser runs"

    def send(number: signal.Signals) -> None:
        for process in tree:
            if process.is_running():
                process.send_signal(number)

    send(signal.SIGSTOP)
    threading.Timer(FROZEN_S, send, [signal.SIGCONT]).start()


def loses_the_server(world: World) -> None:
    """End the widget's server as if its process had been killed: no connection is closed in an orderly way."""
    server = world.stage.reference(world.far_end)
    loop, runner = server._loop, server._runner
    assert loop is not None
    assert runner is not None
    dead = threading.Event()

    def die() -> None:
        for site in runner.sites:
            site._server.close()  # type: ignore[attr-defined]
        for connection in runner.server.connections if runner.server else ():
            if connection.transport is not None:
                connection.transport.abort()
        loop.loop.call_soon(loop.loop.stop)
        dead.set()

    loop.loop.call_soon_threadsafe(die)
    dead.wait(5)


def is_cut_off(world: World) -> None:
    """Cut the SIP connections below both WebSockets: neither side gets to say that it closes them."""
    for connection in list(world.room.links):
        connection.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def loses_its_media(world: World) -> None:
    """Drop every datagram that comes from the browser, from now on."""
    for call in world.room.calls:
        assert call.leg is not None
        for leg in call.leg.pc.getTransceivers():
            for protocol in leg.receiver.transport.transport._connection._protocols:
                protocol.datagram_received = lambda data, address: None


def runs(script: str) -> Callable[[World], None]:
    """Let the page run a script of its own."""
    return lambda world: world.tab.page.main_frame.evaluate(script)


LOOPS = """async () => {
  const status = window.kept = await navigator.permissions.query({ name: "microphone" });
  let before = status.state;
  status.addEventListener("change", () => {
    if (before !== "denied") before = status.state;
    else for (;;);
  });
}"""
SETTLES_NOTHING = "() => { navigator.permissions.query = () => new Promise(() => {}) }"


def jumps(hours: float) -> Callable[[World], None]:
    """Set the clock of the harness and of the page, as seen from there; at an event of the main thread's only."""

    def jump(world: World) -> None:
        real, by = REAL_TIME, datetime.timedelta(hours=hours)
        time.time = lambda: real() + by.total_seconds()
        aiortc.clock.current_datetime = lambda: datetime.datetime.now(datetime.UTC) + by
        for frame in world.tab.page.frames:
            frame.evaluate(FORWARDS, by.total_seconds() * 1000)

    return jump


REAL_TIME = time.time
HARMS: dict[str, Callable[[World], None]] = {
    "freezes": freezes,
    "loses the server": loses_the_server,
    "is cut off": is_cut_off,
    "loses its media": loses_its_media,
    "loops once the microphone is allowed again": runs(LOOPS),
    "tells nothing of permissions any more": runs(SETTLES_NOTHING),
    "jumps forwards": jumps(1),
    "jumps back": jumps(-24),
}


def pytest_bdd_before_scenario(request: pytest.FixtureRequest) -> None:
    world: World = request.getfixturevalue("world")
    planned = json.loads(os.environ["HARM"]).get(f"{world.subject.name}: {world.case.scenario}", {})
    note = world.timeline.note

    def noting(actor: str, what: str, at: float | None = None, **detail: Any) -> Event:
        event = note(actor, what, at, **detail)
        if harm := planned.pop(what, None):
            HARMS[harm](world)
            note("harness", DONE, None, how=harm)
        return event

    world.timeline.note = noting  # type: ignore[method-assign]


def pytest_bdd_after_scenario() -> None:
    time.time = REAL_TIME
