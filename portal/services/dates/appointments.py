"""Dates: set by a service, seen by her in one list, answered without a reason asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.appointments import (
    COMING,
    MAX_MINUTES,
    MIN_MINUTES,
    MOVES,
    STANDING,
    AppointmentState,
    ColleagueTaken,
    Overlaps,
    check_date,
)
from portal.domain.availability import RoomTaken
from portal.domain.folders import FolderKind
from portal.domain.referrals import MOVES as REFERRAL_MOVES
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Permission, Role
from portal.domain.spans import Span
from portal.domain.words import written, written_or_none
from portal.models import Appointment, Case, Membership, Referral, Service, StaffMember
from portal.services import audit
from portal.services.availability import free, rooms
from portal.services.dates import taken_times
from portal.services.entry.sessions import SignedIn
from portal.services.keys.reading import OpenFolder, open_folder, open_referrals
from portal.services.referrals import get_for_service, get_to_answer
from portal.services.telling import outbox

MAX_DETAIL = 300


@dataclass(frozen=True)
class Details:
    """What is sealed of a date."""

    place: str
    interpreter: str | None = None
    bring: str | None = None
    childcare: str | None = None

    def cleaned(self) -> "Details":
        """The same, safe to keep. Raises NothingWritten without a place, or TooLong."""
        return Details(
            place=written(self.place, limit=MAX_DETAIL),
            interpreter=written_or_none(self.interpreter, limit=MAX_DETAIL),
            bring=written_or_none(self.bring, limit=MAX_DETAIL),
            childcare=written_or_none(self.childcare, limit=MAX_DETAIL),
        )


@dataclass(frozen=True)
class Shown:
    """A date as she or the service sees it."""

    appointment: Appointment
    service: Service
    with_name: str
    details: Details | None
    case_number: str = ""
    her_name: str | None = None

    @property
    def ends_at(self) -> datetime:
        """When the talk is over."""
        return _ends_at(self.appointment)

    @property
    def stands(self) -> bool:
        """Whether she is expected: nothing was cancelled or moved."""
        return self.appointment.state in STANDING


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

    Raises the refusals of `check_date`; Overlaps, ColleagueTaken or RoomTaken when she, who meets
    her or the room has another date then; NotThere or CalendarBusy unless it is set `knowingly`;
    words refusals.
    """
    referral = get_to_answer(session, acting, referral_id)
    check_date(starts_at, minutes, now=now)
    kept = details.cleaned()
    old = _get_standing(session, referral, instead_of) if instead_of else None
    if not _is_colleague(session, acting, referral, with_id):
        raise NotFound
    rooms.check_usable(session, room_id, referral.service_id)
    if not knowingly:
        _check_free(session, referral, with_id, starts_at, minutes, old, now=now)
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
        session.refresh(old, with_for_update=True)
        _move(session, old, AppointmentState.MOVED)
        old.moved_to_id, appointment.calendar_id = appointment.id, old.calendar_id
    taken_times.take(session, appointment)
    _mark_date_set(referral, acting, now=now)
    outbox.plan_new_date(session, appointment, now=now)
    _account(
        session, acting, "date_set_knowingly" if knowingly else "date_set", appointment, now=now
    )
    session.flush()
    return appointment


