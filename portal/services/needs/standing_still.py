"""A need with which nobody goes on: from then on she is promised an answer, and it climbs.

Who ends the work of a service on it settles this at once; what comes of a service that is paused,
closed or open again the worker finds.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from portal.domain.needs import NeedState
from portal.domain.referrals import ReferralState, goes_on
from portal.domain.services import ServiceState
from portal.models import Need, Referral, Service, Told
from portal.services.house import promised
from portal.services.needs.holding import hold

STANDS_STILL = (Need.state == NeedState.ROUTED, Need.still_since.is_not(None))
"""A need with which nobody goes on, as a condition."""
_GOES_ON = or_(
    *(
        and_(
            Service.state == service,
            Referral.state.in_([one for one in ReferralState if goes_on(one, service)]),
        )
        for service in ServiceState
    )
)
_SOMEBODY = exists().where(Referral.need_id == Need.id, Service.id == Referral.service_id, _GOES_ON)


def stands_still(need: Need) -> bool:
    """Whether nobody goes on with it, and she was promised that somebody will."""
    return need.state is NeedState.ROUTED and need.still_since is not None


def settle(session: Session, need: Need, *, now: datetime) -> None:
    """Promise an answer once nobody goes on with this need, which is held; forget that after."""
    is_still = need.state is NeedState.ROUTED and not session.scalar(
        select(_SOMEBODY).where(Need.id == need.id)
    )
    if is_still and need.still_since is None:
        need.still_since = now
        need.answer_before, need.answer_again_before = promised(session, need.lane, now=now), None
    elif not is_still and need.still_since is not None:
        need.still_since = None
        session.execute(delete(Told).where(Told.need_id == need.id))
    session.flush()


def changed(session: Session, *, now: datetime) -> Sequence[UUID]:
    """What stands still, or does so no more, and was not settled: a service has changed."""
    unsettled = or_(
        and_(Need.still_since.is_(None), ~_SOMEBODY), and_(Need.still_since.is_not(None), _SOMEBODY)
    )
    routed = select(Need.id).where(Need.state == NeedState.ROUTED, unsettled)
    return session.scalars(routed.order_by(Need.id)).all()


def settle_one(session: Session, need_id: UUID, *, now: datetime) -> bool:
    """The same for one of those that have changed."""
    need = session.get_one(Need, need_id)
    hold(session, need)
    settle(session, need, now=now)
    return True
