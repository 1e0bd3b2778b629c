"""The visit planner: up to three plans for her open referrals, and the best one is proven.

**The law.** A talk has a worker who may do it, a room of its kind, an interpreter if that worker
does not speak its language (a woman or a man, where she asked for one), and a place for her
children, all free from its start to its end. She is in one talk at a time and walks from floor to
floor in between. Talks of one day form one stay: from the first start to the last end she is in the
house, at a time that she wished for and that is not closed to her, waits no longer than
`longest_wait` between two talks, and the whole is no longer than her longest visit. What is fixed
stays as it is and is asked none of this; but a day with fixed parts that gets something new must,
fixed parts included, form one stay.

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
    EARLIEST,
    VISIT,
    WAITING,
    Day,
    Share,
    best_shares,
    cheapest_together,
    nothing_placed,
    packed,
    unpacked,
)
from portal.domain.visits.grid import STEP, STEP_MINUTES, Grid
from portal.domain.visits.ground import Ground
from portal.domain.visits.house import House, Part, Talk
from portal.domain.visits.order import stops
from portal.domain.visits.plans import NotPlaced, Plan, Rank, Reason, TooManyTalks, Visit
from portal.domain.visits.reach import earliest_ends
from portal.domain.visits.starts import Starts
from portal.domain.visits.stays import Stay, Stays

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
        # What is fixed may begin and end between two steps: it takes both of them.
        used += [part.span.widened(STEP) for part in house.fixed]
        self.grid = Grid(house.days, house.zone, used)
        self.starts = Starts(house, talks, self.grid)
        self.ground = Ground(house, self.grid, self.starts)
        self.reach = earliest_ends(self.ground)
        self.alone = {talks for ends in self.reach for talks in ends}
        self.stays = Stays(self.ground)

    def plans(self) -> tuple[Plan, ...]:
        """Add layers of waiting until the best shares are proven."""
        try_at = 0
        while True:
            self.stays.add_layer()
            if self.stays.waiting < try_at and not self.stays.exhausted:
                continue
            shares = self._shares(with_bounds=not self.stays.exhausted)
            if all(self._is_found(share) for share in shares):
                return tuple(self._plan(share) for share in shares)
            self._narrow()
            try_at = self.stays.waiting + 1 + self.stays.waiting // 2

    def _shares(self, *, with_bounds: bool) -> list[Share]:
        days, count = self._days(with_bounds=with_bounds), len(self.talks)
        return best_shares(days, count, MOST_PLANS) or [nothing_placed(days, count)]

    def _narrow(self) -> None:
        """Look no longer at stays that could not be part of a share as good as those found."""
        count = len(self.talks)
        known = self._shares(with_bounds=False)
        left_out = unpacked(known[0].cost).left_out
        worse = packed(Rank(left_out + 1, 0, 0, 0, 0))
        enough = known[-1].cost if len(known) == MOST_PLANS else worse
        days = self._days(with_bounds=True)
        others = cheapest_together(days, count)
        everything = (1 << count) - 1
        for lane, day in enumerate(days):
            self.reach[lane] = {
                talks: self.reach[lane][talks]
                for talks, cost in day.stays.items()
                if cost - day.nothing + others[everything ^ talks] <= enough
            }
        self.stays.look_only_for(
            [reach.keys() - found for reach, found in zip(self.reach, self.stays.best, strict=True)]
        )

    def _days(self, *, with_bounds: bool) -> list[Day]:
        """What each day offers: stays that were found, and bounds for those still looked for."""
        days = []
        for lane, reach in enumerate(self.reach):
            found, stays = self.stays.best[lane], {}
            morning = self.grid.since_the_first_midnight(lane) - lane * self.grid.width
            for talks, first_end in reach.items():
                stay = found.get(talks)
                if stay is None:
                    if not with_bounds:
                        continue
                    stay = Stay(self.stays.waiting + 1, first_end, 0)
                stays[talks] = (
                    VISIT
                    + WAITING * stay.waiting
                    + EARLIEST * talks.bit_count() * (morning + stay.end)
                    + stay.changes
                )
            fixed = self.ground.fixed_day(lane)
            nothing = packed(Rank(0, 1, fixed.waiting, 0, fixed.changes)) if fixed else 0
            days.append(Day(nothing, stays))
        return days

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
        for stop in stops(self.stays, talks, self.stays.best[lane][talks]):
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
