"""SQLite has one writer: who reads waits for nobody, and what is kept at once is kept."""

import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal import embedded
from portal.database import Database
from portal.models import AuditHead
from portal.services.house import at_once
from portal.vault import KeyFile

COUNT_UP = text("UPDATE tally SET number = number + 1")


@pytest.fixture
def key_file(tmp_path: Path) -> KeyFile:
    """Of no house: what is tested here has no tables of one."""
    return KeyFile.create(tmp_path / "key")


@pytest.fixture
def tally(tmp_path: Path, key_file: KeyFile) -> Iterator[Database]:
    """A database with one row that counts."""
    database = Database(f"sqlite:///{tmp_path / 'portal.db'}", key_file)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE tally (number INTEGER)"))
        session.execute(text("INSERT INTO tally VALUES (0)"))
    yield database
    database.close()


def _number(session: Session) -> Any:
    return session.execute(text("SELECT number FROM tally")).scalar_one()


def _counted(database: Database) -> Any:
    with database.transaction("read") as session:
        return _number(session)


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


def test_a_locked_database_says_so_after_a_while(
    tmp_path: Path, key_file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = tuple("PRAGMA busy_timeout = 50" if "busy" in p else p for p in embedded._PRAGMAS)
    monkeypatch.setattr(embedded, "_PRAGMAS", quick)
    database = Database(f"sqlite:///{tmp_path / 'portal.db'}", key_file)
    with database.transaction() as first:
        first.execute(text("CREATE TABLE words (it TEXT)"))
        with (
            database.session() as second,
            pytest.raises(OperationalError, match="database is locked"),
        ):
            second.execute(text("SELECT 1"))
    database.close()


def test_who_could_not_open_the_queue_holds_up_nobody_afterwards(
    tally: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When many come at once, a process may be out of files for a moment."""
    with monkeypatch.context() as crowded, pytest.raises(OSError, match="too many"):
        crowded.setattr(os, "open", lambda *_: _fail(OSError("too many open files")))
        with tally.transaction() as session:
            session.execute(COUNT_UP)
    monkeypatch.setattr(embedded, "WAIT_SECONDS", 9)
    began = time.monotonic()
    with tally.transaction() as session:
        session.execute(COUNT_UP)
    assert time.monotonic() - began < 8
    assert _counted(tally) == 1


def _fail(error: Exception) -> Any:
    raise error


def test_one_who_only_reads_waits_for_nobody_and_begins_again_when_she_writes_too_late(
    tally: Database,
) -> None:
    reader = tally.session("read")
    assert _number(reader) == 0
    with tally.transaction() as writer:
        writer.execute(text("UPDATE tally SET number = 1"))
    with pytest.raises(OperationalError) as lost:
        reader.execute(text("UPDATE tally SET number = number + 1"))
    assert embedded.lost_a_race(lost.value)
    reader.close()
    with tally.transaction() as again:
        again.execute(text("UPDATE tally SET number = number + 1"))
        assert _number(again) == 2


class TestWhatIsKeptAtOnce:
    """In the middle of a page that only reads."""

    def test_it_stays_when_the_page_fails(self, tally: Database) -> None:
        with pytest.raises(KeyError), tally.transaction("read") as session:
            assert _number(session) == 0
            with at_once(session) as writing:
                writing.execute(COUNT_UP)
            assert _number(session) == 1
            raise KeyError
        assert _counted(tally) == 1

    def test_it_is_kept_although_others_have_written_since_the_page_began(
        self, tally: Database
    ) -> None:
        with tally.transaction("read") as session:
            assert _number(session) == 0
            with tally.transaction() as other:
                other.execute(COUNT_UP)
            with at_once(session) as writing:
                writing.execute(COUNT_UP)
            assert _number(session) == 2

    def test_the_page_holds_no_lock_afterwards(self, tally: Database) -> None:
        with tally.transaction("read") as session:
            with at_once(session) as writing:
                writing.execute(COUNT_UP)
            assert _number(session) == 1
            with tally.transaction() as other:
                other.execute(COUNT_UP)
            assert _number(session) == 1

    def test_what_fails_within_leaves_nothing_not_even_later(self, tally: Database) -> None:
        with tally.transaction() as session:
            session.execute(text("CREATE TABLE audit_head (chain TEXT, number INTEGER, link BLOB)"))
        with tally.session("read") as session:
            with pytest.raises(KeyError), at_once(session) as writing:
                writing.execute(COUNT_UP)
                writing.add(AuditHead(chain="day", number=1, link=b""))
                raise KeyError
            assert _number(session) == 0
            session.commit()
        with tally.transaction("read") as session:
            assert session.execute(text("SELECT * FROM audit_head")).all() == []

    def test_one_within_another_is_one(self, tally: Database) -> None:
        with tally.session("read") as session:
            with pytest.raises(KeyError), at_once(session) as outer:
                with at_once(outer) as inner:
                    inner.execute(COUNT_UP)
                raise KeyError
            assert _number(session) == 0

    def test_many_pages_at_once_lose_nothing(self, tally: Database) -> None:
        def read_and_count() -> None:
            for _ in range(20):
                with tally.transaction("read") as session:
                    _number(session)
                    with at_once(session) as writing:
                        writing.execute(COUNT_UP)

        threads = [threading.Thread(target=read_and_count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert _counted(tally) == 80

    def test_when_the_lock_is_not_to_be_had_it_says_so_in_the_words_of_every_statement(
        self, tally: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(embedded, "WAIT_SECONDS", 0.05)
        with tally.session("read") as session, tally.transaction() as other:
            other.execute(COUNT_UP)
            session.execute(text("PRAGMA busy_timeout = 50"))
            with pytest.raises(OperationalError) as refused, at_once(session):
                pytest.fail("the lock is somebody else's")
            assert embedded.lost_a_race(refused.value)
            assert _number(session) == 0
        assert _counted(tally) == 1


class TestTheLog:
    """What was written last lies in front of the file."""

    @pytest.mark.real
    def test_it_does_not_grow_while_somebody_always_reads(
        self, tally: Database, tmp_path: Path
    ) -> None:
        with ExitStack() as earlier:
            for _ in range(20 * embedded._TURNS):
                with ExitStack() as now:
                    session = now.enter_context(tally.transaction("read"))
                    _number(session)
                    earlier.close()
                    with at_once(session) as writing:
                        writing.execute(COUNT_UP)
                    earlier.push(now.pop_all())
        pages = (tmp_path / "portal.db-wal").stat().st_size // 4096
        assert pages <= 2 * embedded._TURNS

    def test_one_who_reads_for_long_holds_up_nobody(self, tally: Database, tmp_path: Path) -> None:
        def write_many() -> None:
            for _ in range(embedded._TURNS):
                with tally.transaction() as session:
                    session.execute(COUNT_UP)

        with tally.transaction("read") as long:
            assert _number(long) == 0
            write_many()
            assert _number(long) == 0
        write_many()
        write_many()
        log = tmp_path / "portal.db-wal"
        grown = log.stat().st_size
        write_many()
        assert log.stat().st_size == grown
        assert _counted(tally) == 4 * embedded._TURNS
