"""What the centre sets itself: each change is checked, versioned and accounted for.

A value is a dictionary as it is stored; an empty one means the portal's own. Who changed what,
and what stood before, stays readable, and any earlier state can be put back by a new change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain import centre as rules
from portal.domain.centre import LegalText, Topic
from portal.domain.decisions import check_proof
from portal.domain.needs import Lane
from portal.domain.promises import Promise, Span
from portal.domain.refusals import NotFound, NotYours
from portal.domain.retention import check_days, days_of
from portal.domain.roles import Permission
from portal.domain.services import ServiceState
from portal.domain.words import clean, written, written_or_none
from portal.models import Centre, Service, SettingVersion, StaffMember
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre, settings_of
from portal.settings import is_page_elsewhere

Value = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One version with the name of who made it."""

    version: SettingVersion
    by: str


def current(session: Session, topic: Topic, about: str = "") -> Value:
    """What stands now. Raises NotFound for a service or text that is not there."""
    return _READ[topic](session, get_centre(session), about)


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
    if not acting.may(Permission.CHANGE_HOUSE):
        raise NotYours
    check_proof(acting.second_factor_at, now=now)
    # One change of the house at a time: two people may save at the same moment.
    centre = session.get_one(Centre, 1, with_for_update=True, populate_existing=True)
    before, number = current(session, topic, about), last_number(session, topic, about)
    if seen is not None and seen != number:
        raise rules.ChangedMeanwhile
    after = _CHECKED[topic](session, centre, about, dict(value), now)
    if after == before:
        raise rules.NothingChanged
    _WRITE[topic](session, centre, about, after)
    made = SettingVersion(
        topic=topic,
        about=about,
        number=number + 1,
        changed_by_id=acting.account_id,
        changed_at=now,
        before=before,
        after=after,
    )
    session.add(made)
    session.flush()
    facts: audit.Facts = {"topic": topic.value, "about": about, "number": made.number}
    audit.record(session, acting.account_id, "house_changed", now=now, facts=facts)
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
        .join(StaffMember, StaffMember.account_id == SettingVersion.changed_by_id)
        .order_by(SettingVersion.changed_at.desc(), SettingVersion.id.desc())
        .limit(size)
    )
    if topic is not None:
        found = found.where(SettingVersion.topic == topic, SettingVersion.about == about)
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
        if not line.get("hidden") and rules.must_be_checked(_day(line), today):
            due.append(key)
    return due


