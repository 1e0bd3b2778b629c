"""Hours as people write them, and the time that is left of them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from portal.domain.availability import (
    NotHours,
    TooManyHours,
    day_from,
    day_to_json,
    free_spans,
    pattern_from,
    read_hours,
    to_json,
    written_hours,
)
from portal.domain.opening import HoursOverlap, HoursUpsideDown, Opening, Pattern
from portal.domain.refusals import Refusal
from portal.domain.spans import Span

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9:00-12:00", "09:00-12:00"),
        (" 13.30 – 17h , 9-12:15 ", "09:00-12:15, 13:30-17:00"),
        ("20-24:00", "20:00-24:00"),
        ("9-12;13-14", "09:00-12:00, 13:00-14:00"),
        ("", ""),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, read: str) -> None:
    hours = read_hours(typed)
    assert written_hours(hours) == read
    assert day_from(day_to_json(hours)) == hours
    assert pattern_from(to_json({0: hours}), None, None).hours.get(0, ()) == hours


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("morning", NotHours),
        ("9:00", NotHours),
        ("9-25", NotHours),
        ("9:03-10", NotHours),
        ("-1-5", NotHours),
        ("٩-١٠", NotHours),
        ("12-9", HoursUpsideDown),
        ("9-9", HoursUpsideDown),
        ("9-12, 11-13", HoursOverlap),
        ("1-2, 3-4, 5-6, 7-8, 9-10", TooManyHours),
    ],
)
def test_hours_that_nobody_could_keep_are_refused(typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_hours(typed)


def test_who_works_in_a_service_is_there_when_both_are_and_no_calendar_says_no() -> None:
    monday = date(2026, 11, 23)
    service = Opening((Pattern({0: read_hours("9-12, 13-17")}),))
    worker = Opening((Pattern({0: read_hours("10-14")}),), {date(2026, 11, 30): ()})
    busy = (Span(_at(10, 30), _at(11, 0)),)
    free = free_spans((service, worker), monday, date(2026, 11, 30), BRUSSELS, busy=busy)
    assert free == (
        Span(_at(10), _at(10, 30)),
        Span(_at(11), _at(12)),
        Span(_at(13), _at(14)),
    )


def _at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date(2026, 11, 23), time(hour, minute), BRUSSELS).astimezone(UTC)
