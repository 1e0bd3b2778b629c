"""Counting: what talks add up to, and that nothing which is not told can be computed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.counting import (
    FEWEST,
    Figures,
    FirstDate,
    Month,
    Talk,
    count,
    is_over,
    month_after,
    months_back,
    publish,
    total,
)

DAY = date(2026, 10, 5)
HOUSE = "house"


def talk(
    who: int, hour: int = 9, minute: int = 0, *, day: int = 0, minutes: int = 30, place: str = HOUSE
) -> Talk:
    on = DAY + timedelta(day)
    starts_at = datetime(on.year, on.month, on.day, hour, minute, tzinfo=UTC)
    return Talk(who, on, starts_at, starts_at + timedelta(minutes=minutes), place or None)


def test_three_talks_on_one_day_are_one_visit() -> None:
    figures = count([talk(1, 9), talk(1, 10), talk(1, 11, 15), talk(2, 9)])
    assert figures == Figures(people=2, talks=4, visits=2, places=2, waiting=30 + 45)
    assert (figures.talks_per_visit, figures.visits_per_person) == (2.0, 1.0)


def test_another_day_and_another_place_are_another_visit() -> None:
    figures = count([talk(1), talk(1, day=1), talk(1, 14, place="shelter"), talk(1, 16, place="")])
    assert figures == Figures(people=1, talks=4, visits=3, places=2, waiting=0)


def test_talks_that_overlap_leave_no_waiting_and_no_less_than_none() -> None:
    whole = talk(1, 9, minutes=120)
    assert count([whole, talk(1, 9, 30), talk(1, 11, 10)]).waiting == 10
    assert count([]).waiting_per_visit == 0


def test_ten_survivors_are_told_and_nine_are_not() -> None:
    for people in (0, 1, FEWEST - 1, FEWEST):
        # However often these came: ten visits of one survivor are one survivor.
        talks = [talk(who, day=day) for who in range(people) for day in range(3)]
        waited = [FirstDate(who, 4) for who in range(people)] * 2
        told = publish(Month(talks, waited, [*range(people)] * 2))
        is_told = people >= FEWEST
        assert (told.figures is not None) is is_told
        assert (told.days_to_first == 4) is is_told
        assert (told.not_come is not None) is is_told


def test_a_total_stands_only_where_each_of_its_months_does() -> None:
    many = publish(Month([talk(who) for who in range(FEWEST)]))
    few = publish(Month([talk(1)]))
    assert total([many, many]) == 2 * FEWEST
    assert total([many, few, many]) is None
    assert total([]) is None


def test_a_month_is_over_on_the_first_of_the_next() -> None:
    assert not is_over(date(2026, 12, 1), date(2026, 12, 31))
    assert is_over(date(2026, 12, 1), date(2027, 1, 1))
    assert month_after(date(2027, 1, 31)) == date(2027, 2, 1)
    assert months_back(date(2027, 1, 1), 3) == [date(2026, n, 1) for n in (11, 12)] + [
        date(2027, 1, 1)
    ]


# What is not told changes nothing of what is.

TALKS = st.builds(
    talk,
    st.integers(0, 14),
    st.integers(7, 17),
    st.sampled_from([0, 15, 30, 45]),
    day=st.integers(0, 3),
    minutes=st.sampled_from([15, 30, 60, 120]),
    place=st.sampled_from([HOUSE, HOUSE, "shelter", ""]),
)
MONTHS = st.builds(
    Month,
    st.lists(TALKS, max_size=60),
    st.lists(st.builds(FirstDate, st.integers(0, 14), st.integers(0, 40)), max_size=30),
    st.lists(st.integers(0, 14), max_size=30),
)
FEW = st.integers(0, FEWEST - 2)


@settings(max_examples=40)
@given(MONTHS, st.lists(TALKS, max_size=40), st.lists(FEW, max_size=30), st.data())
def test_whatever_is_not_told_could_as_well_be_something_else(
    month: Month, others: list[Talk], missed: list[int], data: st.DataObject
) -> None:
    told = publish(month)
    instead = month
    if told.figures is None:
        few = [replace(one, who=int(str(one.who)) % (FEWEST - 1)) for one in others]
        instead = replace(instead, talks=few)
    if told.days_to_first is None:
        waited = st.lists(st.builds(FirstDate, FEW, st.integers(0, 400)), max_size=30)
        instead = replace(instead, first_dates=data.draw(waited))
    if told.not_come is None:
        instead = replace(instead, not_come=missed)
    assert publish(instead) == told


@settings(max_examples=40)
@given(st.lists(MONTHS, min_size=1, max_size=4), st.data())
def test_no_total_tells_what_a_month_does_not(months: list[Month], data: st.DataObject) -> None:
    told = [publish(month) for month in months]
    hidden = [place for place, one in enumerate(told) if one.figures is None]
    if not hidden:
        assert total(told) == sum(one.figures.visits for one in told if one.figures)
        return
    place = data.draw(st.sampled_from(hidden))
    others = data.draw(st.lists(TALKS, max_size=20))
    few = [replace(one, who=int(str(one.who)) % (FEWEST - 1)) for one in others]
    months = [*months[:place], replace(months[place], talks=few), *months[place + 1 :]]
    assert total(map(publish, months)) is None is total(told)


@settings(max_examples=40)
@given(MONTHS)
def test_what_is_told_stands_on_ten_survivors_and_is_right(month: Month) -> None:
    told = publish(month)
    went = [one for one in month.talks if one.place is not None]
    if told.figures is not None:
        assert told.figures == count(went)
        assert told.figures.visits >= told.figures.people >= FEWEST
        assert told.figures.places >= told.figures.people
    if told.not_come is not None:
        assert told.not_come >= len(set(month.not_come)) >= FEWEST
    assert (told.figures is None) == (len({one.who for one in went}) < FEWEST)


@settings(max_examples=40)
@given(st.lists(TALKS, max_size=40))
def test_the_order_in_which_talks_are_counted_does_not_matter(talks: list[Talk]) -> None:
    assert count(talks) == count(reversed(talks))
    assert count(talks).visits <= count(talks).talks
