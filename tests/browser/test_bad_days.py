"""Bad days, in a real browser: two taps, no network, too late, somebody else looks."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from portal.domain.needs import Category, HowSoon
from portal.domain.services import ServiceKind
from tests.browser import meanwhile
from tests.browser.colleague import Colleague
from tests.browser.conftest import ADesk, APhone
from tests.browser.meanwhile import comes_true
from tests.browser.open_house import OpenHouse
from tests.browser.survivor import Survivor
from tests.people import PIN, Person

pytestmark = pytest.mark.real

WORDS = "what only she may read"
OTHER_WORDS = "When does the bus go?"
SCRIPTING = pytest.mark.parametrize("scripting", [True, False], ids=["script", "no script"])
SCRIPTING_FIRST = pytest.mark.parametrize(
    "scripting", [True, pytest.param(False, marks=pytest.mark.real)], ids=["script", "no script"]
)


@pytest.fixture
def inside(a_phone: APhone, her: Person) -> Survivor:
    """She is in."""
    return a_phone().is_in(her)


def taps_twice(she: Survivor, button: Locator) -> None:
    """Two taps of a trembling thumb, a few hundredths of a second apart."""
    button.tap(trial=True)
    box = button.bounding_box()
    assert box is not None
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    with she.next_page():
        she.page.touchscreen.tap(*at)
        she.page.touchscreen.tap(*at)


def count(house: OpenHouse, table: str, her: Person) -> int:
    """How many rows of hers a table has."""
    tables = {
        "message": "message JOIN thread ON thread.id = thread_id WHERE thread.case_id = ?",
        "draft": "draft WHERE case_id = ?",
        "need": "need WHERE case_id = ?",
        "referral": "referral JOIN need ON need.id = need_id WHERE need.case_id = ?",
        "wish": "sharing_wish JOIN need ON need.id = need_id WHERE need.case_id = ?",
        "date": "appointment JOIN referral ON referral.id = referral_id "
        "JOIN need ON need.id = need_id WHERE need.case_id = ?",
    }
    assert her.case_id is not None
    return int(house.rows(f"SELECT count(*) FROM {tables[table]}", her.case_id.hex)[0][0])


@SCRIPTING_FIRST
def test_two_taps_are_one_act(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool
) -> None:
    she = a_phone(scripting=scripting)
    she.opens_the_calendar()
    she.types_card_and_pin(her.card, PIN)
    taps_twice(she, she.page.locator("form .main"))
    expect(she.page.locator(".bar [value='/today'][aria-current]")).to_be_visible()
    assert house.visits(her) == 1

    she.begins_to_say_what_she_needs(Category.HOME)
    she.writes(WORDS)
    taps_twice(she, she.page.locator("form .main"))
    for skipped in ("not_wanted", "at_the_talk", "read"):
        she.goes(f"/needs/new/{skipped}")
    taps_twice(she, she.page.locator("form .main"))
    she.reads("Sent.")
    assert count(house, "need", her) == 1

    meanwhile.the_desk_routes(house, her)
    she.goes("/today")
    she.taps(she.main.locator(".row.lit"))
    she.taps(she.main.locator("button.main[name=to]"))
    taps_twice(she, she.form("/sharing/*/yes").locator("button"))
    assert count(house, "wish", her) == 1

    she.goes("/messages")
    she.writes(WORDS)
    taps_twice(she, she.page.locator("form .main"))
    she.reads("Your message is sent.")
    assert count(house, "message", her) == 1


@SCRIPTING_FIRST
def test_two_taps_on_the_way_out(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool
) -> None:
    she = a_phone(scripting=scripting).is_in(her)
    she.leave.dblclick(no_wait_after=True)
    she.is_away()
    assert comes_true(lambda: house.visits(her) == 0)


def test_without_network_nothing_is_lost(house: OpenHouse, inside: Survivor, her: Person) -> None:
    inside.goes("/messages")
    inside.writes(WORDS)
    inside.phone.set_offline(True)
    inside.page.locator("form .main").tap()
    alert = inside.main.locator("form > [role=alert]")
    lost = "This did not go through. What you wrote is still here. Try again."
    expect(alert).to_have_text(inside.words(lost))
    expect(inside.page.locator("textarea")).to_have_value(WORDS)
    expect(inside.page.locator("form .main")).to_be_enabled()
    inside.phone.set_offline(False)
    inside.sends()
    inside.reads("Your message is sent.")
    assert count(house, "message", her) == 1


def test_an_answer_that_is_lost_on_the_way_is_no_second_message(
    house: OpenHouse, inside: Survivor, her: Person
) -> None:
    inside.goes("/messages")
    inside.writes(WORDS)

    def goes_but_never_returns(route: Route) -> None:
        route.fetch()
        route.abort()

    inside.page.route(house.address, goes_but_never_returns)
    inside.page.locator("form .main").tap()
    expect(inside.main.locator("form > [role=alert]")).to_be_visible()
    assert count(house, "message", her) == 1
    inside.page.unroute(house.address, goes_but_never_returns)
    inside.sends()
    inside.reads("Your message is sent.")
    assert count(house, "message", her) == 1


@SCRIPTING
def test_words_that_come_too_late_are_not_shown_to_whoever_holds_the_phone(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool
) -> None:
    she = a_phone(scripting=scripting).is_in(her)
    she.goes("/messages")
    she.writes(WORDS)
    house.later(minutes=11)
    she.sends()
    she.sees_the_calendar()
    assert WORDS not in she.text
    assert count(house, "message", her) == 0


def test_a_questions_answer_that_comes_too_late_waits_for_her_alone(
    house: OpenHouse, inside: Survivor, her: Person
) -> None:
    inside.begins_to_say_what_she_needs(Category.HOME)
    inside.says_how_soon(HowSoon.LATER, WORDS)
    house.later(minutes=11)
    inside.goes("/needs/new/not_wanted")
    inside.sees_the_calendar()
    inside.comes_in(her.card)
    inside.goes("/needs")
    inside.goes("/needs/new/plan")
    inside.goes("/needs/new/about/home")
    expect(inside.page.locator("textarea")).to_have_value(WORDS)


def test_who_signs_in_elsewhere_is_out_here(inside: Survivor, a_phone: APhone, her: Person) -> None:
    inside.goes("/messages")
    a_phone().is_in(her)
    inside.writes(WORDS)
    inside.sends()
    inside.sees_the_calendar()
    assert WORDS not in inside.text


def tells_the_page(she: Survivor, event: str, **said: Any) -> None:
    """Let the browser's own event reach the page; Playwright keeps its pages always in sight."""
    she.page.evaluate(
        """([event, said]) => {
            if (said.state) Object.defineProperty(
                document, "visibilityState", {value: said.state, configurable: true});
            const made = new Event(event, {bubbles: true});
            if ("persisted" in said) Object.defineProperty(made, "persisted", {value: true});
            (event == "visibilitychange" ? document : window).dispatchEvent(made);
        }""",
        [event, said],
    )


