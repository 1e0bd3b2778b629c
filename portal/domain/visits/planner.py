"""The visit planner: up to three plans for her open referrals, and the best one is proven.

**The law.** A talk has a worker who may do it, a room of its kind, an interpreter if that worker
does not speak her language, and a place for her children, all free from its start to its end. She
is in one talk at a time and walks from floor to floor in between. Talks of one day form one stay:
from the first start to the last end she is in the house, at a time that she wished for and that is
not closed to her, waits no longer than `longest_wait` between two talks, and the whole is no longer
than her longest visit. What is fixed stays as it is and is asked none of this; but a day with fixed
parts that gets something new must, fixed parts included, form one stay.

**The order** (`plans.Rank`). Fewest talks left out; fewest visits, which are days of coming; least
waiting, which is time between talks beyond that of walking; earliest, which is the time until she
goes home, counted from the first day's midnight to the end of the visit and once for each new talk
of it; fewest changes of floor. The second and third plan are the best that *begin on another day*
(the first day with something new) and leave out no more talks than the best.

**Why it is exact.** All is reckoned in steps of five minutes: free time is rounded inwards, busy
time and lengths outwards. Days share nothing but the set of talks, since she comes once a day, and
every number of a rank adds up over days; so an optimum takes, on each day, a best stay for the
talks of that day (`stays`), and the best share of talks among days (`days`). Stays are found with
growing waiting. Those not yet found wait at least a step longer than the layers seen so far, and
end no earlier than `reach` says: with these bounds in their place the share costs no more than it
really does, so when the best shares use none of them they are the best there are. What ties is
decided by the order in which talks, workers, rooms and interpreters are given.
"""

from portal.domain.visits.days import (
    Day,
    Share,
    best_shares,
    cheapest_together,
    nothing_placed,
    packed,
    unpacked,
)
from portal.domain.visits.grid import STEP_MINUTES, Grid
from portal.domain.visits.ground import Ground
from portal.domain.visits.house import House, Part, Talk
from portal.domain.visits.plans import NotPlaced, Plan, Rank, Reason, TooManyTalks, Visit
from portal.domain.visits.reach import earliest_ends
from portal.domain.visits.starts import Starts
from portal.domain.visits.stays import Stays

MOST_TALKS = 10
"""Time and memory grow threefold with each talk."""

MOST_PLANS = 3


def propose_visits(house: House, talks: tuple[Talk, ...]) -> tuple[Plan, ...]:
    """Up to three plans, the best first; always at least one. Raises TooManyTalks."""
    if len(talks) > MOST_TALKS:
        raise TooManyTalks
    return _Planning(house, talks).plans()


def never_possible(house: House, talks: tuple[Talk, ...]) -> tuple[NotPlaced, ...]:
    """The talks for which there is no time at all, whatever becomes of the others."""
    planning = _Planning(house, talks)
    return tuple(
        NotPlaced(talk.referral, planning.starts.reason(talk))
        for talk, by_floor in zip(talks, planning.starts.by_floor, strict=True)
        if not by_floor
    )


