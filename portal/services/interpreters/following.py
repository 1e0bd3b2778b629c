"""A date moves, ends or stays: what that means for whoever was to interpret."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.appointments import STANDING, AppointmentState
from portal.domain.interpreters import RequestState
from portal.models import Appointment, InterpreterRequest, NotTold, TalkLink
from portal.services.dates import taken_times

LETS_GO = frozenset(
    {AppointmentState.CANNOT_COME, AppointmentState.MOVED, AppointmentState.CANCELLED}
)
"""States of a date in which nobody is waited for."""
_COMES = frozenset({RequestState.BOOKED, RequestState.CONFIRMED})


def find(session: Session, appointment_id: UUID) -> InterpreterRequest | None:
    """The request about a date."""
    return session.scalar(
        select(InterpreterRequest).where(InterpreterRequest.appointment_id == appointment_id)
    )


def let_go(session: Session, appointment: Appointment) -> None:
    """Whoever was to come is free, and has to be told; the request stands at its beginning."""
    request = find(session, appointment.id)
    gone, appointment_starts = appointment.interpreter_id, appointment.starts_at
    if gone is not None:
        taken_times.free_interpreter(session, appointment)
        appointment.interpreter_id = None
    if request is None:
        return
    if request.state in _COMES:
        request.state = RequestState.ASKED
    request.means = request.booked_by_id = request.booked_at = request.answered_at = None
    end_link(session, request)
    if gone is not None:
        session.add(
            NotTold(request_id=request.id, interpreter_id=gone, starts_at=appointment_starts)
        )
    session.flush()


def find_to_follow(
    session: Session, referral_id: UUID, old: Appointment | None
) -> InterpreterRequest | None:
    """What was asked for the date that is replaced, or for one of a referral that stands no more.

    It goes with the next date.
    """
    return find(session, old.id) if old else _left_behind(session, referral_id)


def follow(session: Session, appointment: Appointment, old: Appointment | None) -> None:
    """A new date takes over what was asked for the old one, or for one that does not stand."""
    request = find_to_follow(session, appointment.referral_id, old)
    if request is not None:
        request.appointment_id = appointment.id
        session.flush()


def end_link(session: Session, request: InterpreterRequest) -> None:
    """The link of a request opens nothing any more."""
    session.execute(
        delete(TalkLink)
        .where(TalkLink.request_id == request.id)
        .execution_options(synchronize_session="fetch")
    )


def _left_behind(session: Session, referral_id: UUID) -> InterpreterRequest | None:
    return session.scalar(
        select(InterpreterRequest)
        .join(Appointment, Appointment.id == InterpreterRequest.appointment_id)
        .where(
            InterpreterRequest.referral_id == referral_id,
            InterpreterRequest.state == RequestState.ASKED,
            Appointment.state.not_in((*STANDING, AppointmentState.DONE)),
        )
        .order_by(InterpreterRequest.asked_at.desc())
        .limit(1)
    )
