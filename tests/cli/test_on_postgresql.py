"""The commands that differ on PostgreSQL: founding, copying, restoring."""

from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import FOUNDING, PASSPHRASE, Run
from tests.parts import find_program, lacking
from tests.postgresql import PostgreSQL

pytestmark = pytest.mark.real


@pytest.fixture
def empty(postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database, which the settings name."""
    if find_program("pg_dump") is None:
        lacking("PostgreSQL's client programs")
    name = postgresql.create()
    monkeypatch.setenv("PORTAL_DATABASE_URL", postgresql.url(name))
    return name


def tables(postgresql: PostgreSQL, name: str) -> int:
    with psycopg.connect(postgresql.url(name)) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        row = found.fetchone()
    assert row is not None
    return int(row[0])


def test_a_house_is_founded_copied_and_restored(
    empty: str,
    postgresql: PostgreSQL,
    run: Run,
    sheets: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed = [*FOUNDING, PASSPHRASE, PASSPHRASE, "", *sheets.values()]
    assert run("init", typed=typed).exit_code == 0
    copy = tmp_path / "copy.dump"
    assert run("backup", str(copy)).exit_code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "holds tables already" in run("restore", str(copy)).output
    other = postgresql.create()
    monkeypatch.setenv("PORTAL_DATABASE_URL", postgresql.url(other))
    assert "The key file fits" in run("restore", str(copy)).output
    assert "The account holds" in run("audit", "verify").output
    assert [run("worker", "--once").exit_code for _ in range(2)] == [0, 0]
    assert "exists already" in run_without_key(run, tmp_path)
    postgresql.drop(other)


def run_without_key(run: Run, tmp_path: Path) -> str:
    (tmp_path / "house" / "portal.key").unlink()
    return str(run("init", typed=FOUNDING).output)


def test_a_founding_that_fails_leaves_no_tables(
    empty: str,
    postgresql: PostgreSQL,
    run: Run,
    sheets: dict[str, str],
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from portal.services.colleagues import staff

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(staff, "give_role", fail)
    with pytest.raises(RuntimeError):
        run("init", typed=[*FOUNDING, PASSPHRASE, PASSPHRASE, "", *sheets.values()])
    assert tables(postgresql, empty) <= 1
    assert not (data / "portal.key").exists()
