"""An end to talking with a server that answers, but slowly: a letter at a time has so long."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def deadline(seconds: float, sock: Callable[[], socket.socket | None]) -> Iterator[threading.Event]:
    """Cut the line when the time is over; the event tells that it was.

    Whoever talks on it gets an error, or half a line that must not be believed.

    A timeout of the socket is not enough: a server that says one letter a minute never meets it.
    """

    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        found = sock()
        if found is not None:
            with suppress(OSError):
                # Under the TLS of it, which must not go on in clear after its own end.
                socket.socket.shutdown(found, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()
