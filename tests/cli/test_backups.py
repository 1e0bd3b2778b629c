"""A backup opens while the key of its day lives, for whoever holds both; afterwards for nobody."""

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from portal import worker
from portal.cli.open_copies import place_for_copy
from portal.database import Database, migrate
from portal.domain.accounts import CaseState
from portal.domain.retention import DEFAULT_DAYS, Kept
from portal.models import Case
from portal.services.house import House
from portal.settings import Settings
from portal.vault import CHEAP, DailyKeys, KeyFile, SlowPasses
from tests.cli.conftest import Run
from tests.people import TestHouse, a_house

WORD = "staff_added"
"""It stands in clear in every database of a house, and in no backup."""
KEPT = timedelta(days=DEFAULT_DAYS[Kept.BACKUPS])


@pytest.fixture
def house(data: Path) -> TestHouse:
    data.mkdir(mode=0o700)
    settings = replace(
        Settings.from_environment(), slow_pass_ops=CHEAP.ops, slow_pass_mem=CHEAP.mem
    )
    key_file = KeyFile.create(settings.key_file)
    database = Database(settings.database_url, key_file, settings)
    migrate(database)
    found = a_house(database, House(settings, key_file, SlowPasses(data / "slow-passes", 8)))
    database.close()
    return found


@pytest.fixture
def copy(house: TestHouse, run: Run, data: Path) -> Path:
    file = data.parent / "copy"
    result = run("backup", str(file))
    until = datetime.now(UTC).date() + KEPT
    assert f"It opens until {until}" in result.output
    return file


def remove_database(data: Path) -> None:
    for path in data.glob("portal.db*"):
        path.unlink()


WAITS = """
import sys, time
from portal.cli import backups, main
def wait(*_sealing):
    print("copied", flush=True)
    time.sleep(60)
    yield b""
backups.seal_stream = wait
main(["backup", sys.argv[1]])
"""
"""A backup that takes long to seal what it has copied."""


def end_a_backup(data: Path, how: signal.Signals) -> None:
    """Begin a backup, and end it when the copy is made."""
    command = [sys.executable, "-c", WAITS, str(data.parent / "ended")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "copied\n"
        assert list(data.glob(".copy-*/portal.db"))
        running.send_signal(how)
        assert running.wait(10) != 0


@pytest.mark.real
def test_a_backup_that_is_told_to_stop_leaves_no_copy_in_clear(
    house: TestHouse, data: Path
) -> None:
    end_a_backup(data, signal.SIGTERM)
    assert not list(data.glob(".copy-*"))
    assert not (data.parent / "ended").exists()


@pytest.mark.real
def test_what_a_killed_backup_left_goes_with_the_next_one(
    house: TestHouse, run: Run, data: Path
) -> None:
    end_a_backup(data, signal.SIGKILL)
    assert list(data.glob(".copy-*/portal.db"))
    run("backup", str(data.parent / "next"))
    assert not list(data.glob(".copy-*"))


def test_the_copy_that_another_backup_works_on_is_left_to_it(data: Path) -> None:
    data.mkdir()
    with place_for_copy(data) as first:
        with place_for_copy(data) as second:
            assert first.is_dir()
            assert second.is_dir()
        assert first.is_dir()
    assert not list(data.iterdir())


def test_a_stolen_backup_shows_nothing_and_holds_no_key(copy: Path, data: Path) -> None:
    content = copy.read_bytes()
    assert WORD.encode() in (data / "portal.db").read_bytes()
    for said in (b"SQLite format", b"centre", b"@house", WORD.encode()):
        assert said not in content
    (key,) = (data / "backup-keys").iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert (data / "backup-keys").stat().st_mode & 0o777 == 0o700
    held = DailyKeys(data / "backup-keys").find(datetime.now(UTC).date())
    assert held is not None and held not in content and held.hex().encode() not in content
    assert list(data.glob(".copy-*")) == [], "what was copied on the way is gone"


@pytest.mark.real
def test_the_worker_destroys_the_key_and_then_nobody_opens_it(
    house: TestHouse, copy: Path, run: Run, data: Path
) -> None:
    now = datetime.now(UTC)
    worker.run_once(house.database, now=now + KEPT - timedelta(days=1))
    assert DailyKeys(data / "backup-keys").days() == [now.date()]
    worker.run_once(house.database, now=now + KEPT)
    worker.run_once(house.database, now=now + KEPT)
    assert list((data / "backup-keys").iterdir()) == []
    with house.database.transaction("read") as session:
        said = "SELECT count(*) FROM audit_event WHERE kind = 'backup_key_destroyed'"
        assert session.scalar(text(said)) == 1, "once, whoever looks again"
    house.database.close()
    remove_database(data)
    result = run("restore", str(copy))
    assert result.exit_code == 1 and "Without it nobody opens this backup" in result.output
    assert not (data / "portal.db").exists()


@pytest.mark.real
def test_one_wrong_byte_and_nothing_is_restored(copy: Path, run: Run, data: Path) -> None:
    remove_database(data)
    whole = copy.read_bytes()
    for wrong in (
        whole[:-1],
        whole + b"x",
        whole[: len(whole) // 2],
        whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:],
        whole.replace(b"2026", b"2025", 1) if whole[18:22] == b"2026" else whole[:-1],
    ):
        copy.write_bytes(wrong)
        result = run("restore", str(copy))
        assert result.exit_code == 1, "a damaged backup was restored"
        assert not (data / "portal.db").exists()
    assert list(data.glob(".copy-*")) == []


@pytest.mark.real
def test_the_account_is_verified_in_a_backup_too(
    house: TestHouse, copy: Path, run: Run, data: Path
) -> None:
    assert "The account holds" in run("audit", "verify", str(copy)).output
    with house.database.transaction() as session:
        session.execute(text("UPDATE audit_event SET kind = 'nothing' WHERE kind = 'staff_added'"))
    house.database.close()
    second = data.parent / "second"
    run("backup", str(second))
    assert "The account holds" in run("audit", "verify", str(copy)).output
    result = run("audit", "verify", str(second))
    assert result.exit_code == 1 and "altered" in result.output
    assert "There is no file" in run("audit", "verify", str(data.parent / "none")).output


@pytest.mark.real
def test_a_key_is_never_written_beside_the_backup(house: TestHouse, run: Run, data: Path) -> None:
    run("backup", str(data.parent / "first"))
    result = run("backup", str(data / "backup-keys" / "second"))
    assert result.exit_code == 1 and "write the backup somewhere else" in result.output


def test_the_check_says_which_files_should_be_gone(house: TestHouse, run: Run) -> None:
    """The worker says it in each round; whoever reads no log reads it here."""
    her = house.a_survivor("Amal")
    assert "should be gone" not in run("check").output
    over = datetime.now(UTC) - timedelta(days=DEFAULT_DAYS[Kept.FILE] + 2)
    with house.database.transaction() as session:
        case = session.get_one(Case, her.case_id)
        case.state, case.closed_at = CaseState.CLOSED, over
    assert "Wrong:  1 files, 1 conversations should be gone and are not" in run("check").output
