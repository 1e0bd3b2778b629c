"""A copy of the database that nothing seals, for as long as a command works on it.

What is erased later would live on in one that was left behind, and no day's key would ever end it.
"""

import fcntl
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".copy-"
_ENDED_BY_SIGNAL = 128


@contextmanager
def place_for_copy(beside: Path) -> Iterator[Path]:
    """A directory for a copy, gone in the end: also when a timer or a shutdown ends the command.

    What a command left that was killed outright goes first.
    """
    _remove_left(beside)
    with (
        _ended_in_order(),
        tempfile.TemporaryDirectory(dir=beside, prefix=_PREFIX) as directory,
        _held(Path(directory)),
    ):
        yield Path(directory)


def _remove_left(beside: Path) -> None:
    for left in beside.glob(f"{_PREFIX}*"):
        try:
            with _held(left):
                shutil.rmtree(left)
        except (BlockingIOError, FileNotFoundError):
            # Another command works on it, or has just removed it.
            continue


@contextmanager
def _held(directory: Path) -> Iterator[None]:
    """Under a lock that ends with its process. BlockingIOError when another process has it."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Whoever asks this process to end lets it clean up first, as an exception would."""
    before = signal.signal(
        signal.SIGTERM, lambda number, _frame: sys.exit(_ENDED_BY_SIGNAL + number)
    )
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
