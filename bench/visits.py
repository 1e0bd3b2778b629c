"""How long the visit planner takes: `python -m bench.visits`, or `make bench-visits`."""

import argparse
import random
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.domain.opening import days_between
from portal.domain.spans import Span, Spans
from portal.domain.visits.house import (
    Floors,
    House,
    Interpreter,
    Room,
    Talk,
    Wishes,
    Worker,
)
from portal.domain.visits.planner import propose_visits

BRUSSELS = ZoneInfo("Europe/Brussels")
DAYS = tuple(d for d in days_between(date(2026, 10, 12), date(2026, 10, 30)) if d.weekday() < 5)
SLOTS = 40
STEP = timedelta(minutes=5)
OPENS, CLOSES = clock(8, 30), clock(17, 0)


def main() -> None:
    """Plan many random houses, and say the median, the worst and the memory."""
    parser = argparse.ArgumentParser(prog="python -m bench.visits", description=__doc__)
    parser.add_argument("--houses", type=int, default=1_000)
    parser.add_argument("--talks", type=int, default=8)
    parser.add_argument("--seed", type=int, default=20_260_101)
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.houses)
    took: list[tuple[float, int]] = []
    outcome: dict[tuple[int, int], int] = {}
    for seed in seeds:
        house, talks = random_house(random.Random(seed), asked.talks)
        began = time.process_time()
        plans = propose_visits(house, talks)
        took.append((time.process_time() - began, seed))
        key = (plans[0].rank.left_out, plans[0].rank.visits)
        outcome[key] = outcome.get(key, 0) + 1
    worst, its_seed = max(took)
    times = sorted(seconds for seconds, _ in took)
    print(f"{asked.houses:,} houses, {asked.talks} talks, {len(DAYS)} days, {SLOTS} slots a day")
    print(
        f"median {median(times) * 1000:.1f} ms, 95th {times[len(times) * 95 // 100] * 1000:.1f} ms"
    )
    print(f"worst {worst * 1000:.1f} ms (seed {its_seed})")
    print(f"peak memory {_peak_megabytes(its_seed, asked.talks):.1f} MB (the worst house)")
    for (left_out, visits), houses in sorted(outcome.items()):
        print(f"  {houses:5} houses: {visits} visits, {left_out} talks left out")


def random_house(chance: random.Random, talks: int) -> tuple[House, tuple[Talk, ...]]:
    """A house with three workers a service and one interpreter, forty free slots a day each."""
    ids = (UUID(int=number) for number in range(1, 10_000))
    workers: list[Worker] = []
    rooms: list[Room] = []
    wanted = []
    for service in range(talks):
        floor = chance.randrange(4)
        kind = f"service {service}"
        rooms += [Room(next(ids), kind, floor, _open()) for _ in range(2)]
        if chance.random() < 0.3:
            rooms.append(Room(next(ids), kind, (floor + 1) % 4, _slots(chance)))
        team = [
            Worker(next(ids), frozenset(chance.sample(["nl", "fr", "ar"], 2)), _slots(chance))
            for _ in range(3)
        ]
        workers += team
        minutes = chance.choice([20, 30, 30, 45, 45, 60])
        wanted.append(Talk(next(ids), minutes, tuple(w.id for w in team), kind, "ar"))
    interpreter = Interpreter(next(ids), frozenset({"ar"}), _slots(chance))
    house = House(
        zone=BRUSSELS,
        days=DAYS,
        workers=tuple(workers),
        rooms=tuple(rooms),
        interpreters=(interpreter,),
        floors=Floors(otherwise=chance.choice([5, 5, 10])),
        wishes=_wishes(chance),
        closed=tuple(_closed(chance)),
        longest_wait=chance.choice([30, 60, 90, 120]),
    )
    return house, tuple(wanted)


def _wishes(chance: random.Random) -> Wishes:
    school = dict.fromkeys(range(5), ((clock(9), clock(15, 30)),))
    school[2] = ((clock(9), clock(12)),)
    return Wishes(
        hours=chance.choice([None, school]),
        not_on=frozenset(chance.sample(DAYS, chance.randrange(4))),
        longest_visit=chance.choice([None, 180, 240, 300]),
    )


def _closed(chance: random.Random) -> Iterator[Span]:
    for day in chance.sample(DAYS, chance.randrange(6)):
        start = _moment(day, clock(chance.randrange(8, 15)))
        yield Span(start, start + timedelta(hours=3))


def _open() -> Spans:
    return tuple(Span(_moment(day, OPENS), _moment(day, CLOSES)) for day in DAYS)


def _slots(chance: random.Random) -> Spans:
    """Forty slots of five minutes a day, in two to four pieces with other work between."""
    found: list[Span] = []
    for day in DAYS:
        pieces = chance.randrange(2, 5)
        cuts = sorted(chance.sample(range(1, SLOTS), pieces - 1))
        lengths = [b - a for a, b in zip([0, *cuts], [*cuts, SLOTS], strict=True)]
        steps = (_moment(day, CLOSES) - _moment(day, OPENS)) // STEP
        busy = sorted(chance.randrange(steps - SLOTS + 1) for _ in range(pieces))
        at = _moment(day, OPENS)
        before = 0
        for gap, length in zip(busy, lengths, strict=True):
            at += (gap - before) * STEP
            found.append(Span(at, at + length * STEP))
            at, before = at + length * STEP, gap
    return tuple(found)


def _moment(day: date, at: clock) -> datetime:
    return datetime.combine(day, at, BRUSSELS).astimezone(UTC)


def _peak_megabytes(seed: int, talks: int) -> float:
    house, wanted = random_house(random.Random(seed), talks)
    tracemalloc.start()
    propose_visits(house, wanted)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    main()
