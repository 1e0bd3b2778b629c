"""What each service says of itself, as a profile: read, written, and forgotten where it must be."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.centre import Topic
from portal.domain.profiles import Profile
from portal.domain.refusals import NotFound
from portal.domain.services import Cost, PlaceKind, ServiceKind, ServiceState
from portal.models import Service, SettingVersion

_OF_A_PLACE = {"floor": None, "place": ""}


def get(session: Session, about: str) -> Service:
    """The service of a setting. Raises NotFound."""
    try:
        found = session.get(Service, UUID(about))
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    return found


def read(service: Service) -> Profile:
    """What it says of itself, as it is stored and exchanged."""
    return {
        "kind": service.kind.value,
        "state": service.state.value,
        "name": service.name,
        "languages": list(service.languages),
        "place_kind": service.place_kind.value,
        "floor": service.floor,
        "place": service.place,
        "hours": dict(service.hours),
        "exceptions": dict(service.exceptions),
        "cost": service.cost.value,
        "texts": {kind: dict(said) for kind, said in service.texts.items()},
        "notices": dict(service.notices),
    }


def write(service: Service, profile: Profile) -> None:
    """Put a checked profile in the place of what stood there."""
    service.kind, service.state = ServiceKind(profile["kind"]), ServiceState(profile["state"])
    service.name, service.languages = profile["name"], profile["languages"]
    service.place_kind = PlaceKind(profile["place_kind"])
    service.floor, service.place = profile["floor"], profile["place"]
    service.hours, service.exceptions = profile["hours"], profile["exceptions"]
    service.cost, service.texts = Cost(profile["cost"]), profile["texts"]
    service.notices = profile["notices"]


def forget_secret_places(session: Session, about: str) -> None:
    """Once a place is confidential its address goes from the earlier versions as well."""
    if not get(session, about).place_kind.is_confidential:
        return
    versions = select(SettingVersion).where(
        SettingVersion.topic == Topic.SERVICE, SettingVersion.about == about
    )
    for version in session.scalars(versions):
        if "place" in version.before:
            version.before = version.before | _OF_A_PLACE
        if "place" in version.after:
            version.after = version.after | _OF_A_PLACE
    session.flush()
