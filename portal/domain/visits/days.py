"""Which talks on which day: the cheapest way to share them out, exactly.

The numbers of a rank add up over days and are packed into one integer, most important first, so
that the order of ranks is the order of integers. From the last day backwards, `cheapest[day][S]`
is the least that it costs to place the talks S on that day and later ones, each day taking one
stay or none; a talk that no day takes costs a place among the left out. Each set is split in
every way, so nothing is missed; 8 talks have 6,561 such splits a day.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from portal.domain.visits.plans import Rank

_FIELD = 24
_MASK = (1 << _FIELD) - 1


class Share(NamedTuple):
    """A way to share out the talks: its cost, and a set of talks for each day used."""

    cost: int
    days: tuple[tuple[int, int], ...]


class Day(NamedTuple):
    """What one day offers: the cost of nothing new, and of each set of talks."""

    nothing: int
    stays: Mapping[int, int]


def packed(rank: Rank) -> int:
    """A rank in steps as one integer of the same order."""
    cost = 0
    for number in rank:
        cost = cost << _FIELD | number
    return cost


def unpacked(cost: int) -> Rank:
    """The rank behind an integer."""
    return Rank(*(cost >> _FIELD * place & _MASK for place in range(4, -1, -1)))


VISIT = packed(Rank(0, 1, 0, 0, 0))
WAITING = packed(Rank(0, 0, 1, 0, 0))
EARLIEST = packed(Rank(0, 0, 0, 1, 0))


def best_shares(days: Sequence[Day], talks: int, most: int) -> list[Share]:
    """The best share for each first day with something new, and of these the best few.

    Those that leave out more talks than the best are no choice for her. `talks` is their number.
    """
    everything = (1 << talks) - 1
    cheapest = _cheapest(days, talks)
    starts: list[tuple[int, int, int]] = []
    idle = 0
    for day, (nothing, stays) in enumerate(days):
        after = cheapest[day + 1]
        firsts = [(idle + cost + after[everything ^ some], some) for some, cost in stays.items()]
        if firsts:
            cost, some = min(firsts)
            starts.append((cost, day, some))
        idle += nothing
    best = sorted(starts)[:most]
    left_out = [unpacked(cost).left_out for cost, _, _ in best]
    return [
        Share(cost, ((day, some), *_rest(days, cheapest, day + 1, everything ^ some)))
        for (cost, day, some), left in zip(best, left_out, strict=True)
        if left == left_out[0]
    ]


def nothing_placed(days: Sequence[Day], talks: int) -> Share:
    """What remains when no talk has a place: the fixed parts alone."""
    left_out = packed(Rank(talks, 0, 0, 0, 0))
    return Share(left_out + sum(day.nothing for day in days), ())


def cheapest_together(days: Sequence[Day], talks: int) -> list[int]:
    """For each set of talks, a cost that no share of it undercuts: days may be used twice."""
    idle = sum(day.nothing for day in days)
    stays: dict[int, int] = {}
    for nothing, of_day in days:
        for some, cost in of_day.items():
            stays[some] = min(stays.get(some, cost - nothing), cost - nothing)
    alone = packed(Rank(1, 0, 0, 0, 0))
    cheapest = [idle]
    for whole in range(1, 1 << talks):
        lowest = whole & -whole
        shares = [
            stays[others | lowest] + cheapest[whole ^ lowest ^ others]
            for others in _parts(talks)[whole ^ lowest]
            if others | lowest in stays
        ]
        cheapest.append(min([alone + cheapest[whole ^ lowest], *shares]))
    return cheapest


def _cheapest(days: Sequence[Day], talks: int) -> list[list[int]]:
    missing = packed(Rank(1, 0, 0, 0, 0))
    cheapest = [[some.bit_count() * missing for some in range(1 << talks)]]
    parts = _parts(talks)
    everything = (1 << talks) - 1
    for nothing, stays in reversed(days):
        after = cheapest[-1]
        here = [cost + nothing for cost in after] if nothing else after.copy()
        for some, cost in stays.items():
            for others in parts[everything ^ some]:
                both = cost + after[others]
                if both < here[some | others]:
                    here[some | others] = both
        cheapest.append(here)
    return cheapest[::-1]


def _rest(
    days: Sequence[Day], cheapest: list[list[int]], day: int, talks: int
) -> tuple[tuple[int, int], ...]:
    """The share behind a cheapest cost; the fewest talks come first where two cost the same."""
    found = []
    while day < len(days):
        nothing, stays = days[day]
        if cheapest[day][talks] != nothing + cheapest[day + 1][talks]:
            some = next(
                some
                for some, cost in sorted(stays.items())
                if not some & ~talks
                and cost + cheapest[day + 1][talks ^ some] == cheapest[day][talks]
            )
            found.append((day, some))
            talks ^= some
        day += 1
    return tuple(found)


@cache
def _parts(talks: int) -> tuple[tuple[int, ...], ...]:
    """For each set of talks, all sets within it."""
    found = []
    for whole in range(1 << talks):
        some, within = whole, []
        while some:
            within.append(some)
            some = (some - 1) & whole
        found.append((*within, 0))
    return tuple(found)
