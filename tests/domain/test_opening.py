"""Opening hours: patterns add up, holidays close, an exception has the last word."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.opening import (
    Hours,
    HoursOverlap,
    HoursUpsideDown,
    Opening,
    Pattern,
    PatternUpsideDown,
    check_hours,
    check_pattern,
    days_between,
    hours_on,
    open_spans,
)
from portal.domain.spans import Span

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = date(2026, 5, 4)
MORNING: Hours = ((time(9), time(12)),)
AFTERNOON: Hours = ((time(13), time(17)),)
WEEKDAYS = Pattern(dict.fromkeys(range(5), MORNING))


def test_a_week_is_open_as_its_pattern_says() -> None:
    opening = Opening((WEEKDAYS, Pattern({1: AFTERNOON})))
    week = days_between(MONDAY, MONDAY + timedelta(days=6))
    hours = [hours_on(day, opening) for day in week]
    assert hours == [MORNING, (*MORNING, *AFTERNOON), MORNING, MORNING, MORNING, (), ()]


def test_a_pattern_holds_from_its_first_day_to_its_last() -> None:
    opening = Opening((Pattern({0: MORNING}, first=MONDAY, last=MONDAY + timedelta(days=7)),))
    mondays = [MONDAY + timedelta(days=7 * week) for week in range(-1, 3)]
    assert [bool(hours_on(day, opening)) for day in mondays] == [False, True, True, False]


def test_a_holiday_closes_and_an_exception_comes_before_it() -> None:
    tuesday = MONDAY + timedelta(days=1)
    opening = Opening((WEEKDAYS,), {tuesday: AFTERNOON}, {MONDAY, tuesday})
    assert hours_on(MONDAY, opening) == ()
    assert hours_on(tuesday, opening) == AFTERNOON
    assert hours_on(tuesday, Opening((WEEKDAYS,), {tuesday: ()})) == ()


def test_hours_are_those_of_the_clock_in_summer_and_in_winter() -> None:
    opening = Opening((WEEKDAYS,))
    winter, summer = date(2026, 3, 27), date(2026, 3, 30)
    spans = open_spans(opening, [winter, summer], BRUSSELS)
    assert [span.starts_at.hour for span in spans] == [8, 7]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 2), (date(2026, 10, 25), 4)])
def test_a_night_in_which_the_clock_changes_is_as_long_as_it_is(day: date, hours: int) -> None:
    opening = Opening((Pattern({6: ((time(1), time(4)),)}),))
    (span,) = open_spans(opening, [day], BRUSSELS)
    assert span.ends_at - span.starts_at == timedelta(hours=hours)


def test_an_hour_that_the_clock_skips_is_not_open_and_one_it_repeats_is_open_twice() -> None:
    at_two = Opening((Pattern({6: ((time(2), time(3)),)}),))
    assert open_spans(at_two, [date(2026, 3, 29)], BRUSSELS) == ()
    (span,) = open_spans(at_two, [date(2026, 10, 25)], BRUSSELS)
    assert span == Span(
        datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC)
    )


def test_until_midnight_is_until_the_next_day() -> None:
    opening = Opening((Pattern({0: ((time(22), time.min),)}),))
    (span,) = open_spans(opening, [MONDAY], BRUSSELS)
    assert span.ends_at - span.starts_at == timedelta(hours=2)


@pytest.mark.parametrize(
    ("hours", "refusal"),
    [
        (((time(12), time(9)),), HoursUpsideDown),
        (((time(9), time(9)),), HoursUpsideDown),
        (((time(9), time(12)), (time(11), time(13))), HoursOverlap),
        (((time(22), time.min), (time(23), time(23, 30))), HoursOverlap),
    ],
)
def test_hours_that_nobody_could_keep_are_refused(hours: Hours, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_hours(hours)
    with pytest.raises(refusal):
        check_pattern(Pattern({3: hours}))


def test_a_pattern_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(PatternUpsideDown):
        check_pattern(Pattern({}, first=MONDAY, last=MONDAY - timedelta(days=1)))
    check_pattern(Pattern({0: (*MORNING, *AFTERNOON)}, first=MONDAY, last=MONDAY))
    check_hours(((time(0), time.min),))


@given(
    st.dictionaries(
        st.integers(0, 6), st.sampled_from([MORNING, AFTERNOON, (*MORNING, *AFTERNOON)])
    ),
    st.sets(st.sampled_from(days_between(MONDAY, MONDAY + timedelta(days=27)))),
)
def test_open_time_lies_on_open_days_and_in_order(
    week: dict[int, Hours], holidays: set[date]
) -> None:
    opening = Opening((Pattern(week),), holidays=holidays)
    days = days_between(MONDAY, MONDAY + timedelta(days=27))
    spans = open_spans(opening, days, BRUSSELS)
    for span in spans:
        day = span.starts_at.astimezone(BRUSSELS).date()
        assert day not in holidays
        assert day.weekday() in week
    assert list(spans) == sorted(spans)
    total = sum((span.ends_at - span.starts_at for span in spans), timedelta())
    hours = {MORNING: 3, AFTERNOON: 4, (*MORNING, *AFTERNOON): 7}
    wanted = sum(
        hours[week[day.weekday()]] for day in days if day.weekday() in week and day not in holidays
    )
    assert total == timedelta(hours=wanted)
