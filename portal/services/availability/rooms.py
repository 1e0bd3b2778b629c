"""The rooms of the house: made by who sets the house, taken by dates."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.availability import FLOORS, LONGEST_NAME, NoSuchFloor
from portal.domain.refusals import NotFound, NotYours, Refusal
from portal.domain.roles import Permission
from portal.domain.words import written
from portal.models import Room, Service
from portal.services import audit
from portal.services.entry.sessions import SignedIn


class RoomTwice(Refusal):
    """Another room has this name."""


def add(
    session: Session,
    acting: SignedIn,
    name: str,
    floor: int,
    service_id: UUID | None,
    *,
    now: datetime,
) -> Room:
    """A room of a service, or of the house. Raises NotYours, RoomTwice, NoSuchFloor, words."""
    _may_change(acting)
    if floor not in FLOORS:
        raise NoSuchFloor
    if service_id is not None and session.get(Service, service_id) is None:
        raise NotFound
    room = Room(
        name=written(name, limit=LONGEST_NAME), floor=floor, service_id=service_id, is_in_use=True
    )
    try:
        with session.begin_nested():
            session.add(room)
            session.flush()
    except IntegrityError:
        raise RoomTwice from None
    audit.record(session, acting.account_id, "room_added", now=now, facts={"room": str(room.id)})
    return room


def use(session: Session, acting: SignedIn, room_id: UUID, *, in_use: bool, now: datetime) -> None:
    """Take a room out of use, or back. Dates that have it keep it; what is only proposed does not.

    Raises NotYours, NotFound.
    """
    _may_change(acting)
    room = session.get(Room, room_id)
    if room is None:
        raise NotFound
    room.is_in_use = in_use
    kind = "room_in_use" if in_use else "room_out_of_use"
    audit.record(session, acting.account_id, kind, now=now, facts={"room": str(room.id)})
    session.flush()


def everywhere(session: Session, acting: SignedIn) -> Sequence[tuple[Room, str | None]]:
    """All rooms, each with the name of its service, for who sets the house. Raises NotYours."""
    _may_change(acting)
    rows = session.execute(
        select(Room, Service.name)
        .outerjoin(Service, Service.id == Room.service_id)
        .order_by(Room.floor, Room.name)
    )
    return [(room, name) for room, name in rows]


def for_service(session: Session, service_id: UUID) -> Sequence[Room]:
    """The rooms that a date of a service may take: its own first, then those of the house.

    None for a service whose place is confidential: which room a date has stands in clear.
    """
    if session.get_one(Service, service_id).place_kind.is_confidential:
        return []
    rooms = session.scalars(
        select(Room)
        .where(
            Room.is_in_use.is_(True), or_(Room.service_id == service_id, Room.service_id.is_(None))
        )
        .order_by(Room.name)
    )
    return sorted(rooms, key=lambda room: (room.service_id is None, room.floor, room.name))


def check_usable(session: Session, room_id: UUID | None, service_id: UUID) -> None:
    """Raises NotFound for a room that is not there for this service."""
    if room_id is None:
        return
    if room_id not in {room.id for room in for_service(session, service_id)}:
        raise NotFound


def _may_change(acting: SignedIn) -> None:
    if not acting.may(Permission.CHANGE_HOUSE):
        raise NotYours
