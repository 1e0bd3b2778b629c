"""The same question, put to OR-Tools CP-SAT: written from the definitions, not from the planner.

A variable for every place that a talk could have; a circuit through each day for the order.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from ortools.sat.python import cp_model

from portal.domain.spans import Span
from portal.domain.visits.house import House, Part, Room, Talk, Worker
from portal.domain.visits.plans import Rank
from tests.domain.visits import laws

FIVE = timedelta(minutes=5)
Amount = cp_model.LinearExpr | cp_model.IntVar | int


@dataclass
class _Stop:
    """A talk or a fixed part that may take part in a day."""

    here: cp_model.BoolVarT | None
    start: Amount
    end: Amount
    floors: Mapping[int, Amount]


def best_rank(
    house: House, talks: tuple[Talk, ...], not_first: Collection[date] = (), left_out: int = -1
) -> Rank | None:
    """The best rank there is, with something new on a first day that is not among some days."""
    return _Model(house, talks).solve(not_first, left_out)


class _Model:
    def __init__(self, house: House, talks: tuple[Talk, ...]) -> None:
        self.house, self.talks = house, talks
        self.model = cp_model.CpModel()
        self.zero = laws.midnight(house, house.days[0])
        self.options = [self._options(talk) for talk in talks]
        self.placed = [self._at_most_one(options) for options in self.options]
        self.blocked = {day: self._blocked(day) for day in house.days}
        self.used = {day: self.model.new_bool_var(f"used {day}") for day in house.days}
        self.visits: list[Amount] = []
        self.waiting: list[Amount] = []
        self.changes: list[Amount] = []
        self.earliest: list[Amount] = []
        for day in house.days:
            self._day(day)

    def solve(self, not_first: Collection[date], left_out: int) -> Rank | None:
        for day in not_first:
            before = [self.used[other] for other in self.house.days if other < day]
            self.model.add_bool_or([self.used[day].negated(), *before])
        missing = len(self.talks) - sum(self.placed)
        if left_out >= 0:
            self.model.add(missing == left_out)
        numbers = [missing, *map(sum, (self.visits, self.waiting, self.earliest, self.changes))]
        weights = [1 << 42, 1 << 36, 1 << 24, 1 << 6, 1]
        self.model.minimize(sum(w * number for w, number in zip(weights, numbers, strict=True)))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        # Small questions are answered sooner without the finer preparations.
        solver.parameters.linearization_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.cp_model_probing_level = 0
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            return None
        assert status == cp_model.OPTIMAL
        found = [int(solver.value(number)) for number in numbers]
        return Rank(found[0], found[1], found[2] * 5, found[3] * 5, found[4])

    def _options(self, talk: Talk) -> list[tuple[date, int, int, cp_model.IntVar]]:
        floors = sorted({room.floor for room in self.house.rooms})
        return [
            (day, (at - self.zero) // FIVE, floor, self.model.new_bool_var(""))
            for day in self.house.days
            for at in self._starts(day)
            for floor in floors
            if self._possible(talk, Span(at, at + laws.length(talk.minutes)), floor)
        ]

    def _starts(self, day: date) -> list[datetime]:
        """Every five minutes of a day on which somebody is there."""
        at = laws.midnight(self.house, day)
        starts = [at + step * FIVE for step in range((self._night(day) - at) // FIVE)]
        free = [span for worker in self.house.workers for span in worker.free]
        return [at for at in starts if any(span.starts_at <= at < span.ends_at for span in free)]

    def _night(self, day: date) -> datetime:
        return laws.midnight(self.house, day + timedelta(days=1))

    def _possible(self, talk: Talk, span: Span, floor: int) -> bool:
        house = self.house
        if any(span.meets(other) for other in (*talk.not_at, *(f.span for f in house.fixed))):
            return False
        rooms = [
            room
            for room in house.rooms
            if (room.kind, room.floor) == (talk.room_kind, floor) and laws.inside(span, room.free)
        ]
        held = any(
            self._staffed(talk, span, worker, room) for worker in house.workers for room in rooms
        )
        return held and laws.may_be_here(house, span) and laws.looked_after(house, span)

    def _staffed(self, talk: Talk, span: Span, worker: Worker, room: Room) -> bool:
        choices = [None, *(one.id for one in self.house.interpreters)]
        parts = (
            Part(talk.referral, span.starts_at, talk.minutes, worker.id, room.id, room.floor, one)
            for one in choices
        )
        return any(laws.staffed(self.house, talk, part) for part in parts)

    def _at_most_one(
        self, options: list[tuple[date, int, int, cp_model.IntVar]]
    ) -> cp_model.IntVar:
        placed = self.model.new_bool_var("placed")
        self.model.add(sum(var for *_, var in options) == placed)
        return placed

    def _day(self, day: date) -> None:
        house, model, used = self.house, self.model, self.used[day]
        fixed = sorted(
            (part for part in house.fixed if laws.day_of(house, part.starts_at) == day),
            key=lambda part: part.starts_at,
        )
        stops = [*self._talk_stops(day), *map(self._fixed_stop, fixed)]
        here = [stop.here for stop in stops if stop.here is not None]
        model.add_max_equality(used, [*here, 0])
        self.visits.append(1 if fixed else used)
        idle, idle_changes = self._fixed_alone(fixed)
        self.waiting.append(idle * (1 - used))
        self.changes.append(idle_changes * (1 - used))
        self._circuit(day, stops)

    def _talk_stops(self, day: date) -> list[_Stop]:
        found = []
        for talk, options in zip(self.talks, self.options, strict=True):
            todays = [(step, floor, var) for when, step, floor, var in options if when == day]
            here = self.model.new_bool_var("")
            self.model.add(sum(var for *_, var in todays) == here)
            start: Amount = sum(step * var for step, _, var in todays)
            floors: dict[int, Amount] = {
                floor: sum(var for _, other, var in todays if other == floor)
                for floor in {floor for _, floor, _ in todays}
            }
            steps = laws.length(talk.minutes) // FIVE
            found.append(_Stop(here, start, start + steps, floors))
        return found

    def _fixed_stop(self, part: Part) -> _Stop:
        start = (part.starts_at - self.zero) // FIVE
        return _Stop(None, start, start + laws.length(part.minutes) // FIVE, {part.floor: 1})

    def _fixed_alone(self, fixed: list[Part]) -> tuple[int, int]:
        idle = sum(
            max(0, (after.starts_at - laws.ends(before) - self._walk(before, after)) // FIVE)
            for before, after in pairwise(fixed)
        )
        return idle, sum(before.floor != after.floor for before, after in pairwise(fixed))

    def _walk(self, before: Part, after: Part) -> timedelta:
        return laws.walk(self.house, before, after)

    def _circuit(self, day: date, stops: list[_Stop]) -> None:
        model, used = self.model, self.used[day]
        begins = model.new_int_var(0, 2_000, "")
        goes_home = model.new_int_var(0, 2_000, "")
        arcs: list[tuple[int, int, cp_model.BoolVarT]] = [(0, 0, used.negated())]
        for number, stop in enumerate(stops, start=1):
            first, last = model.new_bool_var(""), model.new_bool_var("")
            model.add(begins == stop.start).only_enforce_if(first)
            model.add(goes_home == stop.end).only_enforce_if(last)
            absent = used.negated() if stop.here is None else stop.here.negated()
            arcs += [(0, number, first), (number, 0, last), (number, number, absent)]
            for other_number, other in enumerate(stops, start=1):
                if other_number != number:
                    arcs.append((number, other_number, self._follow(day, stop, other)))
            if stop.here is not None:
                counted = model.new_int_var(0, 2_000, "")
                model.add(counted == goes_home).only_enforce_if(stop.here)
                self.earliest.append(counted)
        model.add_circuit(arcs)
        longest = self.house.wishes.longest_visit
        if longest is not None:
            model.add(goes_home - begins <= longest // 5).only_enforce_if(used)

    def _follow(self, day: date, stop: _Stop, other: _Stop) -> cp_model.IntVar:
        """An arc: she goes from one stop to the other, and waits for it."""
        model = self.model
        arc = model.new_bool_var("")
        wait = model.new_int_var(0, self.house.longest_wait // 5, "")
        change = model.new_bool_var("")
        for floor, on_floor in stop.floors.items():
            for next_floor, on_next in other.floors.items():
                both = model.new_bool_var("")
                model.add(on_floor + on_next + arc <= 2 + both)
                walk = laws.length(self.house.floors.between(floor, next_floor)) // FIVE
                model.add(other.start == stop.end + walk + wait).only_enforce_if(both)
                if floor != next_floor:
                    model.add_implication(both, change)
        at_once = model.new_bool_var("")
        model.add(other.start == stop.end).only_enforce_if(at_once)
        for start, end in self.blocked[day]:
            before, after = model.new_bool_var(""), model.new_bool_var("")
            model.add(other.start <= start).only_enforce_if(before)
            model.add(stop.end >= end).only_enforce_if(after)
            model.add_bool_or(arc.negated(), at_once, before, after)
        self.waiting.append(wait)
        self.changes.append(change)
        return arc

    def _blocked(self, day: date) -> list[tuple[int, int]]:
        """Steps of a day in which she cannot be in the house."""
        start = (laws.midnight(self.house, day) - self.zero) // FIVE
        end = (self._night(day) - self.zero) // FIVE
        spans = [
            Span(self.zero + at * FIVE, self.zero + (at + 1) * FIVE) for at in range(start, end)
        ]
        shut = [not laws.may_be_here(self.house, span) for span in spans]
        found: list[tuple[int, int]] = []
        for at in (place for place, is_shut in enumerate(shut, start=start) if is_shut):
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], at + 1)
            else:
                found.append((at, at + 1))
        return found
