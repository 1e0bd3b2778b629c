"""The history of the tables ends in what the models say, and can be walked back."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from portal.database import Database, is_migrated, migrate, migrate_back
from portal.models import Base
from portal.vault import KeyFile


@pytest.fixture
def empty(empty_database_url: str, key_file: KeyFile) -> Iterator[Database]:
    """A database without tables."""
    database = Database(empty_database_url, key_file)
    yield database
    database.close()


def test_an_upgraded_empty_database_equals_the_models(empty: Database) -> None:
    assert not is_migrated(empty)
    migrate(empty)
    assert is_migrated(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_step_can_be_walked_back(empty: Database) -> None:
    migrate(empty)
    migrate_back(empty, "base")
    assert inspect(empty.engine).get_table_names() == ["alembic_version"]
    migrate(empty)
    assert is_migrated(empty)


def test_foreign_keys_hold_again_after_a_migration(empty: Database) -> None:
    migrate(empty)
    if empty.is_sqlite:
        with empty.session("read") as session:
            assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
