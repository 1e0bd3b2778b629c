"""The one database of a house: an engine that keeps its promises, sessions, and migrations."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from portal import resources
from portal.settings import Settings
from portal.vault import KeyFile

Mode = Literal["write", "read"]

_WAIT_SECONDS = 5
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    # What is deleted is overwritten in the file, not only forgotten.
    "PRAGMA secure_delete = ON",
    f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000}",
)


class Database:
    """Opens sessions that know the key file (and the settings) in their `info`."""

    def __init__(self, url: str, key_file: KeyFile, settings: Settings | None = None) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._engines = self._modes()
        self._info = {"key_file": key_file, "settings": settings}

    @property
    def engines(self) -> set[Engine]:
        """All that statements go through, for whoever listens to them."""
        return set(self._engines.values())

    def session(self, mode: Mode = "write") -> Session:
        """A session whose transaction begins at its first statement; the caller closes it.

        "write" holds SQLite's one write lock from the beginning. "read" takes it at its first
        write, which fails at once when somebody else has committed since: see `lost_a_race`. What
        must be written whatever becomes of the page goes beside it: `services.house.at_once`.
        """
        info: dict[str, Any] = dict(self._info)
        if self.is_sqlite and mode == "read":
            info["beside"] = self.transaction
        return Session(self._engines[mode], expire_on_commit=False, autoflush=False, info=info)

    @contextmanager
    def transaction(self, mode: Mode = "write") -> Iterator[Session]:
        """A session that is committed at the end, or rolled back when something is raised."""
        with self.session(mode) as session, session.begin():
            yield session

    def overwrite_what_was_deleted(self) -> None:
        """Write SQLite's log back into the file and empty it: deleted rows leave no copy there.

        PostgreSQL does the same with its next vacuum. When somebody reads just then it is left to
        the next time.
        """
        if self.is_sqlite:
            with self.engine.connect() as connection:
                _driver(connection.connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.detach()

    def close(self) -> None:
        """Give all connections back; the next session opens new ones."""
        self.engine.dispose()
        # It has a new pool now, which both share again.
        self._engines = self._modes()

    def _modes(self) -> dict[Mode, Engine]:
        reading = _only_reading(self.engine) if self.is_sqlite else self.engine
        return {"write": self.engine, "read": reading}


def lost_a_race(error: BaseException) -> bool:
    """Whether a "read" session of SQLite wrote too late: it must begin again, as "write"."""
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the tables to this revision, upwards; all of it or, when it fails, nothing."""
    with _migration(database) as config:
        command.upgrade(config, revision)


def migrate_back(database: Database, revision: str) -> None:
    """Take the tables back to this earlier revision; `base` is the empty database."""
    with _migration(database) as config:
        command.downgrade(config, revision)


def is_migrated(database: Database) -> bool:
    """Whether the tables are those that this version of the portal expects."""
    heads = ScriptDirectory.from_config(_alembic_config()).get_heads()
    with database.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def _engine(url: str) -> Engine:
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        # A page must say that the database is gone before the person gives up on it.
        return create_engine(
            parts.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            hide_parameters=True,
            pool_timeout=_WAIT_SECONDS,
            connect_args={
                "connect_timeout": _WAIT_SECONDS,
                "options": f"-c timezone=utc -c lock_timeout={_WAIT_SECONDS}s",
            },
        )
    if parts.database:
        _make_private(Path(parts.database))
    engine = create_engine(parts, pool_timeout=_WAIT_SECONDS, hide_parameters=True)
    queue = _Queue(Path(f"{parts.database}-queue")) if parts.database else None
    event.listen(engine, "connect", partial(_connect, queue))
    # Not by an event of the engine: one that has any asks for all of them at each statement
    # (measured: 25 µs a page).
    engine.dialect.do_begin = _begin  # type: ignore[assignment]
    if queue is not None:
        event.listen(engine, "checkin", lambda _connection, _record: queue.leave())
        # A migration takes its connection out of the pool for good.
        event.listen(engine, "close_detached", lambda _connection: queue.leave())
    return engine


class _Queue:
    """Where those who want SQLite's one write lock wait for it.

    SQLite itself lets them sleep and look again, longer each time: with eight readers and writers a
    page took 300 ms instead of 10 (measured). Here the threads of a process wait for each other
    without looking, and one of each process looks every half millisecond. Whoever has waited too
    long goes on and lets SQLite say that the database is locked.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._held = threading.local()

    def enter(self) -> None:
        """Wait for the turn of this thread."""
        if getattr(self._held, "file", None) is not None:
            return
        until = time.monotonic() + _WAIT_SECONDS
        if not self._turn.acquire(timeout=_WAIT_SECONDS):
            return
        file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        self._held.file = file
        while not _lock(file) and time.monotonic() < until:
            time.sleep(0.0005)

    def leave(self) -> None:
        """Let the next one in, if this thread had its turn."""
        file = getattr(self._held, "file", None)
        if file is not None:
            self._held.file = None
            os.close(file)
            self._turn.release()


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make_private(path: Path) -> None:
    # SQLite gives its -wal and -shm files the mode of the database file.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _connect(queue: _Queue | None, connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["queue"] = queue
    # Python's driver would begin transactions by itself, and too late.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _only_reading(engine: Engine) -> Engine:
    """The same connections, in transactions that take no lock before they write.

    An engine of its own: SQLAlchemy's "execution options" would ask two engines for the events of
    each connection and statement (measured: 70 µs a page).
    """
    dialect = copy(engine.dialect)
    dialect.do_begin = _begin_reading  # type: ignore[assignment]
    return Engine(engine.pool, dialect, engine.url, hide_parameters=True)


def _begin(connection: PoolProxiedConnection) -> None:
    # A transaction that reads first and then writes fails at once, without waiting, when another
    # has committed in between; so whoever may write takes the lock at the beginning.
    queue: _Queue | None = connection.info["queue"]
    if queue is not None:
        queue.enter()
    _driver(connection).execute("BEGIN IMMEDIATE")


def _begin_reading(connection: PoolProxiedConnection) -> None:
    _driver(connection).execute("BEGIN")


@contextmanager
def _migration(database: Database) -> Iterator[Config]:
    config = _alembic_config()
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # A changed table is a new table and the old one dropped, which would delete the rows
            # that refer to it. Such a connection goes no further than this migration.
            _driver(connection.connection).execute("PRAGMA foreign_keys = OFF")
            connection.detach()
        with connection.begin():
            config.attributes["connection"] = connection
            yield config
            if database.is_sqlite:
                _refuse_orphans(connection)


def _driver(connection: PoolProxiedConnection) -> Any:
    return connection.dbapi_connection


def _refuse_orphans(connection: Connection) -> None:
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if orphan is not None:
        raise RuntimeError(f"after the migration a row of {orphan[0]} refers to nothing")


def _alembic_config() -> Config:
    config = Config()
    # A percent sign in the path would be read as the beginning of a variable.
    config.set_main_option("script_location", str(resources.migrations()).replace("%", "%%"))
    return config
