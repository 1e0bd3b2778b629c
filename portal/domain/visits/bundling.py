"""The same talks planned twice: each by its own service, as calendars apart do, and together.

Apart, each service that accepts gives the first time at which one of its people is free, a room is,
and she is nowhere else in the house. Together, the planner of this house waits for the last service
to accept and then looks for the fewest visits. Both take from the same hours, in the order in which
services accepted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from portal.domain.appointments import STEP_SECONDS
from portal.domain.counting import Figures, count
from portal.domain.counting import Talk as CountedTalk
from portal.domain.spans import Span, Spans, shared, without
from portal.domain.visits.house import House, Part, Room, Talk, Worker
from portal.domain.visits.planner import propose_visits

LOOKS_AHEAD = timedelta(days=21)
"""How far a visit is planned; a service apart may go as far as its hours are known."""


@dataclass(frozen=True)
class Accepted:
    """A talk that a service said yes to: from the day after on it can take place."""

    who: UUID
    talk: Talk
    on: date


@dataclass(frozen=True)
class Planned:
    """A month of one house, planned in one way."""

    figures: Figures
    several: Figures
    """The same for those with more than one talk: for the others nothing can be bundled."""
    left_out: int
    """Talks for which there was no time."""


def apart(house: House, accepted: Sequence[Accepted]) -> Planned:
    """Each talk at the first free time of its service."""
    diaries = _Diaries(house)
    hers: dict[UUID, list[Part]] = defaultdict(list)
    left_out = 0
    for one in sorted(accepted, key=lambda one: one.on):
        part = diaries.first_free(one, hers[one.who])
        if part is None:
            left_out += 1
            continue
        diaries.take(part)
        hers[one.who].append(part)
    return _planned(house, hers, accepted, left_out)


def together(house: House, accepted: Sequence[Accepted]) -> Planned:
    """The talks of each survivor in the fewest visits, when the last service has accepted."""
    diaries = _Diaries(house)
    talks: dict[UUID, list[Accepted]] = defaultdict(list)
    for one in accepted:
        talks[one.who].append(one)
    hers: dict[UUID, Sequence[Part]] = {}
    left_out = 0
    in_turn = sorted(talks.items(), key=lambda item: max(one.on for one in item[1]))
    for who, wanted in in_turn:
        plan = propose_visits(diaries.house_for(wanted), tuple(one.talk for one in wanted))[0]
        for part in plan.parts:
            diaries.take(part)
        hers[who] = plan.parts
        left_out += len(plan.left_out)
    return _planned(house, hers, accepted, left_out)


class _Diaries:
    """Who and what is taken when, as one talk after another is given its time."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.workers = {worker.id: worker for worker in house.workers}
        self._taken: dict[UUID, list[Span]] = defaultdict(list)

    def take(self, part: Part) -> None:
        for who in (part.worker, part.room):
            self._taken[who].append(part.span)

    def house_for(self, wanted: Sequence[Accepted]) -> House:
        """The house as the planner sees it once all of these are accepted."""
        last = max(one.on for one in wanted)
        days = tuple(day for day in self.house.days if last < day <= last + LOOKS_AHEAD)
        window = self._after(last, until=last + LOOKS_AHEAD)
        workers = {who for one in wanted for who in one.talk.workers}
        kinds = {one.talk.room_kind for one in wanted}
        return replace(
            self.house,
            days=days,
            workers=tuple(
                replace(worker, free=self._free(worker, window))
                for worker in self.house.workers
                if worker.id in workers
            ),
            rooms=tuple(
                replace(room, free=self._free(room, window))
                for room in self.house.rooms
                if room.kind in kinds
            ),
        )

    def first_free(self, one: Accepted, hers: Iterable[Part]) -> Part | None:
        """The earliest time with any worker and any room; ties go to who is named first."""
        window = self._after(one.on, until=None)
        elsewhere = [part.span for part in hers]
        length = timedelta(minutes=one.talk.minutes)
        rooms = [room for room in self.house.rooms if room.kind == one.talk.room_kind]
        found: list[tuple[datetime, int, Worker, Room]] = []
        for who in one.talk.workers:
            worker = self.workers[who]
            free = without(self._free(worker, window), elsewhere)
            for room in rooms:
                starts_at = _first(shared(free, self._free(room, window)), length)
                if starts_at is not None:
                    found.append((starts_at, len(found), worker, room))
        if not found:
            return None
        starts_at, _, worker, room = min(found, key=lambda one: one[:2])
        return Part(one.talk.referral, starts_at, one.talk.minutes, worker.id, room.id, room.floor)

    def _free(self, one: Worker | Room, window: Span) -> Spans:
        return without(shared(one.free, (window,)), self._taken[one.id])

    def _after(self, day: date, *, until: date | None) -> Span:
        """From the midnight after a day on."""
        last = until or self.house.days[-1]
        begins, ends = (
            datetime.combine(one + timedelta(days=1), time(), self.house.zone)
            for one in (day, last)
        )
        return Span(begins, max(begins, ends))


def _first(spans: Spans, length: timedelta) -> datetime | None:
    """The first start on a step at which so much time is free."""
    for span in spans:
        late = -span.starts_at.timestamp() % STEP_SECONDS
        starts_at = span.starts_at + timedelta(seconds=late)
        if starts_at + length <= span.ends_at:
            return starts_at
    return None


def _planned(
    house: House,
    hers: Mapping[UUID, Sequence[Part]],
    accepted: Sequence[Accepted],
    left_out: int,
) -> Planned:
    talks = Counter(one.who for one in accepted)
    several = {who: parts for who, parts in hers.items() if talks[who] > 1}
    return Planned(_figures(house, hers), _figures(house, several), left_out)


def _figures(house: House, hers: Mapping[UUID, Sequence[Part]]) -> Figures:
    return count(
        CountedTalk(
            who, part.starts_at.astimezone(house.zone).date(), part.starts_at, part.ends_at, "house"
        )
        for who, parts in hers.items()
        for part in parts
    )
