"""The service chooses among those who are there, and nobody comes to two talks at a time."""

from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from portal.domain.interpreters import (
    InterpreterTaken,
    Means,
    NobodyInterprets,
    NotThisPerson,
    RequestState,
    Said,
    Sex,
)
from portal.domain.opening import Pattern
from portal.domain.refusals import NotYours
from portal.domain.roles import Role
from portal.models import Appointment
from portal.services.availability import hours
from portal.services.dates import agenda, taken_times
from portal.services.interpreters import booking, people, times
from portal.services.interpreters.booking import Fit
from tests.people import NOON, Person, TestHouse
from tests.services.interpreters.talks import LATER, an_interpreter, asks, books, fits
from tests.services.journey import HOUSING, TOMORROW, a_date, a_shared_need


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
        asks(the_house, her, date_id, Said(sex=Sex.WOMAN, not_these="fátima"))
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
        asks(the_house, her, date_id, Said(not_these="Haddad"))
        with pytest.raises(NotThisPerson):
            books(the_house, date_id, samira)
        asks(the_house, her, date_id, Said(not_these="somebody else"))
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


class TestTheSeam:
    """What the planner asks."""

    def test_times_are_hours_less_talks(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        tuesday = TOMORROW.date()
        with the_house.database.transaction("read") as session:
            assert her.case_id is not None
            (found,) = times.free(session, ["ar"], tuesday, tuesday, case_id=her.case_id, now=NOON)
            assert (
                times.free(session, ["uk"], tuesday, tuesday, case_id=her.case_id, now=NOON) == ()
            )
        assert found.id == samira
        assert [(one.starts_at.hour, one.ends_at.hour) for one in found.free] == [(8, 11), (11, 16)]
        assert found.free[0].ends_at == TOMORROW

    def test_nobody_is_free_after_the_last_day(self, the_house: TestHouse, her: Person) -> None:
        an_interpreter(the_house, "Short", active_until=TOMORROW.date())
        with the_house.database.transaction("read") as session:
            assert her.case_id is not None
            days = TOMORROW.date(), LATER.date()
            (found,) = times.free(session, ["ar"], *days, case_id=her.case_id, now=NOON)
        assert {one.starts_at.date() for one in found.free} == {TOMORROW.date()}


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
