"""A need put back at the desk: no service helps with it, or she does not answer a question."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.needs import MOVES, NeedState
from portal.domain.referrals import OPEN, ReferralState
from portal.domain.refusals import NotFound, WrongState
from portal.domain.services import ServiceState
from portal.models import Case, Need, Referral, Service
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.moderation import at_desk, decisions
from portal.services.needs import standing_still
from portal.services.needs.holding import hold
from portal.services.referrals import ending


def ask_desk_again(
    session: Session, acting: SignedIn, case: Case, need_id: UUID, *, now: datetime
) -> None:
    """The case team puts a need back at the desk: a service said no to it, or she to a service.

    The desk's keys of what belongs to it had ended; the case team grants them anew. A need about
    which she was asked goes on without her answer, which she may still give. What lies with a
    service that has closed comes to nothing, also a date there.
    """
    need = session.scalar(select(Need).where(Need.id == need_id, Need.case_id == case.id))
    if need is None:
        raise NotFound
    hold(session, need)
    if NeedState.SENT not in MOVES[need.state]:
        raise WrongState
    at_desk.give_to_desk(session, acting, need, now=now)
    _end_at_closed(session, need, now=now)
    need.state = NeedState.SENT
    standing_still.settle(session, need, now=now)
    decisions.queue_need(session, acting, need, now=now)
    audit.record_in_case(
        session, acting.account_id, "need_at_desk_again", case.id, now=now, need=need.id
    )
    session.flush()


def _end_at_closed(session: Session, need: Need, *, now: datetime) -> None:
    """Nobody answers there any more; she is told of each date that is gone, and reads the rest."""
    at_closed = (
        select(Referral)
        .join(Service, Service.id == Referral.service_id)
        .where(
            Referral.need_id == need.id,
            Referral.state.in_(OPEN),
            Service.state == ServiceState.CLOSED,
        )
    )
    for referral in session.scalars(at_closed):
        ending.end_by_service(session, referral, now=now)
        session.flush()
        ending.stop_referral(session, referral, ReferralState.NOT_POSSIBLE, now=now)
