"""Who reads a case is never nobody: leave, illness, handing on, leaving, and keys that wait."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.domain.leave import (
    CannotStandIn,
    LastReader,
    LeaveEndsTooEarly,
    LeaveIsOver,
    LeaveNeedsAnEnd,
    LeaveOverlaps,
    StandInIsAway,
)
from portal.domain.refusals import NotFound, NotYours, ProofTooOld
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Case, Leave, PendingGrant, StaffMember
from portal.services.case_work import (
    case_team,
    cases,
    cover,
    leave,
    not_this_person,
    readers,
)
from portal.services.keys import pending
from portal.services.moderation import deciding
from tests.people import NOON, Person, TestHouse
from tests.services.reach import read_through_the_house

MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
HERS = {"case.name", "case.language", "message.body", "staff_note.words"}


def goes_away(house: TestHouse, who: Person, *, stand_in: Person | None = None) -> None:
    with house.acting(who) as (session, acting):
        named = stand_in.account_id if stand_in else None
        cover.plan_leave(session, acting, MONDAY, FRIDAY, stand_in_id=named, now=NOON)


def reads(house: TestHouse, who: Person, case_id: UUID) -> bool:
    """Whether somebody reads all that the case team reads; some of it is nothing in between."""
    found = read_through_the_house(house, who, case_id)
    assert not found or found >= HERS, found
    return bool(found)


def move(house: TestHouse, case_id: UUID, leaver: Person, successor: Person, *, by: Person) -> None:
    with house.acting(by) as (session, acting):
        to = successor.account_id
        cover.move_files(session, acting, leaver.account_id, to, [case_id], now=NOON)


def confirm(house: TestHouse, who: Person) -> None:
    with house.acting(who) as (session, acting):
        for one in pending.to_confirm(session, acting):
            pending.confirm(session, acting, one.pending.id, now=NOON)


class TestPlannedLeave:
    """With a named stand-in who is there."""

    def test_a_stand_in_who_is_herself_on_leave_is_refused(
        self, the_house: TestHouse, case_id: UUID, nadia: Person
    ) -> None:
        goes_away(the_house, the_house.stand_in)
        for named in (None, the_house.stand_in):
            with pytest.raises(StandInIsAway, match="Karim"):
                goes_away(the_house, the_house.director, stand_in=named)
        goes_away(the_house, the_house.director, stand_in=nadia)
        assert reads(the_house, nadia, case_id), "she got the keys from who holds them"
        assert not reads(the_house, the_house.stand_in, case_id)

    def test_who_stands_in_for_somebody_away_stays(
        self, the_house: TestHouse, case_id: UUID
    ) -> None:
        goes_away(the_house, the_house.director)
        with pytest.raises(StandInIsAway, match="Els"):
            goes_away(the_house, the_house.stand_in)

    def test_no_case_directors_name_will_do_but_one_of_the_house(
        self, the_house: TestHouse, case_id: UUID
    ) -> None:
        with pytest.raises(CannotStandIn):
            goes_away(the_house, the_house.director, stand_in=the_house.moderator)
        with pytest.raises(CannotStandIn):
            goes_away(the_house, the_house.director, stand_in=the_house.director)

    @pytest.mark.parametrize(
        ("first", "last", "refusal"),
        [
            (MONDAY, None, LeaveNeedsAnEnd),
            (FRIDAY, MONDAY, LeaveEndsTooEarly),
            (None, MONDAY - timedelta(days=1), LeaveIsOver),
        ],
    )
    def test_days_that_make_no_sense(
        self, the_house: TestHouse, first: date | None, last: date | None, refusal: type
    ) -> None:
        with the_house.acting(the_house.director) as (session, acting), pytest.raises(refusal):
            cover.plan_leave(session, acting, first, last, now=NOON)

    def test_nobody_is_away_twice_and_can_take_it_back(self, the_house: TestHouse) -> None:
        goes_away(the_house, the_house.director)
        with pytest.raises(LeaveOverlaps):
            goes_away(the_house, the_house.director)
        with the_house.database.transaction("read") as session:
            row = session.scalars(select(Leave)).one().id
        with the_house.acting(the_house.stand_in) as (session, acting), pytest.raises(NotFound):
            leave.take_back(session, acting, row, now=NOON)
        with the_house.acting(the_house.director) as (session, acting):
            leave.take_back(session, acting, row, now=NOON)
        goes_away(the_house, the_house.director)


class TestIllness:
    """One step for the coordinator."""

    def ill(self, house: TestHouse, who: Person, instead: Person | None = None) -> None:
        with house.acting(house.coordinator) as (session, acting):
            chosen = instead.account_id if instead else None
            cover.note_illness(session, acting, who.account_id, None, instead_id=chosen, now=NOON)

    def test_her_stand_in_answers_at_once(self, the_house: TestHouse, case_id: UUID) -> None:
        self.ill(the_house, the_house.director)
        with the_house.database.transaction("read") as session:
            team = case_team.of_case(session, case_id, now=NOON)
        assert (team.answers_now, team.away_until) == ("Karim", None)
        assert reads(the_house, the_house.stand_in, case_id)

    def test_where_the_stand_in_is_away_too_somebody_is_chosen_and_the_keys_wait(
        self, the_house: TestHouse, case_id: UUID, nadia: Person
    ) -> None:
        goes_away(the_house, the_house.stand_in)
        with pytest.raises(StandInIsAway):
            self.ill(the_house, the_house.director)
        self.ill(the_house, the_house.director, instead=nadia)
        assert not reads(the_house, nadia, case_id), "nothing is handed over silently"
        with the_house.acting(nadia) as (session, acting):
            waiting = pending.for_me(session, acting)
            assert {one.holders for one in waiting} == {("Els", "Karim")}, (
                "whoever is back first hands them on"
            )
        confirm(the_house, the_house.director)
        assert reads(the_house, nadia, case_id)
        assert not reads(the_house, the_house.stand_in, case_id)

    def test_planned_days_become_part_of_it(self, the_house: TestHouse) -> None:
        goes_away(the_house, the_house.director)
        self.ill(the_house, the_house.director)
        with the_house.database.transaction("read") as session:
            assert session.scalars(select(Leave)).one().is_sick

    def test_who_left_while_she_was_ill_is_not_ill_for_ever(
        self, the_house: TestHouse, nadia: Person
    ) -> None:
        self.ill(the_house, nadia)
        with the_house.acting(the_house.coordinator) as (session, acting):
            assert leave.of_house(session, acting, now=NOON)
            session.get_one(StaffMember, nadia.account_id).left_at = NOON
            session.flush()
            assert not leave.of_house(session, acting, now=NOON)

    def test_only_by_who_arranges_cover(self, the_house: TestHouse) -> None:
        with the_house.acting(the_house.stand_in) as (session, acting), pytest.raises(NotYours):
            cover.note_illness(session, acting, the_house.director.account_id, None, now=NOON)


class TestHandingOn:
    """Files of a colleague go to another one, with their keys."""

    def test_the_keys_wait_for_a_holder_and_then_end_where_they_were(
        self, the_house: TestHouse, case_id: UUID, nadia: Person
    ) -> None:
        move(the_house, case_id, the_house.director, nadia, by=the_house.coordinator)
        assert not reads(the_house, the_house.director, case_id), "she is not on the case any more"
        assert not reads(the_house, nadia, case_id)
        assert reads(the_house, the_house.stand_in, case_id)
        confirm(the_house, the_house.stand_in)
        assert reads(the_house, nadia, case_id)
        with the_house.database.transaction("read") as session:
            assert session.scalars(select(PendingGrant)).all() == []
            case = session.get_one(Case, case_id)
            assert case.case_director_id == nadia.account_id

    def test_what_is_written_later_is_not_for_who_left_the_case(
        self, the_house: TestHouse, her: Person, case_id: UUID, nadia: Person
    ) -> None:
        move(the_house, case_id, the_house.director, nadia, by=the_house.coordinator)
        confirm(the_house, the_house.stand_in)
        the_house.a_need(her)
        for who in (nadia, the_house.stand_in):
            assert "need.own_words" in read_through_the_house(the_house, who, case_id)
        assert read_through_the_house(the_house, the_house.director, case_id) == set()

    def test_a_stranger_confirms_nothing(
        self, the_house: TestHouse, case_id: UUID, nadia: Person
    ) -> None:
        move(the_house, case_id, the_house.director, nadia, by=the_house.coordinator)
        with the_house.database.transaction("read") as session:
            waiting = session.scalars(select(PendingGrant)).one().id
        for person in (nadia, the_house.director, the_house.coordinator, the_house.moderator):
            with the_house.acting(person) as (session, acting):
                assert pending.to_confirm(session, acting) == []
                with pytest.raises(NotFound):
                    pending.confirm(session, acting, waiting, now=NOON)
        late = NOON + timedelta(minutes=20)
        with (
            the_house.acting(the_house.stand_in, now=late, second_factor_at=NOON) as (
                session,
                acting,
            ),
            pytest.raises(ProofTooOld),
        ):
            pending.confirm(session, acting, waiting, now=late)

    def test_only_who_arranges_cover_or_directs_the_case(
        self, the_house: TestHouse, case_id: UUID, nadia: Person
    ) -> None:
        for person in (nadia, the_house.moderator, the_house.auditor):
            with pytest.raises(NotYours):
                move(the_house, case_id, the_house.director, nadia, by=person)
        move(the_house, case_id, the_house.director, nadia, by=the_house.director)
        assert reads(the_house, nadia, case_id), "who holds the keys hands them over herself"

    def test_who_never_got_the_keys_is_replaced_again(
        self, the_house: TestHouse, case_id: UUID, nadia: Person
    ) -> None:
        omar = the_house.a_colleague(
            "Omar", (Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id)
        )
        move(the_house, case_id, the_house.stand_in, nadia, by=the_house.coordinator)
        move(the_house, case_id, nadia, omar, by=the_house.coordinator)
        confirm(the_house, the_house.director)
        assert reads(the_house, omar, case_id)
        assert not reads(the_house, nadia, case_id)


class TestLeavingTheHouse:
    """Access ends in the same request, and a case with open work keeps a reader."""

    def leaves(self, house: TestHouse, who: Person) -> None:
        with house.acting(house.coordinator) as (session, acting):
            cover.leave_house(session, acting, who.account_id, now=NOON)
            session.get_one(StaffMember, who.account_id).left_at = NOON

    def test_her_keys_end_at_once_and_the_stand_in_directs(
        self, the_house: TestHouse, case_id: UUID, nadia: Person
    ) -> None:
        self.leaves(the_house, the_house.director)
        assert reads(the_house, the_house.stand_in, case_id)
        with the_house.acting(the_house.coordinator) as (session, acting):
            case = session.get_one(Case, case_id)
            assert case.case_director_id == the_house.stand_in.account_id
            holders = pending.holders_of(session, [case_id])[case_id]
            assert the_house.director.account_id not in holders
            alone = readers.one_reader(session, acting)
            assert (case_id, "Els") in {(one.id, gone.name) for one, gone in alone}
        move(the_house, case_id, the_house.director, nadia, by=the_house.coordinator)
        confirm(the_house, the_house.stand_in)
        assert reads(the_house, nadia, case_id)

    def test_the_last_who_holds_the_keys_hands_them_over_first(
        self, the_house: TestHouse, case_id: UUID, nadia: Person, another: Person
    ) -> None:
        self.leaves(the_house, the_house.director)
        with pytest.raises(LastReader) as refused:
            self.leaves(the_house, the_house.stand_in)
        assert refused.value.count == 2
        for one in (case_id, another.case_id):
            assert one is not None
            move(the_house, one, the_house.director, nadia, by=the_house.coordinator)
        with pytest.raises(LastReader):
            self.leaves(the_house, the_house.stand_in)
        confirm(the_house, the_house.stand_in)
        self.leaves(the_house, the_house.stand_in)
        assert reads(the_house, nadia, case_id)


def test_her_page_says_who_cannot_see_yet(
    the_house: TestHouse, her: Person, case_id: UUID, nadia: Person
) -> None:
    move(the_house, case_id, the_house.director, nadia, by=the_house.coordinator)
    with the_house.database.transaction("read") as session:
        (waiting,) = pending.of_case(session, case_id)
    assert (waiting.colleague, waiting.holders) == ("Nadia", ("Karim",))
    with the_house.acting(nadia) as (session, acting):
        case = cases.get_case(session, acting, case_id)
        with pytest.raises(NotFound):
            cases.contact_card(session, acting, case, purpose="case", now=NOON)


class TestNotThisPerson:
    """A survivor asked for somebody else than Els, who directed her file."""

    @pytest.fixture
    def asked(self, the_house: TestHouse, her: Person, nadia: Person, case_id: UUID) -> UUID:
        """The file was handed on to Nadia, who knows nothing of it."""
        els = the_house.director.account_id
        with the_house.acting(her) as (session, acting):
            asked = not_this_person.ask(session, acting, els, now=NOON).id
        with the_house.acting(the_house.coordinator) as (session, acting):
            cover.move_files(session, acting, els, nadia.account_id, [case_id], now=NOON)
        with the_house.acting(the_house.stand_in) as (session, acting):
            for one in pending.to_confirm(session, acting):
                pending.confirm(session, acting, one.pending.id, now=NOON)
        return asked

    @pytest.fixture(params=[True, False])
    def granted(self, request: pytest.FixtureRequest, the_house: TestHouse, asked: UUID) -> None:
        """She has her yes; or it is still to come."""
        if request.param:
            with the_house.acting(the_house.coordinator) as (session, acting):
                deciding.accept(session, acting, asked, now=NOON)

    @pytest.mark.usefixtures("granted")
    def test_she_does_not_come_back_by_the_days_away_of_another(
        self, the_house: TestHouse, nadia: Person, case_id: UUID
    ) -> None:
        goes_away(the_house, nadia, stand_in=the_house.director)
        assert not reads(the_house, the_house.director, case_id)
        assert reads(the_house, the_house.stand_in, case_id)

    @pytest.mark.usefixtures("granted")
    def test_where_nobody_else_would_answer_somebody_else_is_chosen(
        self, the_house: TestHouse, nadia: Person, case_id: UUID
    ) -> None:
        goes_away(the_house, the_house.stand_in)
        with pytest.raises(StandInIsAway):
            goes_away(the_house, nadia, stand_in=the_house.director)
        with (
            pytest.raises(StandInIsAway),
            the_house.acting(the_house.coordinator) as (session, acting),
        ):
            instead, ill = the_house.director.account_id, nadia.account_id
            cover.note_illness(session, acting, ill, FRIDAY, instead_id=instead, now=NOON)
        assert not reads(the_house, the_house.director, case_id)

    @pytest.mark.usefixtures("granted")
    def test_nobody_hands_her_the_file_again(
        self, the_house: TestHouse, nadia: Person, case_id: UUID
    ) -> None:
        to = the_house.director.account_id
        with (
            pytest.raises(CannotStandIn),
            the_house.acting(the_house.coordinator) as (session, acting),
        ):
            cover.move_files(session, acting, nadia.account_id, to, [case_id], now=NOON)

    def test_after_a_no_she_may(
        self, the_house: TestHouse, nadia: Person, case_id: UUID, asked: UUID
    ) -> None:
        with the_house.acting(the_house.coordinator) as (session, acting):
            deciding.decline(session, acting, asked, reason="Nobody else is here", now=NOON)
        goes_away(the_house, nadia, stand_in=the_house.director)
        assert reads(the_house, the_house.director, case_id)


def test_nobody_gets_the_keys_of_files_from_an_unattended_screen(
    the_house: TestHouse, nadia: Person, case_id: UUID
) -> None:
    """Her days away without any such change ask for no code."""
    later = NOON + timedelta(hours=1)
    stale = the_house.acting(the_house.director, now=later, second_factor_at=NOON)
    with pytest.raises(ProofTooOld), stale as (session, acting):
        named = nadia.account_id
        cover.plan_leave(session, acting, MONDAY, FRIDAY, stand_in_id=named, now=later)
    assert not reads(the_house, nadia, case_id)
    with the_house.acting(the_house.director, now=later, second_factor_at=NOON) as (
        session,
        acting,
    ):
        cover.plan_leave(session, acting, MONDAY, FRIDAY, now=later)
