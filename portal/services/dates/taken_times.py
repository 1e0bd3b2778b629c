"""The times of a date: taken for her, for who meets her and for the room, or for none."""

from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.appointments import ColleagueTaken, Overlaps, steps
from portal.domain.availability import RoomTaken
from portal.models import Appointment, TakenTime


def take(session: Session, appointment: Appointment) -> None:
    """Take the time of a date that is in the database already.

    Raises Overlaps where she has another date then, ColleagueTaken where who meets her has, and
    RoomTaken where the room has.
    """
    span = steps(appointment.starts_at, appointment.minutes)
    everybody = (appointment.case_id, appointment.with_id, appointment.room_id)
    rows = [
        {"who": who, "step": step, "appointment_id": appointment.id}
        for who in everybody
        if who is not None
        for step in span
    ]
    try:
        with session.begin_nested():
            session.execute(insert(TakenTime), rows)
    except IntegrityError:
        # Asked after the fact, so that whoever came first is seen, however close it was.
        if _is_taken(session, appointment.case_id, span):
            raise Overlaps from None
        raise (
            ColleagueTaken if _is_taken(session, appointment.with_id, span) else RoomTaken
        ) from None


def free(session: Session, appointment: Appointment) -> None:
    """Give the time of a date back to everybody."""
    session.execute(delete(TakenTime).where(TakenTime.appointment_id == appointment.id))


def _is_taken(session: Session, who: UUID, span: range) -> bool:
    return (
        session.scalar(
            select(TakenTime.step)
            .where(TakenTime.who == who, TakenTime.step >= span.start, TakenTime.step < span.stop)
            .limit(1)
        )
        is not None
    )
