"""The made-up centre: made once, in every state, and never mixed with a real one."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import Database
from portal.demo import preparing, seeding, signins
from portal.demo.preparing import NotADemo
from portal.demo.signins import StaffSignIn
from portal.demo.words import load
from portal.domain.accounts import CardState
from portal.domain.appointments import AppointmentState
from portal.domain.cards import parse_card_number
from portal.domain.decisions import DecisionState
from portal.domain.needs import Category, Lane, NeedState
from portal.domain.proposals import VisitState
from portal.domain.referrals import ReferralState
from portal.models import (
    Appointment,
    Card,
    Case,
    Decision,
    KeptApart,
    Leave,
    Need,
    Referral,
    Room,
    SignIn,
    TalkLink,
    Thread,
    Visit,
)
from portal.services import bundling, counting, messages
from portal.services.entry import second_factor, sessions
from portal.services.entry.sign_in import sign_in_with_card, sign_in_with_passphrase
from portal.services.house import House
from portal.services.running import chains
from portal.services.telling import safe_contact
from portal.settings import Settings
from portal.vault import CHEAP, KeyFile, SlowPasses
from tests.cli.conftest import Run

LANGUAGES = {"nl", "fr", "en", "ar", "tr", "uk", "fa-AF", "ti"}


def settings_for(data: Path) -> Settings:
    return Settings.from_environment(
        {
            "PORTAL_DATA": str(data),
            "PORTAL_DEMO": "yes",
            "PORTAL_SLOW_PASS_OPS": str(CHEAP.ops),
            "PORTAL_SLOW_PASS_MEM": str(CHEAP.mem),
        }
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The directory of a demo with cheap passes and short threads, so that it is soon made."""
    data = tmp_path_factory.mktemp("made") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seeding, "LENGTHS", (12, *[3] * 39))
        preparing.prepare(settings_for(data))
    yield data


@pytest.fixture(scope="module")
def house(made: Path) -> House:
    """What every process of the demo carries."""
    settings = settings_for(made)
    passes = SlowPasses(made / "slow-passes", 4)
    return House(settings, KeyFile.load(settings.key_file), passes)


