"""What becomes of a date: one state after another, with its time and in the account of acts."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.appointments import (
    COMING,
    MOVES,
    AppointmentState,
)
from portal.domain.refusals import WrongState
from portal.models import Appointment
from portal.services import audit
from portal.services.dates import taken_times
from portal.services.entry.sessions import SignedIn
from portal.services.interpreters import following
from portal.services.telling import outbox


def move(session: Session, appointment: Appointment, state: AppointmentState) -> None:
    """From one state to another; where she is not expected her time is free. Raises WrongState."""
    if state not in MOVES[appointment.state]:
        raise WrongState
    appointment.state = state
    if state in following.LETS_GO:
        following.let_go(session, appointment)
    if state not in COMING:
        taken_times.free(session, appointment)


def take_away(session: Session, appointment: Appointment, *, now: datetime) -> None:
    """A service waits for her no more then, and she is told before she comes. Raises WrongState."""
    move(session, appointment, AppointmentState.CANCELLED)
    outbox.kill(session, appointment, now=now)
    outbox.plan_date_gone(session, appointment, now=now)


def account(
    session: Session, acting: SignedIn, kind: str, appointment: Appointment, *, now: datetime
) -> None:
    """An act about a date, in the account of its case."""
    case_id, by = appointment.case_id, acting.account_id
    audit.record_in_case(session, by, kind, case_id, now=now, appointment=appointment.id)
