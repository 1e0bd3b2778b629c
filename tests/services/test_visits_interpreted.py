"""A visit is planned with the interpreters whom she asked for, and with nobody else."""

from dataclasses import replace
from datetime import time, timedelta
from uuid import UUID

import pytest

from portal.domain.interpreters import Said, Sex
from portal.domain.needs import Category
from portal.domain.opening import Pattern
from portal.domain.visits.plans import Reason
from portal.models import Service
from portal.services.availability import hours
from portal.services.availability.owners import Owner
from portal.services.dates import giving, her_dates
from portal.services.interpreters import answering, asking, following, left_out, people
from portal.services.interpreters.asking import Wish
from portal.services.visits import answering as visits
from portal.services.visits import wishes
from portal.services.visits.talks import Asked
from portal.services.visits.wishes import HerWishes
from tests.people import NOON, Person, TestHouse
from tests.services.interpreters.talks import an_interpreter, books
from tests.services.journey import HOUSING, POLICE, a_date, a_shared_need, referral_of
from tests.services.planned import accepted, agree, parts, plan, refuse, send

TO_PLAN = Asked()
"""Who plans looks for an interpreter too."""


@pytest.fixture
def kind() -> str:
    """One kind of database is enough for these rules."""
    return "sqlite"


@pytest.fixture
def samir(the_house: TestHouse) -> UUID:
    """A man who speaks Arabic, the language of her pages."""
    return an_interpreter(the_house, "Samir", "ar", sex=Sex.MAN)


@pytest.fixture
def date_id(the_house: TestHouse, her: Person) -> UUID:
    """A talk with the housing desk, tomorrow at noon, in Tarifit and with a woman."""
    date_id = a_date(the_house, a_shared_need(the_house, her))
    with the_house.acting(her) as (session, acting):
        asking.ask(session, acting, date_id, Wish("rif", Said(sex=Sex.WOMAN)), now=NOON)
    return date_id


def moved(date_id: UUID) -> Asked:
    return Asked(moving=frozenset({date_id}))


