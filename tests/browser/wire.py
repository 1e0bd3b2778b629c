"""The wire between a phone and the house, which can be cut: then nobody answers at all."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Wire:
    """A port of this machine behind which the house answers, until it is cut."""

    def __init__(self, house: str) -> None:
        self._to = (str(urlsplit(house).hostname), int(urlsplit(house).port or 80))
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}/"
        threading.Thread(target=self._answer, daemon=True).start()

    def cut(self) -> None:
        """From now on every connection is refused, and those that stand are closed."""
        for one in (self._door, *self._lines):
            # A thread that waits in `accept` or `recv` wakes up by this alone.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _answer(self) -> None:
        with suppress(OSError):
            while True:
                phone, _ = self._door.accept()
                house = socket.create_connection(self._to)
                self._lines += [phone, house]
                for ends in ((phone, house), (house, phone)):
                    threading.Thread(target=_carry, args=ends, daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def a_wire(house: str) -> Iterator[Wire]:
    """Lay it, and take it away at the end."""
    wire = Wire(house)
    try:
        yield wire
    finally:
        wire.cut()
