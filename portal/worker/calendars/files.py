"""What a calendar file says of somebody's time, and nothing else: what for is never kept."""

import re
import time
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from itertools import islice
from math import prod
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from portal.domain.calendars import Trouble
from portal.domain.spans import Span, Spans, joined
from portal.worker.calendars.asking import MOST_BYTES, Failed

MOST_EVENTS = 20_000
MOST_A_DAY = 24
MOST_TIMES = 5_000
"""Of one event: once an hour for half a year and more."""
SECONDS = 20.0
"""For one calendar: what would cost more stays unread."""
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_REPEATS = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "EXRULE")


@dataclass(frozen=True)
class Read:
    """When a file takes time, and how many of its events nobody could make sense of."""

    spans: Spans
    unread: int


def read(text: bytes, window: Span, zone: ZoneInfo, *, until: float | None = None) -> Read:
    """The busy times of a calendar file within a window, on the clock of the centre where it says
    no zone, or one that nobody knows. What is not read `until` then stays unread.

    Raises Failed: TOO_LARGE, NOT_A_CALENDAR.
    """
    until = time.monotonic() + SECONDS if until is None else until
    spans: list[Span] = []
    unread = 0
    for events in _series(parse(text)):
        try:
            if time.monotonic() > until:
                raise ValueError("out of time")
            spans += _busy(events, window, zone)
        except Exception:  # noqa: BLE001, RUF100 - a foreign event may break the libraries anywhere
            unread += 1
    return Read(joined(spans), unread)


def parse(text: bytes) -> Calendar:
    """A calendar file, taken apart. Raises Failed: TOO_LARGE, NOT_A_CALENDAR."""
    if len(text) > MOST_BYTES or text.count(b"BEGIN:VEVENT") > MOST_EVENTS:
        raise Failed(Trouble.TOO_LARGE)
    if b"BEGIN:VCALENDAR" not in text[:1000].upper():
        raise Failed(Trouble.NOT_A_CALENDAR)
    try:
        found = Calendar.from_ical(text.decode("utf-8", "replace"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise Failed(Trouble.NOT_A_CALENDAR) from None
    if not isinstance(found, Calendar):
        raise Failed(Trouble.NOT_A_CALENDAR)
    return found


def when(event: Any, zone: ZoneInfo) -> Span:
    """From when until when an event lasts. ValueError when it does not say."""
    starts = event.get("DTSTART")
    if starts is None or not isinstance(getattr(starts, "dt", None), date):
        raise ValueError("no start")
    begins: date = starts.dt
    ends = event.get("DTEND")
    if ends is not None:
        if not isinstance(ends.dt, date):
            raise ValueError("no end")
        return _span(begins, ends.dt, zone)
    lasts = event.get("DURATION")
    whole_day = timedelta(days=0 if isinstance(begins, datetime) else 1)
    return _span(begins, begins + (lasts.dt if lasts is not None else whole_day), zone)


def _series(calendar: Calendar) -> Iterator[list[Any]]:
    """Events that belong together: one that repeats, and its days that are otherwise."""
    found: dict[str, list[Any]] = {}
    for number, event in enumerate(calendar.walk("VEVENT")):
        found.setdefault(str(event.get("UID", number)), []).append(event)
    return iter(found.values())


def _busy(events: list[Any], window: Span, zone: ZoneInfo) -> Iterator[Span]:
    repeats = any(name in event for event in events for name in _REPEATS)
    for event in _times(events, window) if repeats else events:
        if not _takes_time(event):
            continue
        span = when(event, zone)
        if span.meets(window):
            yield span


def _takes_time(event: Any) -> bool:
    is_free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    return not is_free and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _times(events: list[Any], window: Span) -> list[Any]:
    """An event each time that it happens within the window."""
    for event in events:
        _bound(event, window)
    calendar = Calendar()
    calendar.subcomponents.extend(events)
    asked = recurring_ical_events.of(calendar)
    found = list(islice(asked.between(window.starts_at, window.ends_at), MOST_TIMES + 1))
    if len(found) > MOST_TIMES:
        raise ValueError("too often")
    return found


def _bound(event: Any, window: Span) -> None:
    """Let a rule end with the window: one that never comes true would be followed to year 9999."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if _TOO_OFTEN & {str(one).upper() for one in rule.get("FREQ", [])}:
            raise ValueError("too often")
        a_day = prod(len(rule.get(part, [0])) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        if a_day > MOST_A_DAY or _never(rule):
            raise ValueError("too often, or never")
        starts = event["DTSTART"].dt
        ends: date = window.ends_at if isinstance(starts, datetime) else window.ends_at.date()
        if isinstance(ends, datetime) and starts.tzinfo is None:
            ends = ends.replace(tzinfo=None)
        known = [one for one in rule.get("UNTIL", []) if isinstance(one, date)]
        if not known and "COUNT" not in rule:
            rule["UNTIL"] = [ends]


def _never(rule: Any) -> bool:
    """A day that none of the months has: dateutil would look for it until year 9999."""
    months, days = rule.get("BYMONTH", []), rule.get("BYMONTHDAY", [])
    longest = max((monthrange(2024, int(month) % 12 or 12)[1] for month in months), default=31)
    return bool(days) and all(abs(int(day)) > longest for day in days)


def _span(begins: date, ends: date, zone: ZoneInfo) -> Span:
    span = Span(_moment(begins, zone), _moment(ends, zone))
    if span.ends_at < span.starts_at:
        raise ValueError("ends before it begins")
    return span


def _moment(when_: date, zone: ZoneInfo) -> datetime:
    if not isinstance(when_, datetime):
        return datetime.combine(when_, clock(), zone).astimezone(UTC)
    return (when_ if when_.tzinfo else when_.replace(tzinfo=zone)).astimezone(UTC)


_SAFE = re.compile(r"[\r\n\\;,]")


def ours(uid: str, span: Span, title: str) -> bytes:
    """A date of ours as an outside calendar may show it: when, and a word that tells nothing."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Calendar//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_stamp(span.starts_at)}",
        f"DTSTART:{_stamp(span.starts_at)}",
        f"DTEND:{_stamp(span.ends_at)}",
        f"SUMMARY:{_SAFE.sub(' ', title)}",
        "CLASS:PRIVATE",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines).encode()


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
