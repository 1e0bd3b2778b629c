"""The world outside the portal: the page that leaving goes to, on another site."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Weather</title>"
    b"<link rel=icon href=data:,><h1>Sunny</h1>"
)


@dataclass
class Arrival:
    """A browser that came: for which page, from where as far as it says, and what was so then."""

    path: str
    referrer: str | None
    saw: Any = None


@dataclass
class Street:
    """A harmless site; it notes who arrives and, at that moment, what a test wants to know."""

    port: int
    look: Callable[[], Any] | None = None
    arrivals: list[Arrival] = field(default_factory=list)

    def page(self, language: str) -> str:
        """The exit page of a language. Another host than the portal's, so another site."""
        return f"http://localhost:{self.port}/{language}"

    @contextmanager
    def looking(self, look: Callable[[], Any]) -> Iterator[list[Arrival]]:
        """Let `look` be asked whenever somebody arrives from now on; gives those who did."""
        self.look, self.arrivals = look, []
        yield self.arrivals
        self.look = None


@contextmanager
def a_street() -> Iterator[Street]:
    """Serve it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            street.arrivals.append(
                Arrival(self.path, self.headers["Referer"], street.look and street.look())
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    street = Street(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield street
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
