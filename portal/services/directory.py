"""The services under the roof: what waits at each, for staff; who helps with what, for her."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.needs import Category
from portal.domain.opening import Opening, Pattern
from portal.domain.profiles import opening_of
from portal.domain.referrals import ReferralState
from portal.domain.roles import Permission
from portal.domain.services import USUAL, ServiceState, usual_first
from portal.models import Centre, Referral, Service
from portal.services.entry.sessions import SignedIn
from portal.services.house import public_holidays

WAITING = (ReferralState.SENT, ReferralState.SEEN)


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
            .where(Referral.state.in_(WAITING))
            .group_by(Referral.service_id)
        )
        counts = {service_id: number for service_id, number in rows}  # noqa: C416
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


def opening(service: Service, centre: Centre, *, today: date) -> Opening:
    """When a service is there: its own days, public holidays of the country, its week."""
    return opening_of(
        service.hours,
        service.exceptions,
        of_house=Pattern(dict.fromkeys(centre.weekdays, ((centre.opens, centre.closes),))),
        holidays=public_holidays(centre.country, today.year),
    )
