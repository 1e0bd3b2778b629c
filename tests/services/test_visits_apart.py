"""Planned visits of two people who must not meet, and her wishes when a service sets a date."""

from datetime import timedelta

import pytest

from portal.domain.needs import Category
from portal.domain.separation import TimeNotPossible, forbidden
from portal.domain.spans import Span
from portal.services.visits import wishes
from portal.services.visits.wishes import HerWishes
from tests.people import NOON, Person, TestHouse
from tests.services.journey import a_date, a_shared_need
from tests.services.kept_apart import keep_apart
from tests.services.test_visits import parts, plan, send, three


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
