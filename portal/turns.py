"""One thread of a process works at a time; whoever waits for something lets the others go on.

Python runs one thread at a time anyway. Threads that work side by side take it from each other at
every query and every value that is opened: eight readers of a thread of fifty got a third fewer
answers (measured).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 0.1
"""After so long one goes on without a turn: nothing that hangs makes everybody hang."""

_turn = threading.Lock()
_mine = threading.local()


@contextmanager
def taken() -> Iterator[None]:
    """Wait for a turn, and have it in here or until `let_go`."""
    _mine.has_turn = _turn.acquire(timeout=PATIENCE_SECONDS)
    try:
        yield
    finally:
        let_go()


def let_go() -> None:
    """Let another thread go on: before a long wait.

    The turn does not come back: who waited may hold what the next one waits for.
    """
    if getattr(_mine, "has_turn", False):
        _mine.has_turn = False
        _turn.release()
