"""A real SMTP server (RFC 5321) on a socket of this machine, which can be told to misbehave."""

import socket
import socketserver
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message


@dataclass
class MailServer:
    """What it does at each step, and what it took."""

    port: int = 0
    greeting: bytes = b"220 ready"
    to_mail: bytes = b"250 fine"
    to_rcpt: bytes = b"250 fine"
    to_data: bytes = b"354 go on"
    at_the_stop: bytes = b"250 taken"
    offers_tls: bool = True
    drops_at: str = ""
    """A command (or "STOP", after the letter is taken) at which it lets go without a word."""
    drips_at: str = ""
    """A command that it answers one sign in a while, for ever."""
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    on_taken: Callable[[], None] = lambda: None
    connections: int = 0
    is_over: bool = False

    @property
    def letters(self) -> list[Message]:
        """What it took, as letters."""
        return [message_from_bytes(body) for _, body in self.taken]

    def ids(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        # Read without a parser of letters: there may be ten thousand.
        return Counter(
            line.partition(b":")[2].strip().decode()
            for _, body in self.taken
            for line in body.splitlines()
            if line.lower().startswith(b"message-id:")
        )


@contextmanager
def mail_server(
    context: ssl.SSLContext | None = None, *, tls: bool = False
) -> Iterator[MailServer]:
    """A server that ends with the block; `tls` speaks it from the first sign on."""
    found = MailServer()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            found.connections += 1
            # Broken lines, and a client that does not like the certificate.
            with suppress(OSError):
                line = self.request
                if tls:
                    assert context is not None
                    line = context.wrap_socket(line, server_side=True)
                talk = _Talk(found, line, None if tls else context)
                try:
                    talk.go_on()
                finally:
                    talk.end()

    with _Server(("127.0.0.1", 0), Handler) as listening:
        found.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield found
        finally:
            found.is_over = True
            listening.shutdown()
            thread.join(10)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Talk:
    """One connection."""

    def __init__(
        self, server: MailServer, line: socket.socket, context: ssl.SSLContext | None
    ) -> None:
        self.server, self.context, self.to = server, context, ""
        self._take_up(line)

    def _take_up(self, line: socket.socket) -> None:
        self.line = line
        line.settimeout(5)
        self.reader = line.makefile("rb")

    def end(self) -> None:
        self.reader.close()
        self.line.close()

    def go_on(self) -> None:
        self._say(self.server.greeting)
        while line := self.reader.readline():
            told = line.decode("ascii", "replace").strip()
            self.server.told.append(told)
            verb = told.partition(" ")[0].upper()
            if verb == self.server.drops_at:
                return
            if verb == self.server.drips_at:
                self._drip()
            elif not self._answer(verb, told):
                return

    def _answer(self, verb: str, told: str) -> bool:
        match verb:
            case "EHLO":
                more = b"250-STARTTLS\r\n" if self.context and self.server.offers_tls else b""
                self._say(b"250-here\r\n" + more + b"250 8BITMIME")
            case "STARTTLS":
                assert self.context is not None
                self._say(b"220 go ahead")
                self.reader.close()
                self._take_up(self.context.wrap_socket(self.line, server_side=True))
            case "MAIL":
                self._say(self.server.to_mail)
            case "RCPT":
                self.to = told.partition("<")[2].rstrip(">")
                self._say(self.server.to_rcpt)
            case "DATA":
                self._say(self.server.to_data)
                if self.server.to_data.startswith(b"354"):
                    return self._take()
            case "QUIT":
                self._say(b"221 bye")
                return False
            case _:
                self._say(b"250 fine")
        return True

    def _take(self) -> bool:
        lines = []
        while (line := self.reader.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line.removeprefix(b"."))
        if self.server.at_the_stop.startswith(b"250"):
            self.server.taken.append((self.to, b"".join(lines)))
            self.server.on_taken()
        if self.server.drops_at == "STOP":
            return False
        if self.server.drips_at == "STOP":
            self._drip()
        self._say(self.server.at_the_stop)
        return True

    def _say(self, words: bytes) -> None:
        self.line.sendall(words + b"\r\n")

    def _drip(self) -> None:
        while not self.server.is_over:
            self.line.sendall(b"2")
            time.sleep(0.1)
