"""How a decision is made: taken on, accepted, given back, declined, withdrawn; never by its asker.

Each act holds the decision's row, so that of two people in one second the second learns of it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.decisions import (
    RULES,
    UNDECIDED,
    AskedByYourself,
    ClaimedByColleague,
    DecidedMeanwhile,
    DecisionKind,
    DecisionState,
    EffectTimeGone,
    TooLateToDecide,
    check_proof,
    claim_lives,
    deciding_roles,
)
from portal.domain.refusals import NotYours, Refusal, WrongState
from portal.domain.words import written, written_or_none
from portal.models import Decision, Membership, StaffMember
from portal.services.entry.sessions import SignedIn
from portal.services.keys import reasons
from portal.services.moderation.decisions import (
    account,
    asker_has_left,
    deciding_teams,
    get_asked,
    held,
    roles_at_work,
)
from portal.services.moderation.effects import AT_YES, EFFECTS, ENDS


def claim(session: Session, acting: SignedIn, decision_id: UUID, *, now: datetime) -> Decision:
    """Take something on, so that two do not answer at once; a claim lapses after 15 minutes."""
    decision = _waiting(session, acting, decision_id, now=now)
    decision.claimed_by_id, decision.claimed_at = acting.account_id, now
    account(session, acting, "decision_claimed", decision, now=now)
    session.flush()
    return decision


def release(session: Session, acting: SignedIn, decision_id: UUID, *, now: datetime) -> Decision:
    """Give up one's own claim. Raises ClaimedByColleague, DecidedMeanwhile."""
    decision = _waiting(session, acting, decision_id, now=now)
    decision.claimed_by_id = decision.claimed_at = None
    account(session, acting, "decision_released", decision, now=now)
    session.flush()
    return decision


def accept(
    session: Session,
    acting: SignedIn,
    decision_id: UUID,
    *,
    now: datetime,
    note: str | None = None,
    takes_effect_at: datetime | None = None,
) -> Decision:
    """Say yes; it takes effect at once, or at a chosen moment where the kind allows one.

    Raises what `to_decide` raises, EffectTimeGone, and whatever the effect refuses.
    """
    decision = to_decide(session, acting, decision_id, now=now)
    if decision.need_id is not None:
        raise WrongState  # A need is routed: `desk.route` says where to.
    if takes_effect_at is not None:
        _check_moment(decision.kind, takes_effect_at, now=now)
    _say(session, acting, decision, written_or_none(note), now=now)
    decision.takes_effect_at = takes_effect_at or now
    settle(session, acting, decision, DecisionState.ACCEPTED, now=now)
    if decision.kind in AT_YES:
        AT_YES[decision.kind](session, acting, decision, now=now)
    if takes_effect_at is None:
        _take_effect(session, acting, decision, now=now)
    session.flush()
    return decision


def give_back(
    session: Session, acting: SignedIn, decision_id: UUID, *, note: str, now: datetime
) -> Decision:
    """Give it back to who asked, with a question or a remark; she may ask again.

    Raises what `to_decide` raises, and WrongState for a kind that nobody can ask again (a need goes
    back to her by `desk.give_back`) and where who asked has left.
    """
    decision = to_decide(session, acting, decision_id, now=now)
    if not RULES[decision.kind].can_give_back or asker_has_left(session, decision):
        raise WrongState
    _say(session, acting, decision, written(note), now=now)
    settle(session, acting, decision, DecisionState.GIVEN_BACK, now=now)
    session.flush()
    return decision


def decline(
    session: Session, acting: SignedIn, decision_id: UUID, *, reason: str, now: datetime
) -> Decision:
    """Say no, and why. A need is never declined: WrongState."""
    decision = to_decide(session, acting, decision_id, now=now)
    if decision.need_id is not None:
        raise WrongState
    _say(session, acting, decision, written(reason), now=now)
    settle(session, acting, decision, DecisionState.DECLINED, now=now)
    _end(session, acting, decision, now=now)
    session.flush()
    return decision


def withdraw(session: Session, acting: SignedIn, decision_id: UUID, *, now: datetime) -> Decision:
    """The asker takes her question back, also an accepted one that has not taken effect yet."""
    decision = get_asked(session, acting, decision_id)
    to_come = decision.state is DecisionState.ACCEPTED and decision.took_effect_at is None
    if decision.need_id is not None or not (decision.state in UNDECIDED or to_come):
        raise DecidedMeanwhile
    _withdraw(session, acting, decision, now=now)
    return decision


def to_decide(session: Session, acting: SignedIn, decision_id: UUID, *, now: datetime) -> Decision:
    """What waits, held for somebody who may decide about it: never who asked.

    Raises NotYours, ProofTooOld, AskedByYourself, DecidedMeanwhile, TooLateToDecide,
    ClaimedByColleague.
    """
    check_proof(acting.second_factor_at, now=now)
    return _waiting(session, acting, decision_id, now=now)


def settle(
    session: Session, acting: SignedIn, decision: Decision, state: DecisionState, *, now: datetime
) -> None:
    """Write down who decided what, and when."""
    decision.state, decision.decided_by_id, decision.decided_at = state, acting.account_id, now
    decision.claimed_by_id = decision.claimed_at = None
    account(session, acting, f"decision_{state.value}", decision, now=now)


