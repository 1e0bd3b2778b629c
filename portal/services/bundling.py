"""A month of the made-up centre, planned without and with bundling from the same needs.

Both plans are made anew from hours and referrals, in clear; no date is set, and nothing is opened.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.availability import free_spans
from portal.domain.opening import days_between
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission, Role
from portal.domain.services import PlaceKind
from portal.domain.visits.bundling import Accepted, Planned, apart, together
from portal.domain.visits.house import House, Room, Talk, Worker
from portal.models import Membership, Referral, Service, StaffMember
from portal.services.availability import free
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre, zone_of

MONTH = timedelta(days=31)
MINUTES = 45
"""How long a talk is taken to last."""
_ANY = ""
"""A language that everybody speaks: interpreters are left out of the comparison."""


@dataclass(frozen=True)
class Twice:
    """The same month in two ways."""

    first: date
    last: date
    apart: Planned
    together: Planned


def of_made_up_centre(session: Session, acting: SignedIn, *, now: datetime) -> Twice:
    """What became of the last month's needs, had nothing been planned yet.

    Raises NotYours, and NotFound in a centre with real people.
    """
    if not acting.may(Permission.SEE_COUNTS):
        raise NotYours
    if not get_centre(session).is_demo:
        raise NotFound
    zone = zone_of(session)
    services = {
        service.id: service
        for service in session.scalars(
            select(Service).where(Service.place_kind == PlaceKind.IN_HOUSE)
        )
    }
    teams = _teams(session, services)
    rows = session.execute(
        select(Referral.id, Referral.case_id, Referral.service_id, Referral.sent_at)
        .where(Referral.sent_at >= now - MONTH, Referral.service_id.in_(teams))
        .order_by(Referral.sent_at, Referral.id)
    ).all()
    accepted = [
        Accepted(case_id, _talk(referral_id, service_id, teams), sent_at.astimezone(zone).date())
        for referral_id, case_id, service_id, sent_at in rows
        if sent_at is not None
    ]
    first = min((one.on for one in accepted), default=now.astimezone(zone).date())
    last = max((one.on for one in accepted), default=first) + MONTH
    house = _house(session, services, teams, first, last, now=now)
    return Twice(first, last, apart(house, accepted), together(house, accepted))


def _teams(session: Session, services: Mapping[UUID, Service]) -> dict[UUID, list[UUID]]:
    rows = session.execute(
        select(Membership.service_id, Membership.account_id)
        .join(StaffMember, StaffMember.account_id == Membership.account_id)
        .where(
            Membership.service_id.in_(services),
            Membership.role == Role.SERVICE_STAFF,
            StaffMember.left_at.is_(None),
        )
        .order_by(StaffMember.name, StaffMember.account_id)
    )
    teams: dict[UUID, list[UUID]] = defaultdict(list)
    for service_id, account_id in rows:
        if service_id is not None:
            teams[service_id].append(account_id)
    return teams


def _talk(referral_id: UUID, service_id: UUID, teams: Mapping[UUID, Sequence[UUID]]) -> Talk:
    workers = tuple(_desk(service_id, who) for who in teams[service_id])
    return Talk(referral_id, MINUTES, workers, str(service_id), _ANY)


def _house(
    session: Session,
    services: Mapping[UUID, Service],
    teams: Mapping[UUID, Sequence[UUID]],
    first: date,
    last: date,
    *,
    now: datetime,
) -> House:
    """Everybody at a desk of their own, in their hours and those of their service."""
    zone = zone_of(session)
    owners = {*teams, *(who for team in teams.values() for who in team)}
    there = free.openings(session, list(owners), now=now)
    workers, rooms = [], []
    for service_id, team in teams.items():
        for who in team:
            desk = _desk(service_id, who)
            hours = free_spans((there[service_id], there[who]), first, last, zone, busy=())
            workers.append(Worker(desk, frozenset({_ANY}), hours))
            floor = services[service_id].floor or 0
            rooms.append(Room(uuid5(desk, "room"), str(service_id), floor, hours))
    days = tuple(days_between(first, last))
    return House(zone=zone, days=days, workers=tuple(workers), rooms=tuple(rooms))


def _desk(service_id: UUID, account_id: UUID) -> UUID:
    """Somebody in one service: hours are others in each."""
    return uuid5(service_id, account_id.hex)
