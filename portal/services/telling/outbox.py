"""What is planned to be told, what is not to be told any more, and what she was not told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING
from portal.domain.outbox import (
    NOT_TOLD,
    TAKES,
    OutboxKind,
    OutboxState,
    Reason,
    reminds_at,
)
from portal.domain.refusals import NotFound
from portal.domain.safe_contact import Channel, Hours, Wish
from portal.models import Appointment, Case, OutboxItem, SafeContact, Visit, insert_into
from portal.services import audit
from portal.services.case_work.cases import on_team
from portal.services.entry.sessions import SignedIn

PAGE = 20
KEPT = timedelta(days=90)
"""How long after its end a row is kept: so long a case team can look what she was not told."""
_TEST_COUNTS = timedelta(hours=1)


@dataclass(frozen=True)
class NotTold:
    """Something that she was perhaps not told; nothing is unsealed for it."""

    item: OutboxItem
    case: Case
    starts_at: datetime | None


def plan_new_date(session: Session, appointment: Appointment, *, now: datetime) -> None:
    """Tell her that there is a date, and remind her a day before it."""
    for channel in _channels(session, appointment.case_id):
        _plan(session, OutboxKind.NEW_DATE, appointment, channel, at=now, now=now)
        _plan_reminder(session, appointment, channel, now=now)


def plan_question(session: Session, visit: Visit, part: Appointment, *, now: datetime) -> None:
    """Tell her that a visit waits for her yes: once for all its talks, and while it waits."""
    for channel in _channels(session, visit.case_id):
        ends = visit.lapses_at
        _plan(session, OutboxKind.NEW_DATE, part, channel, at=now, now=now, not_after=ends)


def plan_interpreter(session: Session, appointment: Appointment, *, now: datetime) -> None:
    """Tell her that who interprets is another, unless she is about to be told to look anyway."""
    waits = select(OutboxItem.channel).where(
        OutboxItem.appointment_id == appointment.id,
        OutboxItem.kind == OutboxKind.NEW_DATE,
        OutboxItem.state == OutboxState.WAITING,
    )
    told_anyway = set(session.scalars(waits))
    for channel in _channels(session, appointment.case_id):
        if channel not in told_anyway:
            kind, about = OutboxKind.NEW_DATE, f":{now.isoformat()}"
            _plan(session, kind, appointment, channel, at=now, now=now, about=about)


def plan_reminder(session: Session, appointment: Appointment, *, now: datetime) -> None:
    """Remind her of a date a day before it; that there is one she knows."""
    for channel in _channels(session, appointment.case_id):
        _plan_reminder(session, appointment, channel, now=now)


def plan_date_gone(session: Session, appointment: Appointment, *, now: datetime) -> None:
    """Tell her that something changed, so that she does not come for nothing."""
    if appointment.starts_at > now:
        for channel in _channels(session, appointment.case_id):
            _plan(session, OutboxKind.DATE_GONE, appointment, channel, at=now, now=now)


def plan_reminders(session: Session, way: SafeContact, *, now: datetime) -> None:
    """Her yes counts for the dates that are set already, too."""
    coming = select(Appointment).where(
        Appointment.case_id == way.case_id,
        Appointment.state.in_(COMING),
        Appointment.starts_at > now,
    )
    for appointment in session.scalars(coming).all():
        _plan_reminder(session, appointment, way.channel, now=now)


def plan_test(
    session: Session, way: SafeContact, hours: Hours | None, *, now: datetime
) -> datetime:
    """Her own words, as a test; gives when they come."""
    at = (hours.next(now, lasting=TAKES) if hours else None) or now
    _insert(
        session,
        OutboxItem(
            case_id=way.case_id,
            kind=OutboxKind.TEST,
            channel=way.channel,
            key=f"test:{way.case_id}:{way.channel}:{now.isoformat()}",
            planned_at=now,
            next_at=at,
            not_after=at + _TEST_COUNTS,
        ),
    )
    return at


def kill(session: Session, appointment: Appointment, *, now: datetime) -> None:
    """Nothing is told of this date any more: it has another time, or none."""
    _drop(session, OutboxItem.appointment_id == appointment.id, now=now)


def kill_question(session: Session, visit: Visit, *, now: datetime) -> None:
    """She answered, or is not asked any more: nothing is told of the question."""
    parts = select(Appointment.id).where(Appointment.visit_id == visit.id)
    asked = OutboxItem.appointment_id.in_(parts) & (OutboxItem.kind == OutboxKind.NEW_DATE)
    _drop(session, asked, now=now)


def last_tests(session: Session, acting: SignedIn) -> dict[Channel, OutboxItem]:
    """What became of her last test by each way."""
    rows = session.scalars(
        select(OutboxItem)
        .where(OutboxItem.case_id == acting.her_case_id, OutboxItem.kind == OutboxKind.TEST)
        .order_by(OutboxItem.planned_at)
    )
    return {row.channel: row for row in rows}


def not_told(
    session: Session, acting: SignedIn, *, case_id: UUID | None = None, size: int = PAGE
) -> list[NotTold]:
    """What survivors of one's own cases were perhaps not told and nobody noted; newest first."""
    asked = (
        select(OutboxItem, Case, Appointment.starts_at)
        .join(Case, Case.id == OutboxItem.case_id)
        .outerjoin(Appointment, Appointment.id == OutboxItem.appointment_id)
        .where(on_team(acting), OutboxItem.state.in_(NOT_TOLD), OutboxItem.noted_at.is_(None))
        .order_by(OutboxItem.ended_at.desc(), OutboxItem.id)
        .limit(size)
    )
    if case_id is not None:
        asked = asked.where(OutboxItem.case_id == case_id)
    return [NotTold(*row) for row in session.execute(asked)]


