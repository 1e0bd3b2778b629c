"""A load generator: a few connections that ask as fast as they are answered.

One thread, raw sockets, requests made beforehand: the client costs little, and costs the same for
every target, so that ratios of one run can be trusted where absolute figures cannot.
"""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles

Request = bytes
NextRequest = Callable[[], Request]


@dataclass
class Measured:
    """What came of one stretch of load."""

    seconds: float
    latencies: list[float]
    statuses: dict[int, int]
    bytes_read: int

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def median_ms(self) -> float:
        """Median time to the whole answer, in milliseconds."""
        return median(self.latencies) * 1000

    @property
    def p95_ms(self) -> float:
        """Time within which 95 of 100 answers were whole, in milliseconds."""
        return quantiles(self.latencies, n=20)[-1] * 1000


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.began = 0.0

    def ask(self, request: Request) -> None:
        """Send one request."""
        self.buffer, self.began = b"", time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> int | None:
        """Read on; gives the status when the answer is whole."""
        piece = self.socket.recv(262144)
        if not piece:
            raise ConnectionError("the server closed a connection in the middle of an answer")
        self.buffer += piece
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            return _status(head) if body.endswith(b"0\r\n\r\n") else None
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        return _status(head) if len(body) >= length else None


def run(port: int, next_request: NextRequest, *, seconds: float, connections: int = 8) -> Measured:
    """Load one server for a while. A refused or broken answer is counted by its status."""
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = _Connection(port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask(next_request())
    measured = Measured(0.0, [], {}, 0)
    began = time.perf_counter()
    while (now := time.perf_counter()) - began < seconds:
        for key, _ in selector.select(timeout=1):
            connection = key.data
            status = connection.read()
            if status is None:
                continue
            measured.latencies.append(time.perf_counter() - connection.began)
            measured.statuses[status] = measured.statuses.get(status, 0) + 1
            measured.bytes_read += len(connection.buffer)
            connection.ask(next_request())
    measured.seconds = now - began
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    selector.close()
    if not measured.latencies:
        raise TimeoutError(f"no answer within {seconds} seconds")
    return measured


def get(path: str, *, headers: str = "") -> Request:
    """A GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode()


def post(body: str, *, headers: str = "", path: str = "/") -> Request:
    """A POST of form fields."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n{body}"
    ).encode()


def _status(head: bytes) -> int:
    return int(head[9:12])
