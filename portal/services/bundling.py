"""A month of the made-up centre, planned without and with bundling from the same needs.

Both plans are made anew from hours and referrals, in clear; no date is set, and nothing is opened.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.availability import free_spans
from portal.domain.needs import Category, NeedState
from portal.domain.opening import days_between
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission, Role
from portal.domain.services import NEVER_BUNDLED, USUAL, PlaceKind, ServiceKind
from portal.domain.visits.bundling import Accepted, Planned, apart, together
from portal.domain.visits.house import House, Room, Talk, Worker
from portal.models import Membership, Need, Referral, Service, StaffMember
from portal.services.availability import free
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre, zone_of

MONTH = timedelta(days=31)
MINUTES = 45
"""How long a talk is taken to last."""
_DAY = timedelta(days=1)
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
    return planned_twice(session, now=now)


def planned_twice(session: Session, *, now: datetime) -> Twice:
    """The last month's needs, planned apart and together, for a bench of the made-up centre."""
    zone = zone_of(session)
    services = {
        service.id: service
        for service in session.scalars(
            select(Service).where(Service.place_kind == PlaceKind.IN_HOUSE)
        )
    }
    teams = _teams(session, services)
    accepted = _wanted(session, services, teams, since=now - MONTH)
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


def _wanted(
    session: Session,
    services: Mapping[UUID, Service],
    teams: Mapping[UUID, Sequence[UUID]],
    *,
    since: datetime,
) -> list[Accepted]:
    """One talk of each survivor with each service that usually helps with one of her needs."""
    zone = zone_of(session)
    takes = _days_to_answer(session, teams, since=since)
    rows = session.execute(
        select(Need.case_id, Need.category, Need.sent_at)
        .where(Need.sent_at >= since, Need.state != NeedState.STOPPED)
        .order_by(Need.sent_at, Need.id)
    )
    found: dict[UUID, Accepted] = {}
    for who, category, sent_at in rows:
        for service_id in teams:
            if not _helps(services[service_id].kind, category):
                continue
            workers = tuple(_desk(service_id, one) for one in teams[service_id])
            talk = Talk(uuid5(who, service_id.hex), MINUTES, workers, str(service_id), _ANY)
            on = sent_at.astimezone(zone).date() + takes[service_id]
            found.setdefault(talk.referral, Accepted(who, talk, on))
    return list(found.values())


def _days_to_answer(
    session: Session, services: Collection[UUID], *, since: datetime
) -> dict[UUID, timedelta]:
    """How long each of these services takes to read what she needs: half of them, longer."""
    rows = session.execute(
        select(Referral.service_id, Need.sent_at, Referral.seen_at)
        .join(Need, Need.id == Referral.need_id)
        .where(Need.sent_at >= since, Referral.seen_at.is_not(None))
    )
    took: dict[UUID, list[float]] = defaultdict(list)
    for service_id, sent_at, seen_at in rows:
        if seen_at is not None:
            took[service_id].append((seen_at - sent_at) / _DAY)
    whole_house = [one for some in took.values() for one in some] or [0.0]
    return {
        service_id: timedelta(days=round(median(took.get(service_id, whole_house))))
        for service_id in services
    }


def _helps(kind: ServiceKind, category: Category) -> bool:
    """As the desk offers it. Police and prosecutor only where she asked for them."""
    never = kind in NEVER_BUNDLED and category is not Category.POLICE
    return kind in USUAL[category] and not never


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
