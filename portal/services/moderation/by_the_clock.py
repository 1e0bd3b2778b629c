"""What becomes of decisions when their time comes, without anybody's tap: the worker's part."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionState
from portal.domain.refusals import Refusal
from portal.models import Decision, StaffMember
from portal.services.moderation import effects
from portal.services.moderation.deciding import end_withdrawn
from portal.services.moderation.decisions import account, asker_has_left, held


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
            effects.take_effect(session, None, decision, now=now)
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
    effects.end(session, None, decision, now=now)
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
    end_withdrawn(session, None, decision, now=now)
    return True
