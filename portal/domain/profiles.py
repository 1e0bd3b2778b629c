"""What a service says of itself: its place, its hours as people type them, its words.

A profile is a dictionary as it is stored and exchanged; `checked` says what may stand in it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from enum import StrEnum
from typing import Any

from portal.domain.centre import LONGEST_LINE, LONGEST_TEXT
from portal.domain.opening import (
    WEEKDAYS,
    Hours,
    HoursOverlap,
    HoursUpsideDown,
    check_hours,
)
from portal.domain.refusals import Refusal
from portal.domain.services import Cost, PlaceKind, ServiceKind, ServiceState
from portal.domain.words import NothingWritten, clean, written, written_or_none

Profile = dict[str, Any]
StoredHours = list[list[str]]


class Text(StrEnum):
    """What a service says in words of its own, in as many languages as it can."""

    FOR_WHOM = "for_whom"
    BRING = "bring"
    COST = "cost"


LOWEST, HIGHEST = -9, 99
MOST_EXCEPTIONS = 400
MOST_LANGUAGES = 60
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2}))?"
_STRETCH = re.compile(rf"{_CLOCK}\s*[-–—]\s*{_CLOCK}")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class NoPlace(Refusal):
    """A service in the house sits somewhere."""


class FloorOutOfReach(Refusal):
    """No house has this floor."""


class NoSuchLanguage(Refusal):
    """A code that cannot be one of a language, or one twice, or far too many."""


class HoursUnreadable(Refusal):
    """Hours are two times with a dash between them."""


class DayUnreadable(Refusal):
    """A line that does not begin with a day of the calendar."""


class DayTwice(Refusal):
    """The same day stands in two lines."""


class TooManyDays(Refusal):
    """More exceptions than a year has days."""


class WrongHours(Refusal):
    """Why hours do not do; `where` is "hours_0" for Monday, or "exceptions"."""

    def __init__(self, where: str, why: type[Refusal]) -> None:
        super().__init__(where, why)
        self.where, self.why = where, why


def checked(profile: Mapping[str, Any]) -> Profile:
    """The same, safe to keep; a confidential place is dropped.

    Raises NothingWritten, TooLong, NoPlace, FloorOutOfReach, NoSuchLanguage and WrongHours.
    """
    kind_of_place = PlaceKind(profile["place_kind"])
    return {
        "kind": ServiceKind(profile["kind"]).value,
        "state": ServiceState(profile["state"]).value,
        "name": written(profile["name"], limit=LONGEST_LINE),
        "languages": _languages(profile["languages"]),
        "place_kind": kind_of_place.value,
        "floor": None if kind_of_place.is_confidential else _floor(profile["floor"]),
        "place": "" if kind_of_place.is_confidential else _place(profile["place"]),
        "hours": _week(profile["hours"]),
        "exceptions": _exceptions(profile["exceptions"]),
        "cost": Cost(profile["cost"]).value,
        "texts": {
            kind.value: said
            for kind in Text
            if (said := by_language(profile["texts"].get(kind.value, {}), LONGEST_TEXT))
        },
        "notices": by_language(profile["notices"], LONGEST_TEXT),
    }


def by_language(typed: Mapping[str, Any], limit: int) -> dict[str, str]:
    """Words by language, cleaned; languages in which nothing was said are left out."""
    said = {code: written_or_none(str(text), limit=limit) for code, text in typed.items()}
    return {clean(code): text for code, text in said.items() if text}


def spoken(
    said: Mapping[str, str], language: str, then: Iterable[str] = ()
) -> tuple[str, str] | None:
    """The words in her language, or in the first of the others that has any: (code, words)."""
    for code in (language, *then, *said):
        if said.get(code):
            return code, said[code]
    return None


def read_hours(typed: str) -> StoredHours:
    """Hours as typed, such as "9-12, 13:00-17:00". Raises HoursUnreadable and as `check_hours`."""
    found: StoredHours = []
    for stretch in filter(None, (part.strip() for part in re.split("[,;·\n]", typed))):
        match = _STRETCH.fullmatch(stretch)
        if match is None:
            raise HoursUnreadable
        hour, minute, last, then = (int(one or 0) for one in match.groups())
        found.append([_clock(hour, minute), _clock(0 if last == 24 and not then else last, then)])
    return kept_hours(found)


def kept_hours(stored: Iterable[Sequence[str]]) -> StoredHours:
    """Hours of a day in order. Raises HoursUnreadable, HoursUpsideDown and HoursOverlap."""
    found = hours_of(stored)
    check_hours(found)
    return [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in sorted(found)]


def hours_of(stored: Iterable[Sequence[str]]) -> Hours:
    """Stored hours as clock times. Raises HoursUnreadable."""
    try:
        return tuple((_time(start), _time(end)) for start, end in stored)
    except (ValueError, TypeError):
        raise HoursUnreadable from None


def typed_hours(stored: Iterable[Sequence[str]]) -> str:
    """Stored hours as one would type them."""
    return ", ".join(f"{start}-{end}" for start, end in stored)


def read_exceptions(typed: str) -> dict[str, StoredHours]:
    """A day a line, with its hours; without any it is closed. Raises WrongHours."""
    found: dict[str, StoredHours] = {}
    for line in filter(None, (one.strip() for one in typed.splitlines())):
        try:
            match = _DAY.match(line)
            day = _day(match)
            if day in found:
                raise DayTwice
            assert match is not None
            found[day] = read_hours(line[match.end() :].lstrip(" :"))
        except (DayUnreadable, DayTwice, HoursUnreadable, HoursUpsideDown, HoursOverlap) as why:
            raise WrongHours("exceptions", type(why)) from None
    return found


def typed_exceptions(stored: Mapping[str, Iterable[Sequence[str]]]) -> str:
    """Stored days as one would type them, a day a line."""
    return "\n".join(f"{day} {typed_hours(stored[day])}".strip() for day in sorted(stored))


def _time(stored: str) -> time:
    if not re.fullmatch("[0-9]{2}:[0-9]{2}", stored):
        raise HoursUnreadable
    return time.fromisoformat(stored)


def _clock(hour: int, minute: int) -> str:
    if hour > 23 or minute > 59:
        raise HoursUnreadable
    return f"{hour:02}:{minute:02}"


def _day(match: re.Match[str] | None) -> str:
    if match is None:
        raise DayUnreadable
    year, month, day = match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise DayUnreadable from None


def _languages(codes: Iterable[str]) -> list[str]:
    found = [str(code) for code in codes]
    if len(set(found)) != len(found) or len(found) > MOST_LANGUAGES:
        raise NoSuchLanguage
    if not all(_LANGUAGE.fullmatch(code) for code in found):
        raise NoSuchLanguage
    return found


def _floor(floor: int | None) -> int | None:
    if floor is not None and not LOWEST <= floor <= HIGHEST:
        raise FloorOutOfReach
    return floor


def _place(typed: str) -> str:
    try:
        return written(typed, limit=LONGEST_LINE)
    except NothingWritten:
        raise NoPlace from None


def _week(week: Mapping[str, Any]) -> dict[str, StoredHours]:
    found = {}
    for day in WEEKDAYS:
        try:
            stored = kept_hours(week.get(str(day), ()))
        except (HoursUnreadable, HoursUpsideDown, HoursOverlap) as why:
            raise WrongHours(f"hours_{day}", type(why)) from None
        if stored:
            found[str(day)] = stored
    return found


def _exceptions(days: Mapping[str, Any]) -> dict[str, StoredHours]:
    if len(days) > MOST_EXCEPTIONS:
        raise WrongHours("exceptions", TooManyDays)
    try:
        return {date.fromisoformat(day).isoformat(): kept_hours(days[day]) for day in sorted(days)}
    except ValueError:
        raise WrongHours("exceptions", DayUnreadable) from None
    except (HoursUnreadable, HoursUpsideDown, HoursOverlap) as why:
        raise WrongHours("exceptions", type(why)) from None
