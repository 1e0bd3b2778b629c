"""A date moves, ends or stays: what that means for whoever was to interpret."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING, STANDING, AppointmentState
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
    gone = appointment.interpreter_id
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
        session.add(_not_told(appointment, gone, request))
    session.flush()


def comes_again(session: Session, request: InterpreterRequest, appointment: Appointment) -> None:
    """Who was let go and is booked again at the same time need not be told anything."""
    session.execute(
        delete(NotTold)
        .where(
            NotTold.request_id == request.id,
            NotTold.interpreter_id == appointment.interpreter_id,
            NotTold.starts_at == appointment.starts_at,
        )
        .execution_options(synchronize_session="fetch")
    )


def outlive(session: Session, case_id: UUID, *, now: datetime) -> None:
    """A file is erased: who was to interpret still has to be told, and nothing says for whom."""
    coming = (
        Appointment.case_id == case_id,
        Appointment.state.in_(COMING),
        Appointment.starts_at > now,
    )
    for appointment in session.scalars(select(Appointment).where(*coming)):
        if appointment.interpreter_id is not None:
            session.add(_not_told(appointment, appointment.interpreter_id, None))
    requests = select(InterpreterRequest.id).where(InterpreterRequest.case_id == case_id)
    session.execute(
        update(NotTold)
        .where(NotTold.request_id.in_(requests), NotTold.starts_at > now)
        .values(request_id=None)
        .execution_options(synchronize_session="fetch")
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


def _not_told(
    appointment: Appointment, interpreter_id: UUID, request: InterpreterRequest | None
) -> NotTold:
    return NotTold(
        service_id=appointment.service_id,
        request_id=request.id if request else None,
        interpreter_id=interpreter_id,
        starts_at=appointment.starts_at,
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
