"""`widget-conformance serve`: the reference widget, its builds and the agent's console, for a person to try."""

import argparse
import signal
import threading

from widget_conformance.fixtures.far_end.guests import Guests
from widget_conformance.fixtures.far_end.server import FarEnd
from widget_conformance.fixtures.far_end.sources import CHROMIUM_SOURCE
from widget_conformance.fixtures.subject import REFERENCE_RELEASES
from widget_conformance.fixtures.timeline import Timeline
from widget_conformance.reference_impl.builds import catalogue, label
from widget_conformance.reference_impl.server import DEFAULT_SCENARIO, ReferenceServer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="of the web server (default: any free one)")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535")
    return int(text)


def execute(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    far_end = FarEnd()
    far_end.start()
    try:
        room = far_end.open_room(DEFAULT_SCENARIO, Timeline(), CHROMIUM_SOURCE)
        server = ReferenceServer(far_end.port, options.port)
        labels = {label(DEFAULT_SCENARIO, build) for build in (None, *catalogue().values())}
        server.attach_console(lambda name: room if name in labels else None)
        with server:
            own = {f"http://{name}.localhost:{server.port}" for name in labels}
            room.guests = Guests(own.__contains__, patience=0.0)  # no other page may call, or hang up
            for release in REFERENCE_RELEASES:
                print(f"Reference widget {release}  {server.url(release)}")
            print(f"All builds            {server.index_url()}")
            print(f"Agent console         {server.console_url()}")
            print("Ctrl-C ends it.", flush=True)
            stop.wait()
    finally:
        far_end.stop()
    return 0
