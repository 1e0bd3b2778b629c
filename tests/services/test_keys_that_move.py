"""Keys of files that move while those who could hand them over are away, or come back."""

from uuid import UUID

import pytest
from sqlalchemy import select

from portal.models import PendingGrant
from portal.services import audit
from portal.services.case_work import cover, not_this_person
from portal.services.colleagues import roles
from portal.services.holding import hold_case
from tests.people import NOON, Person, TestHouse
from tests.services.conftest import Meanwhile
from tests.services.test_cover import confirm, goes_away, move, reads


def leaves(house: TestHouse, who: Person) -> None:
    """A colleague leaves the house."""
    with house.acting(house.coordinator) as (session, acting):
        roles.close(session, acting, who.account_id, now=NOON)


def test_who_is_put_back_in_her_place_keeps_the_keys_that_she_never_lost(
    the_house: TestHouse, case_id: UUID, nadia: Person
) -> None:
    leaves(the_house, the_house.stand_in)
    els = the_house.director
    move(the_house, case_id, els, nadia, by=the_house.coordinator)
    assert reads(the_house, els, case_id), "nobody else holds them"
    move(the_house, case_id, nadia, els, by=the_house.coordinator)
    confirm(the_house, els)
    assert reads(the_house, els, case_id)
    with the_house.database.transaction("read") as session:
        assert session.scalars(select(PendingGrant)).all() == []


def test_who_stands_in_after_all_is_not_locked_out_by_her_own_tap_for_another(
    the_house: TestHouse, case_id: UUID, nadia: Person
) -> None:
    leaves(the_house, the_house.stand_in)
    els = the_house.director
    move(the_house, case_id, els, nadia, by=the_house.coordinator)
    move(the_house, case_id, the_house.stand_in, els, by=the_house.coordinator)
    confirm(the_house, els)
    assert reads(the_house, els, case_id)
    assert reads(the_house, nadia, case_id)


def test_while_the_other_reader_is_on_leave_who_gives_a_file_away_can_still_hand_it_on(
    the_house: TestHouse, case_id: UUID, nadia: Person
) -> None:
    goes_away(the_house, the_house.stand_in)
    els = the_house.director
    move(the_house, case_id, els, nadia, by=the_house.coordinator)
    assert reads(the_house, els, case_id), "else nobody reads it until Friday"
    confirm(the_house, els)
    assert reads(the_house, nadia, case_id)
    assert not reads(the_house, els, case_id)


def test_a_colleague_whom_she_does_not_want_loses_the_keys_at_once_all_the_same(
    the_house: TestHouse, her: Person, case_id: UUID, nadia: Person
) -> None:
    goes_away(the_house, the_house.stand_in)
    els = the_house.director
    with the_house.acting(her) as (session, acting):
        not_this_person.ask(session, acting, els.account_id, now=NOON)
    move(the_house, case_id, els, nadia, by=the_house.coordinator)
    assert not reads(the_house, els, case_id)
    confirm(the_house, the_house.stand_in)
    assert reads(the_house, nadia, case_id)


@pytest.mark.real
def test_a_colleague_falls_ill_while_somebody_works_in_her_file(
    the_house: TestHouse, nadia: Person, case_id: UUID, meanwhile: Meanwhile[None]
) -> None:
    """Who holds the file and writes an act of the day does not wait for who waits for the file."""
    goes_away(the_house, the_house.stand_in)

    def falls_ill() -> None:
        with the_house.acting(the_house.coordinator) as (session, acting):
            ill, instead = the_house.director.account_id, nadia.account_id
            cover.note_illness(session, acting, ill, None, instead_id=instead, now=NOON)

    with the_house.database.transaction() as session:
        hold_case(session, case_id)
        noted = meanwhile(falls_ill)
        audit.record(session, None, "signed_in", now=NOON)
    noted.result(timeout=30)
