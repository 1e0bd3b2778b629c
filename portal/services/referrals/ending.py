"""The end of a referral: what its service may read goes at once, and the dates that came of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import STANDING, AppointmentState
from portal.domain.folders import FolderKind
from portal.domain.needs import NeedState
from portal.domain.referrals import OVER, WITH_THE_SERVICE, ReferralState
from portal.models import Appointment, Need, Referral, Service
from portal.services.dates.moves import move, take_away
from portal.services.keys.folders import end_grants, get_folder
from portal.services.needs import standing_still
from portal.services.telling import outbox
from portal.services.visits.ending import fall_away


def stop_referral(
    session: Session, referral: Referral, state: ReferralState, *, now: datetime
) -> None:
    """End what a service may read of a referral, at once, and the dates that came of it.

    She did it herself, or no date is to come: she is told nothing.
    """
    for date in _end_dates(session, referral, now=now):
        move(session, date, AppointmentState.CANCELLED)
        date.change_seen_at = now
        outbox.kill(session, date, now=now)
    if referral.state in WITH_THE_SERVICE:
        folder = get_folder(session, referral.case_id, FolderKind.REFERRAL, referral.id)
        service = session.get_one(Service, referral.service_id)
        end_grants(session, folder, service.holder_id)
    # What a service answered stays as it was answered.
    if referral.state not in (ReferralState.DONE, ReferralState.NOT_POSSIBLE):
        referral.state = state
    session.flush()


def end_by_service(session: Session, referral: Referral, *, now: datetime) -> None:
    """The service waits for her no more, and she is told of each date that is gone."""
    for date in _end_dates(session, referral, now=now):
        take_away(session, date, now=now)


def end_need(session: Session, referral: Referral, *, now: datetime) -> None:
    """Once a service has helped and nothing more comes of the others, what she asked for is done.

    In whatever order they end; a need with which nobody helped is for the desk to look further.
    """
    need = session.get_one(Need, referral.need_id)
    ends = set(session.scalars(select(Referral.state).where(Referral.need_id == need.id)))
    if need.state is NeedState.ROUTED and ReferralState.DONE in ends and ends <= OVER:
        need.state = NeedState.DONE
    standing_still.settle(session, need, now=now)


def _end_dates(session: Session, referral: Referral, *, now: datetime) -> list[Appointment]:
    """Dates that began are done, proposed ones fall away; gives those to be cancelled."""
    fall_away(session, Appointment.referral_id == referral.id, now=now)
    to_cancel = []
    for date in session.scalars(
        select(Appointment).where(
            Appointment.referral_id == referral.id, Appointment.state.in_(STANDING)
        )
    ):
        if date.state is AppointmentState.PLANNED and date.starts_at <= now:
            move(session, date, AppointmentState.DONE)
        else:
            to_cancel.append(date)
    return to_cancel
