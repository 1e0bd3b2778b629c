"""How a decision is made: taken on, accepted, given back, declined, withdrawn; never by its asker.

Each act holds the decision's row, so that of two people in one second the second learns of it.
"""

from datetime import datetime
from uuid import UUID

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
from portal.domain.refusals import NotYours, WrongState
from portal.domain.words import written, written_or_none
from portal.models import Decision, Membership
from portal.services.entry.sessions import SignedIn
from portal.services.keys import reasons
from portal.services.moderation import deciders, effects
from portal.services.moderation.decisions import account, asker_has_left, get_asked, held


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
    effects.at_yes(session, acting, decision, now=now)
    if takes_effect_at is None:
        effects.take_effect(session, acting, decision, now=now)
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
    effects.end(session, acting, decision, now=now)
    session.flush()
    return decision


def withdraw(session: Session, acting: SignedIn, decision_id: UUID, *, now: datetime) -> Decision:
    """The asker takes her question back, also an accepted one that has not taken effect yet.

    Raises NotFound, DecidedMeanwhile, and WrongState for a kind that nobody can take back.
    """
    decision = get_asked(session, acting, decision_id)
    if not RULES[decision.kind].can_withdraw:
        raise WrongState
    to_come = decision.state is DecisionState.ACCEPTED and decision.took_effect_at is None
    if decision.need_id is not None or not (decision.state in UNDECIDED or to_come):
        raise DecidedMeanwhile
    end_withdrawn(session, acting, decision, now=now)
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


def may_decide(acting: SignedIn, decision: Decision) -> bool:
    """Whether this person's roles decide about it, and she did not ask for it herself."""
    return acting.may(RULES[decision.kind].decide) and not _is_excluded(acting, decision)


def end_withdrawn(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """Nobody decides about it any more; what was held ready for it goes."""
    decision.state = DecisionState.WITHDRAWN
    effects.end(session, acting, decision, now=now)
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
    still = deciders.roles_at_work(session, now=now).where(
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
        teams = deciders.deciding_teams(session, decision.kind)
        reasons.seal(session, acting, decision, "note", words, teams=teams, now=now)
