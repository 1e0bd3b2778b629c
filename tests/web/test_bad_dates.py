"""A date that nobody could keep is refused beside the field."""

import pytest

from tests.web.browsers import MADE_UP
from tests.web.whole_house import WholeHouse

pytestmark = pytest.mark.real

IMPOSSIBLE = {
    "past": ({"day": "2026-11-20"}, "This time has passed."),
    "this minute": ({"day": "2026-11-23", "time": "13:00"}, "This time has passed."),
    "far": ({"day": "2028-01-01"}, "more than a year away"),
    "year 1": ({"day": "0001-01-01", "time": "00:00"}, "This time has passed."),
    "year 9999": ({"day": "9999-12-31", "time": "23:59"}, "more than a year away"),
    "skipped by the clock": ({"day": "2027-03-28", "time": "02:30"}, "The clock skips this time"),
    "shown twice by the clock": (
        {"day": "2027-10-31", "time": "02:30"},
        "The clock shows this time twice",
    ),
    "no minutes": ({"minutes": "0"}, "from 5 minutes to 8 hours"),
    "minutes before": ({"minutes": "-30"}, "from 5 minutes to 8 hours"),
    "a minute too many": ({"minutes": "481"}, "from 5 minutes to 8 hours"),
    "endless minutes": ({"minutes": "9" * 400}, "from 5 minutes to 8 hours"),
    "no number": ({"minutes": "٣٠ or so"}, "Not a valid integer value"),
    "no day": ({"day": ""}, "Choose a day."),
    "a day in words": ({"day": "tomorrow"}, "Not a valid date value"),
    "the 31st of February": ({"day": "2027-02-31"}, "Not a valid date value"),
    "no time": ({"time": ""}, "Choose a time."),
    "25 o'clock": ({"time": "25:00"}, "Not a valid time value"),
    "no place": ({"place": " \u202e"}, "Say where in the house"),
    "a long place": ({"place": "x" * 301}, "At most 300 characters"),
    "an endless thing to bring": ({"bring": "x" * 20_000}, "At most 300 characters"),
    "with nobody": ({"with_id": ""}, ""),
    "with somebody made up": ({"with_id": str(MADE_UP)}, "Not a valid choice"),
    "with no id": ({"with_id": "me"}, ""),
    "at the time of another": ({"day": "2026-11-25", "time": "14:15"}, "already has a date"),
}
LETTER = "The letter of the landlord"


@pytest.mark.parametrize(("changed", "words"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_date_that_nobody_could_keep_is_refused_in_words_and_nothing_typed_is_lost(
    whole: WholeHouse, changed: dict[str, str], words: str
) -> None:
    browser = whole.browser(whole.everybody.staff["housing"])
    referral = whole.everybody.ids["referral"][0]
    browser.get(f"/staff/referrals/{referral}/date")
    before = whole.rows()
    fields = {
        "day": "2026-12-01", "time": "10:00", "minutes": "45", "place": "Room 4", "bring": LETTER,
        "with_id": str(whole.everybody.staff["housing"].account_id), **changed,
    }  # fmt: skip
    browser.post(f"/staff/referrals/{referral}/date", **fields)
    assert browser.status == 200
    assert browser.page.select(".error")
    assert words in browser.words
    assert fields["bring"] in str(browser.page)
    assert whole.rows() == before


def test_the_same_date_fits_when_nothing_is_wrong(whole: WholeHouse) -> None:
    """The control of the test above: without the mistake the date is set."""
    browser = whole.browser(whole.everybody.staff["housing"])
    referral = whole.everybody.ids["referral"][0]
    browser.get(f"/staff/referrals/{referral}/date")
    with_id = str(whole.everybody.staff["housing"].account_id)
    browser.post(
        f"/staff/referrals/{referral}/date",
        day="2026-12-01", time="10:00", minutes="45", place="Room 4", with_id=with_id,
    )  # fmt: skip
    phone = whole.phone(whole.everybody.amal)
    phone.go("/dates")
    assert "Room 4" in phone.page
    assert "10:00" in phone.page
