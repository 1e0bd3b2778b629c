"""A service gives a date, another one instead, or takes it away."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.appointments import (
    STANDING,
    AppointmentState,
    check_date,
)
from portal.domain.folders import FolderKind
from portal.domain.referrals import MOVES as REFERRAL_MOVES
from portal.domain.referrals import UNANSWERED, ReferralState
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Permission, Role
from portal.models import Appointment, Membership, Referral, Service, StaffMember
from portal.services.availability import free, rooms
from portal.services.dates import exceptions, taken_times
from portal.services.dates.moves import account, move, take_away
from portal.services.dates.shown_dates import Details
from portal.services.entry.sessions import SignedIn
from portal.services.interpreters import following
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.services.referrals.at_service import get_to_answer
from portal.services.telling import outbox
from portal.services.visits.ending import fall_away


def set_date(
    session: Session,
    acting: SignedIn,
    referral_id: UUID,
    *,
    starts_at: datetime,
    minutes: int,
    with_id: UUID,
    details: Details,
    now: datetime,
    instead_of: UUID | None = None,
    room_id: UUID | None = None,
    knowingly: bool = False,
) -> Appointment:
    """Give a date for a referral, or another one instead. Accepting comes with it.

    Raises the refusals of `check_date`; TimeNotPossible, whatever the cause; Overlaps,
    ColleagueTaken or RoomTaken when she, who meets her or the room has another date then; NotThere
    or CalendarBusy unless it is set `knowingly`; words refusals.
    """
    taken_times.hold(session)
    referral = get_to_answer(session, acting, referral_id)
    check_date(starts_at, minutes, now=now)
    kept = details.cleaned()
    old = _get_standing(session, referral, instead_of) if instead_of else None
    if not _is_colleague(session, acting, referral, with_id):
        raise NotFound
    rooms.check_usable(session, room_id, referral.service_id)
    wanted = exceptions.Time(referral.id, with_id, starts_at, minutes)
    exceptions.check_possible(session, acting, referral.case_id, wanted, instead_of=old, now=now)
    if not knowingly:
        _check_free(session, referral, wanted, old, now=now)
    if old is not None:
        outbox.kill(session, old, now=now)
    folder = _open(session, acting, referral.case_id, referral.id, purpose="service", now=now)
    appointment = Appointment(
        case_id=referral.case_id,
        referral_id=referral.id,
        service_id=referral.service_id,
        with_id=with_id,
        room_id=room_id,
        starts_at=starts_at,
        minutes=minutes,
        state=AppointmentState.PLANNED,
        set_by_id=acting.account_id,
        set_at=now,
        details=b"",
    )
    folder.write(appointment, "details", json.dumps(vars(kept)))
    session.add(appointment)
    session.flush()
    if old is not None:
        _in_place_of(session, appointment, old)
    _ask_no_more(session, referral, instead_of, now=now)
    taken_times.take(session, appointment)
    following.follow(session, appointment, old)
    _mark_date_set(referral, acting, now=now)
    outbox.plan_new_date(session, appointment, now=now)
    account(
        session, acting, "date_set_knowingly" if knowingly else "date_set", appointment, now=now
    )
    session.flush()
    return appointment


def cancel(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> None:
    """The service takes a date away."""
    appointment = get_for_staff(session, acting, appointment_id)
    fall_away(session, Appointment.instead_of_id == appointment.id, now=now)
    session.refresh(appointment, with_for_update=True)
    take_away(session, appointment, now=now)
    _back_to_accepted(session, appointment)
    account(session, acting, "date_cancelled", appointment, now=now)
    session.flush()


def get_for_staff(session: Session, acting: SignedIn, appointment_id: UUID) -> Appointment:
    """A date of a service of this colleague. Foreign and missing: NotFound."""
    if not acting.may(Permission.ANSWER_REFERRAL):
        raise NotYours
    appointment = session.scalar(
        select(Appointment).where(
            Appointment.id == appointment_id,
            Appointment.service_id.in_(acting.services(Role.SERVICE_STAFF)),
        )
    )
    if appointment is None:
        raise NotFound
    return appointment


def colleagues(session: Session, service_id: UUID) -> Sequence[StaffMember]:
    """The staff of a service who may be named for a date."""
    return session.scalars(
        select(StaffMember)
        .join(Membership, Membership.account_id == StaffMember.account_id)
        .where(
            Membership.service_id == service_id,
            Membership.role == Role.SERVICE_STAFF,
            StaffMember.left_at.is_(None),
        )
        .order_by(StaffMember.name)
    ).all()


def _check_free(
    session: Session,
    referral: Referral,
    wanted: exceptions.Time,
    old: Appointment | None,
    *,
    now: datetime,
) -> None:
    free.check_free(
        session,
        session.get_one(Service, referral.service_id),
        session.get_one(StaffMember, wanted.with_id),
        wanted.span,
        now=now,
        # Somebody who moved the old date in a calendar made room there for the new one.
        but=(old.id,) if old else (),
    )


def _in_place_of(session: Session, appointment: Appointment, old: Appointment) -> None:
    session.refresh(old, with_for_update=True)
    move(session, old, AppointmentState.MOVED)
    old.moved_to_id, appointment.calendar_id = appointment.id, old.calendar_id
    # Places for her children are kept by the visit of which it is a part.
    appointment.visit_id = old.visit_id


def _ask_no_more(
    session: Session, referral: Referral, instead_of: UUID | None, *, now: datetime
) -> None:
    """What she was asked about this talk, or in place of that date, has its answer."""
    replaced = Appointment.instead_of_id
    asked = or_(replaced.is_(None), replaced == instead_of)
    fall_away(session, Appointment.referral_id == referral.id, asked, now=now)


def _get_standing(session: Session, referral: Referral, appointment_id: UUID) -> Appointment:
    appointment = session.scalar(
        select(Appointment).where(
            Appointment.id == appointment_id, Appointment.referral_id == referral.id
        )
    )
    if appointment is None:
        raise NotFound
    return appointment


def _is_colleague(session: Session, acting: SignedIn, referral: Referral, with_id: UUID) -> bool:
    return with_id == acting.account_id or any(
        member.account_id == with_id for member in colleagues(session, referral.service_id)
    )


def _mark_date_set(referral: Referral, acting: SignedIn, *, now: datetime) -> None:
    if referral.state in UNANSWERED:
        referral.state = ReferralState.ACCEPTED
    if ReferralState.DATE_SET not in REFERRAL_MOVES[referral.state]:
        raise WrongState
    referral.state = ReferralState.DATE_SET
    referral.answered_at, referral.answered_by_id = now, acting.account_id


def _back_to_accepted(session: Session, appointment: Appointment) -> None:
    referral = session.get_one(Referral, appointment.referral_id)
    others = session.scalar(
        select(Appointment.id)
        .where(
            Appointment.referral_id == referral.id,
            Appointment.id != appointment.id,
            Appointment.state.in_(STANDING),
        )
        .limit(1)
    )
    if others is None and referral.state is ReferralState.DATE_SET:
        referral.state = ReferralState.ACCEPTED


def _open(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    referral_id: UUID,
    *,
    purpose: str,
    now: datetime,
) -> OpenFolder:
    return open_folder(
        session,
        acting,
        case_id,
        FolderKind.REFERRAL,
        purpose=purpose,
        now=now,
        referral_id=referral_id,
    )
