"""The embedded database: SQLite's one file, its one writer, and the log in front of it."""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

WAIT_SECONDS = 5
"""How long somebody waits for the lock before the database is said to be locked."""

_PATIENCE = f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}"
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    # What is deleted is overwritten in the file, not only forgotten.
    "PRAGMA secure_delete = ON",
    # By turns instead: see `_begin_the_log_anew`.
    "PRAGMA wal_autocheckpoint = 0",
    _PATIENCE,
)
_TURNS = 256
"""Writers of one process until the log is taken into the file: some ten pages of 4 KB each.

Everybody who writes waits meanwhile, for the disk (measured: every 64, a tenth of the time in which
many read for the first time; every 256, a twentieth; less often gains nothing more).
"""


def embedded_engine(url: URL) -> Engine:
    """An engine whose transactions hold SQLite's one write lock from their beginning."""
    if url.database:
        _make_private(Path(url.database))
    engine = create_engine(url, pool_timeout=WAIT_SECONDS, hide_parameters=True)
    queue = _Queue(Path(f"{url.database}-queue") if url.database else None)
    event.listen(engine, "connect", partial(_connect, queue))
    # Not by an event of the engine: one that has any asks for all of them at each statement
    # (measured: 25 µs a page).
    engine.dialect.do_begin = _begin  # type: ignore[assignment]
    event.listen(engine, "checkin", lambda connection, _record: queue.leave(connection))
    # A migration takes its connection out of the pool for good.
    event.listen(engine, "close_detached", queue.leave)
    return engine


def only_reading(engine: Engine) -> Engine:
    """The same connections, in transactions that take no lock before they write.

    An engine of its own: SQLAlchemy's "execution options" would ask two engines for the events of
    each connection and statement (measured: 70 µs a page).
    """
    dialect = copy(engine.dialect)
    dialect.do_begin = _begin_reading  # type: ignore[assignment]
    return Engine(engine.pool, dialect, engine.url, hide_parameters=True)


@contextmanager
def write_at_once(session: Session) -> Iterator[Session]:
    """End a transaction that only read, keep what is written in here, and read on in a new one.

    On the connection that the session has already: a second one beside it would read the pages of
    the file anew, and the log could not be taken in while the first one reads (measured: a fifth
    of a first reading). What fails in here takes all of it back, and the session with it.
    """
    pooled = session.connection().connection
    driver, queue = driver_of(pooled), pooled.info["queue"]
    itself = session.info.pop("write_at_once")
    try:
        driver.commit()
        with _said_by_sqlalchemy():
            _begin(pooled)
        yield session
        session.flush()
        with _said_by_sqlalchemy():
            driver.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["write_at_once"] = itself
    queue.leave(driver)
    _begin_reading(pooled)


def empty_the_log(engine: Engine) -> None:
    """Write the log back into the file and empty it: deleted rows leave no copy there.

    When somebody reads just then it is left to the next time.
    """
    with engine.connect() as connection:
        driver_of(connection.connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.detach()


def lost_a_race(error: BaseException) -> bool:
    """Whether a transaction that read wrote too late: it must begin again, with the lock."""
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def driver_of(connection: PoolProxiedConnection) -> Any:
    """The connection as Python's driver has it."""
    return connection.dbapi_connection


class _Queue:
    """Where those who want SQLite's one write lock wait for it.

    SQLite itself lets them sleep and look again, longer each time: with eight readers and writers a
    page took 300 ms instead of 10 (measured). Here the threads of a process wait for each other
    without looking, and one of each process looks every tenth of a millisecond (every half: a
    twelfth fewer first readings). Whoever has waited too long goes on and lets SQLite say that the
    database is locked.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._turns = 0
        self._held = threading.local()

    def enter(self) -> None:
        """Wait for the turn of this thread."""
        if self._path is None or getattr(self._held, "file", None) is not None:
            return
        until = time.monotonic() + WAIT_SECONDS
        if not self._turn.acquire(timeout=WAIT_SECONDS):
            return
        try:
            file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError:
            # A process that is out of files for a moment would else write slowly for ever.
            self._turn.release()
            raise
        self._held.file = file
        while not _lock(file) and time.monotonic() < until:
            time.sleep(0.0001)

    def leave(self, connection: Any) -> None:
        """Let the next one in, if this thread had its turn.

        `connection` is the driver's on which it had it, outside of transactions; None when that
        one is no good any more.
        """
        file = getattr(self._held, "file", None)
        if file is None:
            return
        self._turns += 1
        try:
            if self._turns % _TURNS == 0 and connection is not None:
                _begin_the_log_anew(connection)
        finally:
            self._held.file = None
            os.close(file)
            self._turn.release()


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _begin_the_log_anew(connection: Any) -> None:
    """Write the log back into the file and begin it anew, once those who read in it are gone.

    SQLite by itself would try with every writer as soon as the log is long, waits for nobody, and
    so never comes to begin it anew while somebody always reads: the log grew by 50 kB with each
    first reading, and each waited twice for the disk (measured). Who reads for long is left alone:
    the next turn tries again.
    """
    for pragma in ("PRAGMA busy_timeout = 50", "PRAGMA wal_checkpoint(RESTART)", _PATIENCE):
        connection.execute(pragma)


def _make_private(path: Path) -> None:
    # SQLite gives its -wal and -shm files the mode of the database file.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _connect(queue: _Queue, connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["queue"] = queue
    # Python's driver would begin transactions by itself, and too late.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: PoolProxiedConnection) -> None:
    # A transaction that reads first and then writes fails at once, without waiting, when another
    # has committed in between; so whoever may write takes the lock at the beginning.
    connection.info["queue"].enter()
    driver_of(connection).execute("BEGIN IMMEDIATE")


def _begin_reading(connection: PoolProxiedConnection) -> None:
    driver_of(connection).execute("BEGIN")


@contextmanager
def _said_by_sqlalchemy() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise OperationalError(None, None, error) from error
