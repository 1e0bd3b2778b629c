"""Another time for one part, and everything else as it was if that can be.

The order of answers: fewest talks left out, then fewest others moved, then the order of plans
(`plans.Rank`, with *earliest* counted for the talks that get a new time). Every choice of others
to move is planned exactly, with the rest fixed, so the answer is the best in this order.
"""

from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from portal.domain.visits.house import House, Part, Talk
from portal.domain.visits.planner import never_possible, propose_visits
from portal.domain.visits.plans import Plan

MOST_MOVED = 3
"""Whoever would upset more of what she knows makes a new plan, and says that it is one."""


class Kept(NamedTuple):
    """A talk that has its place already, and should keep it."""

    talk: Talk
    part: Part


@dataclass(frozen=True)
class Rescheduled:
    """The new plan, and the referrals of the others that had to move for it."""

    plan: Plan
    moved: tuple[UUID, ...]


def reschedule(house: House, moving: tuple[Talk, ...], kept: tuple[Kept, ...]) -> Rescheduled:
    """New times for some talks, moving at most MOST_MOVED of the others. Raises TooManyTalks.

    The times that did not suit stand in `not_at` of the talks; `house.fixed` never moves.
    """
    unavoidable = len(never_possible(house, moving))
    best: Rescheduled | None = None
    for count in range(min(MOST_MOVED, len(kept)) + 1):
        ways = (_moved(house, moving, kept, others) for others in combinations(kept, count))
        here = min(ways, key=lambda way: way.plan.rank)
        if best is None or here.plan.rank.left_out < best.plan.rank.left_out:
            best = here
        if best.plan.rank.left_out <= unavoidable:
            break
    assert best is not None
    return best


def _moved(
    house: House, moving: tuple[Talk, ...], kept: tuple[Kept, ...], others: tuple[Kept, ...]
) -> Rescheduled:
    stay = tuple(one.part for one in kept if one not in others)
    free = (*moving, *(one.talk for one in others))
    plan, *_ = propose_visits(replace(house, fixed=(*house.fixed, *stay)), free)
    return Rescheduled(plan, tuple(one.part.referral for one in others))
