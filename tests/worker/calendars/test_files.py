"""Calendar files, as servers and people really send them: what they say of somebody's time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.domain.calendars import Trouble
from portal.domain.spans import Span
from portal.worker.calendars.asking import MOST_BYTES, Failed
from portal.worker.calendars.files import MOST_EVENTS, Read, ours, parse, read

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 10, 19, 6, tzinfo=UTC)
"""Monday; the clock changes on Sunday 25 October."""
WINDOW = Span(NOW - timedelta(days=1), NOW + timedelta(days=400))
HOUR = timedelta(hours=1)


def event(*lines: str, uid: str = "a") -> str:
    """An event of these lines."""
    return "\r\n".join(("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261001T000000Z", *lines,
                        "END:VEVENT", ""))  # fmt: skip


def reading(*events: str) -> Read:
    """What a file with these events says."""
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n"
    return read(text.encode(), WINDOW, BRUSSELS)


def utc(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    """A moment of autumn 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        (("DTSTART:20261020T080000Z", "DTEND:20261020T090000Z"), Span(utc(20, 8), utc(20, 9))),
        (("DTSTART:20261020T080000Z", "DURATION:PT30M"), Span(utc(20, 8), utc(20, 8, 30))),
        (
            ("DTSTART;TZID=America/New_York:20261020T080000", "DURATION:PT1H"),
            Span(utc(20, 12), utc(20, 13)),
        ),
        (
            ("DTSTART;TZID=Romance Standard Time:20261020T100000", "DURATION:PT1H"),
            Span(utc(20, 8), utc(20, 9)),
        ),
        # No zone, and a zone that nobody knows: the clock of the centre.
        (("DTSTART:20261020T100000", "DURATION:PT1H"), Span(utc(20, 8), utc(20, 9))),
        (
            ("DTSTART;TZID=Nowhere/Atlantis:20261020T100000", "DURATION:PT1H"),
            Span(utc(20, 8), utc(20, 9)),
        ),
        # A whole day begins and ends at midnight of the centre.
        (("DTSTART;VALUE=DATE:20261020",), Span(utc(19, 22), utc(20, 22))),
        # On Sunday the day has 25 hours.
        (("DTSTART;VALUE=DATE:20261025",), Span(utc(24, 22), utc(25, 23))),
    ],
)
def test_an_event_takes_its_time(lines: tuple[str, ...], span: Span) -> None:
    assert reading(event(*lines)) == Read((span,), 0)


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"])
def test_what_is_marked_as_free_takes_none(line: str) -> None:
    assert reading(event("DTSTART:20261020T080000Z", "DURATION:PT1H", line)) == Read((), 0)


def test_a_rule_without_an_end_keeps_its_hour_when_the_clock_changes() -> None:
    found = reading(
        event("DTSTART;TZID=Europe/Brussels:20260105T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
    )
    assert found.unread == 0
    assert Span(utc(19, 8), utc(19, 9)) in found.spans
    assert Span(utc(26, 9), utc(26, 10)) in found.spans
    assert len(found.spans) == 58
    assert all(one.meets(WINDOW) for one in found.spans)


def test_days_of_a_rule_that_are_otherwise_or_left_out() -> None:
    rule = ("DTSTART:20261019T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4",
            "EXDATE:20261020T080000Z")  # fmt: skip
    moved = ("RECURRENCE-ID:20261021T080000Z", "DTSTART:20261021T150000Z", "DURATION:PT1H")
    assert [one.starts_at for one in reading(event(*rule), event(*moved)).spans] == [
        utc(19, 8),
        utc(21, 15),
        utc(22, 8),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:yesterday", "DURATION:PT1H"),
        ("DTSTART:20261399T100000Z",),
        ("SUMMARY:no start",),
        ("DTSTART:20261020T080000Z", "DTEND:20261019T080000Z"),
        ("DTSTART:20261020T080000Z", "DURATION:forever"),
        ("DTSTART:20261020T080000Z", "RRULE:FREQ=SECONDLY"),
        ("DTSTART:20261020T080000Z", "RRULE:FREQ=MINUTELY;INTERVAL=1"),
        ("DTSTART:20261020T080000Z", "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"),
        ("DTSTART:20261020T080000Z", "RRULE:FREQ=NEVER"),
        ("DTSTART:20261020T080000Z", "RRULE:nonsense"),
        ("DTSTART:99991231T235959Z", "DURATION:P400D"),
    ],
)
def test_one_broken_event_does_not_hide_the_others(lines: tuple[str, ...]) -> None:
    fine = event("DTSTART:20261020T080000Z", "DURATION:PT1H", uid="fine")
    found = reading(event(*lines), fine)
    assert found == Read((Span(utc(20, 8), utc(20, 9)),), 1)


def test_a_rule_that_never_comes_true_is_not_followed_for_ever() -> None:
    rule = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    assert reading(event("DTSTART:20261020T080000Z", "DURATION:PT1H", rule)).unread == 1


def test_a_calendar_that_costs_too_much_is_read_as_far_as_the_time_goes() -> None:
    text = f"BEGIN:VCALENDAR\r\n{event('DTSTART:20261020T080000Z')}END:VCALENDAR\r\n"
    assert read(text.encode(), WINDOW, BRUSSELS, until=0.0) == Read((), 1)


def test_a_rule_may_not_take_more_times_than_a_year_has_hours() -> None:
    hours = ",".join(str(hour) for hour in range(24))
    minutes = ",".join(str(minute) for minute in range(0, 60, 5))
    rule = f"RRULE:FREQ=DAILY;BYHOUR={hours};BYMINUTE={minutes}"
    assert reading(event("DTSTART:20261020T080000Z", "DURATION:PT1M", rule)).unread == 1


@pytest.mark.parametrize(
    "text",
    [b"", b"<html>Sign in</html>", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2",
     b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR\r\nEND:VEVENT\r\n"],
)  # fmt: skip
def test_what_is_no_calendar_is_said_to_be_none(text: bytes) -> None:
    try:
        found = read(text, WINDOW, BRUSSELS)
    except Failed as failed:
        assert failed.trouble is Trouble.NOT_A_CALENDAR
    else:
        assert found.spans == ()
        assert b"BEGIN:VCALENDAR" in text


@pytest.mark.parametrize(
    "text",
    [
        b"BEGIN:VCALENDAR\r\n" + b"X" * MOST_BYTES,
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * (MOST_EVENTS + 1),
    ],
)
def test_a_huge_file_is_refused_before_it_is_read(text: bytes) -> None:
    with pytest.raises(Failed) as failed:
        read(text, WINDOW, BRUSSELS)
    assert failed.value.trouble is Trouble.TOO_LARGE


def test_what_we_write_tells_when_and_nothing_else() -> None:
    span = Span(utc(20, 8), utc(20, 9))
    text = ours("0b8e", span, "Appointment\r\nATTENDEE:x")
    (one,) = parse(text).walk("VEVENT")
    assert set(one) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP"}
    assert read(text, WINDOW, BRUSSELS) == Read((span,), 0)
