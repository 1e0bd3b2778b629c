"""A phone without JavaScript: the same journey, and an answer that is shown once."""

import pytest
from playwright.sync_api import expect

from portal.domain.needs import Category
from tests.browser import meanwhile
from tests.browser.conftest import APhone
from tests.browser.meanwhile import comes_true
from tests.browser.open_house import OpenHouse
from tests.browser.survivor import Survivor
from tests.people import Person

pytestmark = pytest.mark.real

SECRET = "The lock of my door is broken."


@pytest.fixture
def inside(a_phone: APhone, her: Person) -> Survivor:
    """She is in, and has a secret on the screen."""
    inside = a_phone(scripting=False).is_in(her)
    inside.sends_a_message(SECRET)
    expect(inside.main).to_contain_text(SECRET)
    return inside


def test_her_journey(house: OpenHouse, a_phone: APhone, her: Person) -> None:
    she = a_phone(scripting=False).is_in(her)
    she.sends_a_need(Category.HOME, SECRET)
    she.reads("Sent.")
    meanwhile.the_desk_routes(house, her)
    she.goes("/today")
    asks = she.words("May %(service)s read this?", service="Housing desk")
    she.taps(she.main.locator(".row", has_text=asks))
    she.taps(she.main.locator("button.main[name=to]"))
    expect(she.heading).to_have_text(asks)
    she.says_yes()
    meanwhile.the_service_sets_a_date(house, her)
    she.goes("/dates")
    expect(she.main.locator(".card")).to_contain_text(meanwhile.PLACE)
    she.presses("/dates/*/another-time")
    expect(she.main.locator("#at")).to_contain_text("You asked for another time.")
    meanwhile.the_director_writes(house, her, "The bus is line 4.")
    she.sends_a_message("Thank you.")
    she.reads("Your message is sent.")
    expect(she.main).to_contain_text("The bus is line 4.")
    she.changes_language("nl")
    she.goes("/today")
    expect(she.heading).to_have_text(she.words("Today"))
    assert (she.page.url, she.page.title()) == (house.address, "Agenda")
    she.leaves()
    assert house.visits(her) == 0
    assert she.phone.cookies() == []


def test_reload_shows_the_calendar(inside: Survivor) -> None:
    inside.page.reload()
    inside.sees_the_calendar()
    assert SECRET not in inside.text


def test_every_step_back_shows_the_calendar(inside: Survivor) -> None:
    inside.goes("/dates")
    inside.goes("/messages")
    steps = int(inside.page.evaluate("history.length"))
    assert steps <= 8, "sign-in, message, and four pages"
    for _ in range(steps - 2):
        inside.page.go_back()
        inside.sees_the_calendar()
        assert SECRET not in inside.text
    assert inside.page.evaluate("history.length") == steps


def test_back_after_leaving_shows_the_calendar(inside: Survivor) -> None:
    inside.leaves()
    inside.page.go_back()
    inside.sees_the_calendar()
    assert SECRET not in inside.text


def test_a_browser_that_is_restored_shows_the_calendar(inside: Survivor, a_phone: APhone) -> None:
    kept = inside.phone.storage_state()
    again = a_phone(scripting=False, storage_state=kept)
    again.opens_the_calendar()
    again.sees_the_calendar()
    another = Survivor(inside.house, inside.phone, "en", scripting=False)
    another.opens_the_calendar()
    another.sees_the_calendar()


def test_an_answer_that_waited_half_a_minute_is_gone(house: OpenHouse, inside: Survivor) -> None:
    waiting = "SELECT count(*) FROM kept_answer"
    before = house.rows(waiting)
    with house.hanging("after"):
        inside.page.locator(".bar [value='/dates']").tap(no_wait_after=True)
        assert comes_true(lambda: house.rows(waiting) > before)
        house.later(seconds=31)
    inside.sees_the_calendar()
    assert inside.phone.cookies() == []


def test_the_way_out_covers_the_page_while_it_is_pressed(house: OpenHouse, a_phone: APhone) -> None:
    she = a_phone(scripting=False, is_mobile=False, has_touch=False)
    she.opens_the_calendar()
    she.page.locator("summary").first.click()
    she.leave.hover()
    she.page.mouse.down()
    assert she.page.evaluate(
        """() => [20, 180, 340].every(x => [20, 320, 620].every(
            y => document.elementFromPoint(x, y).closest("#x")))"""
    )
    she.page.mouse.up()
    she.is_away()
