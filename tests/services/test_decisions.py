"""One mechanism for every act that needs a second person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.domain.decisions import (
    BREAK_GLASS_WAITS,
    CLAIM_LASTS,
    RULES,
    AskedByYourself,
    ClaimedByColleague,
    DecidedMeanwhile,
    DecisionKind,
    DecisionState,
    EffectTimeGone,
    NobodyToDecide,
    TooLateToDecide,
    WaitsAlready,
    deciding_roles,
)
from portal.domain.refusals import NotFound, NotYours, ProofTooOld, Refusal, WrongState
from portal.domain.roles import Role
from portal.domain.words import NothingWritten
from portal.models import AuditEvent, Decision, Membership, StaffMember
from portal.services.colleagues import staff
from portal.services.keys import reasons
from portal.services.moderation import (
    by_the_clock,
    deciders,
    deciding,
    decisions,
    effects,
    own_questions,
)
from tests.people import NOON, Person, TestHouse

WHY = "She says that the letter came from the court."


def ask(
    the_house: TestHouse,
    person: Person,
    kind: DecisionKind,
    her: Person | None = None,
    **more: Any,
) -> UUID:
    """Somebody asks for something, about a case or not; a release is asked with an entry."""
    if kind is DecisionKind.RELEASE:
        assert her is not None
        return the_house.an_entry(her, by=person, reason=WHY)
    with the_house.acting(person) as (session, acting):
        case_id = her.case_id if her else None
        asked = decisions.ask(
            session,
            acting,
            kind,
            reason=WHY,
            case_id=case_id,
            now=NOON,
            **more,
        )
        return asked.id


def state_of(the_house: TestHouse, decision_id: UUID) -> DecisionState:
    """What became of it."""
    with the_house.database.transaction("read") as session:
        return session.get_one(Decision, decision_id).state


class TestAsking:
    """A reason, sealed, and somebody else who decides."""

    def test_the_reason_is_read_by_who_asked_and_by_who_decides_and_by_nobody_else(
        self, the_house: TestHouse, her: Person
    ) -> None:
        asked = ask(the_house, the_house.director, DecisionKind.POLICE_SHARING, her)
        for person in (the_house.director, the_house.stand_in, the_house.coordinator):
            with the_house.acting(person) as (session, acting):
                decision = session.get_one(Decision, asked)
                assert reasons.read(session, acting, decision, "reason", now=NOON) == [WHY]
        for person in (her, the_house.moderator, the_house.auditor):
            with the_house.acting(person) as (session, acting), pytest.raises(NotFound):
                reasons.read(session, acting, session.get_one(Decision, asked), "reason", now=NOON)

    def test_what_belongs_to_no_case_is_sealed_too(self, the_house: TestHouse) -> None:
        ada = the_house.a_colleague("Ada", (Role.COORDINATOR, None))
        worker = next(iter(the_house.workers.values()))
        asked = ask(the_house, ada, DecisionKind.ROLE_CHANGE, subject_id=worker.account_id)
        for person in (ada, the_house.coordinator):
            with the_house.acting(person) as (session, acting):
                decision = session.get_one(Decision, asked)
                assert WHY.encode() not in (decision.reason or b"")
                assert reasons.read(session, acting, decision, "reason", now=NOON) == [WHY]
        with the_house.acting(the_house.auditor) as (session, acting), pytest.raises(NotFound):
            reasons.read(session, acting, session.get_one(Decision, asked), "reason", now=NOON)

    def test_reading_a_reason_is_written_down(self, the_house: TestHouse) -> None:
        ada = the_house.a_colleague("Ada", (Role.COORDINATOR, None))
        asked = ask(the_house, ada, DecisionKind.ROLE_CHANGE)
        with the_house.acting(the_house.coordinator) as (session, acting):
            reasons.read(session, acting, session.get_one(Decision, asked), "reason", now=NOON)
            kinds = set(session.scalars(select(AuditEvent.kind)))
        assert {"decision_asked", "decision_read"} <= kinds

    @pytest.mark.parametrize("act", [kind for kind in DecisionKind if RULES[kind].ask])
    def test_who_may_not_ask_does_not(
        self, the_house: TestHouse, her: Person, act: DecisionKind
    ) -> None:
        worker = next(iter(the_house.workers.values()))
        case_id = her.case_id if RULES[act].about_case else None
        with the_house.acting(worker) as (session, acting), pytest.raises(NotYours):
            decisions.ask(session, acting, act, reason=WHY, case_id=case_id, now=NOON)

    @pytest.mark.parametrize("who", ["director", "coordinator", "auditor"])
    def test_nobody_asks_about_a_file_that_was_erased_meanwhile(
        self, the_house: TestHouse, her: Person, who: str
    ) -> None:
        person: Person = getattr(the_house, who)
        gone = replace(her, case_id=uuid4())
        with pytest.raises(NotFound):
            ask(the_house, person, DecisionKind.ERASURE, gone)

    def test_a_case_director_asks_about_her_own_cases_only(
        self, the_house: TestHouse, her: Person
    ) -> None:
        centre_work = next(iter(the_house.services.values())).id
        other = the_house.a_colleague("Otto", (Role.CASE_DIRECTOR, centre_work))
        with pytest.raises(NotFound):
            ask(the_house, other, DecisionKind.EXPORT, her)

    def test_asking_wants_a_fresh_proof_and_a_reason(
        self, the_house: TestHouse, her: Person
    ) -> None:
        late = NOON + timedelta(minutes=16)
        with the_house.acting(the_house.director) as (session, acting):
            for reason, now, refusal in (
                (WHY, late, ProofTooOld),
                (" \n", NOON, NothingWritten),
            ):
                with pytest.raises(refusal):
                    decisions.ask(
                        session,
                        acting,
                        DecisionKind.EXPORT,
                        reason=reason,
                        case_id=her.case_id,
                        now=now,
                    )

    def test_the_same_is_not_asked_twice_while_it_waits(
        self, the_house: TestHouse, her: Person
    ) -> None:
        ask(the_house, the_house.director, DecisionKind.EXPORT, her)
        with pytest.raises(WaitsAlready):
            ask(the_house, the_house.stand_in, DecisionKind.EXPORT, her)
        ask(the_house, the_house.director, DecisionKind.EXPORT, her, subject_id=uuid4())

    def test_an_act_whose_role_nobody_fills_stays_closed(
        self, the_house: TestHouse, her: Person
    ) -> None:
        with the_house.database.transaction() as session:
            assert deciders.unfilled(session, now=NOON) == []
            staff.get_member(session, the_house.auditor.account_id).left_at = NOON
        with pytest.raises(NobodyToDecide):
            ask(the_house, the_house.coordinator, DecisionKind.BREAK_GLASS, her)
        # One coordinator asks: without an auditor nobody but herself is left.
        with pytest.raises(NobodyToDecide):
            ask(the_house, the_house.coordinator, DecisionKind.EXPORT, her)
        with the_house.database.transaction("read") as session:
            assert deciders.unfilled(session, now=NOON) == [
                DecisionKind.BREAK_GLASS,
            ]

    def test_who_asked_sees_what_became_of_everything(
        self, the_house: TestHouse, her: Person
    ) -> None:
        asked = ask(the_house, the_house.director, DecisionKind.POLICE_SHARING, her)
        with the_house.acting(the_house.director) as (session, acting):
            (line,) = own_questions.asked_by(session, acting)
            assert line.waits_for == {Role.COORDINATOR}
            assert line.case_number == her.case_number
        with the_house.acting(the_house.coordinator) as (session, acting):
            deciding.decline(session, acting, asked, reason="Not without her.", now=NOON)
        with the_house.acting(the_house.director) as (session, acting):
            (line,) = own_questions.asked_by(session, acting)
            assert (line.decision.state, line.decided_by) == (DecisionState.DECLINED, "Cora")
            assert not line.waits_for
            said = reasons.read(session, acting, line.decision, "reason", "note", now=NOON)
            assert said == [WHY, "Not without her."]


class TestDeciding:
    """Never by who asked, once, and by somebody who holds the role now."""

    @pytest.fixture
    def asked(self, the_house: TestHouse, her: Person) -> UUID:
        return ask(the_house, the_house.director, DecisionKind.RELEASE, her)

    @pytest.mark.parametrize("person", ["moderator", "coordinator"])
    def test_a_colleague_accepts(self, the_house: TestHouse, asked: UUID, person: str) -> None:
        with the_house.acting(getattr(the_house, person)) as (session, acting):
            decision = deciding.accept(session, acting, asked, note="Good.", now=NOON)
            assert decision.state is DecisionState.ACCEPTED
            assert decision.took_effect_at == NOON

    @pytest.mark.parametrize("person", ["director", "stand_in", "auditor"])
    def test_who_does_not_decide_about_it_cannot(
        self, the_house: TestHouse, asked: UUID, person: str
    ) -> None:
        with the_house.acting(getattr(the_house, person)) as (session, acting):
            for act in (deciding.accept, deciding.claim, deciding.release):
                with pytest.raises(NotYours):
                    act(session, acting, asked, now=NOON)

    def test_nobody_decides_about_what_she_asked_whatever_her_roles(
        self, the_house: TestHouse, her: Person
    ) -> None:
        asked = ask(the_house, the_house.coordinator, DecisionKind.ERASURE, her)
        with the_house.acting(the_house.coordinator) as (session, acting):
            with pytest.raises(AskedByYourself):
                deciding.accept(session, acting, asked, now=NOON)
            with pytest.raises(AskedByYourself):
                deciding.decline(session, acting, asked, reason="No", now=NOON)
        with the_house.acting(the_house.auditor) as (session, acting):
            deciding.accept(session, acting, asked, now=NOON)

    def test_a_proof_of_the_last_fifteen_minutes_is_wanted(
        self, the_house: TestHouse, asked: UUID
    ) -> None:
        late = NOON + timedelta(minutes=16)
        with the_house.acting(the_house.moderator) as (session, acting):
            with pytest.raises(ProofTooOld):
                deciding.accept(session, acting, asked, now=late)
            deciding.claim(session, acting, asked, now=late)

    def test_what_is_given_back_waits_for_the_asker_and_then_anew(
        self, the_house: TestHouse, asked: UUID
    ) -> None:
        with the_house.acting(the_house.moderator) as (session, acting):
            deciding.give_back(session, acting, asked, note="Which court?", now=NOON)
        with the_house.acting(the_house.director) as (session, acting):
            again = decisions.ask_again(session, acting, asked, reason="Antwerp.", now=NOON)
            assert again.follows_id == asked
            states = {line.decision.state for line in own_questions.asked_by(session, acting)}
            assert states == {DecisionState.WAITING, DecisionState.ASKED_AGAIN}
            with pytest.raises(WrongState):
                decisions.ask_again(session, acting, asked, reason="Antwerp.", now=NOON)

    def test_a_claim_keeps_others_away_for_fifteen_minutes(
        self, the_house: TestHouse, asked: UUID
    ) -> None:
        with the_house.acting(the_house.moderator) as (session, acting):
            deciding.claim(session, acting, asked, now=NOON)
        with the_house.acting(the_house.coordinator) as (session, acting):
            with pytest.raises(ClaimedByColleague):
                deciding.accept(session, acting, asked, now=NOON)
            deciding.claim(session, acting, asked, now=NOON + CLAIM_LASTS)
            deciding.release(session, acting, asked, now=NOON + CLAIM_LASTS)
        with the_house.acting(the_house.moderator) as (session, acting):
            deciding.accept(session, acting, asked, now=NOON)

    def test_the_second_to_decide_learns_of_it(self, the_house: TestHouse, asked: UUID) -> None:
        with the_house.acting(the_house.moderator) as (session, acting):
            deciding.accept(session, acting, asked, now=NOON)
        other = the_house.coordinator
        with the_house.acting(other) as (session, acting), pytest.raises(DecidedMeanwhile):
            deciding.decline(session, acting, asked, reason="No", now=NOON)

    def test_a_role_taken_away_while_its_holder_is_on_the_page_decides_nothing(
        self, the_house: TestHouse, asked: UUID
    ) -> None:
        with the_house.acting(the_house.moderator) as (session, acting):
            held = select(Membership).where(Membership.account_id == acting.account_id)
            session.delete(session.scalars(held).one())
            session.flush()
            with pytest.raises(NotYours):
                deciding.accept(session, acting, asked, now=NOON)

    def test_an_approver_who_left_decides_nothing(self, the_house: TestHouse, asked: UUID) -> None:
        with the_house.acting(the_house.moderator) as (session, acting):
            session.get_one(StaffMember, acting.account_id).left_at = NOON
            session.flush()
            with pytest.raises(NotYours):
                deciding.accept(session, acting, asked, now=NOON)
        assert state_of(the_house, asked) is DecisionState.WAITING

    def test_the_asker_withdraws_and_nobody_else(self, the_house: TestHouse, asked: UUID) -> None:
        with the_house.acting(the_house.stand_in) as (session, acting), pytest.raises(NotFound):
            deciding.withdraw(session, acting, asked, now=NOON)
        with the_house.acting(the_house.director) as (session, acting):
            deciding.withdraw(session, acting, asked, now=NOON)
            with pytest.raises(DecidedMeanwhile):
                deciding.withdraw(session, acting, asked, now=NOON)

    def test_an_emergency_question_vanishes_after_four_hours_and_says_so(
        self, the_house: TestHouse, her: Person
    ) -> None:
        asked = ask(the_house, the_house.coordinator, DecisionKind.BREAK_GLASS, her)
        over = NOON + BREAK_GLASS_WAITS
        late = the_house.acting(the_house.auditor, now=over, second_factor_at=over)
        with late as (session, acting), pytest.raises(TooLateToDecide):
            deciding.accept(session, acting, asked, now=over)
        with the_house.database.transaction() as session:
            assert by_the_clock.over(session, now=over - timedelta(seconds=1)) == []
            assert by_the_clock.over(session, now=over) == [asked]
            assert by_the_clock.lapse(session, asked, now=over)
            assert by_the_clock.over(session, now=over) == []
            assert not by_the_clock.lapse(session, asked, now=over)
        assert state_of(the_house, asked) is DecisionState.LAPSED


class TestEffects:
    """What follows from a yes: at once, or once at its moment."""

    @pytest.fixture
    def done(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[UUID, bool]]]:
        """What the effect of a release was called with."""
        done: list[tuple[UUID, bool]] = []

        def effect(session: object, acting: object, decision: Decision, *, now: object) -> None:
            done.append((decision.id, acting is None))

        monkeypatch.setattr(effects, "EFFECTS", {DecisionKind.RELEASE: effect})
        monkeypatch.setattr(effects, "ENDS", {DecisionKind.RELEASE: effect})
        yield done

    @pytest.fixture
    def asked(self, the_house: TestHouse, her: Person) -> UUID:
        return ask(the_house, the_house.director, DecisionKind.RELEASE, her)

    def test_a_yes_takes_effect_at_once(
        self, the_house: TestHouse, asked: UUID, done: list[tuple[UUID, bool]]
    ) -> None:
        with the_house.acting(the_house.moderator) as (session, acting):
            deciding.accept(session, acting, asked, now=NOON)
        assert done == [(asked, False)]

    def test_at_a_chosen_moment_it_takes_effect_once(
        self, the_house: TestHouse, asked: UUID, done: list[tuple[UUID, bool]]
    ) -> None:
        moment = NOON + timedelta(hours=3)
        with the_house.acting(the_house.moderator) as (session, acting):
            with pytest.raises(EffectTimeGone):
                deciding.accept(session, acting, asked, takes_effect_at=NOON, now=NOON)
            deciding.accept(session, acting, asked, takes_effect_at=moment, now=NOON)
        with the_house.database.transaction() as session:
            assert by_the_clock.due(session, now=moment - timedelta(seconds=1)) == []
            assert by_the_clock.due(session, now=moment) == [asked]
            assert by_the_clock.take_effect(session, asked, now=moment)
            assert not by_the_clock.take_effect(session, asked, now=moment)
            assert by_the_clock.due(session, now=moment) == []
        assert done == [(asked, True)]

    def test_only_what_is_published_can_wait_for_a_moment(
        self, the_house: TestHouse, her: Person
    ) -> None:
        asked = ask(the_house, the_house.director, DecisionKind.EXPORT, her)
        later = NOON + timedelta(hours=1)
        with the_house.acting(the_house.auditor) as (session, acting), pytest.raises(WrongState):
            deciding.accept(session, acting, asked, takes_effect_at=later, now=NOON)

    def test_what_is_not_possible_any_more_is_said_and_not_tried_for_ever(
        self, the_house: TestHouse, asked: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*_: object, now: object) -> None:
            raise Refusal

        monkeypatch.setattr(effects, "EFFECTS", {DecisionKind.RELEASE: gone})
        moment = NOON + timedelta(hours=3)
        with the_house.acting(the_house.moderator) as (session, acting):
            deciding.accept(session, acting, asked, takes_effect_at=moment, now=NOON)
        with the_house.database.transaction() as session:
            assert by_the_clock.take_effect(session, asked, now=moment)
            assert by_the_clock.due(session, now=moment) == []
        assert state_of(the_house, asked) is DecisionState.NOT_POSSIBLE

    def test_the_asker_may_withdraw_before_it_takes_effect(
        self, the_house: TestHouse, asked: UUID, done: list[tuple[UUID, bool]]
    ) -> None:
        moment = NOON + timedelta(hours=3)
        with the_house.acting(the_house.moderator) as (session, acting):
            deciding.accept(session, acting, asked, takes_effect_at=moment, now=NOON)
        with the_house.acting(the_house.director) as (session, acting):
            deciding.withdraw(session, acting, asked, now=NOON)
        with the_house.database.transaction() as session:
            assert not by_the_clock.take_effect(session, asked, now=moment)
        assert done == [(asked, False)]


def test_every_kind_is_decided_by_roles_whose_team_has_a_key() -> None:
    for kind in DecisionKind:
        assert deciding_roles(kind) <= staff.TEAM_OF_ROLE.keys(), kind
    assert RULES.keys() == set(DecisionKind)
    assert effects.EFFECTS.keys() | effects.ENDS.keys() <= set(DecisionKind)


def test_a_need_is_decided_through_the_desk_alone(the_house: TestHouse, her: Person) -> None:
    need_id = the_house.a_need(her)
    with the_house.acting(the_house.moderator) as (session, acting):
        asked = session.scalars(select(Decision.id).where(Decision.need_id == need_id)).one()
        with pytest.raises(WrongState):
            deciding.accept(session, acting, asked, now=NOON)
        with pytest.raises(WrongState):
            deciding.decline(session, acting, asked, reason="No", now=NOON)
