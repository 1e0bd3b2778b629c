"""What calendars said last: when somebody has no time."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.domain.spans import Span
from portal.models import BusyTime, Calendar, CalendarEntry, CalendarPart


def of_owners(
    session: Session, ids: Sequence[UUID], within: Span, *, but: Collection[UUID] = ()
) -> dict[UUID, list[Span]]:
    """The busy times of some colleagues and services, by whose they are: one query.

    A calendar that cannot be reached counts with what it said last. Our own dates are no busy
    times, unless somebody moved them there; of `but` not even then.
    """
    owner = func.coalesce(Calendar.account_id, Calendar.service_id)
    asked = (
        select(owner, BusyTime.starts_at, BusyTime.ends_at)
        .join(Calendar, Calendar.id == BusyTime.calendar_id)
        .where(
            or_(Calendar.account_id.in_(ids), Calendar.service_id.in_(ids)),
            Calendar.leaving_at.is_(None),
            BusyTime.ends_at > within.starts_at,
            BusyTime.starts_at < within.ends_at,
        )
    )
    if but:
        ours = (
            select(CalendarPart.id)
            .join(
                CalendarEntry,
                (CalendarEntry.calendar_id == CalendarPart.calendar_id)
                & (CalendarEntry.href == CalendarPart.href),
            )
            .where(CalendarEntry.appointment_id.in_(but))
        )
        asked = asked.where(BusyTime.part_id.not_in(ours))
    found: dict[UUID, list[Span]] = {}
    for who, starts_at, ends_at in session.execute(asked):
        found.setdefault(who, []).append(Span(starts_at, ends_at))
    return found
