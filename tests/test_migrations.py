"""The history of the tables ends in what the models say, and can be walked back."""

import re
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Enum, inspect, text

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


@pytest.mark.real
def test_every_step_can_be_walked_back(empty: Database) -> None:
    migrate(empty)
    migrate_back(empty, "base")
    assert inspect(empty.engine).get_table_names() == ["alembic_version"]
    migrate(empty)
    assert is_migrated(empty)


@pytest.mark.real
def test_foreign_keys_hold_again_after_a_migration(empty: Database) -> None:
    migrate(empty)
    if empty.is_sqlite:
        with empty.session("read") as session:
            assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


@pytest.mark.real
def test_every_column_of_a_vocabulary_takes_its_words_and_no_other(empty: Database) -> None:
    """A table that was copied on the way (SQLite) loses its checks unless they are made anew."""
    migrate(empty)
    found = inspect(empty.engine)
    for table in Base.metadata.sorted_tables:
        checks = {
            str(one["name"]): one["sqltext"] for one in found.get_check_constraints(table.name)
        }
        for column in table.columns:
            if isinstance(column.type, Enum):
                kept = re.findall(r"'(\w+)'", checks[f"ck_{table.name}_{column.type.name}"])
                assert set(kept) == set(column.type.enums), column
