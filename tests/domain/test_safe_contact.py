"""Her ways: what an address is, and at which hours of her own clock something may come."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.refusals import Refusal
from portal.domain.safe_contact import (
    Channel,
    EndsBeforeItBegins,
    Hours,
    NoDayChosen,
    NotAnAddress,
    NotANumber,
    NumberWithoutCountry,
    address,
    check_hours,
)

ALL_WEEK = frozenset(range(7))
ZONES = ("Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
TWO_MINUTES = timedelta(minutes=2)

moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
some_hours = st.builds(
    Hours,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    begins=st.integers(0, 22),
    ends=st.just(24),
    zone=st.sampled_from(ZONES),
).flatmap(
    lambda one: st.integers(one.begins + 1, 24).map(
        lambda ends: Hours(one.weekdays, one.begins, ends, one.zone)
    )
)


@given(some_hours, moments)
def test_whatever_is_said_to_be_allowed_is_so_on_her_clock_until_it_is_over(
    hours: Hours, moment: datetime
) -> None:
    found = hours.next(moment, lasting=TWO_MINUTES)
    if found is None:
        assert hours.ends - hours.begins == 1, "only an hour that the clock skips is none"
        return
    assert found >= moment
    for at in (found, found + TWO_MINUTES / 2, found + TWO_MINUTES):
        local = at.astimezone(ZoneInfo(hours.zone))
        assert local.weekday() in hours.weekdays
        assert hours.begins <= local.hour < hours.ends


@given(some_hours, moments, st.integers(0, 8 * 24 * 60))
def test_nothing_earlier_would_have_been_allowed(
    hours: Hours, moment: datetime, minutes: int
) -> None:
    found = hours.next(moment, lasting=TWO_MINUTES)
    earlier = moment + timedelta(minutes=minutes)
    if found is None or earlier < found - timedelta(minutes=15):
        assert not (hours.allow(earlier) and hours.allow(earlier + TWO_MINUTES))


@pytest.mark.parametrize(
    ("begins", "asked", "comes"),
    [
        # The clock goes from 2:00 to 3:00: that hour does not come, the next night it does.
        (2, datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 30, 0, 0, tzinfo=UTC)),
        (3, datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # It goes from 3:00 back to 2:00: both times it is 2 o'clock on her wall.
        (2, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (2, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        (3, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_when_the_clock_changes_her_wall_counts(
    begins: int, asked: datetime, comes: datetime
) -> None:
    hours = Hours(ALL_WEEK, begins, begins + 1, "Europe/Brussels")
    assert hours.next(asked, lasting=TWO_MINUTES) == comes


def test_what_would_end_after_her_hours_waits_for_the_next_day() -> None:
    hours = Hours(ALL_WEEK, 9, 12, "Europe/Brussels")
    late = datetime(2026, 11, 24, 10, 59, tzinfo=UTC)
    assert hours.next(late, lasting=TWO_MINUTES) == datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def test_hours_are_on_some_day_and_end_after_they_begin() -> None:
    check_hours(Hours(ALL_WEEK, 0, 24, "Europe/Brussels"))
    with pytest.raises(NoDayChosen):
        check_hours(Hours(frozenset(), 9, 12, "Europe/Brussels"))
    for begins, ends in ((9, 9), (12, 9), (9, 25), (-1, 4)):
        with pytest.raises(EndsBeforeItBegins):
            check_hours(Hours(ALL_WEEK, begins, ends, "Europe/Brussels"))


@pytest.mark.parametrize(
    ("typed", "sent_to"),
    [
        ("+32 470 12 34 56", "+32470123456"),
        ("0032 470/12.34.56", "+32470123456"),
        ("+32 (470) 12-34-56", "+32470123456"),
        ("+٣٢ ٤٧٠ ١٢ ٣٤ ٥٦", "+32470123456"),
        ("\u202a+32470123456\u202c", "+32470123456"),
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str, sent_to: str) -> None:
    assert address(Channel.SMS, typed) == sent_to


@pytest.mark.parametrize("typed", ["0470 12 34 56", "470123456", "02/512.34.56"])
def test_in_which_country_a_national_number_is_nobody_guesses(typed: str) -> None:
    with pytest.raises(NumberWithoutCountry):
        address(Channel.SMS, typed)


@pytest.mark.parametrize(
    "typed", ["", "112", "+0470123456", "+32", "+32470123456789012", "my phone", "+3247012345x",
              "+32470123456,+32470123457", "+32470123456\n+32470123457", "+", "²²²²²²²²²"],
)  # fmt: skip
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(NotANumber):
        address(Channel.SMS, typed)


@pytest.mark.parametrize("typed", ["amal@example.org", " A.mal+x@mail.example.co ", "a@b.be"])
def test_an_address_is_kept_as_it_is_typed(typed: str) -> None:
    assert address(Channel.EMAIL, typed) == typed.strip()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "amal",
        "amal@localhost",
        "amal@@example.org",
        "a..b@example.org",
        "a.@example.org",
        "-oQ/tmp@example.org",
        '"a b"@example.org',
        "amal@[127.0.0.1]",
        "amal@example.org, other@example.org",
        "amal@example.org other@example.org",
        "<amal@example.org>",
        "amal@example.org\r\nBcc: other@example.org",
        "amal\r\nRCPT TO:<other@example.org>@example.org",
        "amal@example.org\x00",
        "amal@exämple.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 260 + ".org",
    ],
)
def test_an_address_brings_no_header_and_no_second_recipient(typed: str) -> None:
    if typed.endswith("\x00"):
        assert address(Channel.EMAIL, typed) == "amal@example.org", "what nobody sees is taken off"
        return
    with pytest.raises(NotAnAddress):
        address(Channel.EMAIL, typed)


@given(st.sampled_from(Channel), st.text(max_size=60))
def test_whatever_is_typed_is_an_address_of_plain_signs_or_refused(
    channel: Channel, typed: str
) -> None:
    try:
        found = address(channel, typed)
    except Refusal:
        return
    assert found.isascii()
    assert not set(found) & set(" \r\n\t,;<>\"'()[]\\:") or "'" in found
