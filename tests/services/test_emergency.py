"""Break-glass: neither of the two opens a file alone; together they open one, for an hour."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from portal.domain.decisions import (
    BREAK_GLASS_WAITS,
    AskedByYourself,
    DecidedMeanwhile,
    DecisionKind,
    DecisionState,
    NobodyToDecide,
)
from portal.domain.refusals import NotFound, NotYours, ProofTooOld, WrongState
from portal.domain.roles import Role
from portal.models import AuditEvent, Decision, Grant, LentHalf, Membership, StaffMember
from portal.services import messages
from portal.services.case_work import emergency, lying_open
from portal.services.colleagues import roles, staff, teams
from portal.services.keys import reasons
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.moderation import by_the_clock, deciding, one_decision
from portal.services.need_to_know import looking, seeing
from portal.services.running import expiry
from tests.people import NOON, Person, TestHouse
from tests.services.reach import keys_of, open_with_bare_keys, read_through_the_house

SOON = NOON + timedelta(minutes=5)
HERS = {"case.name", "case.language", "case.card_half", "need.own_words", "message.body"}


@pytest.fixture
def case_id(the_house: TestHouse, her: Person) -> UUID:
    """A case with a need and a message."""
    assert her.case_id is not None
    the_house.a_need(her)
    with the_house.acting(her) as (session, acting):
        messages.write(session, acting, her.case_id, "hello", now=NOON)
    return her.case_id


@pytest.fixture
def asked(the_house: TestHouse, her: Person, case_id: UUID) -> UUID:
    """The coordinator asked."""
    return ask(the_house, her)


def ask(
    house: TestHouse, her: Person, *, reason: str = "Els is ill, she waits.", at: datetime = NOON
) -> UUID:
    with house.acting(house.coordinator, now=at, second_factor_at=at) as (session, acting):
        return emergency.ask(session, acting, her.case_number, reason=reason, now=at).id


def accept(
    house: TestHouse, decision_id: UUID, *, by: Person | None = None, at: datetime = NOON
) -> None:
    with house.acting(by or house.auditor, now=at, second_factor_at=at) as (session, acting):
        deciding.accept(session, acting, decision_id, now=at)


def opened(house: TestHouse, person: Person, case_id: UUID, *, at: datetime = SOON) -> object:
    with house.acting(person, now=at) as (session, acting):
        return lying_open.read_case(session, acting, case_id, now=at)


class TestNeitherAlone:
    """With their real keys, and with bare keys against a stolen database."""

    def test_before_anything_is_asked(self, the_house: TestHouse, case_id: UUID) -> None:
        for person in (the_house.coordinator, the_house.auditor):
            assert read_through_the_house(the_house, person, case_id) == set()
            assert open_with_bare_keys(the_house, person, case_id) == set()
            with pytest.raises(NotFound):
                opened(the_house, person, case_id)

    def test_the_coordinator_who_asked_reads_nothing_but_her_reason(
        self, the_house: TestHouse, case_id: UUID, asked: UUID
    ) -> None:
        assert open_with_bare_keys(the_house, the_house.coordinator, case_id) == {"decision.reason"}
        with pytest.raises(NotFound):
            opened(the_house, the_house.coordinator, case_id)
        with the_house.acting(the_house.coordinator) as (session, acting):
            with pytest.raises(NotYours):
                deciding.accept(session, acting, asked, now=NOON)
            decision = session.get_one(Decision, asked)
            with pytest.raises(KeyNotHandedOver):
                emergency.open_case(session, acting, decision, now=NOON)

    def test_an_auditor_cannot_ask_herself(self, the_house: TestHouse, her: Person) -> None:
        with the_house.acting(the_house.auditor) as (session, acting), pytest.raises(NotYours):
            emergency.ask(session, acting, her.case_number, reason="Curious", now=NOON)

    def test_the_two_halves_do_not_lie_with_one_team(
        self, the_house: TestHouse, another: Person, case_id: UUID, asked: UUID
    ) -> None:
        """What was lent is of this one case, and joins to nothing of another."""
        accept(the_house, asked)
        assert another.case_id is not None
        assert open_with_bare_keys(the_house, the_house.auditor, another.case_id) == set()
        assert open_with_bare_keys(the_house, the_house.coordinator, another.case_id) == set()
        with pytest.raises(NotFound):
            opened(the_house, the_house.coordinator, another.case_id)

    def test_a_second_coordinator_does_not_read_what_the_first_was_given(
        self, the_house: TestHouse, case_id: UUID, asked: UUID
    ) -> None:
        second = the_house.a_colleague("Celia", (Role.COORDINATOR, None))
        accept(the_house, asked)
        with pytest.raises(NotFound):
            opened(the_house, second, case_id)


class TestTogether:
    """The decision joins the halves into a grant for an hour."""

    def test_who_asked_reads_the_one_case_for_sixty_minutes(
        self, the_house: TestHouse, her: Person, case_id: UUID, asked: UUID
    ) -> None:
        accept(the_house, asked)
        with the_house.acting(the_house.coordinator, now=SOON) as (session, acting):
            shown = lying_open.read_case(session, acting, case_id, now=SOON)
        assert (shown.name, shown.language) == ("Amal", "ar")
        assert [(author, words) for _, author, words in shown.messages] == [("Amal", "hello")]
        assert [words for _, words in shown.needs] == ["The lock of my door is broken."]
        assert shown.until == NOON + emergency.LASTS
        with pytest.raises(NotFound):
            opened(the_house, the_house.coordinator, case_id, at=NOON + emergency.LASTS)
        with pytest.raises(NotFound):
            opened(the_house, the_house.auditor, case_id)

    def test_what_is_hers_alone_stays_hers(
        self, the_house: TestHouse, her: Person, case_id: UUID, asked: UUID
    ) -> None:
        accept(the_house, asked)
        found = open_with_bare_keys(the_house, the_house.coordinator, case_id)
        assert found >= HERS
        assert "draft.body" not in found

    def test_after_the_hour_the_worker_ends_the_grants_and_new_words_are_sealed_anew(
        self, the_house: TestHouse, her: Person, case_id: UUID, asked: UUID
    ) -> None:
        accept(the_house, asked)
        after = NOON + emergency.LASTS + timedelta(minutes=1)
        with the_house.database.transaction("read") as session:
            kept = keys_of(session, the_house.coordinator)
        with the_house.database.transaction() as session:
            expiry.forget_expired(session, now=after)
            assert session.scalars(select(Grant).where(Grant.until.is_not(None))).all() == []
        with the_house.acting(her, now=after) as (session, acting):
            messages.write(session, acting, case_id, "later", now=after)
        found = open_with_bare_keys(the_house, the_house.coordinator, case_id, keys=kept)
        assert "message.body" in found, "what was seen cannot be unseen"
        with the_house.database.transaction("read") as session:
            assert session.scalars(select(LentHalf)).all() == []

    def test_the_case_director_is_told_and_she_reads_it_in_who_looked(
        self, the_house: TestHouse, her: Person, case_id: UUID, asked: UUID
    ) -> None:
        accept(the_house, asked)
        opened(the_house, the_house.coordinator, case_id)
        for person in (the_house.director, the_house.stand_in):
            with the_house.acting(person) as (session, acting):
                (told,) = emergency.of_my_cases(session, acting, now=NOON)
                assert (told.asked_by, told.decided_by) == ("Cora", "Adil")
                decision = session.get_one(Decision, asked)
                (reason,) = reasons.read(session, acting, decision, "reason", now=NOON)
                assert reason == "Els is ill, she waits."
        with the_house.acting(her, now=SOON) as (session, acting):
            looks = looking.who_looked(session, acting, now=SOON)
            assert {look.name for look in looks if look.purpose == "emergency"} == {"Cora"}
            seers = seeing.who_can_see(session, acting, now=SOON)
            assert ("Cora", NOON + emergency.LASTS) in {(one.name, one.until) for one in seers}

    def test_it_is_reviewed_by_neither_of_the_two(
        self, the_house: TestHouse, case_id: UUID, asked: UUID
    ) -> None:
        accept(the_house, asked)
        with the_house.database.transaction("read") as session:
            review = session.scalars(
                select(Decision).where(Decision.kind == DecisionKind.BREAK_GLASS_REVIEW)
            ).one()
        assert review.subject_id == asked
        with pytest.raises(AskedByYourself):
            accept(the_house, review.id, by=the_house.coordinator)
        with pytest.raises(NotYours):
            accept(the_house, review.id)
        with the_house.acting(the_house.moderator) as (session, acting):
            (words,) = reasons.read(
                session, acting, session.get_one(Decision, review.id), "reason", now=NOON
            )
            assert words == "Els is ill, she waits."
        with the_house.acting(the_house.auditor) as (session, acting):
            assert not one_decision.open_one(session, acting, review.id, now=NOON).may_withdraw
            with pytest.raises(WrongState):
                deciding.withdraw(session, acting, review.id, now=NOON)
        with the_house.acting(the_house.moderator) as (session, acting), pytest.raises(WrongState):
            deciding.give_back(session, acting, review.id, note="Why?", now=NOON)
        accept(the_house, review.id, by=the_house.moderator)


class TestOpenedAgain:
    """A second yes opens for its own hour, whatever the first one left behind."""

    @pytest.mark.parametrize("after", [timedelta(minutes=50), timedelta(days=1)])
    def test_it_lies_open_for_an_hour_from_the_second_yes(
        self, the_house: TestHouse, her: Person, case_id: UUID, asked: UUID, after: timedelta
    ) -> None:
        """Within the first hour, and the day after while no worker ran."""
        accept(the_house, asked)
        again = NOON + after
        accept(the_house, ask(the_house, her, at=again), at=again)
        with the_house.acting(the_house.coordinator, now=again) as (session, acting):
            (second, _) = emergency.asked_by(session, acting, now=again)
            assert second.opens_until == again + emergency.LASTS
            shown = lying_open.read_case(session, acting, case_id, now=again)
            assert shown.until == again + emergency.LASTS
        late = again + emergency.LASTS - timedelta(minutes=1)
        with the_house.acting(the_house.coordinator, now=late) as (session, acting):
            shown = lying_open.read_case(session, acting, case_id, now=late)
            assert shown.name == "Amal"
            assert [(author, words) for _, author, words in shown.messages] == [("Amal", "hello")]
        with pytest.raises(NotFound):
            opened(the_house, the_house.coordinator, case_id, at=again + emergency.LASTS)

    def test_a_coordinator_who_is_on_the_case_keeps_what_she_has_without_an_end(
        self, the_house: TestHouse, her: Person, case_id: UUID
    ) -> None:
        with the_house.database.transaction() as session:
            stand_in = the_house.stand_in.account_id
            staff.give_role(session, stand_in, Role.COORDINATOR, now=NOON)
        with the_house.acting(the_house.coordinator) as (session, acting):
            ((waiting, _),) = teams.waiting_for_key(session, acting)
            teams.hand_over(session, acting, waiting.id, now=NOON)
        with the_house.acting(the_house.stand_in) as (session, acting):
            asked = emergency.ask(session, acting, her.case_number, reason="Ill", now=NOON).id
        accept(the_house, asked)
        after = NOON + timedelta(days=1)
        with the_house.database.transaction() as session:
            expiry.forget_expired(session, now=after)
        assert read_through_the_house(the_house, the_house.stand_in, case_id) >= HERS


class TestWhatEndsIt:
    """A question that nobody answers, a no, and colleagues who leave."""

    def test_unanswered_it_vanishes_after_four_hours(
        self, the_house: TestHouse, asked: UUID
    ) -> None:
        with the_house.database.transaction() as session:
            by_the_clock.lapse(session, asked, now=NOON + BREAK_GLASS_WAITS)
            assert session.get_one(Decision, asked).state is DecisionState.LAPSED
            assert session.scalars(select(LentHalf)).all() == []

    def test_it_is_never_promised_for_later_than_it_vanishes(
        self, the_house: TestHouse, her: Person, case_id: UUID
    ) -> None:
        late = NOON + timedelta(days=3, hours=8)
        with the_house.acting(the_house.coordinator, now=late, second_factor_at=late) as (
            session,
            acting,
        ):
            asked = emergency.ask(session, acting, her.case_number, reason="She waits.", now=late)
            assert asked.answer_before == asked.vanishes_at == late + BREAK_GLASS_WAITS

    def test_declined_nothing_is_lent(self, the_house: TestHouse, asked: UUID) -> None:
        with the_house.acting(the_house.auditor) as (session, acting):
            deciding.decline(session, acting, asked, reason="Call her instead.", now=NOON)
            assert session.scalars(select(LentHalf)).all() == []

    def test_withdrawn_nothing_is_lent(self, the_house: TestHouse, asked: UUID) -> None:
        with the_house.acting(the_house.coordinator) as (session, acting):
            deciding.withdraw(session, acting, asked, now=NOON)
            assert session.scalars(select(LentHalf)).all() == []

    def test_an_emergency_takes_a_yes_or_a_no_and_is_never_given_back(
        self, the_house: TestHouse, case_id: UUID, asked: UUID
    ) -> None:
        adil = the_house.acting(the_house.auditor)
        with adil as (session, acting), pytest.raises(WrongState):
            deciding.give_back(session, acting, asked, note="Why not call?", now=NOON)
        accept(the_house, asked)
        assert opened(the_house, the_house.coordinator, case_id)

    def test_an_auditor_who_left_decides_nothing(
        self, the_house: TestHouse, her: Person, asked: UUID
    ) -> None:
        with the_house.acting(the_house.auditor) as (session, acting):
            session.get_one(StaffMember, the_house.auditor.account_id).left_at = NOON
            session.flush()
            with pytest.raises(NotYours):
                deciding.accept(session, acting, asked, now=NOON)
        with pytest.raises(NobodyToDecide):
            ask(the_house, her, reason="Once more.")

    def test_a_newcomer_without_the_teams_key_cannot_join_the_halves(
        self, the_house: TestHouse, asked: UUID
    ) -> None:
        newcomer = the_house.a_colleague("Ada", (Role.AUDITOR, None))
        with pytest.raises(KeyNotHandedOver):
            accept(the_house, asked, by=newcomer)
        with the_house.database.transaction("read") as session:
            assert session.get_one(Decision, asked).state is DecisionState.WAITING

    def test_a_wrong_number_and_an_old_proof(self, the_house: TestHouse, her: Person) -> None:
        with the_house.acting(the_house.coordinator) as (session, acting):
            for number in ("", "AB-CDEFGH", "\x00"):
                with pytest.raises(NotFound):
                    emergency.ask(session, acting, number, reason="Ill", now=NOON)
        late = NOON + timedelta(minutes=20)
        with (
            the_house.acting(the_house.coordinator, now=late, second_factor_at=NOON) as (
                session,
                acting,
            ),
            pytest.raises(ProofTooOld),
        ):
            emergency.ask(session, acting, her.case_number, reason="Ill", now=late)

    def test_every_step_is_in_the_account(
        self, the_house: TestHouse, case_id: UUID, asked: UUID
    ) -> None:
        accept(the_house, asked)
        with the_house.database.transaction("read") as session:
            kinds = set(
                session.scalars(select(AuditEvent.kind).where(AuditEvent.case_id == case_id))
            )
        assert {"decision_asked", "decision_accepted", "emergency_opened"} <= kinds


class TestNoCoordinatorAnyMore:
    """Her role was taken, or her account closed, while what she asked for still waited or stood."""

    @pytest.fixture
    def cato(self, the_house: TestHouse) -> Person:
        """A second coordinator, who holds the team's key."""
        person = the_house.a_colleague("Cato", (Role.COORDINATOR, None))
        with the_house.acting(the_house.coordinator) as (session, acting):
            for membership, _ in staff.waiting_for_key(session, acting):
                staff.hand_over(session, acting, membership.id, now=NOON)
        return person

    @pytest.fixture
    def hers(self, the_house: TestHouse, her: Person, case_id: UUID, cato: Person) -> UUID:
        """What Cato asked for."""
        with the_house.acting(cato) as (session, acting):
            return emergency.ask(session, acting, her.case_number, reason="Now", now=NOON).id

    def gone(self, the_house: TestHouse, cato: Person, *, by_closing: bool) -> None:
        with the_house.acting(the_house.coordinator) as (session, acting):
            if by_closing:
                roles.close(session, acting, cato.account_id, now=NOON)
                return
            held = select(Membership.id).where(Membership.account_id == cato.account_id)
            membership_id = session.scalars(held).one()
            roles.take(session, acting, cato.account_id, membership_id, now=NOON)

    @pytest.mark.parametrize("by_closing", [True, False])
    def test_what_she_asked_for_is_not_granted(
        self, the_house: TestHouse, cato: Person, hers: UUID, by_closing: bool
    ) -> None:
        self.gone(the_house, cato, by_closing=by_closing)
        with pytest.raises(DecidedMeanwhile):
            accept(the_house, hers)
        with the_house.database.transaction("read") as session:
            assert session.get_one(Decision, hers).state is DecisionState.WITHDRAWN
            assert session.scalars(select(LentHalf)).all() == []

    def test_a_role_that_went_by_another_way_is_seen_at_the_yes(
        self, the_house: TestHouse, cato: Person, hers: UUID
    ) -> None:
        with the_house.database.transaction() as session:
            session.execute(delete(Membership).where(Membership.account_id == cato.account_id))
        with pytest.raises(DecidedMeanwhile):
            accept(the_house, hers)

    def test_what_is_open_closes_with_her_role(
        self, the_house: TestHouse, cato: Person, hers: UUID, case_id: UUID
    ) -> None:
        accept(the_house, hers)
        assert opened(the_house, cato, case_id)
        self.gone(the_house, cato, by_closing=False)
        with pytest.raises(NotFound):
            opened(the_house, cato, case_id)
        assert open_with_bare_keys(the_house, cato, case_id) == {"decision.reason"}, "her own"
