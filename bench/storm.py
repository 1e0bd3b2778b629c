"""Many strangers who try cards, while one person reads."""

import secrets
import socket
import threading
import time
from collections.abc import Iterable
from urllib.parse import urlencode

from bench import load
from bench.pages import PART, Target
from portal.domain.cards import new_card_number
from portal.vault import random_digits

SIGN_INS_A_SECOND = 50
STRANGERS = 50
"""Each tries once a second: one who waits for a slow pass keeps nobody else from trying."""


class Storm:
    """Strangers with cards that open nothing, each try from another address."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stop = threading.Event()
        self._strangers = [
            threading.Thread(target=self._try_cards, args=(number,)) for number in range(STRANGERS)
        ]
        self._began = time.perf_counter()
        self.tries = 0

    def __enter__(self) -> "Storm":
        """Begin, and wait until all have come."""
        for stranger in self._strangers:
            stranger.start()
        time.sleep(1.5)
        self._began, self.tries = time.perf_counter(), 0
        return self

    def __exit__(self, *_: object) -> None:
        """Let the last tries end."""
        self._stop.set()
        for stranger in self._strangers:
            stranger.join()

    @property
    def tries_a_second(self) -> float:
        """How many sign-ins a second were begun."""
        return self.tries / (time.perf_counter() - self._began)

    def _try_cards(self, number: int) -> None:
        pause = STRANGERS / SIGN_INS_A_SECOND
        time.sleep(pause * number / STRANGERS)
        while not self._stop.is_set():
            began = time.perf_counter()
            self.tries += 1
            _try_a_card(self._port)
            time.sleep(max(0.0, pause - (time.perf_counter() - began)))


def measure(targets: Iterable[Target], port: int, seconds: float) -> None:
    """Each page for one reader alone, and while fifty sign-ins a second are tried."""
    pages = list(targets)
    alone = [_median_ms(page, seconds) for page in pages]
    with Storm(port) as storm:
        crowded = [_median_ms(page, seconds) for page in pages]
        tries = storm.tries_a_second
    print(f"\n## one reader, alone and under {tries:.0f} sign-ins a second")
    for page, calm, busy in zip(pages, alone, crowded, strict=True):
        print(f"{page.name:26}{calm:8.1f}ms{busy:8.1f}ms{busy / calm:8.2f} times")


def _median_ms(page: Target, seconds: float) -> float:
    return load.run(page.port, page.next_request, seconds=seconds, connections=1).median_ms


def _try_a_card(port: int) -> None:
    card = new_card_number(random_digits)
    fields = {"do": "/front/sign-in", "a": card, "b": "274951", "l": "en"}
    # Everybody from another address: one address is slowed down long before.
    address = ".".join(str(secrets.randbelow(256)) for _ in range(4))
    headers = PART + f"Connection: close\r\nX-Forwarded-For: {address}\r\n"
    with socket.create_connection(("127.0.0.1", port)) as stranger:
        stranger.sendall(load.post(urlencode(fields), headers=headers))
        while stranger.recv(65536):
            pass
