"""What a service did to her dates since she last looked at them: another time, or none."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session, aliased

from portal.domain.appointments import AppointmentState
from portal.models import Appointment
from portal.services.entry.sessions import SignedIn
from portal.services.house import at_once

_CHANGED = (AppointmentState.MOVED, AppointmentState.CANCELLED)


def unseen_by_her(
    case_id: BindParameter[UUID], now: BindParameter[datetime]
) -> ColumnElement[bool]:
    """Whether a date to come has changed and she has not looked, as part of a statement."""
    return _unseen(case_id, now).exists()


def see(session: Session, acting: SignedIn, *, now: datetime) -> None:
    """She looks at her dates as they are now."""
    fresh = session.scalars(_unseen(acting.her_case_id, now)).all()
    if not fresh:
        return
    with at_once(session) as writing:
        writing.execute(
            update(Appointment)
            .where(Appointment.id.in_(fresh), Appointment.change_seen_at.is_(None))
            .values(change_seen_at=now)
            .execution_options(synchronize_session=False)
        )


def _unseen(
    case_id: UUID | BindParameter[UUID], now: datetime | BindParameter[datetime]
) -> Select[UUID]:
    instead = aliased(Appointment)
    return (
        select(Appointment.id)
        .outerjoin(instead, instead.id == Appointment.moved_to_id)
        .where(
            Appointment.case_id == case_id,
            Appointment.state.in_(_CHANGED),
            Appointment.change_seen_at.is_(None),
            func.coalesce(instead.starts_at, Appointment.starts_at) > now,
        )
    )
