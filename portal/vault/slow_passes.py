"""Slow passes take one of a few slots that all processes of the house share.

A sign-in costs 64 MiB and a tenth of a second of a core. Without a limit, a few people who try
cards would take the memory and the time of everybody who is reading a page.
"""

import fcntl
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import ParamSpec, TypeVar

from portal.vault.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")

LOWEST_PRIORITY = 19


class SlowPasses:
    """Runs slow functions, at most `slots` at once over all processes that share `directory`.

    The slots are lock files `slow-pass-0.lock` and on (flock): the kernel frees the slot of a
    process that was killed. `count` is how many passes this object has started.
    """

    def __init__(self, directory: Path, slots: int) -> None:
        if slots < 1:
            raise ValueError("at least one slow pass must be allowed")
        self._paths = [directory / f"slow-pass-{number}.lock" for number in range(slots)]
        self._counting = threading.Lock()
        self.count = 0
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function(*args)` returns or raises, run in a thread of the lowest priority.

        Other pages keep answering meanwhile: libsodium lets go of the interpreter during the pass.
        Raises Busy at once, without running anything, when all slots are taken.
        """
        slot = self._take_slot()
        with self._counting:
            self.count += 1
        result: Future[T] = Future()

        def pass_of_low_priority() -> None:
            try:
                _lower_priority()
                outcome = function(*args, **kwargs)
            except BaseException as error:
                _free(slot)
                result.set_exception(error)
            else:
                # Freed before the result is known, so that who waits for it can go again at once.
                _free(slot)
                result.set_result(outcome)

        # A thread of its own each time: nobody without privileges may raise a priority again. It
        # frees the slot itself, because the pass goes on when whoever waits for it is interrupted.
        try:
            threading.Thread(target=pass_of_low_priority, name="slow pass").start()
        except RuntimeError:
            _free(slot)
            raise
        return result.result()

    def _take_slot(self) -> int:
        for path in self._paths:
            slot = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(slot)
            except BaseException:
                os.close(slot)
                raise
            else:
                return slot
        raise Busy("all slow passes are taken")


def _free(slot: int) -> None:
    # Unlocked and not only closed: a process forked meanwhile holds the same open file.
    fcntl.flock(slot, fcntl.LOCK_UN)
    os.close(slot)


def _lower_priority() -> None:
    # On Linux a thread has a priority of its own; elsewhere its id could be another's process.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST_PRIORITY)
