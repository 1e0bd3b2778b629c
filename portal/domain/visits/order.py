"""The order of a stay that was found: from its end back to its beginning, in what was noted.

`Stays` notes moments only when they are first reached, with the smallest label. That is enough to
go back: the stay before the last stop of a best stay is best itself, or a better one would have
led on to a better end.
"""

from collections.abc import Iterator
from typing import NamedTuple

from portal.domain.visits.ground import FixedStay
from portal.domain.visits.stays import FLOORS, Stay, Stays


class Stop(NamedTuple):
    """A new talk (its number) or a fixed part in a stay, and the bit of its start."""

    start: int
    floor: int
    talk: int | None
    fixed: FixedStay | None


class _Label(NamedTuple):
    """A stay on its way: the talks it has, where and when it is, and what it cost so far."""

    talks: int
    place: int
    waiting: int
    end: int
    changes: int


def stops(stays: Stays, talks: int, stay: Stay) -> list[Stop]:
    """The order of a stay that was found, from its first talk to its last."""
    ends = stays.layers[stay.waiting][talks][stay.changes]
    place = min(place for place, mask in ends.items() if mask >> stay.end & 1)
    found: list[Stop] = []
    at: _Label | None = _Label(talks, place, *stay)
    while at is not None:
        stop, at = _before(stays, at)
        found.append(stop)
    return found[::-1]


def _before(stays: Stays, at: _Label) -> tuple[Stop, _Label | None]:
    """The last stop of a stay and the stay before it: of several, always the same."""
    for stop, before, walked in _last_stops(stays, at):
        if _is_first(stays, stop, before, at, walked):
            return stop, None
        came = _came_from(stays, before, at, stop, walked)
        if came is not None:
            return stop, came
    raise AssertionError("a stay that was found has a beginning")


def _last_stops(stays: Stays, at: _Label) -> Iterator[tuple[Stop, int, int]]:
    """What a stay may end with: the stop, the talks before it, and its walking."""
    ground, floor = stays.ground, at.place % FLOORS
    for talk, by_floor in enumerate(ground.starts):
        start = at.end - ground.lengths[talk]
        if at.talks >> talk & 1 and start >= 0 and by_floor.get(floor, 0) >> start & 1:
            yield Stop(start, floor, talk, None), at.talks ^ 1 << talk, 0
    for part in ground.fixed:
        if (part.end, part.floor) == (at.end, floor):
            walked = part.end - part.start if stays.walking else 0
            yield Stop(part.start, floor, None, part), at.talks, walked


def _is_first(stays: Stays, stop: Stop, before: int, at: _Label, walked: int) -> bool:
    """Whether a stay has no other stop than its last."""
    if before or at.waiting or at.changes or at.place // FLOORS != walked:
        return False
    if stop.fixed is None:
        return bool(stays.ground.opens >> stop.start & 1)
    return stays.ground.by_lane[stop.start // stays.ground.width][0] == stop.fixed


def _came_from(stays: Stays, before: int, at: _Label, stop: Stop, walked: int) -> _Label | None:
    """The stay before the last stop, which has to be one that was found."""
    for floor in range(len(stays.ground.floors)):
        walk = stays.ground.walk[floor][stop.floor]
        changes = at.changes - (floor != stop.floor)
        walking = at.place // FLOORS - walked - (walk if stays.walking else 0)
        place = floor + FLOORS * walking
        for wait in range(min(at.waiting, stays.ground.longest_wait) + 1):
            end = stop.start - walk - wait
            layer = stays.layers[at.waiting - wait][before]
            if end < 0 or not layer.get(changes, {}).get(place, 0) >> end & 1:
                continue
            if stays.ground.waits(end, walk + wait):
                return _Label(before, place, at.waiting - wait, end, changes)
    return None
