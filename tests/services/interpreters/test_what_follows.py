"""What becomes of an interpreter when the date moves, ends or comes back."""

from datetime import date
from uuid import UUID

import pytest

from portal.domain.appointments import AppointmentState
from portal.domain.interpreters import Means, RequestState, Said, Sex
from portal.domain.needs import Category
from portal.models import Appointment
from portal.services.dates import giving, her_dates
from portal.services.dates.shown_dates import Details
from portal.services.endings import erasure
from portal.services.interpreters import asking, booking, people
from portal.services.visits.talks import Asked
from tests.people import NOON, Person, TestHouse
from tests.services.interpreters.talks import (
    LATER,
    an_interpreter,
    asks,
    books,
    request_of,
    steps_of,
)
from tests.services.journey import HOUSING, TOMORROW, a_date
from tests.services.planned import accepted, agree, parts, send


class TestWhatFollows:
    """When the date moves, ends, or comes back."""

    def test_moving_a_date_frees_the_interpreter_and_asks_again(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id, Said(dialect="From Aleppo"))
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

    def test_who_is_booked_again_is_not_to_be_told(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            her_dates.cannot_come(session, acting, date_id, now=NOON)
            her_dates.keep(session, acting, date_id, now=NOON)
        assert to_tell(the_house) == ["Samira Haddad"]
        books(the_house, date_id, samira)
        assert to_tell(the_house) == []

    def test_who_works_here_no_longer_is_let_go_and_somebody_else_is_looked_for(
        self, the_house: TestHouse, need_id: UUID, date_id: UUID, samira: UUID
    ) -> None:
        later = a_date(the_house, need_id, starts_at=LATER)
        for one in (date_id, later):
            books(the_house, one, samira)
        ends(the_house, samira, TOMORROW.date())
        assert steps_of(the_house, samira) == 9, "the last day is one of work"
        assert to_tell(the_house) == ["Samira Haddad"]
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            (waits,) = booking.waiting(session, acting, now=NOON)
            assert waits.appointment.id == later

    def test_a_plan_books_nobody_who_works_here_no_longer_when_she_says_yes(
        self, the_house: TestHouse, her: Person, samira: UUID
    ) -> None:
        accepted(the_house, her, HOUSING, Category.HOME)
        visit_id = send(the_house, her, Asked())
        ends(the_house, samira, TOMORROW.date())
        agree(the_house, her, visit_id, 1)
        (part,) = parts(the_house, visit_id)
        assert part.interpreter_id is None
        assert request_of(the_house, part.id).state is RequestState.ASKED


class TestAnErasedFile:
    """Nothing is left of it but whom the service has to tell."""

    @pytest.mark.parametrize("is_let_go", [False, True])
    def test_who_was_booked_is_to_be_told(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID, is_let_go: bool
    ) -> None:
        books(the_house, date_id, samira)
        with the_house.acting(her) as (session, acting):
            if is_let_go:
                her_dates.cannot_come(session, acting, date_id, now=NOON)
        assert her.case_id is not None
        with the_house.database.transaction() as session:
            erasure.erase(session, her.case_id, actor_id=None, facts={}, now=NOON)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            (one,) = booking.not_told(session, acting)
            assert (one.name, one.referral_id) == ("Samira Haddad", None)
            booking.have_told(session, acting, one.row.id, now=NOON)
            assert booking.not_told(session, acting) == []

    def test_who_was_booked_for_a_talk_that_is_over_is_not(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        assert her.case_id is not None
        with the_house.database.transaction() as session:
            erasure.erase(session, her.case_id, actor_id=None, facts={}, now=LATER)
        assert to_tell(the_house) == []


def to_tell(the_house: TestHouse) -> list[str]:
    """Whom the housing desk has to tell that a talk is not."""
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        return [one.name for one in booking.not_told(session, acting)]


def ends(the_house: TestHouse, who: UUID, last_day: date) -> None:
    """The coordinator writes down the last day of Samira's work."""
    means = (Means.PHONE, Means.HERE)
    kept = people.Kept("Samira Haddad", Sex.WOMAN, ("ar",), means, active_until=last_day)
    with the_house.acting(the_house.coordinator) as (session, acting):
        people.change(session, acting, who, kept, now=NOON)
