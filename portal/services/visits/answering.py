"""She reads a proposed visit, and says yes to all of it or which part does not suit."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.appointments import COMING, STANDING, AppointmentState
from portal.domain.proposals import MOVES, VisitState, lapses_at
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, WrongState
from portal.domain.services import PlaceKind, ServiceState
from portal.domain.spans import Span
from portal.models import (
    Appointment,
    Interpreter,
    InterpreterRequest,
    Need,
    Referral,
    Room,
    Service,
    StaffMember,
    Visit,
)
from portal.services import audit
from portal.services.dates import separation, taken_times
from portal.services.dates.moves import move
from portal.services.dates.shown_dates import works_there
from portal.services.entry.sessions import SignedIn
from portal.services.house import zone_of
from portal.services.interpreters import following
from portal.services.needs.holding import hold
from portal.services.telling import outbox
from portal.services.visits import ending, interpreting
from portal.services.visits.proposal import Proposal, ProposedPart

_WITHOUT_DATE = (ReferralState.ACCEPTED, ReferralState.DATE_SET)
"""A part that replaces no date: the first talk, or another one after a date that is over."""

# Made once: building it for each page costs more than running it.
_OLD = aliased(Appointment)
_OUT = (
    select(
        Visit,
        Appointment,
        Service,
        StaffMember.name,
        Room,
        works_there(),
        _OLD,
        Interpreter,
        InterpreterRequest,
    )
    .join(Appointment, Appointment.visit_id == Visit.id)
    .join(Referral, Referral.id == Appointment.referral_id)
    .join(Service, Service.id == Appointment.service_id)
    .join(StaffMember, StaffMember.account_id == Appointment.with_id)
    .outerjoin(Room, Room.id == Appointment.room_id)
    .outerjoin(_OLD, _OLD.id == Appointment.instead_of_id)
    .outerjoin(Interpreter, Interpreter.id == Appointment.interpreter_id)
    .outerjoin(InterpreterRequest, InterpreterRequest.appointment_id == _OLD.id)
    .where(
        Visit.case_id == bindparam("case_id"),
        Visit.ended_at.is_(None),
        Visit.lapses_at > bindparam("now"),
        Appointment.state == AppointmentState.PROPOSED,
        # What the service gave another date for meanwhile is no question any more.
        or_(
            and_(_OLD.id.is_(None), Referral.state.in_(_WITHOUT_DATE)),
            _OLD.state.in_(STANDING),
        ),
    )
    .order_by(Appointment.starts_at)
)


def check_hers(session: Session, acting: SignedIn, visit_id: UUID) -> None:
    """Raises NotFound for a visit of another, and for one that never was."""
    hers = select(Visit.id).where(Visit.id == visit_id, Visit.case_id == acting.her_case_id)
    if session.scalar(hers) is None:
        raise NotFound


def find_hers(session: Session, acting: SignedIn, *, now: datetime) -> Proposal | None:
    """The visit that waits for her answer, with the parts that are still possible."""
    found = find(session, acting.her_case_id, now=now)
    return found if found and found.is_hers_to_answer else None


def find(session: Session, case_id: UUID, *, now: datetime) -> Proposal | None:
    """The visit for which times are held at this moment, if it has a part left."""
    rows = session.execute(_OUT, {"case_id": case_id, "now": now}).all()
    if not rows:
        return None
    parts = interpreting.as_it_would_be(session, case_id, (ProposedPart(*row[1:]) for row in rows))
    return Proposal(rows[0][0], parts, _beside(session, case_id, parts), zone_of(session))


def _beside(
    session: Session, case_id: UUID, parts: Sequence[ProposedPart]
) -> tuple[ProposedPart, ...]:
    """Her dates in the house around these parts, but for those in whose place a part would come."""
    a_day = timedelta(days=1)
    rows = session.execute(
        select(Appointment, Service, StaffMember.name, Room, works_there())
        .join(Service, Service.id == Appointment.service_id)
        .join(StaffMember, StaffMember.account_id == Appointment.with_id)
        .outerjoin(Room, Room.id == Appointment.room_id)
        .where(
            Appointment.case_id == case_id,
            Appointment.state.in_(COMING),
            Service.place_kind == PlaceKind.IN_HOUSE,
            Appointment.starts_at > parts[0].starts_at - a_day,
            Appointment.starts_at < parts[-1].starts_at + a_day,
            Appointment.id.not_in([part.old.id for part in parts if part.old]),
        )
    ).all()
    return tuple(ProposedPart(*row) for row in rows)


def agree(session: Session, acting: SignedIn, visit_id: UUID, count: int, *, now: datetime) -> bool:
    """Yes to all of it: every part becomes a date of hers.

    `count` is how many talks she saw. Raises WrongState when it is not the same visit any more.
    False where a held time is not possible any more: it is free, and the others wait for her yes.
    """
    taken_times.hold(session)
    proposal = _get_to_answer(session, acting, visit_id, now=now)
    if len(proposal.parts) != count:
        raise WrongState
    gone = _not_possible(session, acting, proposal)
    if gone:
        ending.fall_away(session, Appointment.id.in_(gone), now=now)
        return False
    for part in proposal.parts:
        _becomes_date(session, acting, part, now=now)
    # What is still held is a part that was not possible any more.
    _end(session, acting, proposal.visit, VisitState.AGREED, now=now)
    return True


def refuse(
    session: Session,
    acting: SignedIn,
    visit_id: UUID,
    part_ids: Collection[UUID],
    *,
    now: datetime,
) -> None:
    """These parts do not suit. No reason is asked. The others are held until staff plan again.

    Raises WrongState when it is not the same visit any more, NotFound for a part of another.
    """
    proposal = _get_to_answer(session, acting, visit_id, now=now)
    refused = [part for part in proposal.parts if part.appointment.id in part_ids]
    if not refused or len(refused) != len(set(part_ids)):
        raise NotFound
    for part in refused:
        part.appointment.answered_at = now
        move(session, part.appointment, AppointmentState.NOT_AGREED)
    session.flush()
    kept = [part for part in proposal.parts if part not in refused]
    if not kept:
        _end(session, acting, proposal.visit, VisitState.REFUSED, now=now)
        return
    visit = proposal.visit
    outbox.kill_question(session, visit, now=now)
    visit.state, visit.answered_at = VisitState.PART_REFUSED, now
    visit.lapses_at = lapses_at([part.starts_at for part in kept], now=now)
    audit.record_in_case(
        session, acting.account_id, "visit_part_refused", visit.case_id, now=now, visit=visit.id
    )


def _get_to_answer(
    session: Session, acting: SignedIn, visit_id: UUID, *, now: datetime
) -> Proposal:
    """Her visit, held. Foreign and missing: NotFound; answered, lapsed or replaced: WrongState."""
    hers = Visit.id == visit_id, Visit.case_id == acting.her_case_id
    asked_for = (
        select(Need)
        .join(Referral, Referral.need_id == Need.id)
        .join(Appointment, Appointment.referral_id == Referral.id)
        .join(Visit, Visit.id == Appointment.visit_id)
        .where(*hers)
    )
    # In the order of who sends a plan: first the needs, then the visit.
    for need in sorted(set(session.scalars(asked_for)), key=lambda need: need.id):
        hold(session, need)
    locked = select(Visit).where(*hers).with_for_update()
    visit = session.scalar(locked.execution_options(populate_existing=True))
    if visit is None:
        raise NotFound
    proposal = find_hers(session, acting, now=now)
    if proposal is None or proposal.visit.id != visit_id:
        raise WrongState
    return proposal


def _not_possible(session: Session, acting: SignedIn, proposal: Proposal) -> set[UUID]:
    """Parts held before somebody said that she must not be in the house then, or left it, and those
    of a service that closed or in a room that did."""
    asked = {
        part.appointment.id: separation.Asked(
            acting.her_case_id,
            Span(part.starts_at, part.ends_at),
            (part.appointment.id, *([part.old.id] if part.old else [])),
        )
        for part in proposal.parts
    }
    gone = {
        part.appointment.id
        for part in proposal.parts
        if part.has_left
        or part.service.state is ServiceState.CLOSED
        or (part.room and not part.room.is_in_use)
    }
    return gone | separation.impossible(session, asked, to_herself=True)


def _becomes_date(session: Session, acting: SignedIn, part: ProposedPart, *, now: datetime) -> None:
    appointment, old = part.appointment, part.old
    session.refresh(appointment, with_for_update=True)
    move(session, appointment, AppointmentState.PLANNED)
    appointment.answered_at = now
    if old is not None:
        session.refresh(old, with_for_update=True)
        outbox.kill(session, old, now=now)
        move(session, old, AppointmentState.MOVED)
        old.moved_to_id, appointment.calendar_id = appointment.id, old.calendar_id
    following.follow(session, appointment, old)
    interpreting.begin(session, acting, part, now=now)
    referral = session.get_one(Referral, appointment.referral_id, with_for_update=True)
    referral.state = ReferralState.DATE_SET
    # She has just read it herself: she is reminded, and not told of what she did.
    outbox.plan_reminder(session, appointment, now=now)
    session.flush()


def _end(
    session: Session, acting: SignedIn, visit: Visit, state: VisitState, *, now: datetime
) -> None:
    if state not in MOVES[visit.state]:
        raise WrongState
    ending.end(session, visit, state, now=now)
    visit.answered_at = now
    audit.record_in_case(
        session, acting.account_id, f"visit_{state.value}", visit.case_id, now=now, visit=visit.id
    )
