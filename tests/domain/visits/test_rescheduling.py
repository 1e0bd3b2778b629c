"""Who asks for another time for one talk keeps the others, if that can be."""

from dataclasses import replace
from itertools import combinations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from portal.domain.visits.house import House, Talk
from portal.domain.visits.planner import propose_visits
from portal.domain.visits.plans import Rank
from portal.domain.visits.rescheduling import Kept, reschedule
from tests.domain.visits import laws
from tests.domain.visits.houses import Question, questions
from tests.domain.visits.solver import best_rank


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(questions(most_talks=3), st.data())
def test_fewest_others_are_moved(question: Question, data: st.DataObject) -> None:
    house, talks = question
    plan, *_ = propose_visits(house, talks)
    placed = {part.referral: part for part in plan.parts if part not in house.fixed}
    assume(placed)
    unsuitable = placed[data.draw(st.sampled_from(sorted(placed)))]
    known = {talk.referral: talk for talk in talks}
    moving = known[unsuitable.referral]
    moving = replace(moving, not_at=(*moving.not_at, unsuitable.span))
    kept = tuple(
        Kept(known[referral], part)
        for referral, part in placed.items()
        if referral != moving.referral
    )
    answer = reschedule(house, (moving,), kept)

    assert unsuitable not in answer.plan.parts
    stayed = tuple(one.part for one in kept if one.part.referral not in answer.moved)
    assert set(stayed) <= set(answer.plan.parts)
    left_out, moved, rank = _best_by_solver(house, moving, kept)
    assert (answer.plan.rank.left_out, len(answer.moved), answer.plan.rank) == (
        left_out,
        moved,
        rank,
    )
    free = (moving, *(one.talk for one in kept if one.part.referral in answer.moved))
    now = replace(house, fixed=(*house.fixed, *stayed))
    assert list(laws.broken(now, free, answer.plan.parts)) == []


def _best_by_solver(house: House, moving: Talk, kept: tuple[Kept, ...]) -> tuple[int, int, Rank]:
    found = []
    for count in range(len(kept) + 1):
        for others in combinations(kept, count):
            stay = tuple(one.part for one in kept if one not in others)
            free = (moving, *(one.talk for one in others))
            rank = best_rank(replace(house, fixed=(*house.fixed, *stay)), free)
            assert rank is not None
            found.append((rank.left_out, count, rank))
    return min(found)
