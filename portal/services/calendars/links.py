"""Calendars as staff see them: added, looked at, their conflicts answered, taken out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.domain.calendars import (
    LONGEST_SECRET,
    MOST_CALENDARS,
    Access,
    Answer,
    CalendarKind,
    CalendarTwice,
    Clash,
    EntryState,
    NeedsSignIn,
    TooManyCalendars,
    plain_address,
)
from portal.domain.refusals import NotFound, WrongState
from portal.domain.roles import Role
from portal.domain.spans import Span
from portal.domain.words import TooLong
from portal.models import Appointment, BusyTime, Calendar, CalendarEntry
from portal.services import audit
from portal.services.availability.owners import Owner
from portal.services.calendars import tasks
from portal.services.dates import separation
from portal.services.dates.separation import Asked
from portal.services.entry.sessions import SignedIn
from portal.services.house import key_file, settings_of
from portal.vault import keyed_hash


@dataclass(frozen=True)
class Conflict:
    """A date that stands otherwise in somebody's calendar."""

    entry: CalendarEntry
    appointment: Appointment
    is_possible: bool = True
    """Whether she could be given the time at which it stands there."""

    @property
    def theirs(self) -> Span | None:
        """Where it stands there, if it does."""
        starts_at, ends_at = self.entry.theirs_starts_at, self.entry.theirs_ends_at
        return Span(starts_at, ends_at) if starts_at and ends_at else None


@dataclass(frozen=True)
class Line:
    """A calendar on the page of its owner."""

    calendar: Calendar
    host: str
    """Where it is; None of the rest of the address is shown, for a link is a secret."""
    busy: int
    conflicts: tuple[Conflict, ...]


def add(
    session: Session,
    acting: SignedIn,
    owner: Owner,
    kind: CalendarKind,
    access: Access,
    *,
    now: datetime,
) -> Calendar:
    """Add a calendar; the worker looks at it within a minute or so.

    Raises AddressNotSafe, AddressUnusable, NeedsSignIn, TooLong, CalendarTwice, TooManyCalendars.
    """
    inside = settings_of(session).calendar_hosts
    kept = Access(plain_address(access.url, inside=inside), access.name.strip(), access.secret)
    if max(len(kept.name), len(kept.secret)) > LONGEST_SECRET:
        raise TooLong(LONGEST_SECRET)
    if kind is CalendarKind.CALDAV and not (kept.name and kept.secret):
        raise NeedsSignIn
    mark = keyed_hash(key_file(session).machine_key, "calendar", owner.id.bytes, kept.url.encode())
    there = session.scalars(
        select(Calendar.mark).where(owner.has(Calendar), Calendar.leaving_at.is_(None))
    ).all()
    if mark in there:
        raise CalendarTwice
    if len(there) >= MOST_CALENDARS:
        raise TooManyCalendars
    calendar = Calendar(
        **owner.columns(),
        kind=kind,
        mark=mark,
        added_by_id=acting.account_id,
        added_at=now,
        unread=0,
        failures=0,
        next_at=now,
    )
    calendar.access = tasks.seal_access(session, calendar, kept)
    session.add(calendar)
    _account(session, acting, "calendar_added", owner, calendar, now=now)
    return calendar


def remove(
    session: Session, acting: SignedIn, owner: Owner, calendar_id: UUID, *, now: datetime
) -> None:
    """Take a calendar out: its busy times count no more; our dates go from it in the next round."""
    calendar = _get(session, owner, calendar_id)
    calendar.leaving_at = calendar.next_at = now
    _account(session, acting, "calendar_removed", owner, calendar, now=now)


def look_now(session: Session, owner: Owner, calendar_id: UUID, *, now: datetime) -> None:
    """Let the worker look at a calendar in its next round, however often it failed."""
    _get(session, owner, calendar_id).next_at = now
    session.flush()


