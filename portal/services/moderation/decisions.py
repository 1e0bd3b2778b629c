"""What waits for somebody's decision: asked for, and sealed with its reason.

Who decides is in `deciders`, how in `deciding`, what the clock alone does in `by_the_clock`; the
table of kinds is in `domain.decisions`.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.decisions import (
    RULES,
    UNDECIDED,
    DecisionKind,
    DecisionState,
    Rule,
    WaitsAlready,
    check_proof,
)
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.words import written
from portal.models import Case, Decision, Need, StaffMember
from portal.services import audit
from portal.services.case_work.cases import on_team
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.house import promised
from portal.services.keys import halves, reasons
from portal.services.moderation import deciders


def ask(
    session: Session,
    acting: SignedIn,
    kind: DecisionKind,
    *,
    reason: str | None,
    now: datetime,
    case_id: UUID | None = None,
    subject_id: UUID | None = None,
    facts: audit.Facts | None = None,
) -> Decision:
    """Ask for a decision; the reason is sealed, `facts` (ids and codes, never words) are not.

    `reason` is None only where the kind says it all. It answers the note with which a colleague's
    same question was given back: who asked it may be ill, or gone.

    Raises NotYours, NotFound for a case that is not one's own, ProofTooOld, NobodyToDecide,
    WaitsAlready, and the words refusals for the reason.
    """
    rule = RULES[kind]
    _check_asker(session, acting, rule, case_id, now=now)
    if rule.has_subject and subject_id is None:
        raise NotFound
    words = None if reason is None else written(reason)
    deciders.check_somebody_decides(session, kind, besides=acting.account_id, now=now)
    before = _same_given_back(session, acting, kind, case_id, subject_id, facts or {})
    decision = _put(
        session, acting, kind, case_id=case_id, subject_id=subject_id, facts=facts, now=now
    )
    if before is not None:
        before.state, decision.follows_id = DecisionState.ASKED_AGAIN, before.id
    if words is not None:
        teams = deciders.deciding_teams(session, kind)
        reasons.seal(session, acting, decision, "reason", words, teams=teams, now=now)
    account(session, acting, "decision_asked", decision, now=now)
    session.flush()
    return decision


def ask_again(
    session: Session, acting: SignedIn, decision_id: UUID, *, reason: str, now: datetime
) -> Decision:
    """Answer a note with which something was given back: it waits anew, with a new promise."""
    before = get_asked(session, acting, decision_id)
    if before.state is not DecisionState.GIVEN_BACK or not RULES[before.kind].can_give_back:
        raise WrongState
    before.state = DecisionState.ASKED_AGAIN
    session.flush()
    again = ask(
        session,
        acting,
        before.kind,
        reason=reason,
        now=now,
        case_id=before.case_id,
        subject_id=before.subject_id,
        facts=before.facts,
    )
    again.follows_id = before.id
    session.flush()
    return again


def queue_need(session: Session, acting: SignedIn, need: Need, *, now: datetime) -> Decision:
    """A need waits at the desk: her words are the reason, and are sealed where they stand.

    A question that the desk asked her is over, answered or not.
    """
    before = (Decision.need_id == need.id, Decision.state == DecisionState.GIVEN_BACK)
    session.execute(update(Decision).where(*before).values(state=DecisionState.ASKED_AGAIN))
    need.answer_before, need.answer_again_before = promised(session, need.lane, now=now), None
    return _put(session, acting, DecisionKind.NEED, case_id=need.case_id, need=need, now=now)


def withdraw_need(session: Session, need: Need, *, now: datetime) -> None:
    """She took a need back: nobody decides about it any more."""
    for decision in session.scalars(
        select(Decision).where(Decision.need_id == need.id, Decision.state == DecisionState.WAITING)
    ):
        decision.state, decision.decided_at = DecisionState.WITHDRAWN, now


def withdraw_asked(
    session: Session,
    acting: SignedIn,
    account_id: UUID,
    kinds: Collection[DecisionKind],
    *,
    now: datetime,
) -> None:
    """Who asked may ask for these kinds no more: what is undecided, and what was lent, ends."""
    hers = select(Decision.id).where(
        Decision.asked_by_id == account_id,
        Decision.kind.in_(kinds),
        Decision.state.in_(UNDECIDED),
    )
    for decision_id in session.scalars(hers.order_by(Decision.id)).all():
        decision = held(session, decision_id)
        if decision.state in UNDECIDED:
            decision.state = DecisionState.WITHDRAWN
            halves.take_back(session, decision.id)
            account(session, acting, "decision_withdrawn", decision, now=now)
    session.flush()


def get_asked(session: Session, acting: SignedIn, decision_id: UUID) -> Decision:
    """Something that this person asked for, held. Raises NotFound."""
    decision = held(session, decision_id)
    if decision.asked_by_id != acting.account_id:
        raise NotFound
    return decision


def asker_has_left(session: Session, decision: Decision) -> bool:
    """Whether nobody is there any more whom it could be given back to; she is never gone."""
    asker = session.get(StaffMember, decision.asked_by_id)
    return asker is not None and asker.left_at is not None


def held(session: Session, decision_id: UUID) -> Decision:
    """A decision as it is now, held until this is done, and its case before it. Raises NotFound."""
    case_id = session.scalar(select(Decision.case_id).where(Decision.id == decision_id))
    if case_id is not None:
        hold_case(session, case_id)
    decision = session.get(Decision, decision_id, with_for_update=True, populate_existing=True)
    if decision is None:
        raise NotFound
    return decision


def account(
    session: Session, acting: SignedIn | None, act: str, decision: Decision, *, now: datetime
) -> None:
    """Write down an act about a decision, in its case's chain or in the day's."""
    facts: audit.Facts = {"decision": str(decision.id), "kind": decision.kind.value}
    if decision.subject_id is not None:
        facts["subject"] = str(decision.subject_id)
    actor = acting.account_id if acting else None
    audit.record(session, actor, act, now=now, case_id=decision.case_id, facts=facts)


def _check_asker(
    session: Session, acting: SignedIn, rule: Rule, case_id: UUID | None, *, now: datetime
) -> None:
    if rule.about_case != (case_id is not None):
        raise NotFound
    if acting.is_survivor:
        if not rule.she_may_ask:
            raise NotYours
        if case_id != acting.case_id:
            raise NotFound
        return
    if rule.ask is None or not acting.may(rule.ask):
        raise NotYours
    check_proof(acting.second_factor_at, now=now)
    _check_case(session, acting, rule, case_id)


def _check_case(session: Session, acting: SignedIn, rule: Rule, case_id: UUID | None) -> None:
    if case_id is None:
        return
    about = select(Case.id).where(Case.id == case_id)
    if not acting.may(rule.about_any):
        about = about.where(on_team(acting))
    # Held, so that nobody erases it before this is asked.
    if session.scalar(about.with_for_update(read=True, key_share=True)) is None:
        raise NotFound


def _same_given_back(
    session: Session,
    acting: SignedIn,
    kind: DecisionKind,
    case_id: UUID | None,
    subject_id: UUID | None,
    facts: audit.Facts,
) -> Decision | None:
    """What a colleague asked before in the same words of the machine, and was asked back about.

    Raises WaitsAlready where the same still waits, or was given back to this person herself.
    """
    same = select(Decision).where(
        Decision.kind == kind, Decision.case_id == case_id, Decision.subject_id == subject_id
    )
    # Held, so that who was asked back does not answer at the same moment.
    given_back = same.where(Decision.state == DecisionState.GIVEN_BACK).with_for_update()
    session.scalars(given_back.execution_options(populate_existing=True)).all()
    undecided = [
        one
        for one in session.scalars(same.where(Decision.state.in_(UNDECIDED)))
        if one.facts == facts
    ]
    for one in undecided:
        if one.state is DecisionState.WAITING or one.asked_by_id == acting.account_id:
            raise WaitsAlready
    return undecided[0] if undecided else None


def _put(
    session: Session,
    acting: SignedIn,
    kind: DecisionKind,
    *,
    now: datetime,
    case_id: UUID | None,
    subject_id: UUID | None = None,
    facts: audit.Facts | None = None,
    need: Need | None = None,
) -> Decision:
    rule = RULES[kind]
    lane = need.lane if need else rule.lane
    answer_before = need.answer_before if need else promised(session, lane, now=now)
    vanishes_at = now + rule.vanishes_after if rule.vanishes_after else None
    decision = Decision(
        kind=kind,
        case_id=case_id,
        need_id=need.id if need else None,
        subject_id=subject_id,
        facts=dict(facts or {}),
        lane=lane,
        state=DecisionState.WAITING,
        asked_by_id=acting.account_id,
        asked_at=now,
        # What will be gone on Sunday cannot wait until Monday.
        answer_before=min(answer_before, vanishes_at) if vanishes_at else answer_before,
        vanishes_at=vanishes_at,
    )
    session.add(decision)
    session.flush()
    return decision
