"""The end of a referral: what its service may read goes at once, and the dates that came of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import STANDING, AppointmentState
from portal.domain.folders import FolderKind
from portal.domain.referrals import WITH_THE_SERVICE, ReferralState
from portal.models import Appointment, Referral, Service
from portal.services.dates import taken_times
from portal.services.interpreters import following
from portal.services.keys.folders import end_grants, get_folder


def stop_referral(
    session: Session, referral: Referral, state: ReferralState, *, now: datetime
) -> None:
    """End what a service may read of a referral, at once, and the dates that came of it."""
    end_dates(session, referral, now=now)
    if referral.state in WITH_THE_SERVICE:
        folder = get_folder(session, referral.case_id, FolderKind.REFERRAL, referral.id)
        service = session.get_one(Service, referral.service_id)
        end_grants(session, folder, service.holder_id)
    # What a service answered stays as it was answered.
    if referral.state not in (ReferralState.DONE, ReferralState.NOT_POSSIBLE):
        referral.state = state
    session.flush()


def end_dates(session: Session, referral: Referral, *, now: datetime) -> None:
    """Nobody waits for her any more: dates to come are cancelled, those that began are done."""
    for date in session.scalars(
        select(Appointment).where(
            Appointment.referral_id == referral.id, Appointment.state.in_(STANDING)
        )
    ):
        date.state = _ended(date, now=now)
        if date.state is not AppointmentState.DONE:
            following.let_go(session, date)
        taken_times.free(session, date)


def _ended(date: Appointment, *, now: datetime) -> AppointmentState:
    if date.state is AppointmentState.PROPOSED:
        return AppointmentState.NOT_AGREED
    began = date.state is AppointmentState.PLANNED and date.starts_at <= now
    return AppointmentState.DONE if began else AppointmentState.CANCELLED
