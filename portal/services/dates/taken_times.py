"""The times of a date: taken for her, who meets her, the room and the interpreter, or for none."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.appointments import STEP_SECONDS, ColleagueTaken, Overlaps, steps
from portal.domain.availability import RoomTaken
from portal.domain.interpreters import InterpreterTaken
from portal.domain.refusals import Refusal
from portal.domain.spans import Span
from portal.models import Appointment, Centre, TakenTime


def take(session: Session, appointment: Appointment) -> None:
    """Take the time of a date that is in the database already.

    Raises Overlaps where she has another date then, ColleagueTaken where who meets her has,
    RoomTaken where the room has and InterpreterTaken where the interpreter has.
    """
    everybody = {
        appointment.case_id: Overlaps,
        appointment.with_id: ColleagueTaken,
        appointment.room_id: RoomTaken,
        appointment.interpreter_id: InterpreterTaken,
    }
    _take(session, appointment, {who: why for who, why in everybody.items() if who is not None})


def take_interpreter(session: Session, appointment: Appointment, interpreter_id: UUID) -> None:
    """Take the time of somebody who comes besides. Raises InterpreterTaken."""
    _take(session, appointment, {interpreter_id: InterpreterTaken})


def free_interpreter(session: Session, appointment: Appointment) -> None:
    """Give the time of a date back to its interpreter alone."""
    session.execute(
        delete(TakenTime).where(
            TakenTime.appointment_id == appointment.id,
            TakenTime.who == appointment.interpreter_id,
        )
    )


def taken_then(
    session: Session, ids: Collection[UUID], appointment: Appointment
) -> frozenset[UUID]:
    """Those of these whom another date takes at the time of this one."""
    span = steps(appointment.starts_at, appointment.minutes)
    asked = select(TakenTime.who).where(
        TakenTime.who.in_(ids),
        TakenTime.step >= span.start,
        TakenTime.step < span.stop,
        TakenTime.appointment_id != appointment.id,
    )
    return frozenset(session.scalars(asked))


def _take(session: Session, appointment: Appointment, whose: Mapping[UUID, type[Refusal]]) -> None:
    span = steps(appointment.starts_at, appointment.minutes)
    rows = [
        {"who": who, "step": step, "appointment_id": appointment.id}
        for who in whose
        for step in span
    ]
    try:
        with session.begin_nested():
            session.execute(insert(TakenTime), rows)
    except IntegrityError:
        # Asked after the fact, so that whoever came first is seen, however close it was.
        *others, last = whose
        taken = next((who for who in others if _is_taken(session, who, span)), last)
        raise whose[taken] from None


def free(session: Session, appointment: Appointment) -> None:
    """Give the time of a date back to everybody."""
    session.execute(delete(TakenTime).where(TakenTime.appointment_id == appointment.id))


def of(session: Session, ids: Collection[UUID], within: Span) -> dict[UUID, dict[UUID, Span]]:
    """When dates take these cases, colleagues or rooms, by the date: one query."""
    begins, ends = (int(one.timestamp()) // STEP_SECONDS for one in within)
    one_date = (TakenTime.who, TakenTime.appointment_id)
    rows = session.execute(
        select(*one_date, func.min(TakenTime.step), func.max(TakenTime.step))
        .where(TakenTime.who.in_(ids), TakenTime.step >= begins, TakenTime.step < ends)
        .group_by(*one_date)
    )
    taken: dict[UUID, dict[UUID, Span]] = {}
    for who, date_id, lowest, highest in rows:
        taken.setdefault(who, {})[date_id] = Span(_moment(lowest), _moment(highest + 1))
    return taken


def hold(session: Session) -> None:
    """One booking after the other in the whole house, until this transaction ends.

    What depends on somebody else's dates cannot be a key of a table: two who book in one moment
    would both find the time free. Held for everybody, so that waiting tells nothing either.
    """
    session.execute(select(Centre.id).with_for_update())


def _moment(step: int) -> datetime:
    return datetime.fromtimestamp(step * STEP_SECONDS, UTC)


def _is_taken(session: Session, who: UUID, span: range) -> bool:
    return (
        session.scalar(
            select(TakenTime.step)
            .where(TakenTime.who == who, TakenTime.step >= span.start, TakenTime.step < span.stop)
            .limit(1)
        )
        is not None
    )
