"""Interpreters: she says whom she wants and whom not, and nobody comes to two talks at a time."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.domain.appointments import AppointmentState
from portal.domain.interpreters import (
    MOST_OPENINGS,
    Felt,
    InterpreterTaken,
    Means,
    NobodyInterprets,
    NotThisPerson,
    RequestState,
    Said,
    Sex,
    TalkLinkEnded,
)
from portal.domain.opening import Pattern
from portal.domain.refusals import NotFound, NotYours, SlowDown, WrongState
from portal.domain.roles import Role
from portal.models import Appointment, AuditEvent, InterpreterRequest, TakenTime, TalkLink
from portal.services import messages
from portal.services.availability import hours
from portal.services.dates import agenda, giving, her_dates, taken_times
from portal.services.dates.shown_dates import Details
from portal.services.interpreters import (
    answering,
    asking,
    booking,
    coming,
    free,
    left_out,
    links,
    people,
)
from portal.services.interpreters.asking import Wish
from portal.services.interpreters.booking import Fit
from portal.services.keys import new_key_file
from portal.services.running import paper
from portal.vault import KeyFile
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, POLICE, TOMORROW, a_date, a_shared_need

# What the database itself must hold, a slot taken once, is asked of both in test_at_one_moment.py.
pytestmark = pytest.mark.parametrize("kind", ["sqlite"])

LATER = TOMORROW + timedelta(days=1)
ADDRESS = b"192.0.2.1"


def an_interpreter(the_house: TestHouse, name: str, *languages: str, **more: object) -> UUID:
    """Somebody whom the coordinator adds; a woman, by telephone, unless said otherwise."""
    usual = {"sex": Sex.WOMAN, "means": (Means.PHONE, Means.HERE)}
    kept = people.Kept(name=name, languages=languages or ("ar",), **{**usual, **more})  # type: ignore[arg-type]
    with the_house.acting(the_house.coordinator) as (session, acting):
        return people.add(session, acting, kept, now=NOON).id


@pytest.fixture
def samira(the_house: TestHouse) -> UUID:
    return an_interpreter(the_house, "Samira Haddad")


@pytest.fixture
def need_id(the_house: TestHouse, her: Person) -> UUID:
    """What she lets the housing desk read."""
    return a_shared_need(the_house, her)


@pytest.fixture
def date_id(the_house: TestHouse, need_id: UUID) -> UUID:
    """A talk with the housing desk, tomorrow at noon."""
    return a_date(the_house, need_id)


def asks(the_house: TestHouse, who: Person, date_id: UUID, **said: object) -> None:
    """Somebody asks for Arabic, and says this besides."""
    with the_house.acting(who) as (session, acting):
        wish = Wish("ar", Said(**said))  # type: ignore[arg-type]
        asking.ask(session, acting, date_id, wish, now=NOON)


def books(the_house: TestHouse, date_id: UUID, who: UUID, now: datetime = NOON) -> None:
    """The housing desk books somebody by telephone."""
    with the_house.acting(the_house.workers[HOUSING], now=now) as (session, acting):
        booking.book(session, acting, date_id, who, Means.PHONE, now=now)


def request_of(the_house: TestHouse, date_id: UUID) -> InterpreterRequest:
    with the_house.database.transaction("read") as session:
        return session.execute(
            select(InterpreterRequest).where(InterpreterRequest.appointment_id == date_id)
        ).scalar_one()


def fits(the_house: TestHouse, date_id: UUID) -> dict[str, Fit]:
    """What the housing desk sees of each candidate."""
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        found = booking.choice(session, acting, date_id, now=NOON)
        return {one.interpreter.name: one.fit for one in found.candidates}


def steps_of(the_house: TestHouse, who: UUID) -> int:
    with the_house.database.transaction("read") as session:
        return len(session.scalars(select(TakenTime.step).where(TakenTime.who == who)).all())


class TestAsking:
    """By her, or by the service."""

    def test_what_she_says_is_sealed_and_read_by_her_and_the_service(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        said = {"dialect": "From Aleppo", "sex": Sex.WOMAN, "not_these": "Fatima from the shop"}
        asks(the_house, her, date_id, not_from_near=True, **said)
        kept = request_of(the_house, date_id)
        assert (kept.state, kept.language) == (RequestState.ASKED, "ar")
        assert kept.said is not None
        assert b"Aleppo" not in kept.said
        for reader in (her, the_house.workers[HOUSING]):
            with the_house.acting(reader) as (session, acting):
                appointment = asking.get_date(session, acting, date_id)
                wish = asking.wish_of(session, acting, appointment, now=NOON)
                assert wish is not None
                assert wish.said.not_these == "Fatima from the shop"
        police = the_house.workers[POLICE]
        with the_house.acting(police) as (session, acting), pytest.raises(NotFound):
            asking.get_date(session, acting, date_id)

    def test_everything_can_be_left_out(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        with the_house.acting(her) as (session, acting):
            asking.ask(session, acting, date_id, Wish(), now=NOON)
            assert asking.last_wish(session, acting, now=NOON) == Wish()

    def test_a_date_of_somebody_else_is_none(
        self, the_house: TestHouse, another: Person, date_id: UUID
    ) -> None:
        with pytest.raises(NotFound):
            asks(the_house, another, date_id)

    def test_the_next_date_is_asked_with_what_she_said_last(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        asks(the_house, her, date_id, dialect="From Aleppo")
        with the_house.acting(her) as (session, acting):
            last = asking.last_wish(session, acting, now=NOON)
            assert her.case_id is not None
            assert asking.language_of(session, her.case_id) == "ar"
        assert last == Wish("ar", Said(dialect="From Aleppo"))

    def test_none_is_needed_after_all(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id)
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            asking.take_back(session, acting, date_id, now=NOON)
        assert request_of(the_house, date_id).state is RequestState.NOT_WANTED
        assert steps_of(the_house, samira) == 0


class TestChoosing:
    """Who is offered to the service, and how."""

    def test_the_best_stands_first_and_nobody_who_does_not_speak_it(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        an_interpreter(the_house, "Yusuf", sex=Sex.MAN)
        an_interpreter(the_house, "Amina")
        an_interpreter(the_house, "Olena", "uk")
        an_interpreter(the_house, "Gone", active_until=NOON.date())
        an_interpreter(the_house, "Fatima Z.")
        asks(the_house, her, date_id, sex=Sex.WOMAN, not_these="fátima")
        assert list(fits(the_house, date_id).items()) == [
            ("Amina", Fit.FREE),
            ("Yusuf", Fit.FREE),
            ("Fatima Z.", Fit.NOT_THIS_PERSON),
        ]

    def test_hours_are_a_warning(self, the_house: TestHouse, date_id: UUID, samira: UUID) -> None:
        with the_house.acting(the_house.coordinator) as (session, acting):
            owner = people.hours_of(session, acting, samira)
            monday = Pattern({0: ((NOON.time(), TOMORROW.replace(hour=20).time()),)})
            hours.add_pattern(session, acting, owner, monday, now=NOON)
        assert fits(the_house, date_id) == {"Samira Haddad": Fit.NOT_THERE}
        books(the_house, date_id, samira)

    def test_nobody_comes_to_two_talks_at_one_time(
        self, the_house: TestHouse, her: Person, another: Person, date_id: UUID, samira: UUID
    ) -> None:
        colleague = the_house.a_colleague(
            "Wim", (Role.SERVICE_STAFF, the_house.services[HOUSING].id)
        )
        need_id = a_shared_need(the_house, another)
        other = a_date(the_house, need_id, with_id=colleague.account_id)
        books(the_house, date_id, samira)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            (seen,) = booking.choice(session, acting, other, now=NOON).candidates
            assert seen.fit is Fit.TAKEN
            with pytest.raises(InterpreterTaken):
                booking.book(session, acting, other, samira, Means.PHONE, now=NOON)
        with the_house.database.transaction() as session:
            # Past every check: the database itself says no.
            appointment = session.get_one(Appointment, other)
            with pytest.raises(InterpreterTaken):
                taken_times.take_interpreter(session, appointment, samira)

    def test_whom_she_left_out_cannot_be_booked(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id, not_these="Haddad")
        with pytest.raises(NotThisPerson):
            books(the_house, date_id, samira)
        asks(the_house, her, date_id, not_these="somebody else")
        books(the_house, date_id, samira)

    def test_who_is_not_there_cannot_be_booked(self, the_house: TestHouse, date_id: UUID) -> None:
        gone = an_interpreter(the_house, "Gone", active_until=NOON.date())
        with pytest.raises(NobodyInterprets):
            books(the_house, date_id, gone)

    def test_only_a_coordinator_keeps_interpreters(
        self, the_house: TestHouse, samira: UUID
    ) -> None:
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            with pytest.raises(NotYours):
                people.listed(session, acting)
            with pytest.raises(NotYours):
                people.get(session, acting, samira)


class TestHerAnswer:
    """Before the talk, and after it."""

    def test_she_says_yes(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id)
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            (date,) = her_dates.listed(session, acting, now=NOON)
            assert date.interpreter is not None
            assert date.interpreter.first_name == "Samira"
            answering.confirm(session, acting, date_id, now=NOON)
            with pytest.raises(WrongState):
                answering.confirm(session, acting, date_id, now=NOON)
        assert request_of(the_house, date_id).state is RequestState.CONFIRMED
        over = TOMORROW + timedelta(hours=2)
        with the_house.database.transaction("read") as session:
            state = coming.of_dates(session, [date_id], now=over)[date_id].state
            assert state is RequestState.DONE

    def test_not_this_person_counts_everywhere_and_nobody_reads_why(
        self, the_house: TestHouse, her: Person, another: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            answering.not_this_one(session, acting, date_id, now=NOON)
        assert request_of(the_house, date_id).state is RequestState.ASKED
        assert steps_of(the_house, samira) == 0
        assert fits(the_house, date_id) == {"Samira Haddad": Fit.NOT_THIS_PERSON}
        days = NOON.date(), LATER.date()
        with the_house.database.transaction("read") as session:
            assert her.case_id
            assert another.case_id
            assert free(session, "ar", *days, case_id=her.case_id, now=NOON) == ()
            assert len(free(session, "ar", *days, case_id=another.case_id, now=NOON)) == 1
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            (to_tell,) = booking.not_told(session, acting)
            assert to_tell.name == "Samira Haddad"
            booking.have_told(session, acting, to_tell.row.id, now=NOON)
            assert booking.not_told(session, acting) == []

    def test_a_no_afterwards_goes_to_her_case_team_alone(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        over = TOMORROW + timedelta(hours=2)
        with the_house.acting(her, now=over) as (session, acting):
            assert answering.waits_to_be_judged(session, acting, now=over) is not None
            words = "I did not feel safe with the interpreter."
            answering.say_how_it_was(
                session, acting, date_id, Felt.NOT_SAFE, to_director=words, now=over
            )
            answering.not_again(session, acting, date_id, now=over)
            assert answering.waits_to_be_judged(session, acting, now=over) is None
            with pytest.raises(WrongState):
                answering.say_how_it_was(session, acting, date_id, Felt.SAFE, now=over)
        kept = request_of(the_house, date_id)
        assert kept.felt is not None
        assert b"safe" not in kept.felt
        assert her.case_id is not None
        with the_house.acting(the_house.director, now=over) as (session, acting):
            felt = answering.felt_of(session, acting, [kept], now=over)
            assert felt == {date_id: Felt.NOT_SAFE}
            page = messages.show(session, acting, her.case_id, now=over)
            assert words in [one.words for one in page.messages]
            assert left_out.among(session, her.case_id, [samira]) == {samira}
        housing = the_house.workers[HOUSING]
        with the_house.acting(housing, now=over) as (session, acting), pytest.raises(NotFound):
            answering.felt_of(session, acting, [kept], now=over)

    def test_before_the_end_nobody_asks_how_it_was(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            assert answering.waits_to_be_judged(session, acting, now=NOON) is None
            with pytest.raises(WrongState):
                answering.say_how_it_was(session, acting, date_id, Felt.SAFE, now=NOON)


class TestWhatFollows:
    """When the date moves, ends, or comes back."""

    def test_moving_a_date_frees_the_interpreter_and_asks_again(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id, dialect="From Aleppo")
        books(the_house, date_id, samira)
        worker = the_house.workers[HOUSING]
        with the_house.acting(worker) as (session, acting):
            old = session.get_one(Appointment, date_id)
            new = giving.set_date(
                session,
                acting,
                old.referral_id,
                starts_at=LATER,
                minutes=45,
                with_id=worker.account_id,
                details=Details(place="Desk 1"),
                now=NOON,
                instead_of=date_id,
            )
            new_id = new.id
            (waits,) = booking.waiting(session, acting, now=NOON)
            assert waits.appointment.id == new_id
            assert len(booking.not_told(session, acting)) == 1
            wish = asking.wish_of(session, acting, new, now=NOON)
            assert wish is not None
            assert wish.said.dialect == "From Aleppo"
        assert steps_of(the_house, samira) == 0
        assert request_of(the_house, new_id).state is RequestState.ASKED

    def test_cancelling_frees_and_the_next_date_asks_again(
        self, the_house: TestHouse, her: Person, need_id: UUID, date_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id)
        books(the_house, date_id, samira)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            giving.cancel(session, acting, date_id, now=NOON)
            assert booking.waiting(session, acting, now=NOON) == []
            assert len(booking.not_told(session, acting)) == 1
        assert steps_of(the_house, samira) == 0
        next_id = a_date(the_house, need_id, starts_at=LATER)
        assert request_of(the_house, next_id).state is RequestState.ASKED

    def test_who_cannot_come_and_can_after_all_is_asked_for_again(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            her_dates.cannot_come(session, acting, date_id, now=NOON)
            assert session.get_one(Appointment, date_id).interpreter_id is None
            her_dates.keep(session, acting, date_id, now=NOON)
            date = session.get_one(Appointment, date_id)
            assert date.state is AppointmentState.PLANNED
        assert request_of(the_house, date_id).state is RequestState.ASKED

    def test_another_person_instead(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        amina = an_interpreter(the_house, "Amina")
        books(the_house, date_id, samira)
        books(the_house, date_id, amina)
        assert steps_of(the_house, samira) == 0
        assert steps_of(the_house, amina) == 9
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            assert [one.name for one in booking.not_told(session, acting)] == ["Samira Haddad"]


class TestTheSeam:
    """What the planner asks."""

    def test_times_are_hours_less_talks(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        tuesday = TOMORROW.date()
        with the_house.database.transaction("read") as session:
            assert her.case_id is not None
            (found,) = free(session, "ar", tuesday, tuesday, case_id=her.case_id, now=NOON)
            assert free(session, "uk", tuesday, tuesday, case_id=her.case_id, now=NOON) == ()
        assert found.id == samira
        assert [(one.starts_at.hour, one.ends_at.hour) for one in found.free] == [(8, 11), (11, 16)]
        assert found.free[0].ends_at == TOMORROW

    def test_nobody_is_free_after_the_last_day(self, the_house: TestHouse, her: Person) -> None:
        an_interpreter(the_house, "Short", active_until=TOMORROW.date())
        with the_house.database.transaction("read") as session:
            assert her.case_id is not None
            days = TOMORROW.date(), LATER.date()
            (found,) = free(session, "ar", *days, case_id=her.case_id, now=NOON)
        assert {one.starts_at.date() for one in found.free} == {TOMORROW.date()}


class TestTheLink:
    """It shows one talk, for a while, to whoever holds it."""

    @pytest.fixture
    def token(self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID) -> str:
        asks(the_house, her, date_id)
        books(the_house, date_id, samira)
        return self.made(the_house, date_id)

    @staticmethod
    def made(the_house: TestHouse, date_id: UUID) -> str:
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            return links.make(
                session, acting, date_id, where="+32 2 555 12 34", name="Mira", now=NOON
            )

    @staticmethod
    def opened(the_house: TestHouse, token: str, now: datetime = NOON) -> links.Talk:
        with the_house.database.transaction() as session:
            return links.open_link(session, token, address=ADDRESS, now=now)

    def test_it_shows_the_talk_and_is_written_down(
        self, the_house: TestHouse, token: str, samira: UUID
    ) -> None:
        talk = self.opened(the_house, token)
        assert (talk.starts_at, talk.minutes, talk.name) == (TOMORROW, 45, "Mira")
        assert (talk.where, talk.language) == ("+32 2 555 12 34", "ar")
        with the_house.database.transaction("read") as session:
            asked = select(AuditEvent).where(AuditEvent.kind == "talk_link_opened")
            (event,) = session.scalars(asked)
            assert event.facts["interpreter"] == str(samira)
            row = session.execute(select(TalkLink)).scalar_one()
            for kept in (row.token_hash, row.sealed):
                assert token.encode() not in kept
                assert b"555" not in kept
                assert b"Mira" not in kept

    def test_it_ends_an_hour_after_the_talk(self, the_house: TestHouse, token: str) -> None:
        ends = TOMORROW + timedelta(minutes=45 + 60)
        self.opened(the_house, token, ends - timedelta(seconds=1))
        with pytest.raises(TalkLinkEnded):
            self.opened(the_house, token, ends)
        with the_house.database.transaction() as session:
            assert links.forget_old(session, now=ends) == 1

    def test_an_older_link_ends_with_a_new_one(
        self, the_house: TestHouse, token: str, date_id: UUID
    ) -> None:
        newer = self.made(the_house, date_id)
        with pytest.raises(TalkLinkEnded):
            self.opened(the_house, token)
        self.opened(the_house, newer)

    @pytest.mark.parametrize("why", ["cancelled", "not this person", "cannot come", "another"])
    def test_it_ends_with_what_it_was_for(
        self, the_house: TestHouse, her: Person, token: str, date_id: UUID, why: str
    ) -> None:
        if why == "another":
            books(the_house, date_id, an_interpreter(the_house, "Amina"))
        elif why == "cancelled":
            with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
                giving.cancel(session, acting, date_id, now=NOON)
        else:
            act = her_dates.cannot_come if why == "cannot come" else answering.not_this_one
            with the_house.acting(her) as (session, acting):
                act(session, acting, date_id, now=NOON)
        with pytest.raises(TalkLinkEnded):
            self.opened(the_house, token)

    def test_it_is_used_up_and_trying_many_is_slowed_down(
        self, the_house: TestHouse, token: str
    ) -> None:
        for _ in range(MOST_OPENINGS):
            self.opened(the_house, token)
        for number in range(links.WRONG_LINKS):
            with the_house.database.transaction() as session:
                tried = token if number % 2 else f"wrong {number}\ud800"
                with pytest.raises(TalkLinkEnded):
                    links.open_link(session, tried, address=ADDRESS, now=NOON)
        with pytest.raises(SlowDown):
            self.opened(the_house, token)

    def test_a_plan_that_names_an_interpreter_is_enough(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        with the_house.database.transaction() as session:
            appointment = session.get_one(Appointment, date_id)
            taken_times.take_interpreter(session, appointment, samira)
            appointment.interpreter_id = samira
        talk = self.opened(the_house, self.made(the_house, date_id))
        assert talk.means is Means.PHONE
        with the_house.acting(her) as (session, acting):
            answering.confirm(session, acting, date_id, now=NOON)
            her_dates.cannot_come(session, acting, date_id, now=NOON)
        assert steps_of(the_house, samira) == 0

    def test_without_an_interpreter_there_is_no_link(
        self, the_house: TestHouse, date_id: UUID
    ) -> None:
        with pytest.raises(WrongState):
            self.made(the_house, date_id)


def test_with_a_new_key_file_somebody_asks_her_anew(
    the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
) -> None:
    asks(the_house, her, date_id, not_these="Haddad")
    with the_house.database.transaction() as session:
        session.info["key_file"] = KeyFile(bytes(32))
        sheets = paper.keys_of_sheets(session, *the_house.sheets)
        proved = new_key_file.sign_everything_again(session, sheets, now=NOON)
        said = f"case {her.case_number}: ask her anew which interpreters must not come"
        assert said in proved.faults


def test_the_week_of_a_service_names_who_comes(
    the_house: TestHouse, date_id: UUID, samira: UUID
) -> None:
    books(the_house, date_id, samira)
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        whose = agenda.of_services(session, acting)
        zone = ZoneInfo("Europe/Brussels")
        (date,) = agenda.between(session, acting, whose, NOON.date(), 7, zone, now=NOON)
    assert date.interpreter is not None
    assert date.interpreter.name == "Samira Haddad"
    assert date.interpreter.state is RequestState.BOOKED