class _Planning:
    """One question to the planner, on its way to an answer."""

    def __init__(self, house: House, talks: tuple[Talk, ...]) -> None:
        self.house, self.talks = house, talks
        used = [span for worker in house.workers for span in worker.free]
        self.grid = Grid(house.days, house.zone, [*used, *(part.span for part in house.fixed)])
        self.starts = Starts(house, talks, self.grid)
        self.ground = Ground(house, self.grid, self.starts)
        self.reach = earliest_ends(self.ground)
        self.alone = {talks for ends in self.reach for talks in ends}
        self.stays = Stays(self.ground)

    def plans(self) -> tuple[Plan, ...]:
        """Add layers of waiting until the best shares are proven."""
        self.stays.look_only_for(self.reach)
        try_at = 0
        while True:
            self.stays.add_layer()
            if self.stays.waiting < try_at and not self.stays.exhausted:
                continue
            shares = best_shares(self._days(with_bounds=True), len(self.talks), MOST_PLANS)
            if all(self._is_found(share) for share in shares):
                break
            self._narrow()
            try_at = self.stays.waiting + 1 + self.stays.waiting // 2
        if not shares:
            shares = [nothing_placed(self._days(with_bounds=False), len(self.talks))]
        return tuple(self._plan(share) for share in shares)

    def _narrow(self) -> None:
        """Look no longer for stays that could not be part of a better share than those found."""
        count = len(self.talks)
        known = best_shares(self._days(with_bounds=False), count, MOST_PLANS)
        left_out = unpacked(known[0].cost).left_out if known else count
        enough = (
            known[-1].cost if len(known) == MOST_PLANS else packed(Rank(left_out + 1, 0, 0, 0, 0))
        )
        days = self._days(with_bounds=True)
        others = cheapest_together(days, count)
        everything = (1 << count) - 1
        for lane, day in enumerate(days):
            self.reach[lane] = {
                talks: end
                for talks, end in self.reach[lane].items()
                if not self.stays.exhausted
                and talks not in self.stays.best[lane]
                and day.stays[talks] - day.nothing + others[everything ^ talks] < enough
            }
        self.stays.look_only_for(self.reach)

    def _days(self, *, with_bounds: bool) -> list[Day]:
        """What each day offers: stays that were found, and bounds for those still looked for."""
        days = []
        for lane in self.grid.lanes:
            found = self.stays.best[lane]
            stays = {
                talks: self._cost(lane, talks, stay.waiting, stay.end, stay.changes)
                for talks, stay in found.items()
            }
            if with_bounds:
                for talks, end in self.reach[lane].items():
                    if talks not in found:
                        stays[talks] = self._cost(lane, talks, self.stays.waiting + 1, end, 0)
            fixed = self.ground.fixed_day(lane)
            nothing = packed(Rank(0, 1, fixed.waiting, 0, fixed.changes)) if fixed else 0
            days.append(Day(nothing, stays))
        return days

    def _cost(self, lane: int, talks: int, waiting: int, end: int, changes: int) -> int:
        goes_home = self.grid.since_the_first_midnight(lane) + end % self.grid.width
        return packed(Rank(0, 1, waiting, talks.bit_count() * goes_home, changes))

    def _is_found(self, share: Share) -> bool:
        return all(talks in self.stays.best[lane] for lane, talks in share.days)

    def _plan(self, share: Share) -> Plan:
        shared = dict(share.days)
        visits = []
        for lane in self.grid.lanes:
            if lane in shared:
                visits.append(self._visit(lane, shared[lane]))
            elif lane in self.ground.by_lane:
                visits.append(Visit(tuple(one.part for one in self.ground.by_lane[lane])))
        rank = unpacked(share.cost)
        return Plan(
            tuple(visits),
            self._left_out(sum(shared.values())),
            rank._replace(
                waiting=rank.waiting * STEP_MINUTES, earliest=rank.earliest * STEP_MINUTES
            ),
        )

    def _visit(self, lane: int, talks: int) -> Visit:
        parts: list[Part] = []
        for stop in self.stays.stops(talks, self.stays.best[lane][talks]):
            if stop.fixed is not None:
                parts.append(stop.fixed.part)
            elif stop.talk is not None:
                floor = self.ground.floors[stop.floor]
                parts.append(self.starts.part(self.talks[stop.talk], floor, stop.start))
        return Visit(tuple(parts))

    def _left_out(self, placed: int) -> tuple[NotPlaced, ...]:
        possible = self.alone
        return tuple(
            NotPlaced(
                talk.referral,
                Reason.NOT_BESIDE_THE_OTHERS
                if 1 << place in possible
                else self.starts.reason(talk),
            )
            for place, talk in enumerate(self.talks)
            if not placed >> place & 1
        )
