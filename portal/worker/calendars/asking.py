"""One request to a calendar server: to that host only, in time, and never more than fits.

Names are resolved once, every address is checked, and the connection goes to the address that was
checked: a name that answers otherwise the second time (DNS rebinding) gains nothing.
"""

import http.client
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from portal.domain.calendars import Access, Trouble, may_reach

SECONDS = 15.0
"""For one request with its answer, however slowly the server drips."""
MOST_BYTES = 8 * 1024 * 1024
MOST_TURNS = 3
_PORTS = {"https": 443, "http": 80}
_TURNS = frozenset({301, 302, 303, 307, 308})


class Failed(Exception):
    """A calendar could not be read or written, and why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def etag(self) -> str | None:
        """The version of what was asked for, if the server says one."""
        return self.headers.get("etag")


class Host:
    """A calendar server, over one connection that is kept as long as it holds."""

    def __init__(
        self, access: Access, *, inside: Collection[str], seconds: float = SECONDS
    ) -> None:
        self._access, self._inside, self._seconds = access, inside, seconds
        self._parts = urlsplit(access.url)
        self._kept: http.client.HTTPConnection | None = None
        self.requests = 0

    @property
    def path(self) -> str:
        """The path of the calendar."""
        return self._parts.path or "/"

    def ask(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send a request and read the answer. Raises Failed, also for 401, 403, 404 and 5xx.

        Redirects are followed within the host, for reading only.
        """
        for _ in range(MOST_TURNS + 1):
            parts = self._within(urljoin(self._access.url, url))
            reply = self._send(method, parts, body, headers or {})
            if reply.status not in _TURNS:
                return reply
            if method not in ("GET", "PROPFIND", "REPORT"):
                raise Failed(Trouble.LEADS_ELSEWHERE)
            url = reply.headers.get("location", "")
        raise Failed(Trouble.LEADS_ELSEWHERE)

    def close(self) -> None:
        """Let the connection go."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _within(self, url: str) -> SplitResult:
        # A server that sends us on could make us carry the pass word to anybody.
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise Failed(Trouble.LEADS_ELSEWHERE) from None
        own = (self._parts.scheme, self._parts.hostname, self._parts.port)
        if (parts.scheme, parts.hostname, port) != own:
            raise Failed(Trouble.LEADS_ELSEWHERE)
        return parts

    def _send(
        self, method: str, parts: SplitResult, body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.requests += 1
        for is_last in (False, True):
            connection, is_new = self._connection()
            try:
                with _in_time(connection, self._seconds):
                    connection.request(method, target, body or None, {**self._signed(), **headers})
                    return self._read(connection)
            except (http.client.HTTPException, OSError, ValueError) as error:
                self.close()
                # A kept connection may have been closed by the server while nobody looked.
                if is_new or is_last:
                    raise Failed(_trouble(error)) from None
        raise AssertionError("one of the two tries returns or raises")

    def _read(self, connection: http.client.HTTPConnection) -> Reply:
        answer = connection.getresponse()
        body = answer.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            self.close()
            raise Failed(Trouble.TOO_LARGE)
        if answer.will_close:
            self.close()
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, body)

    def _signed(self) -> dict[str, str]:
        signed = {"User-Agent": "One-Roof", "Accept-Encoding": "identity"}
        if self._access.name:
            pair = f"{self._access.name}:{self._access.secret}".encode()
            signed["Authorization"] = f"Basic {b64encode(pair).decode()}"
        return signed

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        if self._kept is not None:
            return self._kept, False
        self._kept = _connect(self._parts, self._inside, self._seconds)
        return self._kept, True


def check(reply: Reply, *fine: int) -> Reply:
    """The reply, if its status is one of these. Raises Failed with the trouble that it means."""
    if reply.status in fine:
        return reply
    raise Failed(_MEANINGS.get(reply.status, Trouble.SERVER_FAILED))


_MEANINGS = {
    401: Trouble.NOT_LET_IN,
    403: Trouble.NOT_LET_IN,
    404: Trouble.NOT_THERE,
    405: Trouble.NOT_A_CALENDAR,
    410: Trouble.NOT_THERE,
    413: Trouble.TOO_LARGE,
    415: Trouble.NOT_A_CALENDAR,
    200: Trouble.NOT_A_CALENDAR,
}


def _connect(
    parts: SplitResult, inside: Collection[str], seconds: float
) -> http.client.HTTPConnection:
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    failed = Failed(Trouble.NOT_REACHED)
    for ip in _addresses(host, port, inside):
        try:
            plain = socket.create_connection((ip, port), timeout=seconds)
        except OSError as error:
            failed = Failed(_trouble(error))
            continue
        connection = http.client.HTTPConnection(host, port, timeout=seconds)
        connection.sock = plain
        if parts.scheme == "https":
            try:
                connection.sock = ssl.create_default_context().wrap_socket(
                    plain, server_hostname=host
                )
            except OSError as error:
                plain.close()
                failed = Failed(_trouble(error))
                continue
            connection.default_port = 443
        # Closed by the server, it is not to be opened again by name, past the check.
        connection.auto_open = 0
        return connection
    raise failed


def _addresses(host: str, port: int, inside: Collection[str]) -> Iterator[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Failed(Trouble.NO_SUCH_HOST) from None
    ips = list(dict.fromkeys(str(one[4][0]) for one in found))
    # One bad address is enough: a name that leads both outside and inside is no calendar's.
    if not all(may_reach(ip, host, inside=inside) for ip in ips):
        raise Failed(Trouble.INSIDE_THE_HOUSE)
    yield from ips


@contextmanager
def _in_time(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """A time for all of it: a timeout of the socket begins anew with every byte."""
    late = threading.Event()

    def end() -> None:
        late.set()
        if connection.sock is not None:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (http.client.HTTPException, OSError, ValueError):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError


def _trouble(error: Exception) -> Trouble:
    return Trouble.TOO_SLOW if isinstance(error, TimeoutError) else Trouble.NOT_REACHED
