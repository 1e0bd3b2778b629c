"""Sessions wait for each other instead of failing, and nothing half done stays."""

import threading
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

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
