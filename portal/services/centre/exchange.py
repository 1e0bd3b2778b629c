"""The services of the house as a file for others, and a file of others as services of the house."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.centre import NothingChanged, Topic
from portal.domain.hsds import reading, writing
from portal.domain.hsds.faults import Fault, FaultyFile
from portal.domain.hsds.times import HouseClock
from portal.domain.profiles import Profile
from portal.models import Service
from portal.services.centre import house_settings, profiles
from portal.services.house import get_centre


@dataclass
class Taken:
    """What became of a file."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0
    not_kept: list[str] = field(default_factory=list)
    """Fields of the file that the house has no place for."""


def written(session: Session) -> str:
    """All services as JSON; nothing of a confidential place is in it."""
    centre = get_centre(session)
    found = session.scalars(select(Service).order_by(Service.name, Service.id))
    rows = [(one.id, profiles.read(session, one)) for one in found]
    return writing.written(rows, languages=centre.languages, zone=centre.zone)


def take(session: Session, raw: bytes, *, now: datetime) -> Taken:
    """Add and change the services of a file. Raises FaultyFile: then nothing was taken.

    Services that the file does not name stay as they are.
    """
    centre = get_centre(session)
    clock, first = HouseClock(centre.zone), centre.languages[0]
    found, not_kept = reading.read(raw, clock=clock, language=first)
    _refuse_taken_names(session, found)
    taken = Taken(not_kept=not_kept)
    for service_id, profile in found:
        name = profile["name"]
        if session.get(Service, service_id) is None:
            house_settings.put_new_service(session, None, profile, now=now, service_id=service_id)
            taken.added.append(name)
            continue
        about = str(service_id)
        try:
            house_settings.put(session, None, Topic.SERVICE, profile, about=about, now=now)
        except NothingChanged:
            taken.same += 1
        else:
            taken.changed.append(name)
    return taken


def _refuse_taken_names(session: Session, found: Sequence[tuple[UUID, Profile]]) -> None:
    ids = {service_id for service_id, _ in found}
    rows = session.execute(select(Service.name, Service.id))
    others = {name for name, service_id in rows if service_id not in ids}
    faults = [
        Fault(row, "name", "another service of the house is called so")
        for row, (_, profile) in enumerate(found, 1)
        if profile["name"] in others
    ]
    if faults:
        raise FaultyFile(faults)
