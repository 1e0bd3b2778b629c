"""Days away: when they overlap, and what may not be left without a reader."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from portal.domain.refusals import Refusal
from portal.domain.training import is_read_only


class LeaveEndsTooEarly(Refusal):
    """The last day lies before the first one."""


class LeaveIsOver(Refusal):
    """The last day has passed."""


class LeaveNeedsAnEnd(Refusal):
    """Planned leave says until when, so that she can be told."""


class LeaveOverlaps(Refusal):
    """This colleague is away on some of these days already."""


class NoStandIn(Refusal):
    """`count` open files would have no reader: whoever shares them is away too, or has left."""

    def __init__(self, name: str, count: int) -> None:
        super().__init__(name, count)
        self.name, self.count = name, count


class NoSecondReader(Refusal):
    """`count` open files are this colleague's alone, as after a recovery."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class StandInIsAway(Refusal):
    """Whoever should stand in is on leave herself on some of these days."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class StandInOnlyReads(Refusal):
    """The training of whoever should stand in has passed on some of these days."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NeitherAnswers(Refusal):
    """On some day ahead neither of the two readers of a file would answer."""


class CannotStandIn(Refusal):
    """No case director of this house, or on the file already."""


class LastReader(Refusal):
    """Nobody else who is here holds the key of `count` open files."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class NobodyAnswersToday(Refusal):
    """The other reader of `count` files does not answer today: she is away, or may only read."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True)
class Days:
    """From a first to a last day, both included; no last day while nobody knows it."""

    first: date
    last: date | None = None

    def overlaps(self, other: "Days") -> bool:
        """Whether the two have a day in common."""
        return _before(self.first, other.last) and _before(other.first, self.last)

    def shared(self, other: "Days") -> "Days":
        """The days that two have in common, where they overlap."""
        ends = [last for last in (self.last, other.last) if last is not None]
        return Days(max(self.first, other.first), min(ends, default=None))

    def includes(self, day: date) -> bool:
        """Whether somebody with these days away is away on this day."""
        return self.first <= day and not self.is_over(day)

    def after(self, other: "Days") -> "Days | None":
        """What is left of these days once others are over; nothing after days without an end."""
        if other.last is None:
            return None
        first = max(self.first, other.last + timedelta(days=1))
        return None if self.is_over(first) else Days(first, self.last)

    def is_over(self, day: date) -> bool:
        """Whether the last of these days lies before this one."""
        return not _before(day, self.last)


@dataclass(frozen=True)
class Reader:
    """A colleague who reads files, and what keeps her from answering in them."""

    account_id: UUID
    name: str
    has_left: bool
    trained_until: date | None
    away: tuple[Days, ...]

    def gaps(self, *, today: date) -> list[Days]:
        """Days from today on, on which somebody else has to answer."""
        ahead = [Days(max(one.first, today), one.last) for one in self.away]
        if self.has_left or is_read_only(self.trained_until, today=today):
            ahead.append(Days(today, today))
        return ahead

    def missing(self, days: Days) -> list[Days]:
        """Those of these days on which she does not answer either."""
        if self.has_left:
            return [days]
        found = [one.shared(days) for one in self.away if one.overlaps(days)]
        # Training is renewed before it ends: an illness without an end does not outlast it.
        if self.trained_until and is_read_only(self.trained_until, today=days.last or days.first):
            found.append(Days(self.trained_until + timedelta(days=1), None).shared(days))
        return found


def joined(days: Iterable[Days], day_at_work: Callable[[date], date]) -> list[Days]:
    """Days away, with those made one between which there is no day at work.

    `day_at_work` gives the next one after a day.
    """
    found: list[Days] = []
    for one in sorted(days, key=lambda one: one.first):
        before = found[-1] if found else None
        if before is None or (before.last and one.first > day_at_work(before.last)):
            found.append(one)
            continue
        known = before.last and one.last
        found[-1] = Days(before.first, known and max(before.last or known, known))
    return found


def neither_answers(one: Reader, other: Reader, *, today: date) -> Days | None:
    """The first days from today on, on which neither of two readers answers."""
    found = [
        days
        for mine, theirs in ((one, other), (other, one))
        for gap in mine.gaps(today=today)
        for days in theirs.missing(gap)
    ]
    return min(found, key=lambda days: days.first, default=None)


def check_planned(days: Days, *, today: date) -> None:
    """Refuse planned leave without an end, backwards, or over. Raises one of the above."""
    if days.last is None:
        raise LeaveNeedsAnEnd
    check_days(days, today=today)


def check_days(days: Days, *, today: date) -> None:
    """Refuse days that go backwards or are over."""
    if days.last is not None and days.last < today:
        raise LeaveIsOver
    if days.last is not None and days.last < days.first:
        raise LeaveEndsTooEarly


def _before(day: date, last: date | None) -> bool:
    return last is None or day <= last
