"""When a service, a worker or a room has time: what the house says, and what calendars say."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from portal.domain.opening import Hours, Opening, Pattern, check_hours, days_between, open_spans
from portal.domain.refusals import Refusal
from portal.domain.spans import Span, Spans, shared, without

MOST_HOURS = 4
"""Stretches in one day."""
LONGEST_NAME = 80
FLOORS = range(-5, 41)


class NoHours(Refusal):
    """A pattern without an hour in the week."""


class TooManyHours(Refusal):
    """A day has at most four stretches."""


class NotHours(Refusal):
    """Hours are written as 9:00-12:00, with commas between them."""


class DayTwice(Refusal):
    """This day has an exception already."""


class DayHasPassed(Refusal):
    """An exception is about a day to come."""


class NoSuchFloor(Refusal):
    """A floor lies between five below the ground and forty above it."""


class RoomTaken(Refusal):
    """Another date has this room at this time."""


class CalendarBusy(Refusal):
    """Who would meet her is busy then, says their own calendar; knowingly it can be set."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotThere(Refusal):
    """Who would meet her, or the service, is not there then; knowingly it can be set."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class IsAway(NotThere):
    """Who would meet her is on leave or ill that day; knowingly it can be set."""


def read_hours(typed: str) -> Hours:
    """Hours of one day as people write them. Raises NotHours, TooManyHours, or of `check_hours`.

    Nothing is no hours; 24:00 is midnight at the end of the day.
    """
    parts = [part for part in typed.replace(";", ",").split(",") if part.strip()]
    hours = tuple(_stretch(part) for part in parts)
    if len(hours) > MOST_HOURS:
        raise TooManyHours
    check_hours(hours)
    return tuple(sorted(hours))


def written_hours(hours: Hours) -> str:
    """Hours of one day as people write them."""
    return ", ".join(
        f"{start:%H:%M}-{'24:00' if end == time.min else format(end, '%H:%M')}"
        for start, end in hours
    )


def _stretch(part: str) -> tuple[time, time]:
    start, dash, end = part.replace("–", "-").replace("\N{MINUS SIGN}", "-").partition("-")
    if not dash:
        raise NotHours
    return _clock(start), _clock(end, ends=True)


def _clock(typed: str, *, ends: bool = False) -> time:
    hour, _, minute = typed.strip().lower().replace("h", ":").replace(".", ":").partition(":")
    try:
        number, past = int(hour), int(minute or "0")
    except ValueError:
        raise NotHours from None
    if ends and (number, past) == (24, 0):
        return time.min
    if not (0 <= number <= 23 and 0 <= past <= 59) or not hour.strip().isascii():
        raise NotHours
    if past % 5:
        raise NotHours
    return time(number, past)


def to_json(week: Mapping[int, Hours]) -> dict[str, Any]:
    """A week as the database keeps it."""
    return {str(day): _texts(hours) for day, hours in week.items() if hours}


def day_to_json(hours: Hours) -> dict[str, Any]:
    """The hours of one day as the database keeps them."""
    return {"hours": _texts(hours)}


def pattern_from(kept: Mapping[str, Any], first: date | None, last: date | None) -> Pattern:
    """A pattern as the database keeps it."""
    week = {int(day): _hours(texts) for day, texts in kept.items()}
    return Pattern(week, first, last)


def day_from(kept: Mapping[str, Any]) -> Hours:
    """The hours of one day as the database keeps them."""
    return _hours(kept["hours"])


def _texts(hours: Hours) -> list[list[str]]:
    return [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in hours]


def _hours(texts: Iterable[Iterable[str]]) -> Hours:
    return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in texts)


def free_spans(
    openings: Iterable[Opening], first: date, last: date, zone: ZoneInfo, *, busy: Iterable[Span]
) -> Spans:
    """When all of these are open on some days, less what is taken from it."""
    days = days_between(first, last)
    left: Spans | None = None
    for opening in openings:
        spans = open_spans(opening, days, zone)
        left = spans if left is None else shared(left, spans)
    return without(left or (), busy)
