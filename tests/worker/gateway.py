"""A gateway for text messages on a socket of this machine, over HTTPS, which can misbehave."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Gateway:
    """What it answers, and what it was asked."""

    port: int = 0
    answers: int = 200
    hangs: float = 0.0
    drips: bool = False
    drops: bool = False
    location: str = ""
    asked: list[tuple[dict[str, Any], dict[str, str]]] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    gateway: Gateway

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A line that the other side cut is no news here."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """One text."""
        found = self.server.gateway
        body = self.rfile.read(int(self.headers["Content-Length"]))
        found.asked.append((json.loads(body), dict(self.headers)))
        if found.drops:
            self.close_connection = True
            return
        time.sleep(found.hangs)
        with suppress(OSError):
            self._answer(found)

    def _answer(self, found: Gateway) -> None:
        for sign in b"HTTP/1.1 200 OK\r\n" * 100 if found.drips else b"":
            self.wfile.write(bytes([sign]))
            time.sleep(0.1)
        self.send_response(found.answers)
        if found.location:
            self.send_header("Location", found.location)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def gateway(context: ssl.SSLContext) -> Iterator[Gateway]:
    """A gateway that ends with the block."""
    found = Gateway()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.gateway = found
    server.socket = context.wrap_socket(server.socket, server_side=True)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
