"""What stays are made of, as masks of a grid: starts, walking, waiting, and what is fixed."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from portal.domain.visits.grid import STEP, STEP_MINUTES, Grid, runs, steps
from portal.domain.visits.house import House, Part
from portal.domain.visits.starts import Starts


class FixedStay(NamedTuple):
    """A fixed part: the bits of its start and end, the number of its floor, and itself."""

    start: int
    end: int
    floor: int
    part: Part


class Hop(NamedTuple):
    """From one floor to a talk on another or the same. A talk is a set of one (a bit)."""

    talk: int
    floor: int
    walk: int
    starts: int
    length: int
    changes: int


@dataclass(frozen=True)
class FixedDay:
    """What a day with fixed parts costs when nothing is added to it."""

    waiting: int
    changes: int


class Ground:
    """A house seen by stays. Floors are numbered from 0, times are steps."""

    def __init__(self, house: House, grid: Grid, starts: Starts) -> None:
        self.width, self.lanes = grid.width, len(grid.days)
        self.present = starts.present
        self.passable = starts.present << 1
        """Moments that she can wait or walk up to from the moment before."""
        self.longest_wait = house.longest_wait // STEP_MINUTES
        longest = house.wishes.longest_visit
        self.longest_visit = None if longest is None else longest // STEP_MINUTES
        used = {floor for of_talk in starts.by_floor for floor in of_talk}
        self.floors = sorted(used | {part.floor for part in house.fixed})
        number = {floor: place for place, floor in enumerate(self.floors)}
        self.walk = [
            [steps(house.floors.between(one, other)) for other in self.floors]
            for one in self.floors
        ]
        self.lengths = starts.lengths
        self.starts = [
            {number[floor]: mask for floor, mask in of_talk.items()} for of_talk in starts.by_floor
        ]
        self.fixed = sorted(
            FixedStay(start, _end(grid, start, part), number[part.floor], part)
            for part in house.fixed
            if (start := grid.at(part.starts_at)) is not None
        )
        self.by_lane: dict[int, list[FixedStay]] = {}
        for one in self.fixed:
            self.by_lane.setdefault(one.start // self.width, []).append(one)
        self.opens, self.closes = self._doors()
        self.hops = [self._hops_from(floor) for floor in range(len(self.floors))]
        self.talking = [
            sum(length for talk, length in enumerate(self.lengths) if talks >> talk & 1)
            for talks in range(1 << len(self.lengths))
        ]

    def fixed_day(self, lane: int) -> FixedDay | None:
        """The cost of a day's fixed parts by themselves; None for a day without."""
        parts = self.by_lane.get(lane)
        if parts is None:
            return None
        gaps = (
            after.start - before.end - self.walk[before.floor][after.floor]
            for before, after in pairwise(parts)
        )
        changes = sum(before.floor != after.floor for before, after in pairwise(parts))
        return FixedDay(sum(max(0, gap) for gap in gaps), changes)

    def waits(self, start: int, length: int) -> bool:
        """Whether she can be in the house, free, for some steps from a moment on."""
        return not ((1 << length) - 1) & ~(self.present >> start)

    def _doors(self) -> tuple[int, int]:
        """The moments at which a stay may begin with a new talk, and may end.

        A stay on a day with fixed parts begins before the first and ends after the last.
        """
        opens = closes = (1 << self.width * self.lanes) - 1
        for lane, parts in self.by_lane.items():
            begins, ends = lane * self.width, (lane + 1) * self.width
            opens &= ~((1 << ends) - (1 << parts[0].start))
            closes &= ~((1 << max(part.end for part in parts)) - (1 << begins))
        return opens, closes

    def _hops_from(self, floor: int) -> list[Hop]:
        found = []
        for talk, by_floor in enumerate(self.starts):
            for other, starts in by_floor.items():
                walk = self.walk[floor][other]
                walkable = runs(self.present, walk) << walk if walk else -1
                changes = int(floor != other)
                length = self.lengths[talk]
                found.append(Hop(1 << talk, other, walk, starts & walkable, length, changes))
        return found


def _end(grid: Grid, start: int, part: Part) -> int:
    """The first bit after a fixed part, at the latest the last of its day."""
    last = start - start % grid.width + grid.width - 1
    return min(last, start - (grid.moment(start) - part.ends_at) // STEP)
