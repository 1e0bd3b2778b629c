"""What a visit of one survivor is planned from, gathered in a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.opening import days_between, open_spans
from portal.domain.roles import Role
from portal.domain.spans import Span, Spans, without
from portal.domain.visits.house import Room as FreeRoom
from portal.domain.visits.house import Worker
from portal.models import Membership, Room, Service, StaffMember
from portal.services.availability import free
from portal.services.house import get_centre

ANY = ""
"""A language that everybody speaks: who plans looks for no interpreter."""


_SPOKEN = {"fa_af": "prs"}


@dataclass(frozen=True)
class Who:
    """Somebody of a service, who may hold its talks."""

    id: UUID
    name: str
    service_id: UUID

    @property
    def key(self) -> UUID:
        """By what the planner knows them: their hours are others in each of their services."""
        return uuid5(self.service_id, self.id.hex)


@dataclass(frozen=True)
class Ground:
    """Who and what there is for the talks of some services, in some days."""

    zone: ZoneInfo
    days: tuple[date, ...]
    people: Mapping[UUID, Who]
    workers: tuple[Worker, ...]
    rooms: tuple[FreeRoom, ...]
    room_rows: Mapping[UUID, Room]
    room_kinds: Mapping[UUID, str]

    def of_service(self, service_id: UUID, first: UUID | None = None) -> tuple[UUID, ...]:
        """The planner's names of who may hold a talk; `first` is the one who knows her already."""
        found = [who for who in self.people.values() if who.service_id == service_id]
        return tuple(who.key for who in sorted(found, key=lambda who: (who.id != first, who.name)))


def base_language(code: str) -> str:
    """A language without its country: fa_AF and fa are understood alike."""
    return code.replace("-", "_").split("_")[0].casefold()


def spoken(code: str) -> str:
    """The language in which she talks, as interpreters are known by it."""
    return _SPOKEN.get(code.replace("-", "_").casefold(), base_language(code))


def gather(
    session: Session,
    services: Sequence[Service],
    first: date,
    last: date,
    *,
    now: datetime,
    but: Collection[UUID] = (),
) -> Ground:
    """Free time of everybody and every room of these services; the times of `but` are free too."""
    zone = ZoneInfo(get_centre(session).zone)
    people = _people(session, services)
    rows = _rooms(session, services)
    accounts = {who.id for who in people}
    owners = [*(service.id for service in services), *accounts]
    busy = free.taken(session, owners, [*accounts, *(row.id for row in rows)], first, last, but=but)
    there = free.openings(session, owners, now=now)
    languages = {
        service.id: frozenset(base_language(code) for code in service.languages) | {ANY}
        for service in services
    }
    workers = tuple(
        Worker(
            who.key,
            languages[who.service_id],
            free.free_of(there, (who.service_id, who.id), first, last, zone, busy),
        )
        for who in people
    )
    open_at = open_spans(free.of_house(session, now=now), days_between(first, last), zone)
    rooms, kinds = _free_rooms(services, rows, open_at, busy)
    return Ground(
        zone=zone,
        days=_days(workers, zone),
        people={who.key: who for who in people},
        workers=workers,
        rooms=rooms,
        room_rows={row.id: row for row in rows},
        room_kinds=kinds,
    )


def _people(session: Session, services: Sequence[Service]) -> list[Who]:
    rows = session.execute(
        select(StaffMember.account_id, StaffMember.name, Membership.service_id)
        .join(Membership, Membership.account_id == StaffMember.account_id)
        .where(
            Membership.service_id.in_([service.id for service in services]),
            Membership.role == Role.SERVICE_STAFF,
            StaffMember.left_at.is_(None),
        )
        .order_by(StaffMember.name, StaffMember.account_id)
    )
    return [Who(who, name, service) for who, name, service in rows if service is not None]


def _rooms(session: Session, services: Sequence[Service]) -> list[Room]:
    own = Room.service_id.in_([service.id for service in services])
    asked = select(Room).where(Room.is_in_use.is_(True), or_(own, Room.service_id.is_(None)))
    return list(session.scalars(asked.order_by(Room.floor, Room.name)))


def _free_rooms(
    services: Sequence[Service],
    rows: Sequence[Room],
    open_at: Spans,
    busy: Mapping[UUID, Sequence[Span]],
) -> tuple[tuple[FreeRoom, ...], dict[UUID, str]]:
    """The rooms, and the kind that each service's talks need.

    A service without a room of its own takes those of the house; where the house has written down
    none, its talks are at its own desk.
    """
    has_own = {row.service_id for row in rows}
    kinds: dict[UUID, str] = {}
    found = [
        FreeRoom(
            row.id,
            str(row.service_id) if row.service_id else free.OF_HOUSE,
            row.floor,
            without(open_at, busy.get(row.id, ())),
        )
        for row in rows
    ]
    for service in services:
        at_desk = service.id not in has_own and None not in has_own
        kinds[service.id] = free.room_kind(service.id in has_own or at_desk, service.id)
        if at_desk:
            found.append(FreeRoom(service.id, kinds[service.id], service.floor or 0, open_at))
    return tuple(found), kinds


def _days(workers: Iterable[Worker], zone: ZoneInfo) -> tuple[date, ...]:
    spans = (span for worker in workers for span in worker.free)
    return tuple(sorted({span.starts_at.astimezone(zone).date() for span in spans}))
