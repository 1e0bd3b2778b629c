"""A round of the worker: each thing that it does is a transaction by itself.

One row that was altered behind our back, or a file that nobody may read, must not keep back what
is due elsewhere: what fails is said and counted, and the rest is done.
"""

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from portal.database import Database

_OURS = Path(__file__).parents[1]
Found = TypeVar("Found")
log = logging.getLogger("portal.worker")


class Round:
    """What is done at one moment, and how much of it failed."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now
        self.failed = 0

    def look(self, what: str, find: Callable[..., Found]) -> Found | None:
        """What is to be done; None, when that cannot be found out."""
        found: list[Found] = []
        with self.task(what), self.database.transaction("read") as session:
            found.append(find(session, now=self.now))
        return found[0] if found else None

    def do(self, what: str, act: Callable[..., int]) -> int:
        """Do one thing; gives how often it was done."""
        done = 0
        with self.task(what), self.database.transaction() as session:
            done = act(session, now=self.now)
        return int(done)

    def each(
        self, what: str, act: Callable[..., int], those: Iterable[object], *more: object
    ) -> int:
        """Do it for each of those, each by itself; gives how often it was done."""
        done = 0
        # Once the database is gone there is no use in asking it for each of a thousand.
        with self.task(what):
            for one in those:
                with self._said(f"{what} {one}"), self.database.transaction() as session:
                    done += act(session, one, *more, now=self.now)
        return int(done)

    @contextmanager
    def task(self, what: str) -> Iterator[None]:
        """Whatever fails within is said and counted, and fails nothing else."""
        try:
            with self._said(what):
                yield
        except OperationalError as error:
            self.failed += 1
            # Its text may quote a statement; the kind of error is enough to go and look.
            log.warning("the database did not answer (%s)", type(error.orig).__name__)

    @contextmanager
    def _said(self, what: str) -> Iterator[None]:
        try:
            yield
        except OperationalError:
            raise
        except Exception as error:
            self.failed += 1
            # Its words may quote a row; its kind and its place in the program do not.
            log.error("%s failed: %s (%s)", what, type(error).__name__, _place(error))


def _place(error: Exception) -> str:
    """Where our own program stood when it failed."""
    ours = [
        f"{Path(frame.filename).relative_to(_OURS)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_OURS)
    ]
    return ours[-1]
