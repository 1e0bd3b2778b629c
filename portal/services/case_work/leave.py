"""Days away of colleagues: planned, or an illness that the coordinator notes."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.leave import (
    Days,
    LeaveOverlaps,
    check_days,
    check_planned,
)
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission
from portal.models import Leave, StaffMember
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.house import today_here


def days_of(row: Leave) -> Days:
    """The days of a leave."""
    return Days(row.from_day, row.until_day)


def planned_days(
    session: Session, acting: SignedIn, first: date | None, last: date | None, *, now: datetime
) -> Days:
    """Days that this colleague may plan; no first day means from today.

    Raises a refusal of the days, or LeaveOverlaps.
    """
    this_day = today_here(session, now=now)
    days = Days(first or this_day, last)
    check_planned(days, today=this_day)
    if any(days_of(row).overlaps(days) for row in _of(session, acting.account_id)):
        raise LeaveOverlaps
    return days


def ill_days(
    session: Session, acting: SignedIn, account_id: UUID, last: date | None, *, now: datetime
) -> Days:
    """The days of an illness that begins today. Raises NotYours, NotFound, a refusal of the day.

    Nobody plans an illness: what was planned for its days is part of it, and what was planned for
    longer goes on afterwards. An illness that was noted before is noted anew.
    """
    if not acting.may(Permission.ARRANGE_COVER):
        raise NotYours
    member = session.get(StaffMember, account_id)
    if member is None or member.left_at is not None:
        raise NotFound
    days = Days(today_here(session, now=now), last)
    check_days(days, today=days.first)
    for row in _of(session, account_id):
        if days_of(row).includes(days.first):
            rest = None if row.is_sick else days_of(row).after(days)
            if rest is None:
                session.delete(row)
            else:
                row.from_day = rest.first
    session.flush()
    return days


def take_back(session: Session, acting: SignedIn, leave_id: UUID, *, now: datetime) -> None:
    """Back, or not going after all: one's own days. Raises NotFound."""
    row = session.get(Leave, leave_id)
    if row is None or row.account_id != acting.account_id:
        raise NotFound
    _end(session, acting, row, now=now)


def note_return(session: Session, acting: SignedIn, leave_id: UUID, *, now: datetime) -> None:
    """Whoever arranges cover notes that a colleague is back. Raises NotYours, NotFound."""
    if not acting.may(Permission.ARRANGE_COVER):
        raise NotYours
    row = session.get(Leave, leave_id)
    if row is None:
        raise NotFound
    _end(session, acting, row, now=now)


def _end(session: Session, acting: SignedIn, row: Leave, *, now: datetime) -> None:
    facts: audit.Facts = {"account": str(row.account_id)}
    session.delete(row)
    audit.record(session, acting.account_id, "leave_ended", now=now, facts=facts)
    session.flush()


def coming(session: Session, acting: SignedIn, *, now: datetime) -> list[Leave]:
    """The own days away that are not over."""
    last = today_here(session, now=now)
    return [row for row in _of(session, acting.account_id) if _not_over(row, last)]


def of_house(
    session: Session, acting: SignedIn, *, now: datetime
) -> list[tuple[Leave, StaffMember]]:
    """The days away of all who work here that are not over, for whoever arranges cover."""
    if not acting.may(Permission.ARRANGE_COVER):
        raise NotYours
    last = today_here(session, now=now)
    rows = session.execute(
        select(Leave, StaffMember)
        .join(StaffMember, StaffMember.account_id == Leave.account_id)
        .where(or_(Leave.until_day.is_(None), Leave.until_day >= last))
        .where(StaffMember.left_at.is_(None))
        .order_by(Leave.from_day, StaffMember.name)
        .limit(200)
    )
    return [(row, member) for row, member in rows]


def away_today(
    session: Session, account_ids: Iterable[UUID], *, now: datetime
) -> dict[UUID, Leave]:
    """Who of these is away today."""
    this_day = today_here(session, now=now)
    rows = session.scalars(
        select(Leave).where(
            Leave.account_id.in_(list(account_ids)),
            Leave.from_day <= this_day,
            or_(Leave.until_day.is_(None), Leave.until_day >= this_day),
        )
    )
    return {row.account_id: row for row in rows}


def _of(session: Session, account_id: UUID) -> list[Leave]:
    asked = select(Leave).where(Leave.account_id == account_id).order_by(Leave.from_day)
    return list(session.scalars(asked))


def _not_over(row: Leave, day: date) -> bool:
    return row.until_day is None or row.until_day >= day


def enter(
    session: Session,
    acting: SignedIn,
    account_id: UUID,
    days: Days,
    *,
    is_sick: bool,
    now: datetime,
) -> Leave:
    """Write the days down; `readers` is asked whether somebody answers meanwhile."""
    row = Leave(
        account_id=account_id,
        from_day=days.first,
        until_day=days.last,
        is_sick=is_sick,
        entered_by_id=acting.account_id,
        entered_at=now,
    )
    session.add(row)
    session.flush()
    return row


def account(session: Session, acting: SignedIn, row: Leave, *, now: datetime) -> Leave:
    """Into the account of acts, after every file that changes hands for it was held."""
    facts: audit.Facts = {"account": str(row.account_id), "sick": str(row.is_sick)}
    audit.record(session, acting.account_id, "leave_entered", now=now, facts=facts)
    return row
