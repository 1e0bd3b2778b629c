"""Copies, the account, and paper, as commands."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE
from unicodedata import normalize

import pytest
from sqlalchemy import select

from portal.database import Database
from portal.models import Card, StaffMember
from portal.services import messages
from portal.services.entry import sessions
from portal.services.entry.sign_in import sign_in_with_card
from portal.services.house import House
from portal.settings import Settings
from portal.vault import CHEAP, KeyFile, SlowPasses
from tests.cli.conftest import ACCENTED, PASSPHRASE, Run, signing_in
from tests.people import Person, TestHouse, a_house

pytestmark = pytest.mark.real

WORDS = "I keep the letters with my neighbour."


@pytest.fixture
def lived_in(data: Path) -> TestHouse:
    """A house in the place of the settings, with people and one survivor in it."""
    from portal.database import migrate

    settings = _cheap()
    key_file = KeyFile.create(_made(data) / "portal.key")
    database = Database(settings.database_url, key_file, settings)
    migrate(database)
    house = House(settings, key_file, SlowPasses(data / "slow-passes", 8))
    return a_house(database, house)


@pytest.fixture
def her(lived_in: TestHouse) -> Person:
    """A survivor who wrote once."""
    person = lived_in.a_survivor()
    with lived_in.acting(person) as (session, acting):
        messages.write(session, acting, acting.her_case_id, WORDS, now=datetime.now(UTC))
    lived_in.database.close()
    return person


def _cheap() -> Settings:
    found = Settings.from_environment()
    return replace(found, slow_pass_ops=CHEAP.ops, slow_pass_mem=CHEAP.mem)


def _made(data: Path) -> Path:
    data.mkdir(mode=0o700)
    return data


def words_she_reads(person: Person, *, new: bool = False, card: str = "") -> list[str | None]:
    """What she reads after signing in with her card, through a database opened anew."""
    settings, now = _cheap(), datetime.now(UTC)
    key_file = KeyFile.load(settings.key_file)
    database = Database(settings.database_url, key_file, settings)
    house = House(settings, key_file, SlowPasses(settings.data_dir / "slow-passes", 8))
    token = sign_in_with_card(
        database.transaction,
        house,
        card=card or person.card,
        pin=person.pin,
        new_pin_again=person.pin if new else None,
        language="en",
        address=b"here",
        now=now,
    )
    with database.transaction() as session:
        acting = sessions.find(session, token, now=now)
        assert acting is not None
        shown = messages.open_stretch(session, acting, acting.her_case_id, now=now).show().messages
    database.close()
    return [one.words for one in shown]


def test_she_signs_in_to_the_restored_house_as_before(her: Person, run: Run, data: Path) -> None:
    copy = data.parent / "copy.db"
    assert run("backup", str(copy)).exit_code == 0
    assert S_IMODE(copy.stat().st_mode) == 0o600
    for path in data.glob("portal.db*"):
        path.unlink()
    result = run("restore", str(copy))
    assert "The key file fits" in result.output
    assert "who left since then comes in again" in result.output
    assert words_she_reads(her) == [WORDS]
    assert "The account holds" in run("audit", "verify").output


@pytest.mark.real
def test_nothing_is_ever_written_over(her: Person, run: Run, data: Path) -> None:
    copy = data.parent / "copy.db"
    run("backup", str(copy))
    assert "is there already" in run("backup", str(copy)).output
    before = (data / "portal.db").read_bytes()
    assert "is there already" in run("restore", str(copy)).output
    assert (data / "portal.db").read_bytes() == before


@pytest.mark.real
def test_the_key_file_is_in_no_copy(her: Person, run: Run, data: Path) -> None:
    copy = data.parent / "copy.db"
    run("backup", str(copy))
    key_file = KeyFile.load(data / "portal.key")
    content = copy.read_bytes()
    for secret in (key_file.seed, key_file.pepper, key_file.mac_key, key_file.house.private):
        assert secret not in content
        assert secret.hex().encode() not in content


@pytest.mark.real
def test_a_restored_house_says_when_the_key_file_is_another(
    her: Person, run: Run, data: Path
) -> None:
    copy = data.parent / "copy.db"
    run("backup", str(copy))
    for path in [*data.glob("portal.db*"), data / "portal.key"]:
        path.unlink()
    assert "There is no key file" in run("restore", str(copy)).output
    (data / "portal.db").unlink()
    KeyFile.create(data / "portal.key")
    assert "that of another house" in run("restore", str(copy)).output


@pytest.mark.real
def test_a_file_that_is_no_copy_is_not_restored(run: Run, data: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.db"
    wrong.write_bytes(b"not a database" * 100)
    assert "is no backup of a centre" in run("restore", str(wrong)).output
    assert "There is no file" in run("restore", str(tmp_path / "none")).output
    assert not (data / "portal.db").exists()


@pytest.mark.real
def test_the_account_names_what_was_altered(her: Person, run: Run, data: Path) -> None:
    with closing(sqlite3.connect(data / "portal.db")) as connection, connection:
        connection.execute("UPDATE audit_event SET kind = 'nothing' WHERE kind = 'case_opened'")
        connection.execute(
            "DELETE FROM audit_event WHERE rowid = "
            "(SELECT min(rowid) FROM audit_event WHERE kind = 'staff_added')"
        )
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "altered: the event is not the one that was recorded" in result.output
    assert "dropped: one or more events are missing here" in result.output


def test_paper_puts_somebody_in_charge_without_the_key_file(
    lived_in: TestHouse, her: Person, run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.cli import recovery

    seed = bytes(range(64, 96))
    monkeypatch.setattr(recovery, "token_bytes", lambda _: seed)
    one, two = (" ".join(sheet) for sheet in lived_in.sheets)
    (data / "portal.key").unlink()
    assert "There is no key file" in run("recover", typed=[one, two]).output
    key_sheet = " ".join(KeyFile(seed).words())
    who = ["Nel", "nel@house.example", PASSPHRASE, PASSPHRASE]
    typed = ["", one, two, "", key_sheet, *who]
    result = run("recover", "--key-file-lost", typed=typed)
    assert "the keys of 7 teams, 1 cases" in result.output, result.output
    assert KeyFile.load(data / "portal.key") == KeyFile(seed)
    assert "The account holds" in run("audit", "verify").output
    asked = ["recover", "--card", her.case_number, "--email", "nel@house.example"]
    card = run(*asked, typed=[one, two]).output
    number = next(line for line in card.splitlines() if line.startswith("    ")).strip()
    assert words_she_reads(her, new=True, card=number) == [WORDS]


@pytest.mark.real
def test_the_third_sheet_brings_the_key_file_back(
    lived_in: TestHouse, her: Person, run: Run, data: Path
) -> None:
    known = KeyFile.load(data / "portal.key")
    assert "There is a key file" in run("recover", "--key-file-lost").output
    (data / "portal.key").unlink()
    other = " ".join(KeyFile(bytes(32)).words())
    assert "of another house" in run("recover", "--key-file-lost", typed=[other]).output
    wrong = " ".join(["zebrafish", *known.words()[1:]])
    assert "word 1 is not on the list" in run("recover", "--key-file-lost", typed=[wrong]).output
    assert not (data / "portal.key").exists()
    right = " ".join(known.words())
    assert "Everything opens as before" in run("recover", "--key-file-lost", typed=[right]).output
    assert words_she_reads(her) == [WORDS]


@pytest.mark.real
def test_a_recovery_that_is_broken_off_changes_nothing(
    lived_in: TestHouse, her: Person, run: Run, data: Path
) -> None:
    one, two = (" ".join(sheet) for sheet in lived_in.sheets)
    known = KeyFile.load(data / "portal.key")
    (data / "portal.key").unlink()
    for typed in (["", one], ["", one, one], ["", one, two, "", "wrong", "wrong", "wrong"]):
        result = run("recover", "--key-file-lost", typed=typed)
        assert result.exit_code == 1
        assert not (data / "portal.key").exists()
    known.save(data / "portal.key")
    assert words_she_reads(her) == [WORDS]


@pytest.mark.real
def test_everybody_can_be_replaced_with_the_key_file_at_hand(
    lived_in: TestHouse, her: Person, run: Run
) -> None:
    one, two = (" ".join(sheet) for sheet in lived_in.sheets)
    # A Mac sends é as two characters; she signs in on another machine.
    as_two = normalize("NFD", ACCENTED)
    who = ["Nel", "nel@house.example", as_two, as_two]
    result = run("recover", "--replace-everybody", typed=[one, two, *who])
    assert "7 teams, 1 cases" in result.output
    with lived_in.database.transaction("read") as session:
        staying = session.scalars(select(StaffMember.name).where(StaffMember.left_at.is_(None)))
        assert list(staying) == ["Nel"]
        assert all(card.voided_at is None for card in session.scalars(select(Card)))
    said = run("check").output
    assert (
        "Nel holds roles that are never one person's: auditor with case_director, auditor" in said
    )
    assert words_she_reads(her) == [WORDS]
    lived_in.database.close()
    with signing_in() as open_for:
        assert open_for("nel@house.example", ACCENTED)


@pytest.mark.real
def test_no_card_without_somebody_who_answers_for_it(
    lived_in: TestHouse, her: Person, run: Run
) -> None:
    one, two = (" ".join(sheet) for sheet in lived_in.sheets)
    assert "Give --email" in run("recover", "--card", her.case_number, typed=[one, two]).output
    asked = ["recover", "--card", "ZZ-ZZZZZZ", "--email", lived_in.director.email]
    assert "There is no case ZZ-ZZZZZZ" in run(*asked, typed=[one, two]).output
