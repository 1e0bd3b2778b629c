"""What is new in cases since a colleague last looked: as a condition of a list, and counted."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState
from portal.domain.appointments import SHE_ASKED
from portal.domain.needs import NeedState
from portal.domain.proposals import VisitState
from portal.models import Appointment, Card, Case, Look, Message, Need, Referral, Thread, Visit
from portal.services.entry.sessions import SignedIn

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
        exists().where(
            Need.case_id == Case.id, Need.sent_at > looked_at, Need.state != NeedState.STOPPED
        ),
        exists().where(Appointment.case_id == Case.id, Appointment.state.in_(SHE_ASKED)),
        exists().where(Referral.case_id == Case.id, Referral.answered_at > looked_at),
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
) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """New needs and new answers of services, by case."""
    looked_at = func.coalesce(Look.looked_at, _LONG_AGO)
    found = []
    for table, at, more in (
        (Need, Need.sent_at, Need.state != NeedState.STOPPED),
        (Referral, Referral.answered_at, Referral.answered_at.is_not(None)),
    ):
        rows = session.execute(
            select(table.case_id, func.count())
            .outerjoin(
                Look, (Look.case_id == table.case_id) & (Look.account_id == acting.account_id)
            )
            .where(table.case_id.in_(case_ids), at > looked_at, more)
            .group_by(table.case_id)
        )
        found.append(dict(rows.all()))
    return found[0], found[1]


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
