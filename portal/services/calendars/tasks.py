"""What a worker takes home of a calendar before it speaks to anybody outside."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING
from portal.domain.calendars import (
    AHEAD,
    LEASE,
    READ_WHOLE_EVERY,
    Access,
    CalendarKind,
    Clash,
    EntryState,
    Fate,
    Step,
    Trouble,
    step_for,
)
from portal.domain.roles import Role
from portal.domain.spans import Span, Spans
from portal.models import (
    Appointment,
    Calendar,
    CalendarEntry,
    CalendarPart,
    Membership,
    StaffMember,
)
from portal.services.house import get_centre, key_file, settings_of
from portal.vault import CannotOpen, Place, open_value, seal_value

BEFORE = timedelta(days=1)
"""How far back busy times are kept."""


@dataclass(frozen=True)
class Ours:
    """A date of ours as it should be, or no longer be, in a calendar."""

    appointment_id: UUID
    href: str
    uid: str
    etag: str | None
    state: EntryState
    clash: Clash | None
    span: Span
    step: Step


@dataclass(frozen=True)
class Task:
    """A calendar and all that is needed to bring it up to date without the database."""

    calendar_id: UUID
    claim: UUID
    kind: CalendarKind
    access: Access | None
    """None when it no longer opens: the key file was replaced."""
    token: str | None
    is_whole: bool
    """Everything is read anew, not only what changed."""
    known: dict[str, str]
    ours: tuple[Ours, ...]
    window: Span
    zone: ZoneInfo
    language: str
    inside: frozenset[str]
    is_leaving: bool


@dataclass(frozen=True)
class ReadPart:
    """One resource as it was read: which version, when it takes time, entries without sense."""

    etag: str
    spans: Spans
    unread: int = 0


@dataclass(frozen=True)
class News:
    """What became of a date of ours in a calendar. Without state: there is nothing left of it."""

    state: EntryState | None
    etag: str | None = None
    clash: Clash | None = None
    theirs: Span | None = None


@dataclass
class Outcome:
    """What a worker brings home."""

    token: str | None = None
    is_whole: bool = False
    parts: dict[str, ReadPart] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    news: dict[UUID, News] = field(default_factory=dict)
    trouble: Trouble | None = None
    was_read: bool = False


def due(session: Session, *, now: datetime) -> list[UUID]:
    """The calendars whose time has come and which no other worker has in hand."""
    free = or_(Calendar.claimed_until.is_(None), Calendar.claimed_until <= now)
    return list(
        session.scalars(
            select(Calendar.id).where(Calendar.next_at <= now, free).order_by(Calendar.next_at)
        )
    )


def take(session: Session, calendar_id: UUID, *, now: datetime) -> Task | None:
    """Take a calendar in hand for a while; None when another worker was faster."""
    claim = uuid4()
    free = or_(Calendar.claimed_until.is_(None), Calendar.claimed_until <= now)
    taken = session.execute(
        update(Calendar)
        .where(Calendar.id == calendar_id, Calendar.next_at <= now, free)
        .values(claim=claim, claimed_until=now + LEASE)
        .returning(Calendar.id)
    ).first()
    if taken is None:
        return None
    calendar = session.get_one(Calendar, calendar_id, populate_existing=True)
    _leave_with_owner(session, calendar, now=now)
    _note_new_dates(session, calendar, now=now)
    return _task(session, calendar, claim, now=now)


def seal_access(session: Session, calendar: Calendar, access: Access) -> bytes:
    """Address, name and pass word, for the machine alone and for this row alone."""
    plain = json.dumps([access.url, access.name, access.secret]).encode()
    return seal_value(key_file(session).machine_key, _place(calendar), plain)


def open_access(session: Session, calendar: Calendar) -> Access | None:
    """How the machine gets in; None when the key file was replaced since."""
    try:
        plain = open_value(key_file(session).machine_key, _place(calendar), calendar.access)
    except CannotOpen:
        return None
    return Access(*json.loads(plain))


def _place(calendar: Calendar) -> Place:
    return Place("calendar", calendar.id, "access", calendar.id, 0)


def _leave_with_owner(session: Session, calendar: Calendar, *, now: datetime) -> None:
    """Who has left the house takes the calendar along.

    A service's into which dates are written goes with who added it, also when she only works
    elsewhere now: the sign-in is hers, and there she would read on when survivors come.
    """
    is_read_only = calendar.account_id is None and calendar.kind is not CalendarKind.CALDAV
    if is_read_only or calendar.leaving_at is not None:
        return
    here = select(StaffMember.account_id).where(
        StaffMember.account_id == (calendar.account_id or calendar.added_by_id),
        StaffMember.left_at.is_(None),
    )
    if calendar.service_id is not None:
        here = here.join(Membership, Membership.account_id == StaffMember.account_id).where(
            Membership.role == Role.SERVICE_STAFF, Membership.service_id == calendar.service_id
        )
    if session.scalar(here.limit(1)) is None:
        calendar.leaving_at = now


def _note_new_dates(session: Session, calendar: Calendar, *, now: datetime) -> None:
    """Write down what will be written there before anything is: whoever is killed in between finds
    it again, and never writes it twice."""
    if calendar.kind is not CalendarKind.CALDAV or calendar.leaving_at is not None:
        return
    entry = and_(
        CalendarEntry.appointment_id == Appointment.id, CalendarEntry.calendar_id == calendar.id
    )
    of_owner = (
        Appointment.with_id == calendar.account_id
        if calendar.account_id
        else Appointment.service_id == calendar.service_id
    )
    new = session.scalars(
        select(Appointment)
        .outerjoin(CalendarEntry, entry)
        .where(
            of_owner,
            Appointment.state.in_(COMING),
            Appointment.starts_at > now,
            CalendarEntry.calendar_id.is_(None),
        )
    )
    for appointment in new.all():
        uid = str(uuid4())
        session.add(
            CalendarEntry(
                calendar_id=calendar.id,
                appointment_id=appointment.id,
                href=f"{uid}.ics",
                uid=uid,
                state=EntryState.WAITING,
                starts_at=appointment.starts_at,
                minutes=appointment.minutes,
                is_left=False,
            )
        )
    session.flush()


def _task(session: Session, calendar: Calendar, claim: UUID, *, now: datetime) -> Task:
    centre = get_centre(session)
    known = session.execute(
        select(CalendarPart.href, CalendarPart.etag).where(CalendarPart.calendar_id == calendar.id)
    )
    is_old = calendar.whole_at is None or calendar.whole_at <= now - READ_WHOLE_EVERY
    return Task(
        calendar_id=calendar.id,
        claim=claim,
        kind=calendar.kind,
        access=open_access(session, calendar),
        token=calendar.token,
        is_whole=is_old,
        known=dict(known.all()),
        ours=_ours(session, calendar, now=now),
        window=Span(now - BEFORE, now + AHEAD),
        zone=ZoneInfo(centre.zone),
        language=centre.languages[0],
        inside=frozenset(settings_of(session).calendar_hosts),
        is_leaving=calendar.leaving_at is not None,
    )


def _ours(session: Session, calendar: Calendar, *, now: datetime) -> tuple[Ours, ...]:
    rows = session.execute(
        select(CalendarEntry, Appointment)
        .outerjoin(Appointment, Appointment.id == CalendarEntry.appointment_id)
        .where(CalendarEntry.calendar_id == calendar.id)
    )
    found = []
    for entry, appointment in rows:
        ends_at = entry.starts_at + timedelta(minutes=entry.minutes)
        fate = _fate(
            appointment, is_leaving=calendar.leaving_at is not None, is_over=ends_at <= now
        )
        step = step_for(
            entry.state, entry.clash, seen=entry.etag is not None, left=entry.is_left, fate=fate
        )
        span = Span(entry.starts_at, ends_at)
        found.append(
            Ours(
                entry.appointment_id, entry.href, entry.uid, entry.etag, entry.state, entry.clash,
                span, step,
            )
        )  # fmt: skip
    return tuple(found)


def _fate(appointment: Appointment | None, *, is_leaving: bool, is_over: bool) -> Fate:
    if appointment is None:
        return Fate.ERASED
    if is_over:
        return Fate.OVER
    if is_leaving:
        return Fate.LEAVING
    return Fate.STANDS if appointment.state in COMING else Fate.GONE