@pytest.mark.usefixtures("samir")
class TestWhatSheAsked:
    """Of a date that needs another time, or of one that is gone."""

    def test_who_speaks_her_language_and_is_a_woman_comes(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        an_interpreter(the_house, "Driss", "rif", sex=Sex.MAN)
        amina = an_interpreter(the_house, "Amina", "rif")
        visit_id = send(the_house, her, moved(date_id))
        agree(the_house, her, visit_id, 1)
        assert [one.interpreter_id for one in parts(the_house, visit_id)] == [amina]
        with the_house.acting(her) as (session, acting):
            shown = her_dates.next_one(session, acting, now=NOON)
        assert shown is not None
        assert shown.interpreter is not None
        assert (shown.interpreter.language, shown.interpreter.name) == ("rif", "Amina")

    def test_where_nobody_is_so_the_plan_says_it(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        an_interpreter(the_house, "Driss", "rif", sex=Sex.MAN)
        (choice,) = plan(the_house, her, moved(date_id)).choices
        assert [reason for _, reason in choice.left_out] == [Reason.NO_INTERPRETER_FREE]

    def test_the_next_talk_with_the_same_service_is_planned_with_it_too(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        amina = an_interpreter(the_house, "Amina", "rif")
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            giving.cancel(session, acting, date_id, now=NOON)
        visit_id = send(the_house, her, TO_PLAN)
        assert [one.interpreter_id for one in parts(the_house, visit_id)] == [amina]

    def test_where_she_wants_none_nobody_comes(
        self, the_house: TestHouse, her: Person, date_id: UUID
    ) -> None:
        with the_house.acting(her) as (session, acting):
            asking.take_back(session, acting, date_id, now=NOON)
        visit_id = send(the_house, her, moved(date_id))
        assert [one.interpreter_id for one in parts(the_house, visit_id)] == [None]

    def test_a_talk_of_which_she_asked_nothing_is_in_the_language_of_her_pages(
        self, the_house: TestHouse, her: Person, date_id: UUID, samir: UUID
    ) -> None:
        accepted(the_house, her, POLICE, Category.POLICE)
        visit_id = send(the_house, her, TO_PLAN)
        assert [one.interpreter_id for one in parts(the_house, visit_id)] == [samir]


def test_a_held_talk_with_somebody_she_left_out_since_is_planned_anew(
    the_house: TestHouse, her: Person
) -> None:
    samira = an_interpreter(the_house, "Samira Haddad")
    date_id = a_date(the_house, a_shared_need(the_house, her))
    books(the_house, date_id, samira)
    accepted(the_house, her, POLICE, Category.POLICE)
    accepted(the_house, her, HOUSING, Category.SLEEP)
    first = send(the_house, her, TO_PLAN)
    refuse(the_house, her, first, parts(the_house, first)[0].id)
    with the_house.acting(her) as (session, acting):
        answering.not_this_one(session, acting, date_id, now=NOON)
    amina = an_interpreter(the_house, "Amina")
    second = send(the_house, her, TO_PLAN)
    assert {one.interpreter_id for one in parts(the_house, second)} == {amina}


class TestWhatChangedSinceItWasSent:
    """She reads before her yes who interprets, and so it is after it."""

    @pytest.fixture
    def amina(self, the_house: TestHouse) -> UUID:
        return an_interpreter(the_house, "Amina", "rif")

    @pytest.fixture
    def visit_id(self, the_house: TestHouse, her: Person, date_id: UUID, amina: UUID) -> UUID:
        visit_id = send(the_house, her, moved(date_id))
        assert [one.interpreter_id for one in parts(the_house, visit_id)] == [amina]
        return visit_id

    def is_read(self, the_house: TestHouse, her: Person) -> tuple[str, str | None] | None:
        with the_house.acting(her) as (session, acting):
            found = visits.find_hers(session, acting, now=NOON)
            assert found is not None
            comes = found.parts[0].interpreted_by
            return (comes.state.value, comes.name) if comes else None

    def becomes(self, the_house: TestHouse, her: Person, visit_id: UUID) -> str:
        agree(the_house, her, visit_id, 1)
        (part,) = parts(the_house, visit_id)
        assert part.interpreter_id is None
        with the_house.database.transaction("read") as session:
            request = following.find(session, part.id)
            assert request is not None
            return request.state.value

    def test_whom_she_left_out_is_not_named_to_her(
        self, the_house: TestHouse, her: Person, visit_id: UUID, amina: UUID
    ) -> None:
        assert self.is_read(the_house, her) == ("booked", "Amina")
        with the_house.acting(her) as (session, acting):
            left_out.leave_out(session, acting.her_case_id, amina)
        assert self.is_read(the_house, her) == ("asked", None)
        assert self.becomes(the_house, her, visit_id) == "asked"

    def test_who_does_not_speak_the_language_that_she_asked_for_since_does_not_come(
        self, the_house: TestHouse, her: Person, visit_id: UUID, date_id: UUID
    ) -> None:
        with the_house.acting(her) as (session, acting):
            asking.ask(session, acting, date_id, Wish("so"), now=NOON)
        assert self.is_read(the_house, her) == ("asked", None)
        assert self.becomes(the_house, her, visit_id) == "asked"

    def test_nobody_comes_once_she_wants_none(
        self, the_house: TestHouse, her: Person, visit_id: UUID, date_id: UUID
    ) -> None:
        with the_house.acting(her) as (session, acting):
            asking.take_back(session, acting, date_id, now=NOON)
        assert self.is_read(the_house, her) is None
        assert self.becomes(the_house, her, visit_id) == "not_wanted"


def test_a_held_talk_may_move_within_the_time_of_its_own_interpreter(
    the_house: TestHouse, her: Person
) -> None:
    wednesday = NOON.date() + timedelta(days=9)
    samira = an_interpreter(the_house, "Samira Haddad")
    with the_house.acting(her) as (session, acting):
        later = tuple(wednesday + timedelta(weeks=number) for number in range(1, 4))
        wishes.write(session, acting, acting.her_case_id, HerWishes(not_on=later), now=NOON)
    with the_house.acting(the_house.coordinator) as (session, acting):
        owner = people.hours_of(session, acting, samira)
        morning = Pattern({2: ((time(9), time(9, 50)),)})
        hours.add_pattern(session, acting, owner, morning, now=NOON)
    with the_house.acting(the_house.workers[POLICE]) as (session, acting):
        # Who speaks her language there has ten minutes, just when the other talk is held.
        first_thing = Pattern({2: ((time(9), time(9, 10)),)})
        mine = Owner(account_id=acting.account_id)
        hours.add_pattern(session, acting, mine, first_thing, now=NOON)
        session.get_one(Service, the_house.services[POLICE].id).languages = ["ar"]
    accepted(the_house, her, HOUSING, Category.HOME)
    asked = Asked(first=wednesday)
    (held,) = parts(the_house, send(the_house, her, asked))
    need_id = accepted(the_house, her, POLICE, Category.POLICE)
    minutes = {referral_of(the_house, need_id, POLICE).id: 10}
    (choice, *_) = plan(the_house, her, replace(asked, minutes=minutes)).choices
    assert choice.left_out == ()
    again = next(part for part in choice.parts if part.service.kind is HOUSING)
    assert again.interpreter_id == samira
    assert held.starts_at < again.starts_at < held.starts_at + timedelta(minutes=held.minutes)
