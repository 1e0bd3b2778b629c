"""She asks for another date after one that is over, whatever became of that one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from portal.domain.appointments import IN_NO_LIST, AppointmentState
from portal.domain.referrals import WITH_THE_SERVICE, ReferralState
from portal.domain.refusals import NotFound, WrongState
from portal.domain.services import ServiceState
from portal.models import Appointment, Referral, Service
from portal.services.dates.moves import account
from portal.services.entry.sessions import SignedIn

GIVES_DATES = WITH_THE_SERVICE - {ReferralState.DONE}
"""Where a service still works on what she asked for."""


def ask(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> None:
    """She wants another date with this service. No reason is asked, and none is known.

    Raises NotFound, and WrongState where a date is to come or nobody works on it any more.
    """
    appointment = session.scalar(
        select(Appointment).where(
            Appointment.id == appointment_id, Appointment.case_id == acting.her_case_id
        )
    )
    if appointment is None:
        raise NotFound
    session.refresh(appointment, with_for_update=True)
    if appointment.id not in may_ask(session, [appointment], now=now):
        raise WrongState
    appointment.asked_again_at = now
    account(session, acting, "date_asked_again", appointment, now=now)
    session.flush()


def may_ask(session: Session, dates: Sequence[Appointment], *, now: datetime) -> set[UUID]:
    """Those of these dates after which she can ask for another one: the last of its referral."""
    over = {date.id for date in dates if _is_over(date, now=now) and date.asked_again_at is None}
    later = aliased(Appointment)
    found = session.scalars(
        select(Appointment.id)
        .join(Referral, Referral.id == Appointment.referral_id)
        .join(Service, Service.id == Appointment.service_id)
        .where(
            Appointment.id.in_(over),
            Service.state != ServiceState.CLOSED,
            Appointment.state.not_in(IN_NO_LIST),
            Referral.state.in_(GIVES_DATES),
            ~exists().where(
                later.referral_id == Referral.id,
                later.state.not_in(IN_NO_LIST),
                later.starts_at > Appointment.starts_at,
            ),
        )
    )
    return set(found)


def waiting() -> ColumnElement[bool]:
    """Whether she asked, for a question about referrals, and somebody still owes her a date."""
    over, later = aliased(Appointment), aliased(Appointment)
    return Referral.state.in_(GIVES_DATES) & exists().where(
        over.referral_id == Referral.id,
        over.asked_again_at.is_not(None),
        ~exists().where(
            later.referral_id == Referral.id,
            later.state.not_in((AppointmentState.CANCELLED, AppointmentState.NOT_AGREED)),
            later.set_at >= over.asked_again_at,
        ),
    )


def waiting_among(session: Session, referral_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these referrals for which she asked for another date and has none yet."""
    return set(session.scalars(select(Referral.id).where(Referral.id.in_(referral_ids), waiting())))


def _is_over(date: Appointment, *, now: datetime) -> bool:
    return date.starts_at + timedelta(minutes=date.minutes) <= now