@pytest.fixture(scope="module")
def database(house: House) -> Iterator[Database]:
    """The demo's database."""
    found = Database(house.settings.database_url, house.key_file, house.settings)
    yield found
    found.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A look into it."""
    with database.transaction("read") as found:
        yield found


@pytest.mark.real
def test_forty_survivors_and_fifteen_staff_are_on_the_list(made: Path) -> None:
    found = signins.read(made / signins.NAME)
    assert [len(found["survivors"]), len(found["staff"])] == [40, 15]
    assert {her["language"] for her in found["survivors"]} == LANGUAGES
    assert all(parse_card_number(her["card"]) for her in found["survivors"])
    assert [set(her) for her in found["survivors"]] == [{"card", "pin", "language", "name"}] * 40
    assert [set(one) for one in found["staff"]] == [
        {"email", "passphrase", "totp_secret", "roles"}
    ] * 15
    assert sum(not one["totp_secret"] for one in found["staff"]) == 1
    roles = [role for one in found["staff"] for role in one["roles"]]
    assert roles.count("moderator") >= 2
    assert roles.count("case_director") == 4
    assert {"coordinator", "auditor", "service_staff", "intake_worker"} <= set(roles)


@pytest.mark.real
def test_nobody_else_reads_the_list_or_the_data(made: Path) -> None:
    assert S_IMODE(made.stat().st_mode) == 0o700
    for name in (signins.NAME, "portal.key", "portal.db"):
        assert S_IMODE((made / name).stat().st_mode) == 0o600


@pytest.mark.real
def test_every_state_is_there(session: Session) -> None:
    assert set(session.scalars(select(Need.state))) == set(NeedState)
    assert set(session.scalars(select(Referral.state))) == set(ReferralState)
    waiting = select(Decision.lane).where(Decision.state == DecisionState.WAITING)
    assert set(session.scalars(waiting)) == set(Lane)
    dates = set(session.scalars(select(Appointment.state)))
    assert {AppointmentState.PLANNED, AppointmentState.MOVED} <= dates
    assert {AppointmentState.OTHER_TIME, AppointmentState.CANNOT_COME} <= dates
    assert {AppointmentState.DONE, AppointmentState.NOT_COME} <= dates
    states = session.scalars(select(Card.state)).all()
    assert (states.count(CardState.FROZEN), states.count(CardState.NEW)) == (1, 1)
    assert session.scalars(select(Leave)).one()


@pytest.mark.real
def test_what_is_planned_and_kept_apart_can_be_looked_at(made: Path, session: Session) -> None:
    assert len(session.scalars(select(Room)).all()) == 3
    assert session.scalars(select(Appointment).where(Appointment.room_id.is_not(None))).all()
    assert len(session.scalars(select(KeptApart)).all()) == 2, "a row for each of the two files"
    numbers = signins.read(made / signins.NAME)["kept_apart"]
    assert len(set(session.scalars(select(Case.id).where(Case.number.in_(numbers))))) == 2
    assert session.scalars(select(TalkLink)).one().expires_at > datetime.now(UTC)
    visit = session.scalars(select(Visit).where(Visit.ended_at.is_(None))).one()
    assert visit.state is VisitState.PROPOSED
    held = select(Appointment).where(Appointment.visit_id == visit.id)
    parts = session.scalars(held).all()
    assert len(parts) > 1
    assert any(part.interpreter_id for part in parts), "not every service speaks Arabic"


@pytest.mark.real
def test_the_account_of_the_demo_holds_and_nobody_is_signed_in(session: Session) -> None:
    assert list(chains.verify(session)) == []
    assert session.scalars(select(SignIn)).all() == []
    assert max(session.scalars(select(Thread.last_number))) == 12


@pytest.mark.real
def test_the_first_survivors_come_in_and_read(made: Path, database: Database, house: House) -> None:
    for her in signins.read(made / signins.NAME)["survivors"][:4]:
        now = datetime.now(UTC)
        token = sign_in_with_card(
            database.transaction,
            house,
            card=her["card"],
            pin=her["pin"],
            language="en",
            address=b"here",
            now=now,
        )
        with database.transaction() as session:
            acting = sessions.find(session, token, now=now)
            assert acting is not None
            case = session.get_one(Case, acting.her_case_id)
            assert all(
                one.words
                for one in messages.open_stretch(session, acting, case.id, now=now).show().messages
            )
            # Whoever holds her phone reads these notes too: not a word of how she is known.
            ways = safe_contact.hers(session, acting, now=now).values()
            notes = [way.question.note or "" for way in ways if way.question]
            assert not any(re.search(r"(?i)code|nummer|كلمة", note) for note in notes)


def token_of(database: Database, house: House, one: StaffSignIn, now: datetime) -> str:
    """A colleague of the list gives her pass phrase."""
    return sign_in_with_passphrase(
        database.transaction,
        house,
        email=one["email"],
        passphrase=one["passphrase"],
        language="nl",
        address=b"here",
        now=now,
    )


@pytest.mark.real
def test_staff_come_in_with_the_code_of_now(made: Path, database: Database, house: House) -> None:
    one = signins.read(made / signins.NAME)["staff"][0]
    now = datetime.now(UTC)
    token = token_of(database, house, one, now)
    with database.transaction() as session:
        acting = sessions.find(session, token, now=now)
        assert acting is not None
        second_factor.prove(session, acting, pyotp.TOTP(one["totp_secret"]).at(now), now=now)


@pytest.mark.real
def test_last_month_is_told_and_planning_together_saves_visits(
    made: Path, database: Database, house: House
) -> None:
    staff = signins.read(made / signins.NAME)["staff"]
    one = next(one for one in staff if "coordinator" in one["roles"])
    now = datetime.now(UTC)
    token = token_of(database, house, one, now)
    with database.transaction() as session:
        acting = sessions.find(session, token, now=now)
        assert acting is not None
        last = counting.months(session, acting, now=now)[-1].told
        twice = bundling.of_made_up_centre(session, acting, now=now)
    assert last.figures is not None
    assert last.days_to_first is not None
    alone, together = twice.apart, twice.together
    assert together.figures.talks == alone.figures.talks > together.figures.people
    # The bench prints half as many; how far it is from that depends on the day of the week.
    assert 3 * together.figures.visits < 2 * alone.figures.visits
    assert together.left_out == 0


@pytest.mark.real
def test_a_second_start_changes_nothing(made: Path) -> None:
    before = {path.name: path.read_bytes() for path in made.glob("*") if path.is_file()}
    preparing.prepare(settings_for(made))
    after = {path.name: path.read_bytes() for path in made.glob("*") if path.is_file()}
    assert after[signins.NAME] == before[signins.NAME]
    assert after["portal.key"] == before["portal.key"]


@pytest.mark.real
def test_the_list_is_printed_for_scripts_and_people(made: Path, run: Run) -> None:
    result = run("demo-signins", "--json", "--data", str(made))
    assert json.loads(result.output) == signins.read(made / signins.NAME)
    assert "Sofie" in run("demo-signins", "--data", str(made)).output
    assert "There is no demo" in run("demo-signins", "--data", str(made / "nowhere")).output


def test_a_half_made_demo_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "demo"

    def give_up(_settings: Settings, key: Path, _database: Path, _listed: Path) -> None:
        key.write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(seeding, "seed", give_up)
    with pytest.raises(KeyboardInterrupt):
        preparing.prepare(settings_for(data))
    assert not preparing.is_made(data)
    assert not (data / "portal.key").exists()


@pytest.mark.real
def test_the_demo_touches_no_real_house(made: Path, tmp_path: Path) -> None:
    lost = tmp_path / "with-a-key"
    lost.mkdir()
    KeyFile.create(lost / "portal.key")
    with pytest.raises(NotADemo, match="key file that is not the demo's"):
        preparing.prepare(settings_for(lost))
    real = tmp_path / "real"
    shutil.copytree(made, real)
    (real / signins.NAME).unlink()
    with pytest.raises(NotADemo, match="database that is not the demo's"):
        preparing.prepare(settings_for(real))
    wrong = tmp_path / "wrong"
    shutil.copytree(made, wrong)
    (wrong / "portal.db").write_bytes(b"something else")
    with pytest.raises(NotADemo, match="no database that the demo made"):
        preparing.prepare(settings_for(wrong))


def test_nothing_of_a_real_centre_is_taken_over_from_the_environment(tmp_path: Path) -> None:
    base = {
        "PATH": "somewhere",
        "PORTAL_DATABASE_URL": "postgresql://somewhere",
        "PORTAL_KEY_FILE": "the.key",
        "PORTAL_HOST": "0.0.0.0",
        "PORTAL_WORKERS": "1",
    }
    found = preparing.environment(base, tmp_path, 8123)
    assert found == {
        "PATH": "somewhere",
        "PORTAL_WORKERS": "1",
        "PORTAL_DATA": str(tmp_path),
        "PORTAL_DEMO": "yes",
        "PORTAL_HOST": "127.0.0.1",
        "PORTAL_PORT": "8123",
    }


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_words_for_everything(language: str) -> None:
    words = load(language)
    needed = {f"need {category.value}" for category in Category}
    needed |= {"days", "things", "hello", "thanks", "not_wanted", "questions", "answers"}
    assert needed | {"additions", "reasons"} <= set(words.lists)
    assert len(words.lists["days"]) == 5
    assert len(words.exchanges) >= 12
    assert load("nl").lists["readings"]


def test_long_threads_do_not_repeat_themselves() -> None:
    from random import Random

    from portal.demo.words import Talk

    talk = Talk(load("nl"), Random(1), ("CAW", "OCMW"), "Lieve")
    said = [text for turns in talk.exchanges(400) for _, text in turns]
    assert len(said) == 400
    assert len(set(said)) > 300


def test_the_environment_of_tests_is_bare() -> None:
    assert "PORTAL_DEMO" not in os.environ
