"""What waits for keys that nobody present holds: both paper sheets give it to who is here."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.holders import HolderKind
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Account, Grant, PendingGrant, StaffMember
from portal.services import messages
from portal.services.case_work import cover
from portal.services.colleagues import roles
from portal.services.keys import holders, pending
from portal.services.running import paper, recovery, what_waits
from tests.people import NOON, Person, TestHouse
from tests.services.newcomer import put_in_charge
from tests.services.reach import case_of, read_through_the_house


@pytest.fixture
def nadia(the_house: TestHouse, her: Person) -> Person:
    """The new case director of her file: Karim holds its keys and has not handed them over."""
    lead = (Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id)
    nadia = the_house.a_colleague("Nadia", lead)
    with the_house.acting(the_house.coordinator) as (session, acting):
        els, to = the_house.director.account_id, nadia.account_id
        cover.move_files(session, acting, els, to, [case_of(her)], now=NOON)
    return nadia


def leaves(the_house: TestHouse, who: Person) -> None:
    with the_house.acting(the_house.coordinator) as (session, acting):
        roles.close(session, acting, who.account_id, even_the_last=True, now=NOON)


def the_sheets_give(the_house: TestHouse) -> recovery.Recovered:
    with the_house.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *the_house.sheets)
        return what_waits.give_what_waits(session, sheets, now=NOON)


def test_who_waits_and_is_here_is_given_the_keys(
    the_house: TestHouse, her: Person, nadia: Person
) -> None:
    assert the_sheets_give(the_house).cases == 0, "Karim holds them and can hand them over"
    leaves(the_house, the_house.stand_in)
    assert read_through_the_house(the_house, nadia, case_of(her)) == set()
    assert the_sheets_give(the_house).cases == 1
    assert "case.name" in read_through_the_house(the_house, nadia, case_of(her))


@pytest.mark.parametrize("is_waited_for", [True, False])
def test_who_left_as_the_last_to_hold_the_keys_holds_them_no_more_once_the_sheets_gave_them(
    the_house: TestHouse, her: Person, nadia: Person, is_waited_for: bool
) -> None:
    """What she writes from then on is not sealed to somebody who has left."""
    leaves(the_house, the_house.stand_in)
    if is_waited_for:
        assert the_sheets_give(the_house).cases == 1
    else:
        leaves(the_house, nadia)
        with the_house.database.transaction() as session:
            put_in_charge(session, the_house, paper.keys_of_sheets(session, *the_house.sheets))
    with the_house.acting(her) as (session, acting):
        messages.write(session, acting, case_of(her), "Is anybody there?", now=NOON)
    with the_house.database.transaction("read") as session:
        kept = select(Grant).where(Grant.holder_id == the_house.stand_in.holder_id)
        assert session.scalars(kept).all() == []


def test_who_waited_and_has_left_is_given_nothing(
    the_house: TestHouse, her: Person, nadia: Person
) -> None:
    leaves(the_house, the_house.stand_in)
    leaves(the_house, nadia)
    assert the_sheets_give(the_house) == recovery.Recovered(0, 0, 0)
    with the_house.database.transaction("read") as session:
        assert session.scalars(select(Grant).where(Grant.holder_id == nadia.holder_id)).all() == []
        assert pending.of_case(session, case_of(her)) == []


def test_who_left_before_waits_no_more_though_her_row_is_there(
    the_house: TestHouse, her: Person, nadia: Person
) -> None:
    leaves(the_house, the_house.stand_in)
    with the_house.database.transaction() as session:
        session.get_one(StaffMember, nadia.account_id).left_at = NOON
    assert the_sheets_give(the_house).cases == 0
    with the_house.database.transaction("read") as session:
        assert pending.everywhere(session) == []


def test_when_everybody_is_dismissed_nobody_waits(the_house: TestHouse, nadia: Person) -> None:
    with the_house.database.transaction() as session:
        recovery.dismiss_everybody(session, now=NOON)
        assert session.scalars(select(PendingGrant)).all() == []


def test_hundreds_who_wait_for_a_tap_keep_nobody_from_the_paper_words(
    the_house: TestHouse, her: Person, another: Person, nadia: Person
) -> None:
    with the_house.database.transaction() as session:
        for number in range(201):
            _waits_for_a_tap(session, the_house, case_of(another), number)
        # Nobody here holds the keys of her file any more.
        karim = session.get_one(StaffMember, the_house.stand_in.account_id)
        karim.left_at = NOON
    assert the_sheets_give(the_house).cases == 1
    assert "case.name" in read_through_the_house(the_house, nadia, case_of(her))


def _waits_for_a_tap(session: Session, the_house: TestHouse, case_id: UUID, number: int) -> None:
    """A colleague to whom Els, who is here, can hand over a case."""
    public = the_house.director.keys.public
    holder = holders.new_holder(session, HolderKind.STAFF, now=NOON, public=public)
    account = Account(holder_id=holder.id, created_at=NOON)
    session.add(account)
    session.flush()
    email = f"{number}@house.example"
    session.add(StaffMember(account_id=account.id, email=email, name=f"Colleague {number}"))
    session.add(
        PendingGrant(
            case_id=case_id,
            account_id=account.id,
            instead_of_id=None,
            authorised_by_id=the_house.coordinator.account_id,
            authorised_at=NOON - timedelta(hours=1),
        )
    )
    session.flush()
