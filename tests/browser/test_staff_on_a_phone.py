"""Staff on duty with a phone: nothing is wider than it, and each thing to tap fits a finger."""

import pytest

from tests.browser.conftest import ADesk
from tests.web.furnishing import Everybody

pytestmark = pytest.mark.real

PHONE = {"width": 360, "height": 740}
TOO_WIDE = "() => document.documentElement.scrollWidth - innerWidth"
TOO_WIDE_UNFOLDED = """() => {
    document.querySelectorAll("details").forEach(one => { one.open = true });
    return document.documentElement.scrollWidth - innerWidth;
}"""
TOO_LOW = """() => [...document.querySelectorAll(
    "main :is(button, .button, select, summary, label.tick, label.choice, .filters a, .lines th a, "
    + ".line a, a.line, .steps a, input:not([type=hidden], [type=checkbox], [type=radio]))"
)].filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.9)
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(
    ("who", "place"),
    [
        ("moderator", "desk"),
        ("moderator", "desk/ask"),
        ("director", "people"),
        ("housing", "referrals"),
        ("housing", "dates"),
        ("housing", "dates?view=list&show=month"),
        ("housing", "interpreters"),
        ("coordinator", "colleagues"),
        ("coordinator", "cover"),
        ("coordinator", "house/settings"),
        ("auditor", "audit"),
    ],
)
def test_what_staff_tap_is_as_high_as_a_finger(
    a_desk: ADesk, everybody: Everybody, who: str, place: str
) -> None:
    desk = a_desk("fr", viewport=PHONE)
    desk.is_in(everybody.staff[who]).goes(place)
    assert desk.page.evaluate(TOO_LOW) == []
    assert desk.page.evaluate(TOO_WIDE) <= 0


def test_the_longest_day_fits_on_a_phone(a_desk: ADesk, everybody: Everybody) -> None:
    desk = a_desk("fr", viewport=PHONE)
    desk.is_in(everybody.staff["housing"]).goes("dates?view=week")
    today = desk.page.locator(".day-today h2 bdi")
    today.evaluate("one => { one.textContent = 'mercredi 30 septembre 2026' }")
    assert desk.page.locator(".day-today h2 .mark").inner_text() == "Aujourd’hui"
    assert desk.page.evaluate(TOO_WIDE) <= 0


def test_a_date_that_is_off_and_what_she_reads_of_it_fit_on_a_phone(
    a_desk: ADesk, everybody: Everybody
) -> None:
    desk = a_desk("fr", viewport=PHONE)
    desk.is_in(everybody.staff["housing"]).goes(f"referrals/{everybody.ids['referral'][0]}")
    assert desk.page.evaluate(TOO_WIDE_UNFOLDED) <= 0
    desk.page.locator("form[action$='/cancel'] button").first.click()
    desk.reads("Earlier dates")
    assert desk.page.evaluate(TOO_WIDE_UNFOLDED) <= 0
