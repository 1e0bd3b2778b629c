"""The one database of a house: an engine that keeps its promises, sessions, and migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.orm import Session

from portal import resources
from portal.embedded import (
    WAIT_SECONDS,
    driver_of,
    embedded_engine,
    empty_the_log,
    only_reading,
    write_at_once,
)
from portal.settings import Settings
from portal.vault import KeyFile

Mode = Literal["write", "read"]


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
        must be written whatever becomes of the page is kept at once: `services.house.at_once`.
        """
        info: dict[str, Any] = dict(self._info)
        if self.is_sqlite and mode == "read":
            info["write_at_once"] = write_at_once
        return Session(self._engines[mode], expire_on_commit=False, autoflush=False, info=info)

    @contextmanager
    def transaction(self, mode: Mode = "write") -> Iterator[Session]:
        """A session that is committed at the end, or rolled back when something is raised."""
        with self.session(mode) as session, session.begin():
            yield session

    def overwrite_what_was_deleted(self) -> None:
        """Leave no copy of deleted rows outside the tables: PostgreSQL does it at its vacuum."""
        if self.is_sqlite:
            empty_the_log(self.engine)

    def close(self) -> None:
        """Give all connections back; the next session opens new ones."""
        self.engine.dispose()
        # It has a new pool now, which both share again.
        self._engines = self._modes()

    def _modes(self) -> dict[Mode, Engine]:
        reading = only_reading(self.engine) if self.is_sqlite else self.engine
        return {"write": self.engine, "read": reading}


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
    if parts.get_backend_name() == "sqlite":
        return embedded_engine(parts)
    # A page must say that the database is gone before the person gives up on it.
    return create_engine(
        parts.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        hide_parameters=True,
        pool_timeout=WAIT_SECONDS,
        connect_args={
            "connect_timeout": WAIT_SECONDS,
            "options": f"-c timezone=utc -c lock_timeout={WAIT_SECONDS}s",
        },
    )


@contextmanager
def _migration(database: Database) -> Iterator[Config]:
    config = _alembic_config()
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # A changed table is a new table and the old one dropped, which would delete the rows
            # that refer to it. Such a connection goes no further than this migration.
            driver_of(connection.connection).execute("PRAGMA foreign_keys = OFF")
            connection.detach()
        with connection.begin():
            config.attributes["connection"] = connection
            yield config
            if database.is_sqlite:
                _refuse_orphans(connection)


def _refuse_orphans(connection: Connection) -> None:
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if orphan is not None:
        raise RuntimeError(f"after the migration a row of {orphan[0]} refers to nothing")


def _alembic_config() -> Config:
    config = Config()
    # A percent sign in the path would be read as the beginning of a variable.
    config.set_main_option("script_location", str(resources.migrations()).replace("%", "%%"))
    return config
