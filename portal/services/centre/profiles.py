"""What each service says of itself, as a profile: read, written, and forgotten where it must be.

Its hours are those that dates are planned by: one week that always holds, and single days. Weeks
that hold only from one day until another are set elsewhere and stay as they are.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.centre import Topic
from portal.domain.profiles import Profile
from portal.domain.refusals import NotFound
from portal.domain.services import Cost, PlaceKind, ServiceKind, ServiceState
from portal.models import OpeningException, OpeningPattern, Service, SettingVersion

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


def read(session: Session, service: Service) -> Profile:
    """What it says of itself, as it is stored and exchanged."""
    return {
        "kind": service.kind.value,
        "state": service.state.value,
        "name": service.name,
        "languages": list(service.languages),
        "place_kind": service.place_kind.value,
        "floor": service.floor,
        "place": service.place,
        "hours": _week(session, service),
        "exceptions": _days(session, service),
        "cost": service.cost.value,
        "texts": {kind: dict(said) for kind, said in service.texts.items()},
        "notices": dict(service.notices),
    }


def write(session: Session, service: Service, profile: Profile) -> None:
    """Put a checked profile in the place of what stood there."""
    service.kind, service.state = ServiceKind(profile["kind"]), ServiceState(profile["state"])
    service.name, service.languages = profile["name"], profile["languages"]
    service.place_kind = PlaceKind(profile["place_kind"])
    service.floor, service.place = profile["floor"], profile["place"]
    service.cost, service.texts = Cost(profile["cost"]), profile["texts"]
    service.notices = profile["notices"]
    _write_week(session, service, profile["hours"])
    _write_days(session, service, profile["exceptions"])


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


def _week(session: Session, service: Service) -> dict[str, Any]:
    found = session.scalars(
        select(OpeningPattern).where(_ALWAYS, OpeningPattern.service_id == service.id)
    ).all()
    days = sorted({day for pattern in found for day in pattern.hours})
    return {
        day: sorted(stretch for pattern in found for stretch in pattern.hours.get(day, ()))
        for day in days
    }


def _days(session: Session, service: Service) -> dict[str, Any]:
    found = session.scalars(
        select(OpeningException)
        .where(OpeningException.service_id == service.id)
        .order_by(OpeningException.day)
    )
    return {one.day.isoformat(): one.hours["hours"] for one in found}


def _write_week(session: Session, service: Service, week: Mapping[str, Any]) -> None:
    if week == _week(session, service):
        return
    session.execute(delete(OpeningPattern).where(_ALWAYS, OpeningPattern.service_id == service.id))
    if week:
        session.add(OpeningPattern(service_id=service.id, hours=dict(week)))


def _write_days(session: Session, service: Service, days: Mapping[str, Any]) -> None:
    if days == _days(session, service):
        return
    session.execute(delete(OpeningException).where(OpeningException.service_id == service.id))
    for day, hours in days.items():
        kept = {"hours": hours}
        session.add(
            OpeningException(service_id=service.id, day=date.fromisoformat(day), hours=kept)
        )


_ALWAYS = OpeningPattern.first.is_(None) & OpeningPattern.last.is_(None)
