"""A real CalDAV server for tests: Radicale, one process for all of them."""

import http.client
import socket
import ssl
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

NAME, SECRET = "els", "a secret of tests"


@dataclass
class Answer:
    """What the server said."""

    status: int
    etag: str
    text: str


@dataclass
class Radicale:
    """A running server; `ask` speaks to it as the owner of a calendar would."""

    port: int
    name: str = NAME
    secret: str = SECRET
    certificate: Path | None = None

    def url(self, path: str) -> str:
        """The address of something on it."""
        if self.certificate is not None:
            return f"https://localhost:{self.port}{path}"
        return f"http://127.0.0.1:{self.port}{path}"

    def a_calendar(self) -> str:
        """The path of a new, empty calendar."""
        path = f"/{self.name}/{uuid4()}/"
        assert self.ask("MKCALENDAR", path).status == 201
        return path

    def ask(
        self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A request of the owner's own programme."""
        connection = self._connection()
        signed = b64encode(f"{self.name}:{self.secret}".encode()).decode()
        sent = {"Authorization": f"Basic {signed}", "Content-Type": "text/calendar"}
        connection.request(method, path, body.encode(), {**sent, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return Answer(answer.status, answer.headers.get("ETag", ""), text)

    def _connection(self) -> http.client.HTTPConnection:
        if self.certificate is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        believed = ssl.create_default_context(cafile=self.certificate)
        return http.client.HTTPSConnection("localhost", self.port, timeout=60, context=believed)

    def put(self, path: str, text: str) -> Answer:
        """She writes an event with her own programme, over whatever is there."""
        answer = self.ask("PUT", path, text)
        assert answer.status in (201, 204), answer
        return answer

    def names(self, path: str) -> list[str]:
        """What lies in a calendar."""
        body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
        said = self.ask("PROPFIND", path, body, {"Depth": "1", "Content-Type": "text/xml"}).text
        hrefs = [part.partition("</href>")[0] for part in said.split("<href>")[1:]]
        return [href.removeprefix(path) for href in hrefs if href != path]


@contextmanager
def running(directory: Path, certificate: Path | None = None) -> Iterator[Radicale]:
    """A server with its files in a directory, stopped at the end; with a certificate, by TLS."""
    tls: tuple[str, ...] = ()
    if certificate is not None:
        found = str(certificate)
        tls = ("--server-ssl", "--server-certificate", found, "--server-key", found)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    users = directory / "users"
    users.write_text(f"{NAME}:{SECRET}\n")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "radicale", "--config", ""),
            *("--server-hosts", f"127.0.0.1:{port}"),
            *("--storage-filesystem-folder", str(directory / "collections")),
            *("--auth-type", "htpasswd", "--auth-htpasswd-filename", str(users)),
            *("--auth-htpasswd-encryption", "plain", "--auth-delay", "0"),
            *("--server-max-connections", "50", "--logging-level", "error"),
            *tls,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield Radicale(port, certificate=certificate)
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("Radicale does not start")