@pytest.mark.parametrize("event", ["visibilitychange", "pagehide"])
def test_a_page_out_of_sight_is_covered_here_and_on_the_server(
    house: OpenHouse, inside: Survivor, her: Person, event: str
) -> None:
    inside.goes("/messages")
    inside.writes(WORDS)
    tells_the_page(inside, event, state="hidden")
    # In the same task: no picture of the page is taken before the cover is there.
    assert WORDS not in inside.text
    covered = "SELECT count(*) FROM sign_in WHERE account_id = ? AND covered_at IS NOT NULL"
    assert comes_true(lambda: house.rows(covered, her.account_id.hex) == [(1,)])
    house.later(seconds=70)
    inside.page.locator(".veil").tap()
    expect(inside.heading).to_have_text(inside.words("Your PIN, please"))
    assert WORDS not in inside.text
    inside.page.locator("[name=a]").fill(her.pin)
    inside.page.locator("form .main").tap()
    expect(inside.page.locator("textarea")).to_have_value(WORDS)


def test_a_page_out_of_the_browsers_memory_is_the_calendar(inside: Survivor) -> None:
    inside.goes("/messages")
    inside.writes(WORDS)
    tells_the_page(inside, "pageshow", persisted=True)
    inside.sees_the_calendar()
    assert WORDS not in inside.text


# At the desk.


@pytest.mark.real
def test_two_clicks_of_staff_are_one_act(
    house: OpenHouse, inside: Survivor, a_desk: ADesk, her: Person
) -> None:
    inside.sends_a_need(Category.HOME, WORDS)
    people = house.people
    moderator = a_desk().is_in(people.moderator)
    moderator.opens_a_need(her.case_number, Category.HOME)
    service = people.services[ServiceKind.HOUSING].id
    moderator.page.locator(f"[name=services][value='{service}']").check()
    moderator.page.locator("button[value=route]").dblclick()
    moderator.page.wait_for_url("**/staff/desk")
    assert count(house, "referral", her) == 1

    inside.goes("/today")
    inside.taps(inside.main.locator(".row.lit"))
    inside.taps(inside.main.locator("button.main[name=to]"))
    inside.says_yes()
    worker = a_desk().is_in(people.workers[ServiceKind.HOUSING])
    sets_a_date_twice(worker, her)
    assert count(house, "date", her) == 1

    director = a_desk().is_in(people.director)
    director.finds_the_case(her.case_number)
    director.page.locator("#thread textarea").fill("Welcome.")
    director.page.locator("#thread form .main").dblclick()
    expect(director.page.locator("#thread .ours")).to_have_count(1)
    assert count(house, "message", her) == 1


def sets_a_date_twice(worker: Colleague, her: Person) -> None:
    worker.goes("referrals")
    worker.page.locator("a.line", has_text=her.name).first.click()
    worker.page.locator("main a:is([href$='/date'], [href*='/date?'])").first.click()
    worker.page.locator("#day").fill(f"{worker.house.now + timedelta(days=3):%Y-%m-%d}")
    worker.page.locator("#time").fill("09:00")
    worker.page.locator("button[value=set]").dblclick()
    expect(worker.page.locator(".notice-done")).to_be_visible()


def test_half_typed_words_are_there_when_she_comes_back_to_them(
    a_phone: APhone, her: Person
) -> None:
    she = a_phone().is_in(her)
    she.begins_to_say_what_she_needs(Category.HOME)
    she.writes(WORDS)
    she.goes("/needs/new/choose")
    she.sends()
    expect(she.page.locator("textarea")).to_have_value(WORDS)
    she.begins_a_message(OTHER_WORDS)
    she.goes("/today")
    she.reads("Not sent yet")
    she.goes("/messages")
    expect(she.page.locator("textarea")).to_have_value(OTHER_WORDS)


def test_whoever_skips_a_question_takes_back_what_she_typed(a_phone: APhone, her: Person) -> None:
    she = a_phone().is_in(her)
    she.begins_to_say_what_she_needs(Category.HOME)
    she.writes(WORDS)
    she.taps(she.page.locator("[data-skip]"))
    she.taps(she.page.locator(".back"))
    expect(she.page.locator("textarea")).to_have_value("")
