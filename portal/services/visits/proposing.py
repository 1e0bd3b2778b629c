"""A plan is sent to her: its times are held until she answers, or until the clock says so."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.appointments import AppointmentState, ColleagueTaken, Overlaps
from portal.domain.availability import RoomTaken
from portal.domain.folders import FolderKind
from portal.domain.interpreters import InterpreterTaken
from portal.domain.proposals import PlanIsGone, VisitState, lapses_at
from portal.domain.refusals import NotYours, WrongState
from portal.domain.roles import Permission
from portal.domain.separation import TimeNotPossible
from portal.domain.spans import Span
from portal.models import Appointment, Case, Need, Visit
from portal.services import audit
from portal.services.dates import separation, taken_times
from portal.services.dates.shown_dates import Details, sealed_details
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.keys.reading import open_folder
from portal.services.needs.holding import hold
from portal.services.telling import outbox
from portal.services.visits import planning
from portal.services.visits.choices import PlannedPart
from portal.services.visits.ending import end
from portal.services.visits.talks import Asked

_TAKEN = (Overlaps, ColleagueTaken, RoomTaken, InterpreterTaken, TimeNotPossible)


def send(
    session: Session,
    acting: SignedIn,
    case: Case,
    asked: Asked,
    key: str,
    *,
    now: datetime,
) -> Visit:
    """Send the plan of this name, if it is still possible at this moment; it replaces the one out.

    Raises PlanIsGone when anything that it was made from has changed, or somebody else takes one
    of its times at the same moment: nothing is held then.
    """
    taken_times.hold(session)
    hold_case(session, case.id)
    found = planning.plan(session, acting, case, asked, now=now)
    choice = next((one for one in found.choices if one.key == key), None)
    if choice is None or not choice.to_send:
        raise PlanIsGone
    parts = choice.to_send
    _hold(session, parts)
    if found.out is not None:
        end(session, found.out, VisitState.REPLACED, now=now)
    children = found.wishes.children if found.keeps_places else 0
    visit = _new(session, acting, case, parts, children=children, now=now)
    for number, part in enumerate(parts):
        appointment = _propose(session, acting, visit, part, now=now)
        if number == 0:
            outbox.plan_question(session, visit, appointment, now=now)
        span = Span(part.starts_at, part.ends_at)
        but = (part.instead_of_id,) if part.instead_of_id else ()
        try:
            separation.check(session, case.id, span, but=but)
            taken_times.take(session, appointment)
        except _TAKEN:
            raise PlanIsGone from None
    audit.record_in_case(
        session, acting.account_id, "visit_proposed", visit.case_id, now=now, visit=visit.id
    )
    session.flush()
    return visit


def take_back(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> None:
    """The plan that is out is no longer wanted; its times are free. Raises WrongState."""
    if not acting.may(Permission.PLAN_VISIT):
        raise NotYours
    visit = planning.find_out(session, case.id)
    if visit is None:
        raise WrongState
    end(session, visit, VisitState.TAKEN_BACK, now=now)
    audit.record_in_case(
        session, acting.account_id, "visit_taken_back", visit.case_id, now=now, visit=visit.id
    )


def unanswered(session: Session, *, now: datetime) -> list[UUID]:
    """Every plan that nobody answered in time."""
    late = select(Visit.id).where(Visit.ended_at.is_(None), Visit.lapses_at <= now)
    return list(session.scalars(late.order_by(Visit.id)))


def lapse(session: Session, visit_id: UUID, *, now: datetime) -> bool:
    """Free the times of a plan that nobody answered in time; False when it has ended."""
    visit = session.get(Visit, visit_id, with_for_update=True, populate_existing=True)
    if visit is None or visit.ended_at is not None:
        return False
    end(session, visit, VisitState.LAPSED, now=now)
    audit.record_in_case(session, None, "visit_lapsed", visit.case_id, now=now, visit=visit.id)
    return True


def _hold(session: Session, parts: Iterable[PlannedPart]) -> None:
    """Nobody stops a need or answers a referral while its time is taken. Raises PlanIsGone."""
    referrals = [part.talk.referral for part in parts]
    for need_id in sorted({referral.need_id for referral in referrals}):
        hold(session, session.get_one(Need, need_id))
    for part in parts:
        before = part.talk.referral.state
        session.refresh(part.talk.referral)
        if part.talk.referral.state is not before:
            raise PlanIsGone


def _new(
    session: Session,
    acting: SignedIn,
    case: Case,
    parts: Iterable[PlannedPart],
    *,
    children: int,
    now: datetime,
) -> Visit:
    visit = Visit(
        case_id=case.id,
        state=VisitState.PROPOSED,
        proposed_by_id=acting.account_id,
        proposed_at=now,
        lapses_at=lapses_at([part.starts_at for part in parts], now=now),
        children=children,
    )
    try:
        with session.begin_nested():
            session.add(visit)
            session.flush()
    except IntegrityError:
        # A colleague of the case team sent another plan at the same moment.
        raise PlanIsGone from None
    return visit


def _propose(
    session: Session,
    acting: SignedIn,
    visit: Visit,
    part: PlannedPart,
    *,
    now: datetime,
) -> Appointment:
    referral, room = part.talk.referral, part.room
    appointment = Appointment(
        case_id=visit.case_id,
        referral_id=referral.id,
        service_id=referral.service_id,
        with_id=part.with_id,
        room_id=room.id if room else None,
        interpreter_id=part.interpreter_id,
        starts_at=part.starts_at,
        minutes=part.minutes,
        state=AppointmentState.PROPOSED,
        set_by_id=acting.account_id,
        set_at=now,
        visit_id=visit.id,
        instead_of_id=part.instead_of_id,
        details=b"",
    )
    folder = open_folder(
        session,
        acting,
        visit.case_id,
        FolderKind.REFERRAL,
        purpose="visit",
        now=now,
        referral_id=referral.id,
    )
    place = room.name if room else part.service.place
    folder.write(appointment, "details", sealed_details(Details(place)))
    session.add(appointment)
    session.flush()
    return appointment
