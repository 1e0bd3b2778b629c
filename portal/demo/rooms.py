"""Rooms of the demo: three services talk in a room of their own, the others at their desks."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.demo.people import StaffPerson, sign_in
from portal.domain.services import ServiceKind
from portal.models import Service
from portal.services.availability import rooms

ROOMS: Mapping[ServiceKind, str] = {
    ServiceKind.LAWYER: "Kamer Beuk",
    ServiceKind.POLICE: "Kamer Eik",
    ServiceKind.COUNSELLING: "Kamer Linde",
}


def make(
    session: Session,
    coordinator: StaffPerson,
    services: Mapping[ServiceKind, Service],
    *,
    now: datetime,
) -> dict[UUID, UUID]:
    """The rooms, by the services whose they are."""
    acting = sign_in(session, coordinator, at=now)
    found = {}
    for kind, name in ROOMS.items():
        service = services[kind]
        room = rooms.add(session, acting, name, service.floor or 0, service.id, now=now)
        found[service.id] = room.id
    return found