def due(session: Session, *, now: datetime) -> list[UUID]:
    """What was accepted for a moment that has come."""
    return list(
        session.scalars(
            select(Decision.id)
            .where(
                Decision.state == DecisionState.ACCEPTED,
                Decision.takes_effect_at <= now,
                Decision.took_effect_at.is_(None),
            )
            .order_by(Decision.takes_effect_at, Decision.id)
        )
    )


def take_effect(session: Session, decision_id: UUID, *, now: datetime) -> bool:
    """Let one accepted decision take effect, once; False where another worker was faster."""
    decision = held(session, decision_id)
    moment = decision.takes_effect_at
    if decision.state is not DecisionState.ACCEPTED or decision.took_effect_at is not None:
        return False
    if moment is None or moment > now:
        return False
    try:
        with session.begin_nested():
            _take_effect(session, None, decision, now=now)
    except Refusal:
        # What it was about is gone or has moved on: said to the asker, never tried for ever.
        decision.state = DecisionState.NOT_POSSIBLE
        account(session, None, "decision_not_possible", decision, now=now)
    session.flush()
    return True


def over(session: Session, *, now: datetime) -> list[UUID]:
    """What waited longer than its kind may."""
    return list(
        session.scalars(
            select(Decision.id)
            .where(Decision.state == DecisionState.WAITING, Decision.vanishes_at <= now)
            .order_by(Decision.id)
        )
    )


def lapse(session: Session, decision_id: UUID, *, now: datetime) -> bool:
    """Let vanish what waited too long; the row stays and says so. False when it waits no more."""
    decision = held(session, decision_id)
    if decision.state is not DecisionState.WAITING:
        return False
    decision.state = DecisionState.LAPSED
    _end(session, None, decision, now=now)
    account(session, None, "decision_lapsed", decision, now=now)
    session.flush()
    return True


def unanswerable(session: Session, *, now: datetime) -> list[UUID]:
    """What was given back to somebody who has left since: nobody can answer the note."""
    return list(
        session.scalars(
            select(Decision.id)
            .join(StaffMember, StaffMember.account_id == Decision.asked_by_id)
            .where(Decision.state == DecisionState.GIVEN_BACK, StaffMember.left_at <= now)
            .order_by(Decision.id)
        )
    )


def take_back_unanswerable(session: Session, decision_id: UUID, *, now: datetime) -> bool:
    """What it was about is free again, for somebody else to ask. False when it waits no more."""
    decision = held(session, decision_id)
    if decision.state is not DecisionState.GIVEN_BACK or not asker_has_left(session, decision):
        return False
    _withdraw(session, None, decision, now=now)
    return True


def may_decide(acting: SignedIn, decision: Decision) -> bool:
    """Whether this person's roles decide about it, and she did not ask for it herself."""
    return acting.may(RULES[decision.kind].decide) and not _is_excluded(acting, decision)


def _withdraw(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    decision.state = DecisionState.WITHDRAWN
    _end(session, acting, decision, now=now)
    account(session, acting, "decision_withdrawn", decision, now=now)
    session.flush()


def _waiting(session: Session, acting: SignedIn, decision_id: UUID, *, now: datetime) -> Decision:
    decision = held(session, decision_id)
    _check_still_decides(session, acting, decision.kind, now=now)
    if decision.state is not DecisionState.WAITING:
        raise DecidedMeanwhile
    if decision.vanishes_at is not None and decision.vanishes_at <= now:
        raise TooLateToDecide
    if _is_excluded(acting, decision):
        raise AskedByYourself
    theirs = decision.claimed_by_id not in (None, acting.account_id)
    if theirs and claim_lives(decision.claimed_at, now=now):
        raise ClaimedByColleague
    return decision


def _check_still_decides(
    session: Session, acting: SignedIn, kind: DecisionKind, *, now: datetime
) -> None:
    """Her roles as they are now, not as they were when the request came in."""
    still = roles_at_work(session, now=now).where(
        Membership.account_id == acting.account_id, Membership.role.in_(deciding_roles(kind))
    )
    if not acting.may(RULES[kind].decide) or session.scalar(still.limit(1)) is None:
        raise NotYours


def _is_excluded(acting: SignedIn, decision: Decision) -> bool:
    """The asker, and whom a kind shuts out besides by `not_by` in its facts."""
    shut_out = decision.facts.get("not_by", [])
    return decision.asked_by_id == acting.account_id or str(acting.account_id) in shut_out


def _check_moment(kind: DecisionKind, moment: datetime, *, now: datetime) -> None:
    if not RULES[kind].can_wait:
        raise WrongState
    if moment <= now:
        raise EffectTimeGone


def _say(
    session: Session, acting: SignedIn, decision: Decision, words: str | None, *, now: datetime
) -> None:
    if words is not None:
        teams = deciding_teams(session, decision.kind)
        reasons.seal(session, acting, decision, "note", words, teams=teams, now=now)


def _take_effect(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    decision.took_effect_at = now
    if decision.kind in EFFECTS:
        EFFECTS[decision.kind](session, acting, decision, now=now)
    if acting is None:
        account(session, None, "decision_took_effect", decision, now=now)


def _end(session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime) -> None:
    if decision.kind in ENDS:
        ENDS[decision.kind](session, acting, decision, now=now)
