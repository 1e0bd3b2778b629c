"""What went wrong is in sight when the page comes, on a phone that shows a part of it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, APhone
from tests.browser.survivor import Survivor
from tests.web.furnishing import Everybody

pytestmark = pytest.mark.real

IN_SIGHT = """() => {
    const {top, bottom} = document.querySelector(".error").getBoundingClientRect();
    const above = document.querySelector(".top").getBoundingClientRect().bottom;
    return top >= above && bottom <= document.querySelector(".bar").getBoundingClientRect().top;
}"""
WAYS_TO = {
    "feedback": ["/more", "/feedback"],
    "telling": ["/more", "/telling", "/telling/email"],
    "pin": ["/more", "/more/card", "/more/card/pin"],
}


def sends_nothing(she: Survivor) -> None:
    """The form of this page, as empty as it came."""
    she.taps(she.main.locator("form:has(.field) button").first)


def finds_the_error(she: Survivor) -> None:
    """Without searching, and with no keyboard over it."""
    expect(she.page.locator(".error").first).to_be_focused()
    assert she.page.evaluate(IN_SIGHT)


@pytest.mark.parametrize("to", WAYS_TO)
def test_the_first_error_is_in_sight_and_is_read_first(
    a_phone: APhone, everybody: Everybody, to: str
) -> None:
    she = a_phone().is_in(everybody.bea)
    for step in WAYS_TO[to]:
        she.goes(step)
    sends_nothing(she)
    finds_the_error(she)


def asks_for_a_file_without_a_tick(a_phone: APhone, everybody: Everybody) -> Survivor:
    """Amal wants her next date in the phone's calendar, and leaves out what she has to say."""
    she = a_phone().is_in(everybody.amal)
    she.goes("/dates")
    she.taps(she.main.locator("button[value$='/file']").first)
    sends_nothing(she)
    return she


def test_a_file_that_is_not_given_says_why_in_sight(a_phone: APhone, everybody: Everybody) -> None:
    she = asks_for_a_file_without_a_tick(a_phone, everybody)
    finds_the_error(she)


def test_a_file_that_was_not_given_is_given_once_the_form_is_filled_in(
    a_phone: APhone, everybody: Everybody
) -> None:
    she = asks_for_a_file_without_a_tick(a_phone, everybody)
    she.main.locator("input[value=errands]").check()
    she.main.locator("input[type=checkbox]").check()
    with she.page.expect_download(timeout=5_000):
        she.main.locator("form:has(.field) button").first.tap()


def test_after_a_file_that_was_not_given_a_tap_leads_where_it_says(
    a_phone: APhone, everybody: Everybody
) -> None:
    she = asks_for_a_file_without_a_tick(a_phone, everybody)
    she.goes("/messages")
    expect(she.page.locator(".bar [value='/messages'][aria-current]")).to_be_visible()


def test_where_nothing_is_wrong_the_heading_is_read_first(
    a_phone: APhone, everybody: Everybody
) -> None:
    she = a_phone().is_in(everybody.bea)
    she.finds_herself_at("/feedback")
    expect(she.heading).to_be_focused()


@pytest.mark.parametrize("to", WAYS_TO)
def test_without_javascript_a_long_page_says_above_that_something_is_wrong_below(
    a_phone: APhone, everybody: Everybody, to: str
) -> None:
    she = a_phone(scripting=False).is_in(everybody.bea)
    for step in WAYS_TO[to]:
        she.goes(step)
    sends_nothing(she)
    expect(she.main).to_contain_text("Something below needs a second look.")
    box = she.page.locator("main .notice-warn").first.bounding_box()
    assert box
    assert box["y"] < PHONE["height"] / 2
