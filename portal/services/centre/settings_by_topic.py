"""What stands, what may stand, and putting it there, for each topic that the centre sets."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from portal.domain import centre as rules
from portal.domain.centre import LegalText, Topic
from portal.domain.needs import Lane
from portal.domain.profiles import by_language, checked, kept_hours
from portal.domain.promises import Promise, Span
from portal.domain.refusals import NotFound
from portal.domain.retention import check_days, days_of
from portal.domain.separation import check_minutes
from portal.domain.visits.childcare import check_places
from portal.models import Centre
from portal.services.centre import profiles
from portal.services.house import settings_of, today_here
from portal.settings import is_page_elsewhere

Value = dict[str, Any]


def day_of(line: Mapping[str, Any]) -> date | None:
    """When somebody called a help line and checked it."""
    return date.fromisoformat(line["verified_on"]) if line.get("verified_on") else None


# What stands, by topic.


def _read_service(session: Session, _centre: Centre, about: str) -> Value:
    return profiles.read(session, profiles.get(session, about))


def _read_hours(_session: Session, centre: Centre, _about: str) -> Value:
    return {
        "opens": centre.opens.strftime("%H:%M"),
        "closes": centre.closes.strftime("%H:%M"),
        "weekdays": list(centre.weekdays),
    }


READ: Mapping[Topic, Callable[[Session, Centre, str], Value]] = {
    Topic.HOURS: _read_hours,
    Topic.PROMISES: lambda _session, centre, _about: dict(centre.promises),
    Topic.LANGUAGES: lambda _session, centre, _about: {"codes": list(centre.languages)},
    Topic.SERVICE: _read_service,
    Topic.HELP_LINE: lambda _session, centre, about: dict(centre.help_lines.get(about, {})),
    Topic.LEGAL_TEXT: lambda _session, centre, about: dict(centre.legal_texts.get(about, {})),
    Topic.EXIT_PAGES: lambda _session, centre, _about: dict(centre.exit_pages),
    Topic.RETENTION: lambda _session, centre, _about: dict(centre.retention),
    Topic.CHILDCARE: lambda _session, centre, _about: dict(centre.childcare),
    Topic.SEPARATION: lambda _session, centre, _about: dict(centre.separation),
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
    # What an older version did not know yet stays as it is.
    return checked(profiles.read(session, profiles.get(session, about)) | value)


def _check_line(session: Session, centre: Centre, about: str, value: Value, now: datetime) -> Value:
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
    rules.check_verified(day_of(value), today_here(session, now=now))
    purpose = by_language(value.get("purpose", {}), rules.LONGEST_LINE)
    if not purpose and not value.get("built_in"):
        raise rules.NoPurpose
    return {
        "number": " ".join(str(value["number"]).split()),
        "hidden": bool(value.get("hidden")),
        "built_in": bool(value.get("built_in")),
        "purpose": purpose,
        "hours": by_language(value.get("hours", {}), rules.LONGEST_LINE),
        "moments": sorted(rules.Moment(one).value for one in value.get("moments", ())),
        "verified_on": value.get("verified_on") or None,
    }


def _check_legal(_s: Session, centre: Centre, about: str, value: Value, _now: datetime) -> Value:
    try:
        LegalText(about)
    except ValueError:
        raise NotFound from None
    texts = by_language(value, rules.LONGEST_LEGAL)
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


def _check_childcare(_s: Session, _c: Centre, _a: str, value: Value, _now: datetime) -> Value:
    places = int(value.get("places") or 0)
    check_places(places)
    hours = {str(day): kept_hours(of) for day, of in value.get("hours", {}).items() if of}
    return {"places": places, "hours": hours} if places and hours else {}


def _check_separation(_s: Session, _c: Centre, _a: str, value: Value, _now: datetime) -> Value:
    if not value:
        return {}
    minutes = int(value["minutes"])
    check_minutes(minutes)
    return {"minutes": minutes}


CHECKED: Mapping[Topic, Callable[[Session, Centre, str, Value, datetime], Value]] = {
    Topic.HOURS: _check_hours,
    Topic.PROMISES: _check_promises,
    Topic.LANGUAGES: _check_languages,
    Topic.SERVICE: _check_service,
    Topic.HELP_LINE: _check_line,
    Topic.LEGAL_TEXT: _check_legal,
    Topic.EXIT_PAGES: _check_exits,
    Topic.RETENTION: _check_retention,
    Topic.CHILDCARE: _check_childcare,
    Topic.SEPARATION: _check_separation,
}


# Putting it there, by topic.


def _write_hours(_session: Session, centre: Centre, _about: str, value: Value) -> None:
    centre.opens = time.fromisoformat(value["opens"])
    centre.closes = time.fromisoformat(value["closes"])
    centre.weekdays = value["weekdays"]


def _write_service(session: Session, _centre: Centre, about: str, value: Value) -> None:
    profiles.write(session, profiles.get(session, about), value)


def _one_of(column: str) -> Callable[[Session, Centre, str, Value], None]:
    def put(_session: Session, centre: Centre, about: str, value: Value) -> None:
        rest = {key: kept for key, kept in getattr(centre, column).items() if key != about}
        setattr(centre, column, rest | ({about: value} if value else {}))

    return put


WRITE: Mapping[Topic, Callable[[Session, Centre, str, Value], None]] = {
    Topic.HOURS: _write_hours,
    Topic.PROMISES: lambda _s, centre, _about, value: setattr(centre, "promises", value),
    Topic.LANGUAGES: lambda _s, centre, _about, value: setattr(centre, "languages", value["codes"]),
    Topic.SERVICE: _write_service,
    Topic.HELP_LINE: _one_of("help_lines"),
    Topic.LEGAL_TEXT: _one_of("legal_texts"),
    Topic.EXIT_PAGES: lambda _s, centre, _about, value: setattr(centre, "exit_pages", value),
    Topic.RETENTION: lambda _s, centre, _about, value: setattr(centre, "retention", value),
    Topic.CHILDCARE: lambda _s, centre, _about, value: setattr(centre, "childcare", value),
    Topic.SEPARATION: lambda _s, centre, _about, value: setattr(centre, "separation", value),
}
