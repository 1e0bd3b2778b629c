"""Promised times: clocks that stop when nobody is in, and never lie."""

# ruff: noqa: DTZ001 (a time on the wall has no zone)

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.needs import Lane
from portal.domain.promises import (
    DEFAULT_PROMISES,
    OpeningHours,
    Promise,
    Span,
    answer_before,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
HOURS = OpeningHours(BRUSSELS, closed_days=frozenset({date(2026, 12, 25), date(2027, 1, 1)}))
HALF_AN_HOUR = DEFAULT_PROMISES[Lane.RED]
NEXT_DAY = DEFAULT_PROMISES[Lane.ORANGE]


def at(text: str) -> datetime:
    """A clock time in Brussels."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    ("sent", "before"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:30"),
        ("2026-11-23 16:30", "2026-11-23 17:00"),
        ("2026-11-23 16:50", "2026-11-24 09:20"),
        ("2026-11-23 17:00", "2026-11-24 09:30"),
        ("2026-11-23 03:00", "2026-11-23 09:30"),
        ("2026-11-20 16:50", "2026-11-23 09:20"),
        ("2026-11-21 12:00", "2026-11-23 09:30"),
        ("2026-12-24 16:59", "2026-12-28 09:29"),
    ],
)
def test_thirty_minutes_count_while_somebody_is_in(sent: str, before: str) -> None:
    assert answer_before(at(sent), HALF_AN_HOUR, HOURS) == at(before)


@pytest.mark.parametrize(
    ("sent", "before"),
    [
        ("2026-11-23 10:00", "2026-11-24 17:00"),
        ("2026-11-20 10:00", "2026-11-23 17:00"),
        ("2026-11-20 18:00", "2026-11-24 17:00"),
        ("2026-11-22 10:00", "2026-11-24 17:00"),
        ("2026-12-24 10:00", "2026-12-28 17:00"),
        ("2026-12-31 10:00", "2027-01-04 17:00"),
    ],
)
def test_a_working_day_ends_when_the_house_closes(sent: str, before: str) -> None:
    assert answer_before(at(sent), NEXT_DAY, HOURS) == at(before)


def test_weekends_do_not_count_towards_five_days() -> None:
    assert answer_before(at("2026-11-18 10:00"), DEFAULT_PROMISES[Lane.INFORMATION], HOURS) == at(
        "2026-11-25 17:00"
    )


@pytest.mark.parametrize(
    ("friday", "monday"), [("2026-03-27", "2026-03-30"), ("2026-10-23", "2026-10-26")]
)
def test_over_a_clock_change_the_house_opens_at_its_clock_time(friday: str, monday: str) -> None:
    """The clock changes on Sunday night; half an hour stays half an hour on the clock."""
    promised = answer_before(at(f"{friday} 16:45"), HALF_AN_HOUR, HOURS)
    assert promised == at(f"{monday} 09:15")
    assert promised.astimezone(BRUSSELS).time() == time(9, 15)
    days = answer_before(at(f"{friday} 16:45"), NEXT_DAY, HOURS)
    assert days == at(f"{monday} 17:00")


def test_a_promise_sent_in_another_zone_is_the_same_promise() -> None:
    sent = at("2026-11-23 16:50")
    assert answer_before(sent.astimezone(UTC), HALF_AN_HOUR, HOURS) == answer_before(
        sent, HALF_AN_HOUR, HOURS
    )


def test_a_house_that_never_opens_promises_nothing() -> None:
    never = OpeningHours(BRUSSELS, weekdays=frozenset())
    with pytest.raises(ValueError, match="never opens"):
        answer_before(at("2026-11-23 10:00"), HALF_AN_HOUR, never)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
promises = st.one_of(
    st.builds(Promise, st.integers(1, 2000), st.just(Span.MINUTES)),
    st.builds(Promise, st.integers(1, 10), st.just(Span.WORKING_DAYS)),
)
hours = st.builds(
    OpeningHours,
    zone=st.sampled_from([BRUSSELS, ZoneInfo("Europe/Lisbon"), ZoneInfo("America/New_York")]),
    opens=st.sampled_from([time(7, 30), time(9), time(10)]),
    closes=st.sampled_from([time(12), time(17), time(20, 15)]),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    closed_days=st.frozensets(
        st.integers(0, 730).map(lambda n: date(2026, 1, 1) + timedelta(days=n)), max_size=40
    ),
)


@given(moments, promises, hours)
def test_every_promise_falls_in_opening_hours_or_at_closing_and_never_before_now(
    sent: datetime, promise: Promise, open_hours: OpeningHours
) -> None:
    promised = answer_before(sent, promise, open_hours)
    local = promised.astimezone(open_hours.zone)
    assert open_hours.open_on(local.date())
    assert open_hours.opens <= local.time() <= open_hours.closes
    assert promised > sent
    assert promised.utcoffset() is not None


@given(moments, hours, st.integers(1, 100))
def test_who_sends_later_is_never_promised_sooner(
    sent: datetime, open_hours: OpeningHours, minutes: int
) -> None:
    later = sent + timedelta(minutes=minutes)
    for promise in (Promise(45, Span.MINUTES), Promise(2, Span.WORKING_DAYS)):
        assert answer_before(sent, promise, open_hours) <= answer_before(later, promise, open_hours)


def test_the_red_lane_is_promised_soonest() -> None:
    sent = at("2026-11-23 10:00")
    times = [answer_before(sent, DEFAULT_PROMISES[lane], HOURS) for lane in Lane]
    assert times == sorted(times)
    assert len(set(times)) == len(times)
