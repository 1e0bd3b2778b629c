"""Planned visits of two people who must not meet, and her wishes when a service sets a date."""

from datetime import time, timedelta

import pytest

from portal.domain.centre import Topic
from portal.domain.interpreters import Means, Sex
from portal.domain.needs import Category
from portal.domain.opening import Hours
from portal.domain.proposals import VisitState
from portal.domain.separation import TimeNotPossible, forbidden
from portal.domain.spans import Span
from portal.models import Interpreter
from portal.services.centre import house_settings
from portal.services.dates import her_dates
from portal.services.visits import answering, closed_out, wishes
from portal.services.visits.talks import Asked
from portal.services.visits.wishes import HerWishes
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, POLICE, a_date, a_shared_need
from tests.services.kept_apart import keep_apart
from tests.services.planned import (
    BRUSSELS,
    ENGLISH,
    accepted,
    agree,
    parts,
    plan,
    refuse,
    send,
    state_of,
    states,
    taken,
    three,
)

pytestmark = pytest.mark.real


@pytest.fixture
def kind() -> str:
    """One kind of database is enough for these rules."""
    return "sqlite"


def test_no_plan_brings_them_together_and_what_is_proposed_counts(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    three(the_house, her)
    three(the_house, another)
    days = {
        part.starts_at.date() for choice in plan(the_house, her).choices for part in choice.parts
    }
    keep_apart(the_house, her, another)
    theirs = [
        Span(one.starts_at, one.starts_at + timedelta(minutes=one.minutes))
        for one in parts(the_house, send(the_house, another))
    ]
    assert {span.starts_at.date() for span in theirs} & days, "both would come on one day"
    closed = forbidden(theirs)
    found = plan(the_house, her)
    planned = [part for choice in found.choices for part in choice.parts]
    assert planned
    for part in planned:
        span = Span(part.starts_at, part.ends_at)
        assert not any(span.meets(one) for one in closed), part
    with pytest.raises(TimeNotPossible):
        a_date(
            the_house, a_shared_need(the_house, her, Category.WORK), starts_at=theirs[-1].ends_at
        )


FAR = Asked(without_interpreter=True, first=(NOON + timedelta(days=60)).date())
"""Who plans says from which day on."""


def test_a_plan_for_later_weeks_brings_them_together_no_more_than_one_for_these(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    accepted(the_house, her, POLICE, Category.POLICE)
    best = plan(the_house, her, FAR).choices[0].parts[0]
    a_date(the_house, a_shared_need(the_house, another), starts_at=best.starts_at, minutes=30)
    keep_apart(the_house, her, another)
    # A plan that is shown and can never be sent would say that there is somebody.
    assert parts(the_house, send(the_house, her, FAR))[0].starts_at != best.starts_at


@pytest.mark.parametrize(("sent", "again"), [(FAR, ENGLISH), (ENGLISH, FAR)])
def test_what_is_held_for_her_is_in_the_next_plan_whatever_weeks_that_is_for(
    the_house: TestHouse, her: Person, sent: Asked, again: Asked
) -> None:
    three(the_house, her)
    first = send(the_house, her, sent)
    refused, *held = parts(the_house, first)
    refuse(the_house, her, first, refused.id)
    second = {one.starts_at for one in parts(the_house, send(the_house, her, again))}
    assert {one.starts_at for one in held} < second
    assert len(second) == 3


def test_her_yes_makes_no_date_of_a_time_that_is_not_possible_any_more(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    three(the_house, her)
    first = send(the_house, her)
    held = parts(the_house, first)
    # Another has a date an hour after her last talk; then somebody says that they must not meet.
    over = held[-1].starts_at + timedelta(minutes=held[-1].minutes)
    at = over.replace(minute=0) + timedelta(hours=1)
    a_date(the_house, a_shared_need(the_house, another), starts_at=at, minutes=30)
    keep_apart(the_house, her, another)
    with the_house.acting(the_house.coordinator) as (session, acting):
        value = {"minutes": 90}
        house_settings.change(session, acting, Topic.SEPARATION, value, now=NOON)
    with the_house.acting(her) as (session, acting):
        assert not answering.agree(session, acting, first, 3, now=NOON)
    assert "planned" not in states(the_house, first)
    second = send(the_house, her)
    agree(the_house, her, second)
    closed = forbidden([Span(at, at + timedelta(minutes=30))], buffer=timedelta(minutes=90))
    for part in parts(the_house, second):
        span = Span(part.starts_at, part.starts_at + timedelta(minutes=part.minutes))
        assert not any(span.meets(one) for one in closed)


def test_a_service_sets_no_date_when_she_said_that_she_cannot_come(
    the_house: TestHouse, her: Person
) -> None:
    day = NOON + timedelta(days=3)
    need_id = a_shared_need(the_house, her)
    with the_house.acting(her) as (session, acting):
        assert her.case_id
        wish = HerWishes(not_on=(day.date(),))
        wishes.write(session, acting, her.case_id, wish, now=NOON)
    with pytest.raises(TimeNotPossible):
        a_date(the_house, need_id, starts_at=day)
    a_date(the_house, need_id, starts_at=day + timedelta(days=4))


def wish(the_house: TestHouse, her: Person, hers: HerWishes) -> None:
    with the_house.acting(her) as (session, acting):
        assert her.case_id
        wishes.write(session, acting, her.case_id, hers, now=NOON)


def test_a_plan_can_be_sent_again_after_she_closed_the_whole_day(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    first = send(the_house, her)
    day = parts(the_house, first)[0].starts_at.date()
    wish(the_house, her, HerWishes(not_on=(day,)))
    found = plan(the_house, her)
    assert len(found.not_possible) == 3
    second = send(the_house, her)
    assert state_of(the_house, first) is VisitState.REPLACED
    assert day not in {one.starts_at.date() for one in parts(the_house, second)}
    agree(the_house, her, second)


def test_only_what_she_closed_out_is_planned_anew(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    first = send(the_house, her)
    before = parts(the_house, first)
    # From the beginning of her last talk she has to be elsewhere, on that weekday.
    last = before[-1].starts_at.astimezone(BRUSSELS)
    until = last.replace(minute=0).time()
    closed_out = [
        one
        for one in before
        if one.starts_at + timedelta(minutes=one.minutes) > last.replace(minute=0)
    ]
    assert 0 < len(closed_out) < 3
    wish(the_house, her, HerWishes(hours={last.weekday(): ((time.min, until),)}))
    found = plan(the_house, her)
    assert {one.key for one in found.not_possible} == {one.id for one in closed_out}
    (choice,) = found.choices
    kept = {(one.service_id, one.starts_at) for one in before if one not in closed_out}
    assert kept <= {(part.service.id, part.starts_at) for part in choice.parts}
    second = send(the_house, her, key=choice.key)
    assert state_of(the_house, first) is VisitState.REPLACED
    agree(the_house, her, second)


def test_a_refused_part_and_a_closed_day_are_planned_anew_together(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    first = send(the_house, her)
    one, *_ = parts(the_house, first)
    refuse(the_house, her, first, one.id)
    wish(the_house, her, HerWishes(not_on=(one.starts_at.date(),)))
    second = send(the_house, her)
    assert states(the_house, second) == ["proposed"] * 3
    assert taken(the_house) == sum(2 * part.minutes // 5 for part in parts(the_house, second)), (
        "nothing of the first plan is held"
    )


def test_a_closed_out_talk_without_another_time_leaves_the_rest_to_be_sent(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    first = send(the_house, her)
    before = parts(the_house, first)
    weekday = before[0].starts_at.weekday()
    until = before[-1].starts_at.astimezone(BRUSSELS).replace(minute=0).time()
    never: dict[int, Hours] = dict.fromkeys(range(7), ())
    wish(the_house, her, HerWishes(hours={**never, weekday: ((time.min, until),)}))
    found = plan(the_house, her)
    assert found.not_possible
    assert send(the_house, her, key=found.choices[0].key)
    assert state_of(the_house, first) is VisitState.REPLACED


def test_nothing_new_is_planned_beside_a_date_at_a_time_that_she_closed_since(
    the_house: TestHouse, her: Person
) -> None:
    accepted(the_house, her, POLICE, Category.POLICE)
    agree(the_house, her, send(the_house, her), 1)
    with the_house.acting(her) as (session, acting):
        (date_,) = her_dates.listed(session, acting, now=NOON)
    over = date_.ends_at.astimezone(BRUSSELS)
    assert over.minute == 0
    wish(the_house, her, HerWishes(hours={over.weekday(): ((over.time(), time.min),)}))
    accepted(the_house, her, HOUSING, Category.HOME)
    assert send(the_house, her)


def test_what_was_held_with_an_interpreter_keeps_the_interpreter_when_it_is_sent_again(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    with the_house.database.transaction() as session:
        session.add(
            Interpreter(name="Samira", sex=Sex.WOMAN, languages=["ar"], means=[Means.HERE.value])
        )
    first = send(the_house, her, Asked())
    refuse(the_house, her, first, parts(the_house, first)[1].id)
    second = send(the_house, her, Asked())
    assert all(one.interpreter_id for one in parts(the_house, second))


def test_she_is_told_when_she_closes_a_time_that_waits_for_her_yes(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    day = parts(the_house, send(the_house, her))[0].starts_at.date()
    with the_house.acting(her) as (session, acting):
        proposal = answering.find_hers(session, acting, now=NOON)
        for hers, hits in (
            (HerWishes(), False),
            (HerWishes(not_on=(day + timedelta(days=1),)), False),
            (HerWishes(not_on=(day,)), True),
            (HerWishes(hours={day.weekday(): ()}), True),
        ):
            assert closed_out.by_wishes(proposal, hers) is hits
