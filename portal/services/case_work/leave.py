"""Days away of colleagues: planned, or an illness that the coordinator notes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.leave import (
    Days,
    LeaveOverlaps,
    NoSecondReader,
    NoStandIn,
    StandInIsAway,
    check_days,
    check_planned,
)
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission
from portal.models import Case, Leave, StaffMember
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.house import today_here


@dataclass(frozen=True)
class Sharing:
    """A colleague with whom somebody shares open files, and how many."""

    account_id: UUID
    name: str
    files: int
    is_stand_in: bool
    has_left: bool


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

    Nobody plans an illness: what was planned for today is part of it from now on.
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
            session.delete(row)
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
    """Everybody's days away that are not over, for whoever arranges cover."""
    if not acting.may(Permission.ARRANGE_COVER):
        raise NotYours
    last = today_here(session, now=now)
    rows = session.execute(
        select(Leave, StaffMember)
        .join(StaffMember, StaffMember.account_id == Leave.account_id)
        .where(or_(Leave.until_day.is_(None), Leave.until_day >= last))
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


def shares(session: Session, account_id: UUID) -> list[Sharing]:
    """With whom a colleague shares her files: who stands in for her, and for whom she does."""
    found = []
    for other, own, is_stand_in in (
        (Case.stand_in_id, Case.case_director_id, True),
        (Case.case_director_id, Case.stand_in_id, False),
    ):
        member = aliased(StaffMember)
        rows = session.execute(
            select(member.account_id, member.name, member.left_at, func.count())
            .join(Case, other == member.account_id)
            .where(own == account_id, other != account_id)
            .group_by(member.account_id, member.name, member.left_at)
            .order_by(member.name)
        )
        found += [
            Sharing(one, name, files, is_stand_in, left_at is not None)
            for one, name, left_at, files in rows
        ]
    return found


def check_readers(session: Session, account_id: UUID, days: Days) -> None:
    """Refuse days on which an open file of this colleague would have nobody to read it.

    Raises NoSecondReader where both places are hers, NoStandIn where the other reader has left,
    StandInIsAway where she is away herself.
    """
    both = (Case.case_director_id == account_id) & (Case.stand_in_id == account_id)
    alone = session.scalar(select(func.count()).where(both))
    if alone:
        raise NoSecondReader(alone)
    shared = shares(session, account_id)
    for one in shared:
        if one.has_left:
            raise NoStandIn(one.name, one.files)
    away = away_in(session, {one.account_id for one in shared}, days)
    for one in shared:
        if one.account_id in away:
            raise StandInIsAway(one.name)


def check_present(session: Session, account_id: UUID, days: Days) -> None:
    """Refuse a stand-in who is herself on leave on some of these days."""
    if away_in(session, {account_id}, days):
        raise StandInIsAway(session.get_one(StaffMember, account_id).name)


def away_in(session: Session, account_ids: set[UUID], days: Days) -> set[UUID]:
    """Who of these is away on some of these days."""
    if not account_ids:
        return set()
    rows = session.scalars(
        select(Leave).where(
            Leave.account_id.in_(account_ids),
            or_(Leave.until_day.is_(None), Leave.until_day >= days.first),
        )
    )
    return {row.account_id for row in rows if days_of(row).overlaps(days)}


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
    """Write the days down. Raises what `check_readers` raises."""
    check_readers(session, account_id, days)
    row = Leave(
        account_id=account_id,
        from_day=days.first,
        until_day=days.last,
        is_sick=is_sick,
        entered_by_id=acting.account_id,
        entered_at=now,
    )
    session.add(row)
    facts: audit.Facts = {"account": str(account_id), "sick": str(is_sick)}
    audit.record(session, acting.account_id, "leave_entered", now=now, facts=facts)
    session.flush()
    return row
