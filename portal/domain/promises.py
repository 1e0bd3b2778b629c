"""When the house promises an answer: working hours, and clocks that stop when nobody is in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.domain.needs import Lane


class Span(StrEnum):
    """What a promise is counted in."""

    MINUTES = "minutes"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True)
class Promise:
    """An amount of open time within which someone answers."""

    amount: int
    span: Span


# Red: seen within 30 minutes of opening hours; orange one working day, green three, information
# five. A centre sets its own.
DEFAULT_PROMISES: Mapping[Lane, Promise] = {
    Lane.RED: Promise(30, Span.MINUTES),
    Lane.ORANGE: Promise(1, Span.WORKING_DAYS),
    Lane.GREEN: Promise(3, Span.WORKING_DAYS),
    Lane.INFORMATION: Promise(5, Span.WORKING_DAYS),
}

WEEKDAYS = range(5)


@dataclass(frozen=True)
class OpeningHours:
    """When somebody reads, in the centre's own zone."""

    zone: ZoneInfo
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(WEEKDAYS)
    closed_days: frozenset[date] = field(default_factory=frozenset)

    def open_on(self, day: date) -> bool:
        """Whether the house is open at all on this day."""
        return day.weekday() in self.weekdays and day not in self.closed_days

    def is_open(self, at: datetime) -> bool:
        """Whether somebody reads at this moment."""
        local = at.astimezone(self.zone)
        return self.open_on(local.date()) and self.opens <= local.time() < self.closes

    def next_opening(self, at: datetime) -> datetime:
        """This moment if somebody reads now, else when somebody next does."""
        if self.is_open(at):
            return at
        local = at.astimezone(self.zone)
        day = local.date()
        if not self.open_on(day) or local.time() >= self.closes:
            day = self.open_day_after(day)
        return datetime.combine(day, self.opens, self.zone)

    def open_day_after(self, day: date) -> date:
        """The next day on which somebody reads."""
        if not self.weekdays:
            raise ValueError("a house that never opens cannot promise anything")
        day += timedelta(days=1)
        while not self.open_on(day):
            day += timedelta(days=1)
        return day


def answer_before(sent_at: datetime, promise: Promise, hours: OpeningHours) -> datetime:
    """The clock time by which somebody answers, in the centre's zone.

    Minutes count while the house is open; a working day ends at closing time of the next open day.
    """
    start = hours.next_opening(sent_at).astimezone(hours.zone)
    if promise.span is Span.WORKING_DAYS:
        day = start.date()
        for _ in range(promise.amount):
            day = hours.open_day_after(day)
        return datetime.combine(day, hours.closes, hours.zone)
    left = timedelta(minutes=promise.amount)
    while True:
        closing = datetime.combine(start.date(), hours.closes, hours.zone)
        # Aware datetimes of one zone subtract as wall clocks, and a house may be open on the night
        # on which the clock changes: minutes are counted in UTC.
        open_for = closing.astimezone(UTC) - start.astimezone(UTC)
        if left <= open_for:
            return (start.astimezone(UTC) + left).astimezone(hours.zone)
        left -= max(open_for, timedelta())
        start = datetime.combine(hours.open_day_after(start.date()), hours.opens, hours.zone)