def _day(line: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(line["verified_on"]) if line.get("verified_on") else None


# What stands, by topic.


def _service(session: Session, about: str) -> Service:
    try:
        found = session.get(Service, UUID(about))
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    return found


def _read_service(session: Session, _centre: Centre, about: str) -> Value:
    one = _service(session, about)
    return {
        "state": one.state.value,
        "name": one.name,
        "place": one.place,
        "notices": dict(one.notices),
    }


def _read_hours(_session: Session, centre: Centre, _about: str) -> Value:
    return {
        "opens": centre.opens.strftime("%H:%M"),
        "closes": centre.closes.strftime("%H:%M"),
        "weekdays": list(centre.weekdays),
    }


_READ: Mapping[Topic, Callable[[Session, Centre, str], Value]] = {
    Topic.HOURS: _read_hours,
    Topic.PROMISES: lambda _session, centre, _about: dict(centre.promises),
    Topic.LANGUAGES: lambda _session, centre, _about: {"codes": list(centre.languages)},
    Topic.SERVICE: _read_service,
    Topic.HELP_LINE: lambda _session, centre, about: dict(centre.help_lines.get(about, {})),
    Topic.LEGAL_TEXT: lambda _session, centre, about: dict(centre.legal_texts.get(about, {})),
    Topic.EXIT_PAGES: lambda _session, centre, _about: dict(centre.exit_pages),
    Topic.RETENTION: lambda _session, centre, _about: dict(centre.retention),
}


# What may stand, by topic.


def _check_hours(_s: Session, _c: Centre, _a: str, value: Value, _now: datetime) -> Value:
    opens, closes = time.fromisoformat(value["opens"]), time.fromisoformat(value["closes"])
    weekdays = sorted({int(day) for day in value["weekdays"]})
    rules.check_hours(opens, closes, weekdays)
    return {
        "opens": opens.strftime("%H:%M"),
        "closes": closes.strftime("%H:%M"),
        "weekdays": weekdays,
    }


def _check_promises(_s: Session, _c: Centre, _a: str, value: Value, _now: datetime) -> Value:
    promises = {lane: Promise(int(value[lane][0]), Span(value[lane][1])) for lane in Lane}
    rules.check_promises(promises)
    return {lane.value: [one.amount, one.span.value] for lane, one in promises.items()}


def _check_languages(
    session: Session, centre: Centre, _a: str, value: Value, _now: datetime
) -> Value:
    codes = [str(code) for code in value["codes"]]
    rules.check_languages(codes, settings_of(session).languages)
    for texts in centre.legal_texts.values():
        # A language is not offered before what the law says can be read in it.
        rules.check_legal(texts, codes if texts else ())
    return {"codes": codes}


def _check_service(session: Session, _c: Centre, about: str, value: Value, _now: datetime) -> Value:
    _service(session, about)
    return {
        "state": ServiceState(value["state"]).value,
        "name": written(value["name"], limit=rules.LONGEST_LINE),
        "place": written(value["place"], limit=rules.LONGEST_LINE),
        "notices": _texts(value.get("notices", {}), rules.LONGEST_TEXT),
    }


def _check_line(_s: Session, centre: Centre, about: str, value: Value, now: datetime) -> Value:
    if (
        about in rules.FIXED_LINES
        and value
        and (value.get("hidden") or rules.plain_number(value["number"]) != about)
    ):
        raise rules.LineIsFixed
    if not value:
        return {}
    number = rules.plain_number(value["number"])
    others = {key: line for key, line in centre.help_lines.items() if key != about}
    if number in {rules.plain_number(one["number"]) for one in others.values() if one}:
        raise rules.NumberTwice
    rules.check_verified(_day(value), now.date())
    purpose = _texts(value.get("purpose", {}), rules.LONGEST_LINE)
    if not purpose and not value.get("built_in"):
        raise rules.NoPurpose
    return {
        "number": " ".join(str(value["number"]).split()),
        "hidden": bool(value.get("hidden")),
        "built_in": bool(value.get("built_in")),
        "purpose": purpose,
        "hours": _texts(value.get("hours", {}), rules.LONGEST_LINE),
        "moments": sorted(rules.Moment(one).value for one in value.get("moments", ())),
        "verified_on": value.get("verified_on") or None,
    }


def _check_legal(_s: Session, centre: Centre, about: str, value: Value, _now: datetime) -> Value:
    try:
        LegalText(about)
    except ValueError:
        raise NotFound from None
    texts = _texts(value, rules.LONGEST_LEGAL)
    if value:
        rules.check_legal(texts, centre.languages)
    return texts


def _check_exits(session: Session, _c: Centre, _a: str, value: Value, _now: datetime) -> Value:
    pages = {code: str(page).strip() for code, page in value.items() if str(page).strip()}
    for code, page in pages.items():
        if not is_page_elsewhere(page, settings_of(session)):
            raise rules.UnsafeExit(code)
    return pages


def _check_retention(_s: Session, _c: Centre, _a: str, value: Value, _now: datetime) -> Value:
    days = days_of(value)
    check_days(days)
    return {kind.value: number for kind, number in days.items()} if value else {}


_CHECKED: Mapping[Topic, Callable[[Session, Centre, str, Value, datetime], Value]] = {
    Topic.HOURS: _check_hours,
    Topic.PROMISES: _check_promises,
    Topic.LANGUAGES: _check_languages,
    Topic.SERVICE: _check_service,
    Topic.HELP_LINE: _check_line,
    Topic.LEGAL_TEXT: _check_legal,
    Topic.EXIT_PAGES: _check_exits,
    Topic.RETENTION: _check_retention,
}


# Putting it there, by topic.


def _write_hours(_session: Session, centre: Centre, _about: str, value: Value) -> None:
    centre.opens = time.fromisoformat(value["opens"])
    centre.closes = time.fromisoformat(value["closes"])
    centre.weekdays = value["weekdays"]


def _write_service(session: Session, _centre: Centre, about: str, value: Value) -> None:
    one = _service(session, about)
    one.state, one.notices = ServiceState(value["state"]), value["notices"]
    one.name, one.place = value["name"], value["place"]


def _one_of(column: str) -> Callable[[Session, Centre, str, Value], None]:
    def put(_session: Session, centre: Centre, about: str, value: Value) -> None:
        rest = {key: kept for key, kept in getattr(centre, column).items() if key != about}
        setattr(centre, column, rest | ({about: value} if value else {}))

    return put


_WRITE: Mapping[Topic, Callable[[Session, Centre, str, Value], None]] = {
    Topic.HOURS: _write_hours,
    Topic.PROMISES: lambda _s, centre, _about, value: setattr(centre, "promises", value),
    Topic.LANGUAGES: lambda _s, centre, _about, value: setattr(centre, "languages", value["codes"]),
    Topic.SERVICE: _write_service,
    Topic.HELP_LINE: _one_of("help_lines"),
    Topic.LEGAL_TEXT: _one_of("legal_texts"),
    Topic.EXIT_PAGES: lambda _s, centre, _about, value: setattr(centre, "exit_pages", value),
    Topic.RETENTION: lambda _s, centre, _about, value: setattr(centre, "retention", value),
}


def _texts(typed: Mapping[str, Any], limit: int) -> dict[str, str]:
    """Words by language, cleaned; languages in which nothing was said are left out."""
    said = {code: written_or_none(str(text), limit=limit) for code, text in typed.items()}
    return {clean(code): text for code, text in said.items() if text}
