"""What becomes of an interpreter when the date moves, ends or comes back."""

from uuid import UUID

from portal.domain.appointments import AppointmentState
from portal.domain.interpreters import RequestState, Said
from portal.models import Appointment
from portal.services.dates import giving, her_dates
from portal.services.dates.shown_dates import Details
from portal.services.interpreters import asking, booking
from tests.people import NOON, Person, TestHouse
from tests.services.interpreters.talks import (
    LATER,
    an_interpreter,
    asks,
    books,
    request_of,
    steps_of,
)
from tests.services.journey import HOUSING, a_date


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
