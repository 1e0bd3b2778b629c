"""Plans keep every law, and are the best there are: compared with a solver, and by trying all."""

import pytest
from hypothesis import HealthCheck, given, settings

from portal.domain.visits.planner import propose_visits
from portal.domain.visits.plans import Plan
from tests.domain.visits import laws
from tests.domain.visits.houses import Question, questions
from tests.domain.visits.solver import best_rank
from tests.domain.visits.trying import best_of_all

EVERYDAY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
REAL = settings(max_examples=1_000, parent=EVERYDAY, derandomize=False)
"""Each run draws other houses: a few runs are thousands."""


@EVERYDAY
@given(questions())
def test_a_plan_keeps_every_law(question: Question) -> None:
    _keeps_every_law(question)


@pytest.mark.real
@EVERYDAY
@given(questions(most_talks=3))
def test_no_plan_is_better_says_a_solver(question: Question) -> None:
    _is_best_says_the_solver(question)


@settings(EVERYDAY, max_examples=25)
@given(questions(most_talks=2, most_days=1))
def test_no_plan_is_better_says_whoever_tries_them_all(question: Question) -> None:
    house, talks = question
    assert propose_visits(house, talks)[0].rank == best_of_all(house, talks)


@pytest.mark.real
@settings(REAL, max_examples=150)
@given(questions(most_talks=2, most_days=2))
def test_no_plan_is_better_says_whoever_tries_longer(question: Question) -> None:
    house, talks = question
    assert propose_visits(house, talks)[0].rank == best_of_all(house, talks)


@pytest.mark.real
@settings(REAL, max_examples=3_000)
@given(questions(most_talks=6))
def test_thousands_of_plans_keep_every_law(question: Question) -> None:
    _keeps_every_law(question)


@pytest.mark.real
@REAL
@given(questions(most_talks=4))
def test_thousands_of_plans_are_best_says_a_solver(question: Question) -> None:
    _is_best_says_the_solver(question)


def _keeps_every_law(question: Question) -> None:
    house, talks = question
    plans = propose_visits(house, talks)
    assert 1 <= len(plans) <= 3
    assert [plan.rank for plan in plans] == sorted(plan.rank for plan in plans)
    for plan in plans:
        assert list(laws.broken(house, talks, plan.parts)) == []
        assert plan.rank == laws.rank(house, talks, plan.parts)
        assert laws.referrals(plan) >= {talk.referral for talk in talks}
        assert plan.rank.left_out == len(plan.left_out) == plans[0].rank.left_out
    assert plans == propose_visits(house, talks)


def _is_best_says_the_solver(question: Question) -> None:
    house, talks = question
    plans = propose_visits(house, talks)
    best = best_rank(house, talks)
    assert plans[0].rank == best
    assert [plan.rank for plan in plans[1:]] == _next_best(question, plans)


def _next_best(question: Question, plans: tuple[Plan, ...]) -> list[object]:
    """The ranks of the best plans that begin on another day than all before, two at most."""
    house, talks = question
    found: list[object] = []
    seen = [laws.first_new_day(house, plans[0])]
    while len(found) < 2 and seen[-1] is not None:
        days = [day for day in seen if day is not None]
        rank = best_rank(house, talks, not_first=days, left_out=plans[0].rank.left_out)
        if rank is None:
            break
        found.append(rank)
        here = plans[len(found)] if len(plans) > len(found) else None
        seen.append(laws.first_new_day(house, here) if here else None)
    return found
