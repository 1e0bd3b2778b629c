"""The plainest planner there is: all places of all talks, one after the other."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product

from portal.domain.visits.house import House, Part, Talk
from portal.domain.visits.plans import Rank
from tests.domain.visits import laws


def best_of_all(house: House, talks: tuple[Talk, ...]) -> Rank:
    places = [[None, *_places(house, talk)] for talk in talks]
    ways = (
        (*house.fixed, *(part for part in chosen if part is not None))
        for chosen in product(*places)
    )
    return min(
        laws.rank(house, talks, parts)
        for parts in ways
        if next(laws.broken(house, talks, parts), None) is None
    )


def _places(house: House, talk: Talk) -> Iterator[Part]:
    """Every start on the five minutes that is possible, with somebody who is there."""
    interpreters = [None, *(one.id for one in house.interpreters)]
    for start in _starts(house):
        seen: set[int] = set()
        for worker, room, interpreter in product(house.workers, house.rooms, interpreters):
            # Who is there does not change the rank: one way for each floor is enough.
            if room.floor in seen:
                continue
            who = (worker.id, room.id, room.floor, interpreter)
            part = Part(talk.referral, start, talk.minutes, *who)
            if next(laws.broken_alone(house, talk, part), None) is None:
                seen.add(room.floor)
                yield part


def _starts(house: House) -> Iterator[datetime]:
    for day in house.days:
        at = laws.midnight(house, day)
        while at < laws.midnight(house, day + timedelta(days=1)):
            yield at
            at += laws.FIVE
