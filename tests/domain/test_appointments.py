"""Dates that can be kept: in the future, on a clock that shows them once."""

# ruff: noqa: DTZ001 (a time on the wall has no zone)

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.appointments import (
    LengthImpossible,
    NoSuchTime,
    OffTheStep,
    TimeHasPassed,
    TimeTooFar,
    TimeTwice,
    check_date,
    in_zone,
    steps,
)

NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")
MINUTE = timedelta(minutes=1)
STEP = 5 * MINUTE


def test_a_time_that_the_clock_skips_is_no_time() -> None:
    for wall in ("2027-03-28 02:00", "2027-03-28 02:30", "2027-03-28 02:59"):
        with pytest.raises(NoSuchTime):
            in_zone(datetime.fromisoformat(wall), BRUSSELS)


def test_a_time_that_the_clock_shows_twice_must_be_another() -> None:
    for wall in ("2026-10-25 02:00", "2026-10-25 02:30", "2026-10-25 02:59"):
        with pytest.raises(TimeTwice):
            in_zone(datetime.fromisoformat(wall), BRUSSELS)


def test_times_around_a_clock_change_are_moments() -> None:
    assert in_zone(datetime(2027, 3, 28, 1, 59), BRUSSELS) == datetime(
        2027, 3, 28, 0, 59, tzinfo=UTC
    )
    assert in_zone(datetime(2027, 3, 28, 3), BRUSSELS) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert in_zone(datetime(2026, 10, 25, 1, 59), BRUSSELS) == datetime(
        2026, 10, 24, 23, 59, tzinfo=UTC
    )
    assert in_zone(datetime(2026, 10, 25, 3), BRUSSELS) == datetime(2026, 10, 25, 2, tzinfo=UTC)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2029, 1, 1)),
    st.sampled_from(
        ["Europe/Brussels", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe"]
    ),
)
def test_every_clock_time_is_one_moment_or_refused(wall: datetime, zone: str) -> None:
    try:
        moment = in_zone(wall, ZoneInfo(zone))
    except (NoSuchTime, TimeTwice):
        return
    assert moment.tzinfo is UTC
    assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall


@pytest.mark.parametrize("earlier", [timedelta(0), MINUTE, timedelta(days=400)])
def test_a_date_in_the_past_is_refused(earlier: timedelta) -> None:
    with pytest.raises(TimeHasPassed):
        check_date(NOW - earlier, 30, now=NOW)


def test_a_date_lies_within_a_year() -> None:
    check_date(NOW + timedelta(days=366), 30, now=NOW)
    with pytest.raises(TimeTooFar):
        check_date(NOW + timedelta(days=366) + MINUTE, 30, now=NOW)


@pytest.mark.parametrize("minutes", [0, -30, 4, 481, 10**9])
def test_a_talk_of_no_or_endless_minutes_is_refused(minutes: int) -> None:
    with pytest.raises(LengthImpossible):
        check_date(NOW + STEP, minutes, now=NOW)


@pytest.mark.parametrize("minutes", [5, 45, 480])
def test_a_talk_lasts_from_five_minutes_to_eight_hours(minutes: int) -> None:
    check_date(NOW + STEP, minutes, now=NOW)


starts = st.integers(0, 400).map(lambda step: NOW + step * STEP)
lengths = st.integers(1, 96).map(lambda count: count * 5)


@given(starts, lengths, starts, lengths)
def test_two_talks_share_a_step_if_and_only_if_they_overlap(
    start: datetime, minutes: int, other: datetime, other_minutes: int
) -> None:
    shared = set(steps(start, minutes)) & set(steps(other, other_minutes))
    ends, other_ends = start + minutes * MINUTE, other + other_minutes * MINUTE
    assert bool(shared) is (start < other_ends and other < ends)


def test_a_talk_may_begin_when_another_ends() -> None:
    assert not set(steps(NOW, 45)) & set(steps(NOW + 45 * MINUTE, 30))
    assert set(steps(NOW, 45)) & set(steps(NOW + 40 * MINUTE, 30))


@pytest.mark.parametrize(("begins", "minutes"), [(NOW + 7 * MINUTE, 45), (NOW + 5 * MINUTE, 44)])
def test_dates_go_in_steps_of_five_minutes(begins: datetime, minutes: int) -> None:
    with pytest.raises(OffTheStep):
        check_date(begins, minutes, now=NOW)
