"""Places for the children who come along, less those that other visits keep."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import STANDING
from portal.domain.spans import Span
from portal.domain.visits import childcare
from portal.domain.visits.house import Childcare
from portal.models import Appointment, Centre, Visit
from portal.services.house import zone_of


def places(
    session: Session, centre: Centre, case_id: UUID, days: Sequence[date]
) -> tuple[Childcare, ...]:
    """What is free for a case on these days; nothing where the house looks after no children."""
    if not centre.childcare or not days:
        return ()
    stays = _stays(session, case_id, days)
    return childcare.left(centre.childcare, days, zone_of(session), stays)


def _stays(session: Session, case_id: UUID, days: Sequence[date]) -> list[childcare.Stay]:
    """The visits of others who bring children, each from its first talk of a day to its last."""
    zone = zone_of(session)
    begins = datetime.combine(min(days), time(), zone)
    rows = session.execute(
        select(Visit.id, Visit.children, Appointment.starts_at, Appointment.minutes)
        .join(Appointment, Appointment.visit_id == Visit.id)
        .where(
            Visit.children > 0,
            Visit.case_id != case_id,
            Appointment.state.in_(STANDING),
            Appointment.starts_at >= begins,
            Appointment.starts_at < datetime.combine(max(days) + timedelta(days=1), time(), zone),
        )
    )
    talks: dict[tuple[UUID, date, int], list[Span]] = {}
    for visit_id, children, starts_at, minutes in rows:
        day = starts_at.astimezone(zone).date()
        span = Span(starts_at, starts_at + timedelta(minutes=minutes))
        talks.setdefault((visit_id, day, children), []).append(span)
    return [
        childcare.Stay(Span(min(spans).starts_at, max(span.ends_at for span in spans)), children)
        for (_, _, children), spans in talks.items()
    ]
