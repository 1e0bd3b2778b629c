"""When somebody or something is there: a weekly pattern, its exceptions, and public holidays."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.domain.refusals import Refusal
from portal.domain.spans import Span, Spans, joined

Hours = tuple[tuple[time, time], ...]
"""Clock times of one day, from and until. Until midnight is `time.min`."""

WEEKDAYS = range(7)


class HoursUpsideDown(Refusal):
    """Hours end after they begin."""


class HoursOverlap(Refusal):
    """The hours of one day do not overlap."""


class PatternUpsideDown(Refusal):
    """A pattern ends on or after the day it begins."""


@dataclass(frozen=True)
class Pattern:
    """The same hours every week, Monday being 0, within the days that it holds (both included)."""

    hours: Mapping[int, Hours]
    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the pattern says something about a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Opening:
    """All that is known about when something is open.

    Patterns add up. A public holiday closes; an exception says the hours of one day and comes
    before everything: no hours at all, or hours on a holiday.
    """

    patterns: Sequence[Pattern] = ()
    exceptions: Mapping[date, Hours] = field(default_factory=dict)
    holidays: Collection[date] = frozenset()


def check_hours(hours: Hours) -> None:
    """Refuse hours of one day that nobody could keep: HoursUpsideDown, HoursOverlap."""
    ends = time.min
    for start, end in sorted(hours):
        if end <= start and end != time.min:
            raise HoursUpsideDown
        if start < ends:
            raise HoursOverlap
        ends = end if end != time.min else time.max


def check_pattern(pattern: Pattern) -> None:
    """Refuse a pattern that nobody could keep: PatternUpsideDown, HoursUpsideDown, HoursOverlap."""
    if pattern.first and pattern.last and pattern.last < pattern.first:
        raise PatternUpsideDown
    for hours in pattern.hours.values():
        check_hours(hours)


def hours_on(day: date, opening: Opening) -> Hours:
    """The clock hours of one day, in order."""
    if day in opening.exceptions:
        return tuple(sorted(opening.exceptions[day]))
    if day in opening.holidays:
        return ()
    found = (p.hours.get(day.weekday(), ()) for p in opening.patterns if p.holds_on(day))
    return tuple(sorted(hours for of_pattern in found for hours in of_pattern))


def next_open(opening: Opening, after: date, *, within: int = 60) -> date | None:
    """The first day after this one with any hours, unless it is further than `within` days."""
    days = (after + timedelta(days=ahead) for ahead in range(1, within + 1))
    return next((day for day in days if hours_on(day, opening)), None)


def on_the_clock(day: date, hours: Hours, zone: ZoneInfo) -> Spans:
    """Clock hours of one day as moments.

    An hour that the clock shows twice is open both times, one that it skips is not there at all,
    and what begins or ends within such an hour is open too short rather than too long.
    """
    return joined(_moments(day, start, end, zone) for start, end in hours)


def open_spans(opening: Opening, days: Iterable[date], zone: ZoneInfo) -> Spans:
    """When it is open on some days, in the zone of the centre."""
    return joined(span for day in days for span in on_the_clock(day, hours_on(day, opening), zone))


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first until the last, both included."""
    return [first + timedelta(days=after) for after in range((last - first).days + 1)]


def _moments(day: date, start: time, end: time, zone: ZoneInfo) -> Span:
    until = day + timedelta(days=1) if end == time.min else day
    return Span(
        datetime.combine(day, start, zone).replace(fold=0).astimezone(UTC),
        datetime.combine(until, end, zone).replace(fold=1).astimezone(UTC),
    )
