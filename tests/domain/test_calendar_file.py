"""A calendar file of one date: read back by a library that did not write it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from portal.domain.calendar_file import calendar_file

NAME, NOW = uuid4(), datetime(2026, 11, 23, 12, tzinfo=UTC)
STARTS_AT = datetime(2026, 11, 25, 14, tzinfo=ZoneInfo("Europe/Brussels"))
ENDS_AT = STARTS_AT + timedelta(minutes=45)


def made(title: str, *, is_cancelled: bool = False) -> bytes:
    """A file of one date."""
    return calendar_file(NAME, title, STARTS_AT, ENDS_AT, now=NOW, is_cancelled=is_cancelled)


@given(
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" ,;\\"), max_size=90)
)
def test_every_title_comes_back_as_it_was_chosen(title: str) -> None:
    written = made(title)
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    (event,) = Calendar.from_ical(written).walk("VEVENT")
    assert str(event.get("summary", "")) == title
    assert event.decoded("dtstart") == STARTS_AT
    assert event.decoded("dtend") == ENDS_AT


def test_a_cancellation_takes_the_place_of_what_was_taken_before() -> None:
    before, after = (
        {name: str(value) for name, value in event.items()}
        for is_cancelled in (False, True)
        for event in Calendar.from_ical(made("موعد", is_cancelled=is_cancelled)).walk()
        if event.name == "VEVENT"
    )
    assert b"METHOD:CANCEL" in made("موعد", is_cancelled=True)
    assert after["STATUS"] == "CANCELLED"
    assert (after["UID"], after["SUMMARY"]) == (before["UID"], "موعد")
    assert int(after["SEQUENCE"]) >= int(before["SEQUENCE"])


def test_nothing_in_it_tells_where_or_with_whom() -> None:
    (event,) = Calendar.from_ical(made("Errands")).walk("VEVENT")
    assert set(event) == {
        "UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "CLASS", "STATUS",
    }  # fmt: skip
