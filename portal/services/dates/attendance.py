"""Whether she came: noted by the service after a date, put right when it was a mistake.

It is a word of staff's own list. Her pages say of every date that is over only that it is over.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import STANDING, AppointmentState, NotOverYet
from portal.domain.referrals import OPEN, WITH_THE_SERVICE, ReferralState
from portal.domain.refusals import NotFound
from portal.models import Appointment, Need, Referral
from portal.services.dates.giving import get_for_staff
from portal.services.dates.moves import account, move
from portal.services.dates.shown_dates import ends_at
from portal.services.entry.sessions import SignedIn
from portal.services.needs.holding import hold
from portal.services.visits.ending import fall_away


def came(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> None:
    """The talk took place. Raises NotFound, NotOverYet, WrongState."""
    appointment, referral = _get_over(session, acting, appointment_id, now=now)
    was_noted = appointment.state is AppointmentState.NOT_COME
    move(session, appointment, AppointmentState.DONE)
    if was_noted and referral.state is ReferralState.ACCEPTED:
        referral.state = ReferralState.DATE_SET
    account(session, acting, "date_came", appointment, now=now)
    session.flush()


def did_not_come(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> None:
    """She was not there. Her referral stays open, so that another date can be given.

    Raises NotFound, NotOverYet, WrongState.
    """
    appointment, referral = _get_over(session, acting, appointment_id, now=now)
    move(session, appointment, AppointmentState.NOT_COME)
    if referral.state is ReferralState.DATE_SET and not _has_date(session, referral, now=now):
        referral.state = ReferralState.ACCEPTED
    account(session, acting, "date_not_come", appointment, now=now)
    session.flush()


def _get_over(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> tuple[Appointment, Referral]:
    """A date of this colleague's service that is over, and its referral, both held.

    Her yes may have ended by the clock meanwhile; for who took it back there is nothing to note.
    """
    appointment = get_for_staff(session, acting, appointment_id)
    referral = session.get_one(Referral, appointment.referral_id)
    hold(session, session.get_one(Need, referral.need_id))
    session.refresh(referral)
    if referral.state not in OPEN | WITH_THE_SERVICE:
        raise NotFound
    session.refresh(appointment, with_for_update=True)
    if ends_at(appointment) > now:
        raise NotOverYet
    fall_away(session, Appointment.instead_of_id == appointment.id, now=now)
    return appointment, referral


def _has_date(session: Session, referral: Referral, *, now: datetime) -> bool:
    """Whether she is expected again, or somebody has yet to note whether she came."""
    return (
        session.scalar(
            select(Appointment.id)
            .where(
                Appointment.referral_id == referral.id,
                Appointment.state.in_(STANDING),
                Appointment.starts_at > now,
            )
            .limit(1)
        )
        is not None
    )
