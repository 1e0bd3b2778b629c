"""The services under the roof: what waits at each, for staff; who helps with what, for her."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.needs import Category
from portal.domain.opening import Opening
from portal.domain.referrals import UNANSWERED
from portal.domain.roles import Permission
from portal.domain.services import USUAL, ServiceState, usual_first
from portal.models import Referral, Service
from portal.services.availability import free
from portal.services.entry.sessions import SignedIn


@dataclass(frozen=True)
class ServiceLine:
    """A service; `waiting` is None for those who may not see counts of the house."""

    service: Service
    waiting: int | None


def services(session: Session, acting: SignedIn) -> list[ServiceLine]:
    """The services under the roof, with the referrals that wait for an answer of each."""
    counts: dict[object, int] = {}
    if acting.may(Permission.SEE_HOUSE):
        rows = session.execute(
            select(Referral.service_id, func.count())
            .where(Referral.state.in_(UNANSWERED))
            .group_by(Referral.service_id)
        )
        counts = dict(rows.all())
    may_count = acting.may(Permission.SEE_HOUSE)
    return [
        ServiceLine(service, counts.get(service.id, 0) if may_count else None)
        for service in session.scalars(select(Service).order_by(Service.name))
    ]


def who_helps(session: Session, category: Category) -> list[Service]:
    """The services that usually help with a need, those first that it mostly goes to.

    What is closed is left out; what is paused stays and says so.
    """
    found = session.scalars(
        select(Service)
        .where(Service.kind.in_(USUAL[category]), Service.state != ServiceState.CLOSED)
        .order_by(Service.name)
    )
    return sorted(found, key=lambda service: usual_first(category, service.kind))


def openings(session: Session, found: Sequence[Service], *, now: datetime) -> dict[UUID, Opening]:
    """When each of some services is there: two queries, however many they are."""
    return free.openings(session, [one.id for one in found], now=now)
