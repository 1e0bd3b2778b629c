"""The days of a plan as one long number: a bit for each moment, five minutes apart.

Every day has a lane of the same width. The moments of a lane are counted from the midnight of its
day in the centre's zone, in minutes that really pass: a day on which the clock changes is an hour
shorter or longer, and nothing else about it is special. The last moment of a lane ends something
at most: nothing goes on from there, so that no stay runs from one day into the next.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.domain.spans import Span

STEP = timedelta(minutes=5)
STEP_MINUTES = 5


def steps(minutes: int) -> int:
    """Minutes in steps, rounded up."""
    return -(-minutes // STEP_MINUTES)


class Grid:
    """Lanes for some days, cut to the hours in which anything happens."""

    def __init__(self, days: Iterable[date], zone: ZoneInfo, busy_hours: Iterable[Span]) -> None:
        self.days = sorted(set(days))
        self._midnights = [_midnight(day, zone) for day in self.days]
        self._nights = [_midnight(day + timedelta(days=1), zone) for day in self.days]
        pieces = [piece for span in busy_hours for piece in self._pieces(span)]
        self.first = min((start for _, start, _ in pieces), default=0)
        last = max((end for _, _, end in pieces), default=0)
        self.width = max(0, last - self.first) + 1
        self.lane_mask = (1 << self.width) - 1
        # Each lane without its last moment, from which nothing goes on.
        self.all = self.repeated(self.lane_mask >> 1)

    @property
    def lanes(self) -> range:
        """The places of the days in the number."""
        return range(len(self.days))

    def repeated(self, lane_bits: int) -> int:
        """The same bits in the lane of every day."""
        return sum(lane_bits << lane * self.width for lane in self.lanes)

    def inside(self, spans: Iterable[Span]) -> int:
        """The steps that lie in these spans from beginning to end."""
        found = 0
        for span in spans:
            for lane, start, end in self._pieces(span):
                found |= self._bits(lane, start, end)
        return found

    def touched(self, spans: Iterable[Span]) -> int:
        """The steps that these spans take at least a moment of."""
        return self.inside(
            Span(self._down(span.starts_at), self._up(span.ends_at)) for span in spans
        )

    def at(self, moment: datetime) -> int | None:
        """The bit of a moment, rounded down; None outside the days."""
        lane = self.lane_of(moment)
        if lane is None:
            return None
        return lane * self.width + (moment - self._midnights[lane]) // STEP - self.first

    def lane_of(self, moment: datetime) -> int | None:
        """The lane of the day that holds a moment."""
        lane = bisect_right(self._midnights, moment) - 1
        return lane if lane >= 0 and moment < self._nights[lane] else None

    def moment(self, bit: int) -> datetime:
        """The moment of a bit, in UTC."""
        lane, after = divmod(bit, self.width)
        return self._midnights[lane] + (self.first + after) * STEP

    def since_the_first_midnight(self, lane: int) -> int:
        """Steps from the beginning of the first day to the first moment of a lane."""
        return (self._midnights[lane] - self._midnights[0]) // STEP + self.first

    def _pieces(self, span: Span) -> Iterable[tuple[int, int, int]]:
        """Lane, first step and end of the whole steps of a span, day by day."""
        lane = max(0, bisect_right(self._midnights, span.starts_at) - 1)
        while lane < len(self.days) and self._midnights[lane] < span.ends_at:
            midnight = self._midnights[lane]
            start = -((midnight - max(span.starts_at, midnight)) // STEP)
            end = (min(span.ends_at, self._nights[lane]) - midnight) // STEP
            if start < end:
                yield lane, start, end
            lane += 1

    def _bits(self, lane: int, start: int, end: int) -> int:
        start, end = max(0, start - self.first), min(self.width - 1, end - self.first)
        if start >= end:
            return 0
        return ((1 << end) - (1 << start)) << lane * self.width

    def _down(self, moment: datetime) -> datetime:
        return moment - (moment - self._midnights[0]) % STEP

    def _up(self, moment: datetime) -> datetime:
        return moment + (self._midnights[0] - moment) % STEP


def runs(mask: int, length: int) -> int:
    """The steps from which `length` steps in a row are in the mask; all, for none."""
    covered = 1
    while covered < length:
        more = min(covered, length - covered)
        mask &= mask >> more
        covered += more
    return mask


def bits(mask: int) -> Iterable[int]:
    """The places of the ones in a number, in order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
