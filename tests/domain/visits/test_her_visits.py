"""Her visits by example: what she and staff can rely on, one sentence a test."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from portal.domain.separation import closed_times, forbidden
from portal.domain.spans import Span, Spans
from portal.domain.visits.house import (
    Childcare,
    House,
    Interpreter,
    Part,
    Room,
    Talk,
    Wishes,
    Worker,
)
from portal.domain.visits.planner import MOST_TALKS, propose_visits
from portal.domain.visits.plans import NotPlaced, Plan, Rank, Reason, TooManyTalks

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = date(2026, 5, 4)
WEEK = tuple(MONDAY + timedelta(days=after) for after in range(5))
LAWYER, SHELTER, DOCTOR, INTERPRETER = (UUID(int=number) for number in range(1, 5))
DESK, CABINET = UUID(int=10), UUID(int=11)


def clock(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BRUSSELS).astimezone(UTC)


def daily(start: int, end: int, days: tuple[date, ...] = WEEK) -> Spans:
    return tuple(Span(clock(day, start), clock(day, end)) for day in days)


def a_house() -> House:
    """A lawyer in the mornings, a shelter worker all day, a doctor upstairs on Tuesdays."""
    return House(
        zone=BRUSSELS,
        days=WEEK,
        workers=(
            Worker(LAWYER, frozenset({"nl"}), daily(9, 12)),
            Worker(SHELTER, frozenset({"nl"}), daily(9, 17)),
            Worker(DOCTOR, frozenset({"nl"}), daily(10, 12, WEEK[1:2])),
        ),
        rooms=(Room(DESK, "talk", 0, daily(8, 18)), Room(CABINET, "doctor", 2, daily(8, 18))),
    )


def a_talk(worker: UUID, minutes: int = 30, kind: str = "talk", language: str = "nl") -> Talk:
    return Talk(UUID(int=100 + worker.int), minutes, (worker,), kind, language)


THREE = (a_talk(LAWYER), a_talk(SHELTER), a_talk(DOCTOR, kind="doctor"))


def times(plan: Plan) -> list[tuple[int, str]]:
    """Each part as day of the month and clock time in Brussels."""
    local = [part.starts_at.astimezone(BRUSSELS) for part in plan.parts]
    return [(at.day, at.strftime("%H:%M")) for at in local]


def test_three_talks_are_one_visit_on_the_day_of_the_one_who_is_rarely_there() -> None:
    best, *others = propose_visits(a_house(), THREE)
    assert best.rank.visits == 1
    # Five minutes of stairs lie between the ground floor and the second: nobody waits.
    assert best.rank.waiting == 0
    assert times(best) == [(5, "09:00"), (5, "09:30"), (5, "10:05")]
    assert others[0].rank.visits == 2, "whoever cannot come on Tuesday first comes twice"


def test_no_waiting_comes_before_being_early() -> None:
    house = replace(
        a_house(),
        workers=(
            Worker(LAWYER, frozenset({"nl"}), (Span(clock(MONDAY, 9), clock(MONDAY, 9, 30)),)),
            Worker(SHELTER, frozenset({"nl"}), daily(10, 17)),
        ),
    )
    lawyer_later = Worker(LAWYER, frozenset({"nl"}), daily(10, 12, WEEK[1:2]))
    best, *_ = propose_visits(house, THREE[:2])
    assert times(best) == [(4, "09:00"), (4, "10:00")]
    best, *_ = propose_visits(replace(house, workers=(house.workers[1], lawyer_later)), THREE[:2])
    assert best.rank == Rank(0, 1, 0, 2 * (24 + 11) * 60, 0)


def test_waiting_is_least_over_all_visits_together() -> None:
    """Ten minutes on each of two days are more than fifteen on one and none on the other."""
    monday, tuesday = WEEK[:2]

    def half_hours(*starts: datetime) -> Spans:
        return tuple(Span(start, start + timedelta(minutes=30)) for start in starts)

    free = (
        half_hours(clock(monday, 9)),
        half_hours(clock(monday, 9, 40), clock(tuesday, 9, 30)),
        half_hours(clock(monday, 9, 45), clock(tuesday, 9, 40)),
        half_hours(clock(tuesday, 9)),
    )
    workers = tuple(
        Worker(UUID(int=50 + number), frozenset({"nl"}), spans) for number, spans in enumerate(free)
    )
    best, *_ = propose_visits(
        replace(a_house(), workers=workers), tuple(a_talk(worker.id) for worker in workers)
    )
    assert best.rank[:3] == (0, 2, 15)
    assert times(best) == [(4, "09:00"), (4, "09:45"), (5, "09:00"), (5, "09:30")]


def test_plans_begin_on_different_days() -> None:
    plans = propose_visits(a_house(), THREE[:2])
    assert [times(plan)[0][0] for plan in plans] == [4, 5, 6]


def test_she_comes_when_the_children_are_at_school() -> None:
    school = dict.fromkeys(range(5), ((time(10, 30), time(11, 30)),))
    best, *_ = propose_visits(replace(a_house(), wishes=Wishes(hours=school)), THREE[:2])
    assert times(best) == [(4, "10:30"), (4, "11:00")]


def test_days_on_which_she_cannot_come_unseen_are_left_out() -> None:
    wishes = Wishes(not_on=frozenset(WEEK[:4]))
    (best,) = propose_visits(replace(a_house(), wishes=wishes), THREE[:2])
    assert {day for day, _ in times(best)} == {8}


def test_a_longest_visit_makes_her_come_twice_but_not_stay_longer() -> None:
    best, *_ = propose_visits(replace(a_house(), wishes=Wishes(longest_visit=45)), THREE[:2])
    assert best.rank.visits == 2


def test_an_interpreter_is_booked_only_where_nobody_speaks_her_language() -> None:
    talks = (a_talk(LAWYER, language="ar"), a_talk(SHELTER, language="ar"))
    house = a_house()
    lawyer = replace(house.workers[0], languages=frozenset({"ar"}))
    interpreter = Interpreter(INTERPRETER, frozenset({"ar"}), daily(11, 12))
    house = replace(house, workers=(lawyer, *house.workers[1:]), interpreters=(interpreter,))
    best, *_ = propose_visits(house, talks)
    assert [(part.worker, part.interpreter) for part in best.parts] == [
        (LAWYER, None),
        (SHELTER, INTERPRETER),
    ]
    assert times(best) == [(4, "10:30"), (4, "11:00")]


def test_her_children_are_looked_after_during_every_talk() -> None:
    house = replace(
        a_house(),
        wishes=Wishes(children=2),
        childcare=(
            *(Childcare(span, 1) for span in daily(9, 11)),
            *(Childcare(span, 2) for span in daily(11, 12)),
        ),
    )
    assert times(propose_visits(house, THREE[:2])[0]) == [(4, "11:00"), (4, "11:30")]


def test_what_is_fixed_stays_and_new_talks_join_it() -> None:
    promised = Part(UUID(int=200), clock(WEEK[3], 10), 30, SHELTER, DESK, 0)
    best, *_ = propose_visits(replace(a_house(), fixed=(promised,)), THREE[:1])
    assert times(best) == [(7, "09:30"), (7, "10:00")]
    assert promised in best.parts
    assert best.rank.visits == 1


def test_ten_minutes_of_waiting_beside_what_is_fixed_are_better_than_another_visit() -> None:
    promised = Part(UUID(int=200), clock(WEEK[3], 10), 30, SHELTER, DESK, 0)
    later = Span(clock(WEEK[3], 10, 40), clock(WEEK[3], 11, 10))
    lawyer = Worker(LAWYER, frozenset({"nl"}), (*daily(9, 12, WEEK[:3]), later))
    house = replace(a_house(), workers=(lawyer,), fixed=(promised,))
    best, second, third = propose_visits(house, THREE[:1])
    assert times(best) == [(7, "10:00"), (7, "10:40")]
    assert [plan.rank.visits for plan in (best, second, third)] == [1, 2, 2]


def test_what_is_fixed_between_the_steps_takes_both_of_them() -> None:
    odd = Part(UUID(int=200), clock(MONDAY, 8, 58), 33, SHELTER, DESK, 0)
    best, *_ = propose_visits(replace(a_house(), fixed=(odd,)), THREE[:1])
    assert times(best) == [(4, "08:58"), (4, "09:35")]


def test_what_is_fixed_may_last_past_midnight() -> None:
    late = Part(UUID(int=200), clock(MONDAY, 23, 30), 60, SHELTER, DESK, 0)
    best, *_ = propose_visits(replace(a_house(), fixed=(late,)), THREE[:1])
    assert times(best) == [(4, "23:30"), (5, "09:00")]
    free = replace(
        a_house(),
        workers=(Worker(LAWYER, frozenset({"nl"}), (Span(clock(MONDAY, 22), clock(WEEK[1], 3)),)),),
        rooms=(Room(DESK, "talk", 0, (Span(clock(MONDAY, 0), clock(WEEK[3], 0)),)),),
    )
    best, *others = propose_visits(replace(free, fixed=(late,)), THREE[:1])
    assert times(best) == [(4, "23:00"), (4, "23:30")]
    assert times(others[0]) == [(4, "23:30"), (5, "00:30")]


def test_what_is_fixed_outside_the_days_is_nothing_to_the_plan() -> None:
    before = Part(UUID(int=200), clock(MONDAY - timedelta(days=3), 10), 30, SHELTER, DESK, 0)
    best, *_ = propose_visits(replace(a_house(), fixed=(before,)), THREE[:1])
    assert times(best) == [(4, "09:00")]


def test_two_who_must_not_meet_do_not_meet_while_she_waits_either() -> None:
    his = [Span(clock(day, 10, 30), clock(day, 11)) for day in WEEK[:4]]
    closed = closed_times([], forbidden(his))
    plans = propose_visits(replace(a_house(), closed=closed), THREE[:2])
    for plan in plans:
        for visit in plan.visits:
            stay = Span(visit.parts[0].starts_at, visit.parts[-1].ends_at)
            assert not any(stay.meets(one.widened(timedelta(minutes=60))) for one in his)
    assert times(plans[0]) == [(8, "09:00"), (8, "09:30")]


def test_a_time_that_only_the_rule_forbids_has_a_reason_that_others_have_too() -> None:
    always = Span(clock(MONDAY, 0), clock(WEEK[-1], 23))
    (plan,) = propose_visits(replace(a_house(), closed=(always,)), THREE[:1])
    assert plan.left_out == (NotPlaced(THREE[0].referral, Reason.NO_COMMON_TIME),)
    house = replace(a_house(), rooms=(Room(DESK, "talk", 0, daily(14, 18)),))
    (plan,) = propose_visits(house, THREE[:1])
    assert plan.left_out == (NotPlaced(THREE[0].referral, Reason.NO_COMMON_TIME),)


@pytest.mark.parametrize(
    ("talk", "wishes", "reason"),
    [
        (a_talk(UUID(int=77)), Wishes(), Reason.NOBODY_DOES_IT),
        (a_talk(LAWYER, 60), Wishes(longest_visit=45), Reason.LONGER_THAN_A_VISIT),
        (a_talk(LAWYER, 240), Wishes(), Reason.NO_WORKER_FREE),
        (a_talk(LAWYER, kind="cellar"), Wishes(), Reason.NO_ROOM_FREE),
        (a_talk(LAWYER, language="ku"), Wishes(), Reason.NO_INTERPRETER_FREE),
        (a_talk(LAWYER), Wishes(children=1), Reason.NO_CHILDCARE),
        (a_talk(LAWYER), Wishes(not_on=frozenset(WEEK)), Reason.SHE_CANNOT_COME),
    ],
)
def test_what_has_no_place_is_said_with_its_reason_and_the_rest_is_planned(
    talk: Talk, wishes: Wishes, reason: Reason
) -> None:
    (alone, *_) = propose_visits(replace(a_house(), wishes=wishes), (talk,))
    assert alone.left_out == (NotPlaced(talk.referral, reason),)
    possible = replace(a_talk(SHELTER), referral=UUID(int=999))
    (both, *_) = propose_visits(a_house(), (talk, possible))
    assert possible.referral in {part.referral for part in both.parts}


def test_one_too_many_for_the_week_is_left_out_and_the_others_have_their_place() -> None:
    house = replace(a_house(), days=WEEK[:1], wishes=Wishes(longest_visit=60))
    talks = (a_talk(LAWYER), a_talk(SHELTER), replace(a_talk(SHELTER), referral=UUID(int=300)))
    best, *_ = propose_visits(house, talks)
    assert len(best.parts) == 2
    assert [one.reason for one in best.left_out] == [Reason.NOT_BESIDE_THE_OTHERS]


def test_nothing_to_plan_is_a_plan_of_what_is_fixed() -> None:
    promised = Part(UUID(int=200), clock(MONDAY, 10), 30, SHELTER, DESK, 0)
    assert propose_visits(a_house(), ())[0].parts == ()
    (plan,) = propose_visits(replace(a_house(), fixed=(promised,)), ())
    assert plan.parts == (promised,)
    assert plan.rank.visits == 1


def test_a_house_without_days_or_people_leaves_all_out() -> None:
    for house in (replace(a_house(), days=()), replace(a_house(), workers=())):
        (plan,) = propose_visits(house, THREE)
        assert len(plan.left_out) == 3


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_on_the_day_the_clock_changes_talks_last_as_long_as_ever(day: date) -> None:
    """29 March has no half past two, 25 October has it twice."""
    night = (Span(clock(day, 0), clock(day, 9)),)
    house = replace(
        a_house(),
        days=(day,),
        workers=tuple(replace(worker, free=night) for worker in a_house().workers),
        rooms=tuple(replace(room, free=night) for room in a_house().rooms),
        wishes=Wishes(hours={6: ((time(1), time(5)),)}),
    )
    talks = (a_talk(LAWYER, 90), a_talk(SHELTER, 90))
    (plan, *_) = propose_visits(house, talks)
    first, second = plan.parts
    assert first.starts_at == clock(day, 1)
    assert second.starts_at - first.starts_at == timedelta(minutes=90)
    really = 3 * 60 if day.month == 3 else 5 * 60
    for minutes, fits in ((really, True), (really + 5, False)):
        (alone,) = propose_visits(house, (a_talk(LAWYER, minutes),))
        assert (alone.rank.left_out == 0) is fits


def test_too_many_talks_at_once_are_refused() -> None:
    talks = tuple(replace(THREE[0], referral=UUID(int=500 + n)) for n in range(MOST_TALKS + 1))
    with pytest.raises(TooManyTalks):
        propose_visits(a_house(), talks)
