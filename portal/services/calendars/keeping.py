"""What a worker brought home, put into the tables: all of it in one transaction, or nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from portal.domain.calendars import EntryState, Trouble, next_look
from portal.models import BusyTime, Calendar, CalendarEntry, CalendarPart
from portal.services import audit
from portal.services.calendars.tasks import News, Outcome, Task

AT_ONCE = 400


def keep(session: Session, task: Task, outcome: Outcome, *, now: datetime) -> bool:
    """Note what was read and written; False when another worker has the calendar by now."""
    calendar = session.scalar(
        select(Calendar)
        .where(Calendar.id == task.calendar_id, Calendar.claim == task.claim)
        .with_for_update()
    )
    if calendar is None:
        return False
    calendar.claim = calendar.claimed_until = None
    _keep_news(session, task, outcome.news, now=now)
    if outcome.was_read:
        _keep_parts(session, task, outcome)
        calendar.read_at, calendar.token = now, outcome.token
        calendar.whole_at = now if outcome.is_whole else calendar.whole_at
        calendar.unread = _unread(session, calendar.id)
    _keep_trouble(calendar, outcome.trouble, now=now)
    if task.is_leaving and outcome.trouble is None:
        forget(session, calendar.id)
    session.flush()
    return True


def forget(session: Session, calendar_id: UUID) -> None:
    """Delete a calendar with all that it said."""
    for table in (BusyTime, CalendarPart, CalendarEntry):
        session.execute(delete(table).where(table.calendar_id == calendar_id))
    session.execute(delete(Calendar).where(Calendar.id == calendar_id))


def _keep_trouble(calendar: Calendar, trouble: Trouble | None, *, now: datetime) -> None:
    if trouble is None:
        calendar.trouble = calendar.trouble_since_at = None
        calendar.failures = 0
    else:
        calendar.failures += 1
        calendar.trouble = trouble
        calendar.trouble_since_at = calendar.trouble_since_at or now
    calendar.next_at = next_look(calendar.failures, now=now)


def _keep_parts(session: Session, task: Task, outcome: Outcome) -> None:
    stale = set(outcome.parts) | outcome.gone
    if outcome.is_whole:
        stale |= set(task.known) - set(outcome.parts)
    _delete_parts(session, task.calendar_id, sorted(stale & set(task.known)))
    parts, times = [], []
    for href, part in outcome.parts.items():
        part_id = uuid4()
        parts.append(
            {
                "id": part_id,
                "calendar_id": task.calendar_id,
                "href": href,
                "etag": part.etag,
                "unread": part.unread,
            }
        )
        times += [
            {
                "id": uuid4(),
                "calendar_id": task.calendar_id,
                "part_id": part_id,
                "starts_at": span.starts_at,
                "ends_at": span.ends_at,
            }
            for span in part.spans
        ]
    if parts:
        session.execute(insert(CalendarPart), parts)
    if times:
        session.execute(insert(BusyTime), times)


def _delete_parts(session: Session, calendar_id: UUID, hrefs: Sequence[str]) -> None:
    for some in _some(hrefs):
        these = select(CalendarPart.id).where(
            CalendarPart.calendar_id == calendar_id, CalendarPart.href.in_(some)
        )
        session.execute(delete(BusyTime).where(BusyTime.part_id.in_(these)))
        session.execute(delete(CalendarPart).where(CalendarPart.id.in_(these)))


def _some(hrefs: Sequence[str]) -> Iterable[Sequence[str]]:
    return (hrefs[start : start + AT_ONCE] for start in range(0, len(hrefs), AT_ONCE))


def _unread(session: Session, calendar_id: UUID) -> int:
    of_calendar = select(func.coalesce(func.sum(CalendarPart.unread), 0)).where(
        CalendarPart.calendar_id == calendar_id
    )
    return session.scalar(of_calendar) or 0


def _keep_news(session: Session, task: Task, news: dict[UUID, News], *, now: datetime) -> None:
    before = {one.appointment_id: one for one in task.ours}
    for appointment_id, one in news.items():
        entry = session.get(CalendarEntry, (task.calendar_id, appointment_id))
        # Staff may have answered a conflict while the worker was outside: what they said stands.
        if entry is None or entry.state is not before[appointment_id].state:
            continue
        if one.state is None:
            session.delete(entry)
            continue
        was = (entry.clash, entry.theirs_starts_at, entry.theirs_ends_at)
        theirs = (one.theirs.starts_at, one.theirs.ends_at) if one.theirs else (None, None)
        is_new = one.state is EntryState.CONFLICT and was != (one.clash, *theirs)
        entry.state, entry.etag, entry.clash = one.state, one.etag, one.clash
        entry.theirs_starts_at, entry.theirs_ends_at = theirs
        entry.clash_at = (entry.clash_at or now) if one.clash else None
        if is_new:
            entry.is_left = False
            facts: audit.Facts = {"appointment": str(appointment_id)}
            audit.record(session, None, "calendar_differs", now=now, facts=facts)
