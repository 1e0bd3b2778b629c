"""Her dates with all services in one list, answered without a reason asked."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.domain.appointments import (
    COMING,
    IN_NO_LIST,
    MAX_MINUTES,
    MIN_MINUTES,
    NOT_HERS,
    AppointmentState,
    ColleagueTaken,
    Overlaps,
)
from portal.domain.availability import RoomTaken
from portal.domain.refusals import NotFound, WrongState
from portal.domain.separation import TimeNotPossible
from portal.domain.spans import Span
from portal.models import Appointment
from portal.services import audit
from portal.services.dates import separation, taken_times
from portal.services.dates.moves import account, move
from portal.services.dates.shown_dates import (
    Shown,
    ends_at,
    read,
    with_details,
    with_names,
    works_there,
)
from portal.services.entry.sessions import SignedIn


def listed(
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
        with_names()
        .where(
            Appointment.case_id == acting.her_case_id,
            Appointment.state.not_in(NOT_HERS | IN_NO_LIST),
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
    shown = read(session, acting, asked, purpose="own_dates", now=now)
    return [date for date in shown if (date.ends_at <= now) is past]


def next_one(session: Session, acting: SignedIn, *, now: datetime) -> Shown | None:
    """The date for the large card: the first to which she comes, and no other is opened."""
    return next_of_case(session, acting, acting.her_case_id, purpose="own_dates", now=now)


def next_of_case(
    session: Session, acting: SignedIn, case_id: UUID, *, purpose: str, now: datetime
) -> Shown | None:
    """The first date to which she comes, for her or for whoever may open it."""
    asked = {"case_id": case_id, "since": now - timedelta(minutes=MAX_MINUTES)}
    rows = session.execute(_COMING, asked).all()
    first = [row for row in rows if ends_at(row[0]) > now][:1]
    shown = with_details(session, acting, first, purpose=purpose, now=now)
    return shown[0] if shown else None


# Made once: every first page asks this. With the longest talk before now, one runs at the most.
_COMING = (
    with_names()
    .where(
        Appointment.case_id == bindparam("case_id"),
        Appointment.state.in_(COMING),
        Appointment.starts_at >= bindparam("since", type_=Appointment.starts_at.type),
    )
    .order_by(Appointment.starts_at)
    .limit(MAX_MINUTES // MIN_MINUTES + 1)
)


def keep(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> None:
    """She changed her mind before anybody answered: the date stands again.

    Raises WrongState also when it is over, when that time was given away meanwhile, or when who
    was to meet her has left.
    """
    appointment = _get_hers(session, acting, appointment_id, now=now)
    if appointment.starts_at <= now:
        raise WrongState
    taken_times.hold(session)
    session.refresh(appointment, with_for_update=True)
    met = select(Appointment.id).where(Appointment.id == appointment.id, works_there())
    if session.scalar(met) is None:
        raise WrongState
    was_free = appointment.state not in COMING
    move(session, appointment, AppointmentState.PLANNED)
    try:
        if was_free:
            span = Span(appointment.starts_at, ends_at(appointment))
            but = (appointment.id,)
            separation.check(session, appointment.case_id, span, but=but, to_herself=True)
        taken_times.free(session, appointment)
        taken_times.take(session, appointment)
    except (Overlaps, ColleagueTaken, RoomTaken, TimeNotPossible):
        raise WrongState from None
    appointment.answered_at = now
    account(session, acting, "date_kept", appointment, now=now)
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
    if ends_at(appointment) <= now or not (appointment.state in COMING or was_taken):
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
    account(session, acting, "date_taken_along", appointment, now=now)
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
        if ends_at(appointment) <= now:
            appointment.hidden_at = now
    audit.record(session, acting.account_id, "dates_hidden", now=now, case_id=acting.her_case_id)
    session.flush()


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
    move(session, appointment, state)
    appointment.answered_at = now
    account(session, acting, f"date_{state.value}", appointment, now=now)
    session.flush()


def _get_hers(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> Appointment:
    appointment = session.scalar(
        select(Appointment).where(
            Appointment.id == appointment_id,
            Appointment.case_id == acting.her_case_id,
            # A proposed visit is answered as a whole.
            Appointment.state.not_in(NOT_HERS),
        )
    )
    if appointment is None:
        raise NotFound
    return appointment
