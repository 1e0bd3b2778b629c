"""When and where each talk may start, and who is there then.

She is in every talk, so no two of her talks ever need the same worker, room or interpreter at the
same time: whom a talk needs depends on its own time alone. What is left of all calendars is, for
each talk and floor, the set of its possible starts.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from portal.domain.opening import on_the_clock
from portal.domain.visits.grid import STEP_MINUTES, Grid, runs, steps
from portal.domain.visits.house import Childcare, House, Part, Talk, Worker
from portal.domain.visits.plans import Reason


class Starts:
    """The possible starts of every talk in a house."""

    def __init__(self, house: House, talks: tuple[Talk, ...], grid: Grid) -> None:
        self._house, self._grid = house, grid
        self._workers = {worker.id: worker for worker in house.workers}
        calendars = [(worker.id, worker.free) for worker in house.workers]
        calendars += [(room.id, room.free) for room in house.rooms]
        calendars += [(interpreter.id, interpreter.free) for interpreter in house.interpreters]
        self._free = {one: grid.inside(free) for one, free in calendars}
        self._runs: dict[tuple[UUID, int], int] = {}
        self._care = _care(house, grid)
        self._wished = self._wished_steps()
        fixed = [part.span for part in house.fixed]
        closed = [*house.closed, *fixed]
        self.present = self._wished & ~grid.touched(closed)
        """Steps that she can spend in the house; those of fixed parts are not free to use."""
        self.lengths = [steps(talk.minutes) for talk in talks]
        self.by_floor = [self._of_talk(talk) for talk in talks]

    def part(self, talk: Talk, floor: int, bit: int) -> Part:
        """The talk at a possible start, with the first worker, interpreter and room there are.

        Workers who speak her language come before those who need an interpreter.
        """
        length = steps(talk.minutes)
        there = [w for w in self._may(talk) if self._free_for(w.id, length) >> bit & 1]
        speaking = [worker for worker in there if talk.language in worker.languages]
        worker = (speaking or there)[0]
        room = next(
            room
            for room in self._house.rooms
            if (room.kind, room.floor) == (talk.room_kind, floor)
            and self._free_for(room.id, length) >> bit & 1
        )
        interpreter = None
        if not speaking:
            able = self._interpreters(talk)
            interpreter = next(one for one in able if self._free_for(one, length) >> bit & 1)
        return Part(
            talk.referral,
            self._grid.moment(bit),
            talk.minutes,
            worker.id,
            room.id,
            floor,
            interpreter,
        )

    def reason(self, talk: Talk) -> Reason:
        """The first thing that keeps a talk from having any start at all."""
        length, longest = steps(talk.minutes), self._house.wishes.longest_visit
        may = self._may(talk)
        speaking = any(talk.language in worker.languages for worker in may)
        interpreted = self._any_free(self._interpreters(talk), length)
        wished = self._wished & ~self._grid.touched(talk.not_at)
        causes = (
            (Reason.NOBODY_DOES_IT, not may),
            (Reason.LONGER_THAN_A_VISIT, longest is not None and length > longest // STEP_MINUTES),
            (Reason.NO_WORKER_FREE, not self._any_free((w.id for w in may), length)),
            (Reason.NO_ROOM_FREE, not any(self._rooms(talk).values())),
            (Reason.NO_INTERPRETER_FREE, not speaking and not interpreted),
            (Reason.NO_CHILDCARE, not runs(self._care, length)),
            (Reason.SHE_CANNOT_COME, not runs(wished, length)),
        )
        return next((reason for reason, true in causes if true), Reason.NO_COMMON_TIME)

    def _of_talk(self, talk: Talk) -> dict[int, int]:
        length = steps(talk.minutes)
        hers = self.present & self._care & ~self._grid.touched(talk.not_at)
        starts = runs(hers, length) & self._held(talk, length)
        by_floor = {floor: starts & free for floor, free in sorted(self._rooms(talk).items())}
        return {floor: starts for floor, starts in by_floor.items() if starts}

    def _held(self, talk: Talk, length: int) -> int:
        """Starts for which a worker is there, and an interpreter if that worker needs one."""
        interpreted = self._any_free(self._interpreters(talk), length)
        found = 0
        for worker in self._may(talk):
            understood = -1 if talk.language in worker.languages else interpreted
            found |= self._free_for(worker.id, length) & understood
        return found

    def _may(self, talk: Talk) -> list[Worker]:
        return [self._workers[one] for one in talk.workers if one in self._workers]

    def _rooms(self, talk: Talk) -> dict[int, int]:
        found: dict[int, int] = {}
        for room in self._house.rooms:
            if room.kind == talk.room_kind:
                free = self._free_for(room.id, steps(talk.minutes))
                found[room.floor] = found.get(room.floor, 0) | free
        return found

    def _interpreters(self, talk: Talk) -> list[UUID]:
        return [one.id for one in self._house.interpreters if one.may_come(talk)]

    def _any_free(self, who: Iterable[UUID], length: int) -> int:
        return reduce(or_, (self._free_for(one, length) for one in who), 0)

    def _free_for(self, who: UUID, length: int) -> int:
        found = self._runs.get((who, length))
        if found is None:
            found = self._runs[who, length] = runs(self._free[who], length)
        return found

    def _wished_steps(self) -> int:
        wishes, zone, days = self._house.wishes, self._house.zone, self._grid.days
        open_days = [(lane, day) for lane, day in enumerate(days) if day not in wishes.not_on]
        if wishes.hours is None:
            lane = self._grid.lane_mask >> 1
            return sum(lane << number * self._grid.width for number, _ in open_days)
        hours = wishes.hours
        return self._grid.inside(
            span
            for _, day in open_days
            for span in on_the_clock(day, hours.get(day.weekday(), ()), zone)
        )


def _care(house: House, grid: Grid) -> int:
    """Steps in which her children can be looked after: all of them, if she brings none."""
    children = house.wishes.children
    if not children:
        return grid.all
    enough: list[Childcare] = [care for care in house.childcare if care.places >= children]
    return grid.inside(care.span for care in enough)
