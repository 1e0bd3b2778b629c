"""Whether what was set for her is over: told from the last of the dates of a referral."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from portal.domain.appointments import NOT_HERS, STANDING
from portal.domain.referrals import ReferralState
from portal.models import Appointment, Referral


def with_last_date(asked: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The same question about referrals, with begin and minutes of the last date that stands."""
    one = aliased(Appointment)
    last = (
        select(one.id)
        .where(one.referral_id == Referral.id, one.state.in_(STANDING - NOT_HERS))
        .order_by(one.starts_at.desc(), one.id)
        .limit(1)
        .correlate(Referral)
        .scalar_subquery()
    )
    joined = asked.outerjoin(Appointment, Appointment.id == last)
    return joined.add_columns(Appointment.starts_at, Appointment.minutes)


def is_over(
    referral: Referral, starts_at: datetime | None, minutes: int | None, *, now: datetime
) -> bool:
    """Whether a date was set and none is to come: noted or not, the talk is over."""
    if referral.state is not ReferralState.DATE_SET:
        return False
    return starts_at is None or starts_at + timedelta(minutes=minutes or 0) <= now


def over_among(session: Session, referral_ids: Iterable[UUID], *, now: datetime) -> set[UUID]:
    """Those of these referrals whose date is over."""
    asked = with_last_date(select(Referral)).where(Referral.id.in_(list(referral_ids)))
    rows = session.execute(asked).all()
    return {referral.id for referral, *last in rows if is_over(referral, *last, now=now)}
