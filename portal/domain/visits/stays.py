"""Every way to stay in the house for a set of talks, from the least waiting upwards.

A *stay* is all that happens on one day, without leaving the house. For each set S of talks and
each floor f, one number holds the moments (see `grid`) at which a stay for S can end on f: all
days, moments and orders are moved along at once, by shifting and masking. Labels (waiting w, then
floor changes c) are taken in ascending order, as Dijkstra takes distances, and a moment that was
reached with a smaller label is not looked at again. That loses nothing: what can follow depends on
S, f and the moment alone, and adds to w and c what does not depend on the past. Where she set a
longest visit, what can follow depends on the beginning too, which is the moment less talks,
waiting and walking (fixed parts counted as walking): then moments are kept apart by walking also.

So a moment m is first reached for S with the smallest (w, c) of all stays for S that end at m, and
the smallest (w, m, c) of a day is exact. Fixed parts take no place in S: nothing but taking part
leads past them.
"""

from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from portal.domain.visits.ground import Ground


class Stay(NamedTuple):
    """The best stay for some talks on one day: its cost in steps, and how its chain ends."""

    waiting: int
    end: int
    changes: int


Ends = dict[int, int]
"""Place to the moments at which a stay can end there."""

_NO_END = 1 << 30

FLOORS = 1 << 8
"""A place is the number of a floor, plus this many times the walking where that matters."""


