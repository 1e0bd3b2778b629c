"""Sessions wait for each other instead of failing, and nothing half done stays."""

import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal import database as module
from portal.database import Database
from portal.settings import Settings
from portal.vault import KeyFile


@pytest.fixture
def counted(database: Database) -> Database:
    """A database with one row that counts."""
    with database.transaction() as session:
        session.execute(text("CREATE TABLE tally (number INTEGER)"))
        session.execute(text("INSERT INTO tally VALUES (0)"))
    return database


def _number(session: Session) -> Any:
    return session.execute(text("SELECT number FROM tally FOR UPDATE")).scalar_one()


def _plain_number(session: Session) -> Any:
    return session.execute(text("SELECT number FROM tally")).scalar_one()


def test_a_session_knows_its_key_file_and_settings(
    database: Database, key_file: KeyFile, settings: Settings
) -> None:
    with database.session() as session:
        assert session.info == {"key_file": key_file, "settings": settings}


def test_what_fails_half_way_leaves_nothing(counted: Database) -> None:
    with pytest.raises(KeyError), counted.transaction() as session:
        session.execute(text("UPDATE tally SET number = 7"))
        raise KeyError
    with counted.transaction("read") as session:
        assert _plain_number(session) == 0


def test_those_who_read_first_and_write_then_never_lose_each_others_change(
    counted: Database,
) -> None:
    read = _plain_number if counted.is_sqlite else _number

    def count_up() -> None:
        for _ in range(20):
            with counted.transaction() as session:
                number = read(session)
                session.execute(text("UPDATE tally SET number = :n"), {"n": number + 1})

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with counted.transaction("read") as session:
        assert _plain_number(session) == 80


def test_a_reader_is_not_held_up_by_a_writer(counted: Database) -> None:
    with counted.transaction() as writer:
        writer.execute(text("UPDATE tally SET number = 5"))
        with counted.transaction("read") as reader:
            assert _plain_number(reader) == 0


def test_sqlite_keeps_its_promises(tmp_path: Path, key_file: KeyFile) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'portal.db'}", key_file)
    with database.session("read") as session:
        told = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert told == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 5000,
    }
    database.close()


def test_nobody_else_on_the_machine_can_read_the_files(tmp_path: Path, key_file: KeyFile) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'portal.db'}", key_file)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE words (it TEXT)"))
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "new").iterdir()}
    assert modes == dict.fromkeys(
        ("portal.db", "portal.db-wal", "portal.db-shm", "portal.db-queue"), 0o600
    )
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    database.close()


def test_after_closing_those_who_read_and_those_who_write_share_their_connections_again(
    counted: Database,
) -> None:
    for _ in range(2):
        with counted.transaction() as writer:
            writer.execute(text("UPDATE tally SET number = number + 1"))
        with counted.transaction("read") as reader:
            assert _plain_number(reader) > 0
        assert len({engine.pool for engine in counted.engines}) == 1
        counted.close()
    assert all("Connections in pool: 0" in engine.pool.status() for engine in counted.engines)


def test_a_locked_database_says_so_after_a_while(
    tmp_path: Path, key_file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = tuple("PRAGMA busy_timeout = 50" if "busy" in p else p for p in module._PRAGMAS)
    monkeypatch.setattr(module, "_PRAGMAS", quick)
    database = Database(f"sqlite:///{tmp_path / 'portal.db'}", key_file)
    with database.transaction() as first:
        first.execute(text("CREATE TABLE words (it TEXT)"))
        with (
            database.session() as second,
            pytest.raises(OperationalError, match="database is locked"),
        ):
            second.execute(text("SELECT 1"))
    database.close()


def test_one_who_only_reads_waits_for_nobody_and_begins_again_when_she_writes_too_late(
    counted: Database,
) -> None:
    if not counted.is_sqlite:
        pytest.skip("PostgreSQL locks rows, not the whole database")
    reader = counted.session("read")
    assert _plain_number(reader) == 0
    with counted.transaction() as writer:
        writer.execute(text("UPDATE tally SET number = 1"))
    with pytest.raises(OperationalError) as lost:
        reader.execute(text("UPDATE tally SET number = number + 1"))
    assert module.lost_a_race(lost.value)
    reader.close()
    with counted.transaction() as again:
        again.execute(text("UPDATE tally SET number = number + 1"))
        assert _plain_number(again) == 2
