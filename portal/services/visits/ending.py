"""A proposed visit ends, or a part of it falls away: what was held for her is free."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.domain.appointments import AppointmentState
from portal.domain.proposals import MOVES, VisitState
from portal.domain.refusals import WrongState
from portal.models import Appointment, Visit
from portal.services import audit
from portal.services.dates.moves import move
from portal.services.telling import outbox


def end(session: Session, visit: Visit, state: VisitState, *, now: datetime) -> None:
    """Nothing is held for this visit any more. Raises WrongState when it had ended before."""
    session.refresh(visit, with_for_update=True)
    if visit.ended_at is not None or state not in MOVES[visit.state]:
        raise WrongState
    visit.state, visit.ended_at = state, now
    outbox.kill_question(session, visit, now=now)
    for appointment in held(session, Appointment.visit_id == visit.id):
        move(session, appointment, AppointmentState.NOT_AGREED)
    session.flush()


def fall_away(session: Session, *which: ColumnElement[bool], now: datetime) -> None:
    """Parts to which she cannot say yes any more; with its last one a visit ends.

    Nobody's act: what made it impossible stands elsewhere.
    """
    # The visits first, as whoever answers or ends one does.
    visits = (
        select(Visit)
        .join(Appointment, Appointment.visit_id == Visit.id)
        .where(Appointment.state == AppointmentState.PROPOSED, *which)
        .with_for_update(of=Visit)
    )
    of_these = session.scalars(visits.execution_options(populate_existing=True)).unique().all()
    for part in held(session, *which):
        move(session, part, AppointmentState.NOT_AGREED)
    session.flush()
    for visit in of_these:
        if visit.ended_at is None and not held(session, Appointment.visit_id == visit.id):
            end(session, visit, VisitState.TAKEN_BACK, now=now)
            kind, case_id = "visit_taken_back", visit.case_id
            audit.record_in_case(session, None, kind, case_id, now=now, visit=visit.id)


def held(session: Session, *which: ColumnElement[bool]) -> list[Appointment]:
    """Parts that wait for her, in order of time; locked, so that nobody ends them meanwhile."""
    asked = (
        select(Appointment)
        .where(Appointment.state == AppointmentState.PROPOSED, *which)
        .order_by(Appointment.starts_at)
        .with_for_update()
    )
    return list(session.scalars(asked))
