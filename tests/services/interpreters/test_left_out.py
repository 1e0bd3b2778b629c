"""Whom she leaves out comes to no date of hers: not to another one, and not by a plan."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.domain.interpreters import Felt, Means, NotThisPerson, RequestState, Said, Sex
from portal.domain.needs import Category
from portal.domain.outbox import OutboxKind
from portal.domain.visits.plans import Reason
from portal.models import Appointment, AuditEvent, OutboxItem
from portal.services.interpreters import answering, booking, people
from portal.services.interpreters.booking import Fit
from portal.services.visits.talks import Asked
from tests.people import NOON, Person, TestHouse
from tests.services.interpreters.talks import (
    an_interpreter,
    asks,
    books,
    fits,
    request_of,
    steps_of,
)
from tests.services.journey import HOUSING, POLICE, TOMORROW, a_date, a_shared_need
from tests.services.planned import accepted, agree, parts, plan, send
from tests.services.ways import says_yes

TO_PLAN = Asked()
"""Who plans looks for an interpreter too."""
OVER = TOMORROW + timedelta(hours=2)


@pytest.fixture
def another_id(the_house: TestHouse, her: Person) -> UUID:
    """Another talk of hers with the housing desk, three days later."""
    need_id = a_shared_need(the_house, her, Category.SLEEP)
    return a_date(the_house, need_id, starts_at=TOMORROW + timedelta(days=3))


def _not_this_one(the_house: TestHouse, her: Person, date_id: UUID) -> None:
    with the_house.acting(her) as (session, acting):
        answering.not_this_one(session, acting, date_id, now=NOON)


def _names(the_house: TestHouse, her: Person, date_id: UUID) -> None:
    asks(the_house, her, date_id, Said(not_these="Samira"))


def _was_not_safe(the_house: TestHouse, her: Person, date_id: UUID) -> None:
    with the_house.acting(her, now=OVER) as (session, acting):
        felt = Felt.NOT_SAFE
        answering.say_how_it_was(session, acting, date_id, felt, to_director="No.", now=OVER)
        answering.not_again(session, acting, date_id, now=OVER)


class TestHerOtherDates:
    """She said it of one talk, and it counts for all."""

    @pytest.mark.parametrize("says_so", [_not_this_one, _names, _was_not_safe])
    def test_whom_she_leaves_out_does_not_come_to_them_either(
        self,
        the_house: TestHouse,
        her: Person,
        date_id: UUID,
        another_id: UUID,
        samira: UUID,
        says_so: Callable[[TestHouse, Person, UUID], None],
    ) -> None:
        for one in (date_id, another_id):
            asks(the_house, her, one)
            books(the_house, one, samira)
        says_so(the_house, her, date_id)
        assert request_of(the_house, another_id).state is RequestState.ASKED
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            assert session.get_one(Appointment, another_id).interpreter_id is None
            times = [one.row.starts_at for one in booking.not_told(session, acting)]
            assert TOMORROW + timedelta(days=3) in times
            kinds = session.scalars(select(AuditEvent.kind)).all()
            assert "interpreter_let_go" not in kinds, "an act of hers does not say why"
        if says_so is not _was_not_safe:
            assert steps_of(the_house, samira) == 0

    def test_who_comes_to_them_and_was_not_left_out_still_comes(
        self, the_house: TestHouse, her: Person, date_id: UUID, another_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        books(the_house, another_id, amina := an_interpreter(the_house, "Amina"))
        _not_this_one(the_house, her, date_id)
        with the_house.database.transaction("read") as session:
            assert session.get_one(Appointment, another_id).interpreter_id == amina

    def test_she_is_told_where_a_colleague_says_it_for_her(
        self, the_house: TestHouse, her: Person, date_id: UUID, another_id: UUID, samira: UUID
    ) -> None:
        books(the_house, another_id, samira)
        says_yes(the_house, her)
        asks(the_house, the_house.workers[HOUSING], date_id, Said(not_these="Samira"))
        with the_house.database.transaction("read") as session:
            asked = select(OutboxItem.kind).where(OutboxItem.appointment_id == another_id)
            assert OutboxKind.NEW_DATE in session.scalars(asked).all()


class TestANameThatSheWrote:
    """It counts for who bears it at any time, with every service."""

    def test_it_leaves_out_who_comes_to_the_list_later(
        self, the_house: TestHouse, her: Person, date_id: UUID, another_id: UUID
    ) -> None:
        asks(the_house, her, date_id, Said(not_these="Fatima"))
        fatima = an_interpreter(the_house, "Fatima Z.")
        for one in (date_id, another_id):
            assert fits(the_house, one) == {"Fatima Z.": Fit.NOT_THIS_PERSON}
            with pytest.raises(NotThisPerson):
                books(the_house, one, fatima)

    def test_it_leaves_out_who_is_called_so_later(
        self, the_house: TestHouse, her: Person, date_id: UUID, another_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id, Said(not_these="Fatima"))
        kept = people.Kept("Samira Fatima", Sex.WOMAN, ("ar",), (Means.PHONE,))
        with the_house.acting(the_house.coordinator) as (session, acting):
            people.change(session, acting, samira, kept, now=NOON)
        assert fits(the_house, another_id) == {"Samira Fatima": Fit.NOT_THIS_PERSON}

    @pytest.mark.parametrize("name", ["王芳", "Li Na", "Jo"])
    def test_a_short_name_leaves_out_too(
        self, the_house: TestHouse, her: Person, date_id: UUID, name: str
    ) -> None:
        an_interpreter(the_house, name)
        asks(the_house, her, date_id, Said(not_these=name))
        assert fits(the_house, date_id) == {name: Fit.NOT_THIS_PERSON}

    def test_what_she_wrote_no_more_counts_no_more(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        asks(the_house, her, date_id, Said(not_these="Samira"))
        asks(the_house, her, date_id)
        assert fits(the_house, date_id) == {"Samira Haddad": Fit.FREE}

    def test_whom_she_named_and_then_said_no_to_stays_left_out(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        _not_this_one(the_house, her, date_id)
        asks(the_house, her, date_id, Said(not_these="Samira"))
        asks(the_house, her, date_id)
        assert fits(the_house, date_id) == {"Samira Haddad": Fit.NOT_THIS_PERSON}


class TestAPlan:
    """What the planner proposed before, and what it proposes now."""

    def test_a_name_she_wrote_counts_for_who_comes_to_the_list_later(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        asks(the_house, her, date_id, Said(not_these="Fatima"))
        an_interpreter(the_house, "Fatima Z.")
        accepted(the_house, her, POLICE, Category.POLICE)
        (choice,) = plan(the_house, her, TO_PLAN).choices
        assert [reason for _, reason in choice.left_out] == [Reason.NO_INTERPRETER_FREE]

    def test_whom_she_leaves_out_does_not_come_by_a_visit_that_waits(
        self, the_house: TestHouse, her: Person, date_id: UUID, samira: UUID
    ) -> None:
        books(the_house, date_id, samira)
        accepted(the_house, her, POLICE, Category.POLICE)
        visit_id = send(the_house, her, TO_PLAN)
        assert [one.interpreter_id for one in parts(the_house, visit_id)] == [samira]
        _not_this_one(the_house, her, date_id)
        agree(the_house, her, visit_id, 1)
        (part,) = parts(the_house, visit_id)
        assert part.interpreter_id is None
        assert steps_of(the_house, samira) == 0
        with the_house.acting(the_house.workers[POLICE]) as (session, acting):
            (waits,) = booking.waiting(session, acting, now=NOON)
            assert waits.appointment.id == part.id
            # It was proposed to her alone: nobody ever told Samira that she comes.
            assert booking.not_told(session, acting) == []
