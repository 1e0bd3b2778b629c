"""A day and an hour cannot be misread, in any language."""

import unicodedata
from contextvars import Context
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.i18n import LANGUAGES, dates, use_language, use_zone

BRUSSELS = ZoneInfo("Europe/Brussels")
TUESDAY = datetime(2026, 11, 24, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("nl", "dinsdag 24 november 2026, 17:05"),
        ("fr", "mardi 24 novembre 2026, 17:05"),
        ("en", "Tuesday, 24 November 2026, 17:05"),
        ("ar", "الثلاثاء، 24 نوفمبر 2026، 17:05"),
    ],
)
def test_a_moment_is_weekday_day_month_year_and_24_hours(code: str, said: str) -> None:
    with use_language(code), use_zone(BRUSSELS):
        assert dates.date_time(TUESDAY) == said


def test_the_first_of_a_month_is_an_ordinal_in_french_only() -> None:
    first, eleventh = date(2026, 12, 1), date(2026, 12, 11)
    with use_language("fr"):
        assert dates.date(first) == "mardi 1er décembre 2026"
        assert dates.date(eleventh) == "vendredi 11 décembre 2026"
    with use_language("nl"):
        assert dates.date(first) == "dinsdag 1 december 2026"


@pytest.mark.parametrize("code", LANGUAGES)
def test_digits_are_latin_in_every_language(code: str) -> None:
    with use_language(code), use_zone(BRUSSELS):
        said = dates.date_time(TUESDAY) + dates.month(TUESDAY) + dates.weekday_time(TUESDAY)
    digits = [sign for sign in said if unicodedata.category(sign) == "Nd"]
    assert digits
    assert all(sign.isascii() for sign in digits)


def test_the_hour_is_that_of_the_centre_in_summer_and_in_winter() -> None:
    with use_zone(BRUSSELS):
        assert dates.time(datetime(2026, 7, 1, 12, 0, tzinfo=UTC)) == "14:00"
        assert dates.time(datetime(2026, 12, 1, 12, 0, tzinfo=UTC)) == "13:00"
        assert dates.date(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)).startswith("Wednesday, 25")


def test_an_hour_is_never_guessed() -> None:
    # A context of its own: another test of this process may have told the zone of its house.
    with pytest.raises(ValueError, match="zone"):
        Context().run(dates.time, TUESDAY)
    with use_zone(BRUSSELS), pytest.raises(ValueError, match="zone"):
        dates.time(TUESDAY.replace(tzinfo=None))


def test_a_day_needs_no_zone() -> None:
    assert dates.date(date(2026, 11, 24)) == "Tuesday, 24 November 2026"
    assert dates.month(date(2026, 11, 24)) == "November 2026"


def test_a_calendar_begins_on_monday() -> None:
    with use_language("nl"):
        assert dates.weekdays() == ["ma", "di", "wo", "do", "vr", "za", "zo"]


@pytest.mark.parametrize(
    ("hour", "part"),
    [(4, "evening"), (5, "morning"), (11, "morning"), (12, "afternoon"), (18, "evening")],
)
def test_the_part_of_the_day_goes_by_the_clock_of_the_centre(hour: int, part: str) -> None:
    with use_zone(BRUSSELS):
        assert dates.part_of_day(datetime(2026, 11, 24, hour, tzinfo=BRUSSELS)) == part
