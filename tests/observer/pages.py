"""Small pages on loopback for the observer to look at."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HEAD = "<!doctype html><meta charset=utf-8><title>page</title><style>body{margin:20px;font:16px sans-serif}</style>"


class Pages:
    """Serves the HTML that a test gives it, by path."""

    def __init__(self) -> None:
        self.bodies: dict[str, str] = {}
        self.types: dict[str, str] = {}
        pages = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind = pages.types.get(self.path, "text/html")
                head = HEAD if kind == "text/html" else ""
                data = (head + pages.bodies.get(self.path, "")).encode()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def put(self, body: str, path: str = "/", host: str = "s1.localhost") -> str:
        self.bodies[path] = body
        return f"http://{host}:{self._server.server_port}{path}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def pages() -> Iterator[Pages]:
    served = Pages()
    try:
        yield served
    finally:
        served.stop()
