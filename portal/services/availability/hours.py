"""Opening patterns and exceptions, of a colleague or of a service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain import availability
from portal.domain.availability import DayHasPassed, DayTwice, NoHours
from portal.domain.opening import Hours, Pattern, check_pattern
from portal.domain.refusals import NotFound
from portal.models import OpeningException, OpeningPattern
from portal.services import audit
from portal.services.availability.owners import Owner
from portal.services.entry.sessions import SignedIn
from portal.services.house import today_here


@dataclass(frozen=True)
class Week:
    """A weekly pattern as its owner sees it."""

    id: UUID
    pattern: Pattern


@dataclass(frozen=True)
class OneDay:
    """The hours of one day; none: not there."""

    id: UUID
    day: date
    hours: Hours


def add_pattern(
    session: Session, acting: SignedIn, owner: Owner, pattern: Pattern, *, now: datetime
) -> None:
    """The same hours every week. Raises NoHours, or a refusal of `check_pattern`."""
    check_pattern(pattern)
    if not any(pattern.hours.values()):
        raise NoHours
    row = OpeningPattern(
        **owner.columns(),
        first=pattern.first,
        last=pattern.last,
        hours=availability.to_json(pattern.hours),
    )
    session.add(row)
    _account(session, acting, "hours_set", owner, now=now)


def add_exception(
    session: Session, acting: SignedIn, owner: Owner, day: date, hours: Hours, *, now: datetime
) -> None:
    """Other hours on one day, or none. Raises DayHasPassed, DayTwice."""
    if day < today_here(session, now=now):
        raise DayHasPassed
    row = OpeningException(**owner.columns(), day=day, hours=availability.day_to_json(hours))
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        raise DayTwice from None
    _account(session, acting, "day_set", owner, now=now)


def remove(
    session: Session, acting: SignedIn, owner: Owner, row_id: UUID, *, now: datetime
) -> None:
    """Take a pattern or an exception of this owner away. Foreign and missing: NotFound."""
    for table in (OpeningPattern, OpeningException):
        row = session.scalar(select(table).where(table.id == row_id, owner.has(table)))
        if row is not None:
            session.delete(row)
            _account(session, acting, "hours_removed", owner, now=now)
            return
    raise NotFound


def weeks(session: Session, owner: Owner, *, now: datetime) -> Sequence[Week]:
    """The patterns that hold today or later."""
    today = today_here(session, now=now)
    rows = session.scalars(
        select(OpeningPattern)
        .where(
            owner.has(OpeningPattern),
            or_(OpeningPattern.last.is_(None), OpeningPattern.last >= today),
        )
        .order_by(OpeningPattern.first, OpeningPattern.id)
    )
    return [Week(row.id, _pattern(row)) for row in rows]


def exceptions(session: Session, owner: Owner, *, now: datetime) -> Sequence[OneDay]:
    """The single days to come, in order."""
    today = today_here(session, now=now)
    rows = session.scalars(
        select(OpeningException)
        .where(owner.has(OpeningException), OpeningException.day >= today)
        .order_by(OpeningException.day)
    )
    return [OneDay(row.id, row.day, availability.day_from(row.hours)) for row in rows]


def known(
    session: Session, ids: Sequence[UUID]
) -> tuple[Mapping[UUID, list[Pattern]], Mapping[UUID, dict[date, Hours]]]:
    """Patterns and single days of all of these, by whose they are: two queries."""
    patterns: dict[UUID, list[Pattern]] = {}
    for row in session.scalars(select(OpeningPattern).where(_of(OpeningPattern, ids))):
        patterns.setdefault(_owner_of(row), []).append(_pattern(row))
    days: dict[UUID, dict[date, Hours]] = {}
    for one in session.scalars(select(OpeningException).where(_of(OpeningException, ids))):
        days.setdefault(_owner_of(one), {})[one.day] = availability.day_from(one.hours)
    return patterns, days


def _of(
    table: type[OpeningPattern] | type[OpeningException], ids: Sequence[UUID]
) -> ColumnElement[bool]:
    return or_(table.account_id.in_(ids), table.service_id.in_(ids), table.interpreter_id.in_(ids))


def _owner_of(row: OpeningPattern | OpeningException) -> UUID:
    found = row.account_id or row.service_id or row.interpreter_id
    assert found is not None
    return found


def _pattern(row: OpeningPattern) -> Pattern:
    return availability.pattern_from(row.hours, row.first, row.last)


def _account(session: Session, acting: SignedIn, kind: str, owner: Owner, *, now: datetime) -> None:
    audit.record(session, acting.account_id, kind, now=now, facts=owner.facts())
    session.flush()
