"""Days and times as they are read aloud: weekday, day, month name and year, on a clock of 24 hours.

Always the Gregorian calendar and Latin digits. A date in another calendar, or `03/04`, is a missed
appointment or a wrong day to be away from home.
"""

import datetime as dt
from contextvars import ContextVar
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, get_day_names

from portal.i18n.languages import Language, current_language
from portal.i18n.scoped import Scoped

_zone: ContextVar[ZoneInfo | None] = ContextVar("zone", default=None)


def use_zone(zone: ZoneInfo) -> Scoped[ZoneInfo | None]:
    """Tell the time of this zone from now on, or within `with use_zone(zone):`."""
    return Scoped(_zone, zone)


def here(moment: dt.datetime) -> dt.datetime:
    """The moment on the clock of the centre. Raises ValueError for a time without a zone."""
    zone = _zone.get()
    if moment.tzinfo is None or zone is None:
        # Guessing either of them would tell her an hour that is wrong.
        raise ValueError("the time has no zone, or use_zone() was not called")
    return moment.astimezone(zone)


def date(day: dt.date) -> str:
    """ "Tuesday, 24 November 2026"; a moment is the day that it is at the centre."""
    return _date(current_language(), _day(day))


def time(moment: dt.datetime) -> str:
    """ "17:00"."""
    local = here(moment)
    return f"{local.hour:02}:{local.minute:02}"


def date_time(moment: dt.datetime) -> str:
    """ "Tuesday, 24 November 2026, 17:00"."""
    pattern = str(current_language().locale.datetime_formats["full"])
    return pattern.format(time(moment), date(moment))


def weekday(day: dt.date) -> str:
    """ "Tuesday"."""
    return _weekdays(current_language())[_day(day).weekday()]


def weekday_time(moment: dt.datetime) -> str:
    """ "Tuesday 17:00", for times not more than six days away."""
    local = here(moment)
    name = _weekdays(current_language())[local.weekday()]
    return f"{name} {local.hour:02}:{local.minute:02}"


def month(day: dt.date) -> str:
    """ "November 2026", the heading of a calendar."""
    return format_skeleton("yMMMM", _day(day), locale=current_language().locale)


def weekdays(width: Literal["wide", "abbreviated", "narrow"] = "abbreviated") -> list[str]:
    """The names of the days, Monday first: the columns of a calendar."""
    names = get_day_names(width, "stand-alone", current_language().locale)
    return [str(names[number]) for number in range(7)]


def part_of_day(moment: dt.datetime) -> Literal["morning", "afternoon", "evening"]:
    """Which drawing stands beside the hour."""
    hour = here(moment).hour
    if 5 <= hour < 12:
        return "morning"
    return "afternoon" if 12 <= hour < 18 else "evening"


def _day(day: dt.date) -> dt.date:
    return here(day).date() if isinstance(day, dt.datetime) else day


@lru_cache(maxsize=2048)
def _date(language: Language, day: dt.date) -> str:
    # A page of messages tells the same few days fifty times.
    said = format_date(day, "full", locale=language.locale)
    # The first of a month is an ordinal in French; CLDR has no sign for it.
    return said.replace(" 1 ", " 1er ") if language.code == "fr" else said


@lru_cache
def _weekdays(language: Language) -> list[str]:
    names = get_day_names("wide", "format", language.locale)
    return [str(names[number]) for number in range(7)]