def lines(session: Session, owner: Owner, *, now: datetime) -> list[Line]:
    """The calendars of an owner, with their state and conflicts: a constant number of queries."""
    calendars = session.scalars(
        select(Calendar)
        .where(owner.has(Calendar), Calendar.leaving_at.is_(None))
        .order_by(Calendar.added_at)
    ).all()
    ids = [calendar.id for calendar in calendars]
    counted = session.execute(
        select(BusyTime.calendar_id, func.count())
        .where(BusyTime.calendar_id.in_(ids), BusyTime.ends_at > now)
        .group_by(BusyTime.calendar_id)
    )
    busy = dict(counted.all())
    conflicts = _judged(session, _conflicts(session, ids, now=now))
    return [
        Line(
            calendar,
            _host(tasks.open_access(session, calendar)),
            busy.get(calendar.id, 0),
            tuple(one for one in conflicts if one.entry.calendar_id == calendar.id),
        )
        for calendar in calendars
    ]


def count_conflicts(session: Session, acting: SignedIn, *, now: datetime) -> int:
    """How many dates stand otherwise in this colleague's calendars, or in those of her services."""
    services = acting.services(Role.SERVICE_STAFF)
    ids = session.scalars(
        select(Calendar.id).where(
            or_(Calendar.account_id == acting.account_id, Calendar.service_id.in_(services)),
            Calendar.leaving_at.is_(None),
        )
    ).all()
    return len(_conflicts(session, ids, now=now))


def answer(
    session: Session,
    acting: SignedIn,
    owner: Owner,
    calendar_id: UUID,
    appointment_id: UUID,
    said: Answer,
    *,
    now: datetime,
) -> None:
    """Staff decide about a conflict: bring the calendar into line, or leave it as it is.

    Raises NotFound, and WrongState when it is none any more.
    """
    calendar = _get(session, owner, calendar_id)
    entry = session.get(CalendarEntry, (calendar.id, appointment_id), with_for_update=True)
    if entry is None:
        raise NotFound
    if entry.state is not EntryState.CONFLICT:
        raise WrongState
    if said is Answer.LEAVE:
        entry.is_left = True
    else:
        if entry.clash is Clash.DELETED:
            entry.etag = None
        entry.state, entry.clash, entry.clash_at = EntryState.WAITING, None, None
        calendar.next_at = now
    _account(session, acting, f"calendar_{said.value}", owner, calendar, now=now)


def _conflicts(session: Session, ids: Sequence[UUID], *, now: datetime) -> list[Conflict]:
    rows = session.execute(
        select(CalendarEntry, Appointment)
        .join(Appointment, Appointment.id == CalendarEntry.appointment_id)
        .where(
            CalendarEntry.calendar_id.in_(ids),
            CalendarEntry.state == EntryState.CONFLICT,
            CalendarEntry.is_left.is_(False),
            or_(
                CalendarEntry.starts_at > now - timedelta(days=1),
                CalendarEntry.theirs_starts_at > now,
            ),
        )
        .order_by(CalendarEntry.starts_at)
    )
    return [Conflict(entry, appointment) for entry, appointment in rows]


def _judged(session: Session, conflicts: list[Conflict]) -> list[Conflict]:
    """The same conflicts, each with whether the date could be where somebody moved it."""
    asked = {
        one.appointment.id: Asked(one.appointment.case_id, one.theirs, (one.appointment.id,))
        for one in conflicts
        if one.theirs
    }
    impossible = separation.impossible(session, asked)
    return [replace(one, is_possible=one.appointment.id not in impossible) for one in conflicts]


def _get(session: Session, owner: Owner, calendar_id: UUID) -> Calendar:
    calendar = session.scalar(
        select(Calendar).where(
            Calendar.id == calendar_id, owner.has(Calendar), Calendar.leaving_at.is_(None)
        )
    )
    if calendar is None:
        raise NotFound
    return calendar


def _host(access: Access | None) -> str:
    return (urlsplit(access.url).hostname or "") if access else ""


def _account(
    session: Session,
    acting: SignedIn,
    kind: str,
    owner: Owner,
    calendar: Calendar,
    *,
    now: datetime,
) -> None:
    facts: audit.Facts = {**owner.facts(), "calendar": str(calendar.id)}
    audit.record(session, acting.account_id, kind, now=now, facts=facts)
    session.flush()
