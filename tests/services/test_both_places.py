"""After a recovery one colleague is case director and stand-in of every file."""

from datetime import date
from uuid import UUID

import pytest

from portal.domain.leave import NoSecondReader
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Case
from portal.services.case_work import cases, cover, readers
from portal.services.keys import pending
from portal.services.running import paper, recovery
from tests.people import NOON, Person, TestHouse
from tests.services.newcomer import put_in_charge
from tests.services.reach import case_of

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


@pytest.fixture
def nel(the_house: TestHouse, her: Person) -> Person:
    """Everybody else was dismissed: both places of each file are hers."""
    with the_house.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *the_house.sheets)
        recovery.dismiss_everybody(session, now=NOON)
        return put_in_charge(session, the_house, sheets)


@pytest.fixture
def bea(the_house: TestHouse, nel: Person) -> Person:
    """A case director who came afterwards."""
    return the_house.a_colleague("Bea", lead(the_house))


@pytest.fixture
def cora(the_house: TestHouse, nel: Person) -> Person:
    """A coordinator who came afterwards, and holds no key of a file."""
    return the_house.a_colleague("Cora two", (Role.COORDINATOR, None))


def lead(the_house: TestHouse) -> tuple[Role, UUID | None]:
    """A case director of the house."""
    return Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id


def hand_on(the_house: TestHouse, her: Person, leaver: Person, to: Person, *, by: Person) -> None:
    with the_house.acting(by) as (session, acting):
        cover.move_files(
            session, acting, leaver.account_id, to.account_id, [case_of(her)], now=NOON
        )


def team(the_house: TestHouse, her: Person) -> tuple[UUID, UUID]:
    with the_house.database.transaction("read") as session:
        case = session.get_one(Case, case_of(her))
        return case.case_director_id, case.stand_in_id


def name_read_by(the_house: TestHouse, her: Person, who: Person) -> str:
    with the_house.acting(who) as (session, acting):
        case = cases.get_case(session, acting, case_of(her))
        return cases.contact_card(session, acting, case, purpose="case", now=NOON)[0]


def test_who_gives_one_place_away_keeps_the_keys_for_the_other(
    the_house: TestHouse, her: Person, nel: Person, bea: Person
) -> None:
    hand_on(the_house, her, nel, bea, by=nel)
    assert team(the_house, her) == (bea.account_id, nel.account_id)
    assert [name_read_by(the_house, her, who) for who in (nel, bea)] == ["Amal", "Amal"]


def test_where_who_arranges_it_holds_no_keys_they_wait_and_nobody_loses_hers(
    the_house: TestHouse, her: Person, nel: Person, bea: Person, cora: Person
) -> None:
    hand_on(the_house, her, nel, bea, by=cora)
    assert name_read_by(the_house, her, nel) == "Amal"
    with the_house.acting(nel) as (session, acting):
        (waiting,) = pending.to_confirm(session, acting)
        assert waiting.colleague == "Bea"
        pending.confirm(session, acting, waiting.pending.id, now=NOON)
    assert [name_read_by(the_house, her, who) for who in (nel, bea)] == ["Amal", "Amal"]


def test_both_places_given_away_leave_her_no_keys(
    the_house: TestHouse, her: Person, nel: Person, bea: Person
) -> None:
    kim = the_house.a_colleague("Kim", lead(the_house))
    hand_on(the_house, her, nel, bea, by=nel)
    hand_on(the_house, her, nel, kim, by=nel)
    assert team(the_house, her) == (bea.account_id, kim.account_id)
    with the_house.database.transaction("read") as session:
        held = pending.holders_of(session, [case_of(her)])[case_of(her)]
    assert held == {bea.account_id, kim.account_id}


def test_she_is_not_away_or_ill_unnoticed_while_nobody_else_reads(
    the_house: TestHouse, her: Person, another: Person, nel: Person, cora: Person
) -> None:
    with the_house.acting(nel) as (session, acting), pytest.raises(NoSecondReader) as refused:
        cover.plan_leave(session, acting, MONDAY, FRIDAY, now=NOON)
    assert refused.value.count == 2
    with the_house.acting(cora) as (session, acting), pytest.raises(NoSecondReader):
        cover.note_illness(session, acting, nel.account_id, None, now=NOON)


def test_whoever_is_named_for_her_days_away_becomes_the_stand_in(
    the_house: TestHouse, her: Person, another: Person, nel: Person, bea: Person
) -> None:
    with the_house.acting(nel) as (session, acting):
        to = bea.account_id
        cover.plan_leave(session, acting, MONDAY, FRIDAY, stand_in_id=to, now=NOON)
        (shared,) = readers.shares(session, nel.account_id)
        assert (shared.name, shared.files) == ("Bea", 2)
    assert team(the_house, her) == (nel.account_id, bea.account_id)
    assert [name_read_by(the_house, her, who) for who in (nel, bea)] == ["Amal", "Amal"]


def test_whoever_is_named_in_her_illness_becomes_the_stand_in_and_the_keys_wait(
    the_house: TestHouse, her: Person, another: Person, nel: Person, bea: Person, cora: Person
) -> None:
    with the_house.acting(cora) as (session, acting):
        cover.note_illness(
            session, acting, nel.account_id, None, instead_id=bea.account_id, now=NOON
        )
    assert team(the_house, her) == (nel.account_id, bea.account_id)
    with the_house.acting(bea) as (session, acting):
        assert {one.holders for one in pending.for_me(session, acting)} == {("Nel",)}
    assert name_read_by(the_house, her, nel) == "Amal"