class Stays:
    """The stays of a house, found layer by layer: no waiting, one step of it, two, ..."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.best: list[dict[int, Stay]] = [{} for _ in range(ground.lanes)]
        self.waiting = -1
        self.exhausted = False
        sets = range(len(ground.talking))
        # What a step of walking adds to a place.
        self.walking = FLOORS if ground.longest_visit is not None else 0
        self.layers: list[list[dict[int, Ends]]] = []
        """For each waiting and set of talks: floor changes to the ends first reached with them."""
        self._ready: list[dict[int, Ends]] = [{} for _ in sets]
        self._known: list[Ends] = [{} for _ in sets]
        self._left: list[Ends] = [{} for _ in sets]
        self._open_lanes = [ground.closes for _ in sets]
        self._wanted = [-1 for _ in sets]
        self._longest = [self._longest_idle(talks) for talks in sets]

    def look_only_for(self, wanted: Sequence[Collection[int]]) -> None:
        """Forget what does not lead to one of these sets of talks, lane by lane."""
        whole_lane = (1 << self.ground.width) - 1
        self._wanted = [0 for _ in self._wanted]
        longest = [-1 for _ in self._longest]
        for lane, sets in enumerate(wanted):
            for talks in sets:
                self._wanted[talks] |= whole_lane << lane * self.ground.width
                longest[talks] = self._longest_idle(talks)
        for talk in range(len(self.ground.lengths)):
            for talks in range(len(longest)):
                if not talks >> talk & 1:
                    self._wanted[talks] |= self._wanted[talks | 1 << talk]
                    longest[talks] = max(longest[talks], longest[talks | 1 << talk])
        self._longest = longest

    def _longest_idle(self, talks: int) -> int:
        """How many steps of a visit for these talks may pass without one."""
        longest = self.ground.longest_visit
        return _NO_END if longest is None else longest - self.ground.talking[talks]

    def add_layer(self) -> None:
        """Find all stays that wait one step more than those found before."""
        self.waiting += 1
        reached: list[dict[int, Ends]] = [{} for _ in self._ready]
        if self.waiting == 0:
            self._begin(reached)
        self.layers.append(reached)
        for talks in range(len(reached)):
            if self._longest[talks] < self.waiting or not self._wanted[talks]:
                reached[talks], self._ready[talks] = {}, {}
            elif reached[talks] or self._ready[talks]:
                self._finish(talks, reached)
        self.exhausted = not any(self._ready)

    def _begin(self, reached: list[dict[int, Ends]]) -> None:
        ground = self.ground
        for talk, by_floor in enumerate(ground.starts):
            for floor, starts in by_floor.items():
                _add(reached[1 << talk], 0, floor, (starts & ground.opens) << ground.lengths[talk])
        for first, *_ in ground.by_lane.values():
            walking = self.walking * (first.end - first.start)
            _add(reached[0], 0, first.floor + walking, 1 << first.end)

    def _finish(self, talks: int, reached: list[dict[int, Ends]]) -> None:
        """Everything that a set of talks can do with this much waiting."""
        here = reached[talks]
        waited = self._ready[talks] = self._wait(talks)
        changes = 0
        while changes <= max(max(here, default=0), max(waited, default=0)):
            if changes in here:
                self._settle(talks, here[changes])
                for place, ends in here[changes].items():
                    _add(waited, changes, place, ends)
            if changes in waited and self.ground.fixed:
                self._meet_fixed(talks, changes, here, waited)
            for place, ready in waited.get(changes, {}).items():
                self._move_on(talks, changes, place, ready, reached)
            changes += 1
        if talks and here:
            self._note(talks, here)

    def _wait(self, talks: int) -> dict[int, Ends]:
        """The moments that are reached by waiting, with as much waiting in all as this layer."""
        longest, passable = self.ground.longest_wait, self.ground.passable & self._wanted[talks]
        if self.waiting <= longest:
            before = self._ready[talks]
        else:
            # Those whose wait would grow too long fall out: wait anew, from the ends themselves.
            before = {}
            for layer in self.layers[self.waiting - longest : self.waiting]:
                before = _moved(before, passable)
                for changes, places in layer[talks].items():
                    for place, ends in places.items():
                        _add(before, changes, place, ends)
        return _moved(before, passable)

    def _settle(self, talks: int, places: Ends) -> None:
        """Leave only what is reached for the first time, in a visit that is not too long."""
        known = self._known[talks]
        for place, ends in list(places.items()):
            fresh = ends & ~known.get(place, 0) & self._wanted[talks]
            if fresh and self.waiting + place // FLOORS <= self._longest[talks]:
                places[place] = fresh
                known[place] = known.get(place, 0) | fresh
            else:
                del places[place]

    def _meet_fixed(
        self, talks: int, changes: int, here: dict[int, Ends], waited: dict[int, Ends]
    ) -> None:
        for part in self.ground.fixed:
            for place, ready in list(waited[changes].items()):
                floor = place % FLOORS
                walk = self.ground.walk[floor][part.floor]
                leaves = part.start - walk
                if leaves < 0 or not ready >> leaves & 1 or not self.ground.waits(leaves, walk):
                    continue
                walked = place - floor + self.walking * (walk + part.end - part.start)
                there = {walked + part.floor: 1 << part.end}
                if floor != part.floor:
                    _add(here, changes + 1, walked + part.floor, 1 << part.end)
                    continue
                self._settle(talks, there)
                for there_place, ends in there.items():
                    _add(here, changes, there_place, ends)
                    _add(waited, changes, there_place, ends)

    def _move_on(
        self, talks: int, changes: int, place: int, ready: int, reached: list[dict[int, Ends]]
    ) -> None:
        left = self._left[talks]
        fresh = ready & ~left.get(place, 0)
        if not fresh:
            return
        left[place] = left.get(place, 0) | fresh
        floor = place % FLOORS
        for hop in self.ground.hops[floor]:
            if talks & hop.talk:
                continue
            starts = fresh << hop.walk & hop.starts
            if starts:
                there = place - floor + self.walking * hop.walk + hop.floor
                after = reached[talks | hop.talk]
                _add(after, changes + hop.changes, there, starts << hop.length)

    def _note(self, talks: int, here: dict[int, Ends]) -> None:
        """Keep the best stay of each day that had none with less waiting."""
        by_changes = [
            (changes, reduce(or_, places.values()))
            for changes, places in sorted(here.items())
            if places
        ]
        ends = reduce(or_, (mask for _, mask in by_changes), 0) & self._open_lanes[talks]
        width = self.ground.width
        while ends:
            end = (ends & -ends).bit_length() - 1
            lane = end // width
            changes = next(changes for changes, mask in by_changes if mask >> end & 1)
            self.best[lane][talks] = Stay(self.waiting, end, changes)
            ends &= -1 << (lane + 1) * width
            self._open_lanes[talks] &= ~(((1 << width) - 1) << lane * width)


def _add(reached: dict[int, Ends], changes: int, place: int, ends: int) -> None:
    places = reached.setdefault(changes, {})
    places[place] = places.get(place, 0) | ends


def _moved(ready: dict[int, Ends], passable: int) -> dict[int, Ends]:
    """One step of waiting for all."""
    moved: dict[int, Ends] = {}
    for changes, places in ready.items():
        there = {place: later for place, ends in places.items() if (later := ends << 1 & passable)}
        if there:
            moved[changes] = there
    return moved
