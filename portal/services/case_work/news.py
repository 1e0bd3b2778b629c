"""What is new in cases since a colleague last looked: as a condition of a list, and counted."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.accounts import CardState
from portal.domain.appointments import SHE_ASKED
from portal.domain.needs import NeedState
from portal.domain.proposals import VisitState
from portal.domain.referrals import OPEN, ReferralState
from portal.domain.services import ServiceState
from portal.models import (
    Addition,
    Appointment,
    Card,
    Case,
    Look,
    Message,
    Need,
    Referral,
    Service,
    Thread,
    Visit,
)
from portal.services.entry.sessions import SignedIn


class New(StrEnum):
    """What is counted of what came since the last look."""

    NEED = "need"
    ADDITION = "addition"
    """What she added to a need, or answered the desk."""
    ANSWER = "answer"
    """Of a service."""
    NO = "no"
    """Hers to a service that would read a need, or the end of her yes."""
    SERVICE = "service"
    """Paused or closed, while something of hers lies there."""


_BY_HER = (
    VisitState.AGREED,
    VisitState.PART_REFUSED,
    VisitState.REFUSED,
    VisitState.LAPSED,
)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_UNSEEN = (
    Message.from_survivor.is_(True),
    Message.seen_at.is_(None),
    Message.taken_back_at.is_(None),
)


def has_news(now: datetime) -> ColumnElement[bool]:
    """Whether anything is new in a case since this colleague last looked, as a condition."""
    looked_at = func.coalesce(Look.looked_at, _LONG_AGO)
    return or_(
        exists().where(Thread.case_id == Case.id, Message.thread_id == Thread.id, *_UNSEEN),
        *(
            one.where(of_case == Case.id).correlate(Case, Look).exists()
            for of_case, one in _since(looked_at).values()
        ),
        exists().where(Appointment.case_id == Case.id, Appointment.state.in_(SHE_ASKED)),
        exists().where(Visit.case_id == Case.id, *_visit_news(looked_at)),
        exists().where(Card.account_id == Case.survivor_id, Card.activated_at > looked_at),
        exists().where(
            Card.account_id == Case.survivor_id,
            Card.state == CardState.NEW,
            Card.expires_at <= now,
        ),
        is_frozen(),
    )


def is_frozen() -> ColumnElement[bool]:
    """Whether her card is frozen, as a condition."""
    return exists().where(Card.account_id == Case.survivor_id, Card.state == CardState.FROZEN)


def _since(
    looked_at: ColumnElement[datetime],
) -> dict[New, tuple[InstrumentedAttribute[UUID], Select[UUID]]]:
    """What is new since then, by kind: in which case, and the rows."""
    needs = select(Need.case_id).where(Need.state != NeedState.STOPPED)
    referrals = select(Referral.case_id)
    answered = referrals.where(Referral.answered_at > looked_at)
    return {
        New.NEED: (Need.case_id, needs.where(Need.sent_at > looked_at)),
        New.ADDITION: (
            Need.case_id,
            needs.join(Addition, Addition.need_id == Need.id).where(Addition.added_at > looked_at),
        ),
        New.ANSWER: (Referral.case_id, answered.where(Referral.state != ReferralState.SAID_NO)),
        New.NO: (Referral.case_id, answered.where(Referral.state == ReferralState.SAID_NO)),
        New.SERVICE: (
            Referral.case_id,
            referrals.join(Service, Service.id == Referral.service_id).where(
                Referral.state.in_(OPEN),
                Service.state != ServiceState.OPEN,
                Service.state_since > looked_at,
            ),
        ),
    }


def _visit_news(looked_at: ColumnElement[datetime]) -> tuple[ColumnElement[bool], ...]:
    """She answered, or did not in time; what colleagues did themselves is no news."""
    since = or_(Visit.answered_at > looked_at, Visit.ended_at > looked_at)
    return since, Visit.state.in_(_BY_HER)


def unseen_messages(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Messages of hers that nobody of the case team has seen, by case."""
    rows = session.execute(
        select(Thread.case_id, func.count())
        .join(Message, Message.thread_id == Thread.id)
        .where(Thread.case_id.in_(case_ids), *_UNSEEN)
        .group_by(Thread.case_id)
    )
    return dict(rows.all())


def since_look(
    session: Session, acting: SignedIn, case_ids: Sequence[UUID]
) -> dict[UUID, dict[New, int]]:
    """How much of each kind is new in each case; one question, whatever is new."""
    looked_at = func.coalesce(Look.looked_at, _LONG_AGO)
    counts = [
        one.add_columns(literal(kind.value), func.count())
        .outerjoin(Look, (Look.case_id == of_case) & (Look.account_id == acting.account_id))
        .where(of_case.in_(case_ids))
        .group_by(of_case)
        for kind, (of_case, one) in _since(looked_at).items()
    ]
    found = {case_id: dict.fromkeys(New, 0) for case_id in case_ids}
    for case_id, kind, number in session.execute(union_all(*counts)):
        found[case_id][New(kind)] = number
    return found


def answered_dates(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Dates to which she answered, by case."""
    rows = session.execute(
        select(Appointment.case_id, func.count())
        .where(Appointment.case_id.in_(case_ids), Appointment.state.in_(SHE_ASKED))
        .group_by(Appointment.case_id)
    )
    return dict(rows.all())


def answered_visits(session: Session, acting: SignedIn, case_ids: Sequence[UUID]) -> set[UUID]:
    """Cases in which she answered a proposed visit, or its time passed, since the last look."""
    rows = session.scalars(
        select(Visit.case_id)
        .outerjoin(Look, (Look.case_id == Visit.case_id) & (Look.account_id == acting.account_id))
        .where(Visit.case_id.in_(case_ids), *_visit_news(func.coalesce(Look.looked_at, _LONG_AGO)))
    )
    return set(rows)