def cancel(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> None:
    """The service takes a date away."""
    appointment = get_for_staff(session, acting, appointment_id)
    session.refresh(appointment, with_for_update=True)
    _move(session, appointment, AppointmentState.CANCELLED)
    outbox.kill(session, appointment, now=now)
    outbox.plan_date_gone(session, appointment, now=now)
    _back_to_accepted(session, appointment)
    _account(session, acting, "date_cancelled", appointment, now=now)
    session.flush()


def keep(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> None:
    """She changed her mind before anybody answered: the date stands again.

    Raises WrongState also when it is over, or when that time was given away meanwhile.
    """
    appointment = _get_hers(session, acting, appointment_id, now=now)
    if appointment.starts_at <= now:
        raise WrongState
    session.refresh(appointment, with_for_update=True)
    _move(session, appointment, AppointmentState.PLANNED)
    try:
        taken_times.free(session, appointment)
        taken_times.take(session, appointment)
    except (Overlaps, ColleagueTaken, RoomTaken):
        raise WrongState from None
    appointment.answered_at = now
    _account(session, acting, "date_kept", appointment, now=now)
    session.flush()


def cannot_come(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> None:
    """She says that she cannot come. No reason is asked."""
    _answer(session, acting, appointment_id, AppointmentState.CANNOT_COME, now=now)


def another_time(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> None:
    """She asks for another time. No reason is asked."""
    _answer(session, acting, appointment_id, AppointmentState.OTHER_TIME, now=now)


def get_to_file(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> Appointment:
    """A date of hers for a calendar file: one that comes, or one of which she took a file.

    Raises NotFound, and WrongState for what no file could be of use for.
    """
    appointment = _get_hers(session, acting, appointment_id, now=now)
    was_taken = appointment.calendar_id is not None
    if _ends_at(appointment) <= now or not (appointment.state in COMING or was_taken):
        raise WrongState
    return appointment


def take_file(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> Appointment:
    """She takes a calendar file of a date, or of its end. Raises as `get_to_file`."""
    appointment = get_to_file(session, acting, appointment_id, now=now)
    session.refresh(appointment, with_for_update=True)
    # Not its own id: whoever reads the phone finds nothing that stands in this database elsewhere.
    appointment.calendar_id = appointment.calendar_id or uuid4()
    _account(session, acting, "date_taken_along", appointment, now=now)
    session.flush()
    return appointment


def hide_past(session: Session, acting: SignedIn, *, now: datetime) -> None:
    """Put all her dates that are over out of her sight; nobody else's list changes."""
    over = (
        select(Appointment)
        .where(
            Appointment.case_id == acting.her_case_id,
            Appointment.starts_at < now,
            Appointment.hidden_at.is_(None),
        )
        .with_for_update()
    )
    for appointment in session.scalars(over).all():
        if _ends_at(appointment) <= now:
            appointment.hidden_at = now
    audit.record(session, acting.account_id, "dates_hidden", now=now, case_id=acting.her_case_id)
    session.flush()


def hers(
    session: Session,
    acting: SignedIn,
    *,
    now: datetime,
    past: bool = False,
    older_than: UUID | None = None,
    size: int = 50,
) -> list[Shown]:
    """Her dates with all services in one list: what comes, or what was, by key from the newest."""
    asked = (
        _with_names()
        .where(
            Appointment.case_id == acting.her_case_id,
            Appointment.state != AppointmentState.MOVED,
        )
        .limit(size)
    )
    if past:
        order = (Appointment.starts_at.desc(), Appointment.id.desc())
        asked = asked.where(Appointment.starts_at < now, Appointment.hidden_at.is_(None))
        asked = asked.order_by(*order)
        if older_than is not None:
            last = _get_hers(session, acting, older_than, now=now)
            at_once = and_(Appointment.starts_at == last.starts_at, Appointment.id < last.id)
            asked = asked.where(or_(Appointment.starts_at < last.starts_at, at_once))
    else:
        # A talk that began may still go on: the longest lasts eight hours.
        edge = now - timedelta(minutes=MAX_MINUTES)
        asked = asked.where(Appointment.starts_at >= edge).order_by(Appointment.starts_at)
    shown = _shown(session, acting, asked, purpose="own_dates", now=now)
    return [date for date in shown if (date.ends_at <= now) is past]


def next_of_hers(session: Session, acting: SignedIn, *, now: datetime) -> Shown | None:
    """The date for the large card: the first to which she comes, and no other is opened."""
    asked = (
        _with_names()
        .where(
            Appointment.case_id == acting.her_case_id,
            Appointment.state.in_(COMING),
            Appointment.starts_at >= now - timedelta(minutes=MAX_MINUTES),
        )
        .order_by(Appointment.starts_at)
        .limit(MAX_MINUTES // MIN_MINUTES + 1)
    )
    rows = session.execute(asked).all()
    first = [row for row in rows if _ends_at(row[0]) > now][:1]
    shown = _with_details(session, acting, first, purpose="own_dates", now=now)
    return shown[0] if shown else None


def of_service(
    session: Session, acting: SignedIn, *, start: datetime, end: datetime, now: datetime
) -> list[Shown]:
    """The dates of the services of this colleague in a span of days."""
    if not acting.may(Permission.ANSWER_REFERRAL):
        raise NotYours
    asked = (
        _with_names()
        .where(
            Appointment.service_id.in_(acting.services(Role.SERVICE_STAFF)),
            Appointment.starts_at >= start,
            Appointment.starts_at < end,
            Appointment.state != AppointmentState.MOVED,
        )
        .order_by(Appointment.starts_at)
    )
    return _shown(session, acting, asked, purpose="service_dates", now=now, as_list=True)


def of_referral(
    session: Session, acting: SignedIn, referral_id: UUID, *, now: datetime
) -> list[Shown]:
    """The dates of one referral, for its service."""
    get_for_service(session, acting, referral_id)
    asked = (
        _with_names().where(Appointment.referral_id == referral_id).order_by(Appointment.starts_at)
    )
    return _shown(session, acting, asked, purpose="service", now=now)


def of_case(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> list[Shown]:
    """The dates of a case, for its team."""
    asked = (
        _with_names()
        .where(Appointment.case_id == case.id, Appointment.state != AppointmentState.MOVED)
        .order_by(Appointment.starts_at)
    )
    return _shown(session, acting, asked, purpose="case", now=now)


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


def _check_free(
    session: Session,
    referral: Referral,
    with_id: UUID,
    starts_at: datetime,
    minutes: int,
    old: Appointment | None,
    *,
    now: datetime,
) -> None:
    free.check_free(
        session,
        session.get_one(Service, referral.service_id),
        session.get_one(StaffMember, with_id),
        Span(starts_at, starts_at + timedelta(minutes=minutes)),
        now=now,
        # Somebody who moved the old date in a calendar made room there for the new one.
        but=(old.id,) if old else (),
    )


def _answer(
    session: Session,
    acting: SignedIn,
    appointment_id: UUID,
    state: AppointmentState,
    *,
    now: datetime,
) -> None:
    appointment = _get_hers(session, acting, appointment_id, now=now)
    if appointment.starts_at <= now:
        raise WrongState
    session.refresh(appointment, with_for_update=True)
    _move(session, appointment, state)
    appointment.answered_at = now
    _account(session, acting, f"date_{state.value}", appointment, now=now)
    session.flush()


def _get_hers(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> Appointment:
    appointment = session.scalar(
        select(Appointment).where(
            Appointment.id == appointment_id, Appointment.case_id == acting.her_case_id
        )
    )
    if appointment is None:
        raise NotFound
    return appointment


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


def _mark_date_set(referral: Referral, acting: SignedIn, *, now: datetime) -> None:
    if referral.state in (ReferralState.SENT, ReferralState.SEEN):
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


def _move(session: Session, appointment: Appointment, state: AppointmentState) -> None:
    if state not in MOVES[appointment.state]:
        raise WrongState
    appointment.state = state
    if state not in COMING:
        taken_times.free(session, appointment)


def _with_names() -> Select[Appointment, Service, str, str]:
    return (
        select(Appointment, Service, StaffMember.name, Case.number)
        .join(Service, Service.id == Appointment.service_id)
        .join(StaffMember, StaffMember.account_id == Appointment.with_id)
        .join(Case, Case.id == Appointment.case_id)
    )


def _shown(
    session: Session,
    acting: SignedIn,
    asked: Select[Appointment, Service, str, str],
    *,
    purpose: str,
    now: datetime,
    as_list: bool = False,
) -> list[Shown]:
    rows = session.execute(asked).all()
    return _with_details(session, acting, rows, purpose=purpose, now=now, as_list=as_list)


def _with_details(
    session: Session,
    acting: SignedIn,
    rows: Sequence[tuple[Appointment, Service, str, str]],
    *,
    purpose: str,
    now: datetime,
    as_list: bool = False,
) -> list[Shown]:
    ids = {row[0].referral_id for row in rows}
    opened = open_referrals(session, acting, ids, purpose=purpose, now=now, as_list=as_list)
    names = _her_names(session, opened) if as_list else {}
    return [
        Shown(
            appointment=appointment,
            service=service,
            with_name=name,
            details=_details(opened.get(appointment.referral_id), appointment),
            case_number=number,
            her_name=names.get(appointment.referral_id),
        )
        for appointment, service, name, number in rows
    ]


def _ends_at(appointment: Appointment) -> datetime:
    return appointment.starts_at + timedelta(minutes=appointment.minutes)


def _her_names(session: Session, opened: dict[UUID, OpenFolder]) -> dict[UUID, str | None]:
    """The names to use, for whoever was granted them with the referral."""
    rows = session.scalars(select(Referral).where(Referral.id.in_(opened)))
    return {row.id: opened[row.id].read(row, "name") for row in rows}


def _details(folder: OpenFolder | None, appointment: Appointment) -> Details | None:
    if folder is None or not folder.opens(appointment.details):
        return None
    return Details(**json.loads(folder.read(appointment, "details") or "{}"))


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


def _account(
    session: Session, acting: SignedIn, kind: str, appointment: Appointment, *, now: datetime
) -> None:
    audit.record(
        session,
        acting.account_id,
        kind,
        now=now,
        case_id=appointment.case_id,
        facts={"appointment": str(appointment.id)},
    )
