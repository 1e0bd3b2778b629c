"""Two taps on one button of a page that has no keys, because strangers have none."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore
from weakref import WeakValueDictionary

from portal.domain.refusals import Busy

TAPS = 2


class _Queue:
    """One who is served and one who waits; who comes third must try again later.

    A longer queue would let anybody who sends one card many times take all threads of a process.
    """

    def __init__(self) -> None:
        self.places = Semaphore(TAPS)
        self.turn = Lock()


_changing = Lock()
_queues: WeakValueDictionary[str, _Queue] = WeakValueDictionary()


@contextmanager
def one_at_a_time(card: str) -> Iterator[None]:
    """The second tap goes after the first, so that the page she sees is the session that lives.

    Within one process, which is where both taps of a phone usually arrive. Raises Busy.
    """
    with _changing:
        queue = _queues.setdefault(card, _Queue())
    if not queue.places.acquire(blocking=False):
        raise Busy
    try:
        with queue.turn:
            yield
    finally:
        queue.places.release()
