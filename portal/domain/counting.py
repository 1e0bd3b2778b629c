"""What a house counts of its dates: how often survivors had to come, and never whom.

A figure is published when ten survivors or more stand behind it. Nothing is published that the
others add up to, so that nothing can be subtracted: a month says nothing before it is over, months
are told one by one, no service is told apart, and a total over months stands there only when each
of them does. So what is not published changes nothing of what is: a test takes such figures away
and puts others in their place.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

FEWEST = 10
"""Survivors behind a figure; fewer are nobody's business."""


@dataclass(frozen=True)
class Talk:
    """A date that took place."""

    who: Hashable
    day: date
    """On the calendar of the centre."""
    starts_at: datetime
    ends_at: datetime
    place: Hashable | None
    """Where she went: the house is one place. None where a service came to her."""


@dataclass(frozen=True)
class Figures:
    """What talks add up to, for whoever may know it all: a test, a bench, the made-up centre."""

    people: int
    talks: int
    visits: int
    """Comings to a place: all that happens at one place on one day is one visit."""
    places: int
    """Places that each had to go to, added up over people."""
    waiting: int
    """Minutes at a place between two talks of one visit."""

    @property
    def talks_per_visit(self) -> float:
        """How much one coming brings."""
        return round(self.talks / self.visits, 1) if self.visits else 0.0

    @property
    def visits_per_person(self) -> float:
        """How often somebody had to come."""
        return round(self.visits / self.people, 1) if self.people else 0.0

    @property
    def places_per_person(self) -> float:
        """To how many places somebody had to go."""
        return round(self.places / self.people, 1) if self.people else 0.0

    @property
    def waiting_per_visit(self) -> int:
        """Minutes, on average."""
        return round(self.waiting / self.visits) if self.visits else 0


@dataclass(frozen=True)
class FirstDate:
    """How long somebody waited from saying a need until the first date that came of it."""

    who: Hashable
    days: int


@dataclass(frozen=True)
class Month:
    """What happened in one month."""

    talks: Sequence[Talk] = ()
    first_dates: Sequence[FirstDate] = ()
    not_come: Sequence[Hashable] = ()
    """Who did not come, once for each date."""


@dataclass(frozen=True)
class Published:
    """What may be told of a month. None: fewer than ten survivors stand behind it."""

    figures: Figures | None
    days_to_first: int | None
    """The middle one: half waited longer, half did not."""
    not_come: int | None

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all is told."""
        return self.figures is None and self.days_to_first is None and self.not_come is None


def count(talks: Iterable[Talk]) -> Figures:
    """Add up talks. Two that overlap leave no waiting between them."""
    visits: dict[tuple[Hashable, date, Hashable], list[Talk]] = defaultdict(list)
    people, number = set[Hashable](), 0
    for talk in talks:
        number += 1
        people.add(talk.who)
        if talk.place is not None:
            visits[talk.who, talk.day, talk.place].append(talk)
    return Figures(
        people=len(people),
        talks=number,
        visits=len(visits),
        places=len({(who, place) for who, _, place in visits}),
        waiting=sum(map(_waiting, visits.values())),
    )


def publish(month: Month) -> Published:
    """What may be told of a month: each figure by the number of survivors behind it alone."""
    # Who is visited at home adds a talk and no visit: behind every figure of the row stand those
    # who went somewhere.
    went = [talk for talk in month.talks if talk.place is not None]
    waited = [one.days for one in month.first_dates]
    return Published(
        figures=count(went) if _enough(talk.who for talk in went) else None,
        days_to_first=round(median(waited)) if _enough(o.who for o in month.first_dates) else None,
        not_come=len(month.not_come) if _enough(month.not_come) else None,
    )


def total(months: Iterable[Published]) -> int | None:
    """Visits over several months; None as soon as one of them is not published."""
    visits = [month.figures.visits if month.figures else None for month in months]
    told = [one for one in visits if one is not None]
    return sum(told) if told and len(told) == len(visits) else None


def is_over(first: date, today: date) -> bool:
    """Whether a month that begins on this day has ended, so that it no longer changes daily."""
    return month_after(first) <= today


def month_after(first: date) -> date:
    """The first day of the next month."""
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_back(last: date, number: int) -> list[date]:
    """The first days of so many months, the last one at the end."""
    found = [last.replace(day=1)]
    while len(found) < number:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


def _enough(people: Iterable[Hashable]) -> bool:
    return len(set(people)) >= FEWEST


def _waiting(visit: list[Talk]) -> int:
    """Minutes between talks, at the same place on the same day."""
    in_turn = sorted(visit, key=lambda talk: (talk.starts_at, talk.ends_at))
    free = 0
    until = in_turn[0].ends_at
    for _, following in pairwise(in_turn):
        free += max(0, int((following.starts_at - until).total_seconds() // 60))
        until = max(until, following.ends_at)
    return free