def note(session: Session, acting: SignedIn, item_id: UUID, *, now: datetime) -> None:
    """A colleague of the case team knows and takes care of it. Raises NotFound."""
    item = session.scalar(
        select(OutboxItem)
        .join(Case, Case.id == OutboxItem.case_id)
        .where(OutboxItem.id == item_id, on_team(acting), OutboxItem.state.in_(NOT_TOLD))
    )
    if item is None:
        raise NotFound
    if item.noted_at is not None:
        return
    item.noted_at, item.noted_by_id = now, acting.account_id
    facts: audit.Facts = {"item": str(item.id)}
    audit.record(
        session, acting.account_id, "not_told_noted", now=now, case_id=item.case_id, facts=facts
    )
    session.flush()


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete what ended long ago; gives how many."""
    gone = (
        delete(OutboxItem)
        .where(OutboxItem.ended_at <= now - KEPT, OutboxItem.not_after <= now)
        .returning(OutboxItem.id)
    )
    return len(session.execute(gone).all())


def _drop(session: Session, which: ColumnElement[bool], *, now: datetime) -> None:
    session.execute(
        update(OutboxItem)
        .where(which, OutboxItem.state == OutboxState.WAITING)
        .values(state=OutboxState.DROPPED, why=Reason.DATE_CHANGED, ended_at=now)
        .execution_options(synchronize_session="fetch")
    )


def _channels(session: Session, case_id: UUID) -> list[Channel]:
    """Ways of which she did not say no; whether each counts still is asked when it is sent."""
    return list(
        session.scalars(
            select(SafeContact.channel).where(
                SafeContact.case_id == case_id, SafeContact.wish != Wish.NO
            )
        )
    )


def _plan_reminder(
    session: Session, appointment: Appointment, channel: Channel, *, now: datetime
) -> None:
    at = reminds_at(appointment.starts_at, now=now)
    if at is not None:
        _plan(session, OutboxKind.REMINDER, appointment, channel, at=at, now=now)


def _plan(
    session: Session,
    kind: OutboxKind,
    appointment: Appointment,
    channel: Channel,
    *,
    at: datetime,
    now: datetime,
    not_after: datetime | None = None,
    about: str = "",
) -> None:
    _insert(
        session,
        OutboxItem(
            case_id=appointment.case_id,
            appointment_id=appointment.id,
            kind=kind,
            channel=channel,
            key=f"{kind}:{appointment.id}:{channel}{about}",
            planned_at=now,
            next_at=at,
            not_after=not_after or appointment.starts_at,
        ),
    )


def _insert(session: Session, item: OutboxItem) -> None:
    """Put it into the outbox unless it is there: the key is the rule."""
    row = {
        "id": item.id,
        "state": OutboxState.WAITING,
        "tries": 0,
        **{name: kept for name, kept in vars(item).items() if not name.startswith("_")},
    }
    once = insert_into(session, OutboxItem).values(**row)
    session.execute(once.on_conflict_do_nothing(index_elements=[OutboxItem.key]))
