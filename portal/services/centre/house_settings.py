"""What the centre sets itself: each change is checked, versioned and accounted for.

A value is a dictionary as it is stored; an empty one means the portal's own. Who changed what,
and what stood before, stays readable, and any earlier state can be put back by a new change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain import centre as rules
from portal.domain.centre import Topic
from portal.domain.decisions import check_proof
from portal.domain.profiles import checked
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission
from portal.domain.services import ServiceKind
from portal.domain.words import clean
from portal.models import Centre, Service, SettingVersion, StaffMember
from portal.services import audit
from portal.services.centre import profiles
from portal.services.centre.settings_by_topic import CHECKED, READ, WRITE, Value, day_of
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre
from portal.services.running import founding


@dataclass(frozen=True)
class Change:
    """One version with the name of who made it; None where the machine read it from a file."""

    version: SettingVersion
    by: str | None


def current(session: Session, topic: Topic, about: str = "") -> Value:
    """What stands now. Raises NotFound for a service or text that is not there."""
    return READ[topic](session, get_centre(session), about)


def last_number(session: Session, topic: Topic, about: str = "") -> int:
    """How often this was changed: a form carries it, so that nobody overwrites another's change."""
    newest = select(func.max(SettingVersion.number)).where(
        SettingVersion.topic == topic, SettingVersion.about == about
    )
    return session.scalar(newest) or 0


def change(
    session: Session,
    acting: SignedIn,
    topic: Topic,
    value: Mapping[str, Any],
    *,
    now: datetime,
    about: str = "",
    seen: int | None = None,
) -> SettingVersion:
    """Set a value. Raises the refusals of `portal.domain.centre`, NotYours and ProofTooOld."""
    _check_may(acting, now=now)
    # One change of the house at a time: two people may save at the same moment.
    session.get_one(Centre, 1, with_for_update=True, populate_existing=True)
    if seen is not None and seen != last_number(session, topic, about):
        raise rules.ChangedMeanwhile
    return put(session, acting.account_id, topic, value, about=about, now=now)


def put(
    session: Session,
    actor_id: UUID | None,
    topic: Topic,
    value: Mapping[str, Any],
    *,
    now: datetime,
    about: str = "",
) -> SettingVersion:
    """Set a value for whoever may: a person who was checked, or None for the machine itself."""
    centre = get_centre(session)
    before = current(session, topic, about)
    after = CHECKED[topic](session, centre, about, dict(value), now)
    if after == before:
        raise rules.NothingChanged
    WRITE[topic](session, centre, about, after)
    return _keep(session, actor_id, topic, about, before, after, now=now)


def add_service(
    session: Session, acting: SignedIn, value: Mapping[str, Any], *, now: datetime
) -> Service:
    """A new service under the roof. Raises as `change`."""
    _check_may(acting, now=now)
    return put_new_service(session, acting.account_id, value, now=now)


def put_new_service(
    session: Session,
    actor_id: UUID | None,
    value: Mapping[str, Any],
    *,
    now: datetime,
    service_id: UUID | None = None,
) -> Service:
    """A new service for whoever may; with its id where it is known elsewhere already."""
    profile = checked(value)
    service = founding.add_service(
        session,
        kind=ServiceKind(profile["kind"]),
        name=profile["name"],
        languages=profile["languages"],
        place="",
        now=now,
        actor_id=actor_id,
        service_id=service_id,
    )
    profiles.write(session, service, profile)
    _keep(session, actor_id, Topic.SERVICE, str(service.id), {}, profile, now=now)
    return service


def _check_may(acting: SignedIn, *, now: datetime) -> None:
    if not acting.may(Permission.CHANGE_HOUSE):
        raise NotYours
    check_proof(acting.second_factor_at, now=now)


def _keep(
    session: Session,
    actor_id: UUID | None,
    topic: Topic,
    about: str,
    before: Value,
    after: Value,
    *,
    now: datetime,
) -> SettingVersion:
    made = SettingVersion(
        topic=topic,
        about=about,
        number=last_number(session, topic, about) + 1,
        changed_by_id=actor_id,
        changed_at=now,
        before=before,
        after=after,
    )
    session.add(made)
    session.flush()
    if topic is Topic.SERVICE:
        profiles.forget_secret_places(session, about)
        if before and before["state"] != after["state"]:
            profiles.get(session, about).state_since = now
    facts: audit.Facts = {"topic": topic.value, "about": about, "number": made.number}
    audit.record(session, actor_id, "house_changed", now=now, facts=facts)
    return made


def put_back(
    session: Session, acting: SignedIn, version_id: UUID, *, now: datetime
) -> SettingVersion:
    """Set what stood before a change, as a change of its own. Raises NotFound and as `change`."""
    version = session.get(SettingVersion, version_id)
    if version is None or not acting.may(Permission.CHANGE_HOUSE):
        raise NotFound
    return change(session, acting, version.topic, version.before, about=version.about, now=now)


def history(
    session: Session,
    acting: SignedIn,
    topic: Topic | None = None,
    about: str = "",
    *,
    size: int = 50,
    older_than: UUID | None = None,
) -> list[Change]:
    """The changes of one setting, or of all, newest first. Raises NotYours."""
    if not acting.may(Permission.CHANGE_HOUSE):
        raise NotYours
    found = (
        select(SettingVersion, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.account_id == SettingVersion.changed_by_id)
        .order_by(SettingVersion.changed_at.desc(), SettingVersion.id.desc())
        .limit(size)
    )
    if topic is not None:
        found = found.where(SettingVersion.topic == topic, SettingVersion.about == clean(about))
    last = session.get(SettingVersion, older_than) if older_than else None
    if last is not None:
        found = found.where(
            (SettingVersion.changed_at < last.changed_at)
            | ((SettingVersion.changed_at == last.changed_at) & (SettingVersion.id < last.id))
        )
    return [Change(version, name) for version, name in session.execute(found)]


def lines_to_check(centre: Centre, known: Mapping[str, object], *, today: date) -> list[str]:
    """The numbers, as keys, that nobody has checked for a year; hidden ones need no look."""
    due = []
    for key in {**dict.fromkeys(known), **dict.fromkeys(centre.help_lines)}:
        line = centre.help_lines.get(key, {})
        if not line.get("hidden") and rules.must_be_checked(day_of(line), today):
            due.append(key)
    return due
