"""Leaving when something else goes wrong: what is painted, where she gets, what is left behind."""

import threading
import time
from dataclasses import replace

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import APhone
from tests.browser.meanwhile import comes_true
from tests.browser.open_house import OpenHouse
from tests.browser.painted import Film, dye, filmed, place_of, put_finger_down, touch
from tests.browser.survivor import Survivor
from tests.browser.test_bad_days import count, tells_the_page
from tests.browser.wire import a_wire
from tests.people import PIN, Person

pytestmark = pytest.mark.real

WORDS = "what only she may read"
SCRIPTING = pytest.mark.parametrize("scripting", [True, False], ids=["script", "no script"])
LATEST = 1500
"""Milliseconds: a loaded machine is slow, not wrong; `make bench-exit` measures (B1, B2)."""


def writing(she: Survivor, her: Person) -> CDPSession:
    """She is in, with words half typed on a page that is dyed red."""
    she.is_in(her)
    she.goes("/messages")
    she.writes(WORDS)
    she.page.evaluate("scrollTo(0, 0)")
    dye(she.page)
    return she.phone.new_cdp_session(she.page)


def is_covered(film: Film, since: float) -> bool:
    """Whether she was covered soon, and nothing of her page came back after that."""
    after = film.covered_after(since)
    return after is not None and after < LATEST


def watches(page: Page, seconds: float) -> None:
    """Let frames come, without asking the page for anything."""
    page.wait_for_timeout(seconds * 1000)


@SCRIPTING
def test_the_cover_is_painted_while_the_server_hangs(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool
) -> None:
    she = a_phone(scripting=scripting)
    cdp = writing(she, her)
    with filmed(she.page, cdp) as film, house.hanging():
        watches(she.page, 0.2)
        at = touch(cdp, place_of(she.page))
        watches(she.page, 1.2)
        assert any(not frame.covers for frame in film.frames if frame.at < at)
        assert is_covered(film, at)
    assert comes_true(lambda: house.visits(her) == 0)


@pytest.mark.real
@SCRIPTING
def test_the_cover_is_painted_while_the_server_is_dead(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool
) -> None:
    with a_wire(house.address) as wire:
        she = a_phone(scripting=scripting)
        she.house = replace(house, address=wire.address)
        cdp = writing(she, her)
        with filmed(she.page, cdp) as film:
            watches(she.page, 0.2)
            wire.cut()
            at = touch(cdp, place_of(she.page))
            watches(she.page, 1.2)
            assert is_covered(film, at)
        if scripting:
            she.is_away()
        else:
            # The browser's own page says that nobody answers: it names the host, and nothing else.
            assert WORDS not in she.text


@pytest.mark.real
@SCRIPTING
def test_the_cover_stays_while_the_exit_page_hangs(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool
) -> None:
    she = a_phone(scripting=scripting)
    cdp = writing(she, her)
    opens = threading.Event()
    with house.street.looking(lambda: opens.wait(20)), filmed(she.page, cdp) as film:
        at = touch(cdp, place_of(she.page))
        watches(she.page, 1.5)
        assert house.visits(her) == 0
        assert is_covered(film, at)
        opens.set()
        she.is_away()


def test_a_finger_that_scrolls_takes_the_cover_back(a_phone: APhone, her: Person) -> None:
    she = a_phone()
    cdp = writing(she, her)
    with filmed(she.page, cdp) as film:
        at = put_finger_down(cdp, place_of(she.page))
        watches(she.page, 0.4)
        assert film.frames[-1].covers
        box = she.leave.bounding_box()
        assert box is not None
        for step in range(1, 12):
            place = {"x": box["x"] + 20, "y": box["y"] + 20 + 20 * step}
            cdp.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
        cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        watches(she.page, 0.9)
        assert film.covered_after(at) is None, "the page is back"
    assert she.page.url == she.house.address
    expect(she.page.locator("textarea")).to_have_value(WORDS)


@pytest.mark.real
def test_with_400_ms_of_lag_she_is_covered_as_soon_as_the_page_hears(
    house: OpenHouse, a_phone: APhone, her: Person
) -> None:
    she = a_phone()
    cdp = writing(she, her)
    with filmed(she.page, cdp) as film, house.hanging():
        she.page.evaluate(
            "setTimeout(() => { const until = performance.now() + 400;"
            " while (performance.now() < until); }, 20)"
        )
        time.sleep(0.04)
        at = touch(cdp, place_of(she.page))
        she.is_away()
        assert is_covered(film, at)
    assert comes_true(lambda: house.visits(her) == 0)


def test_in_the_middle_of_typing_her_words_wait_for_her(
    house: OpenHouse, a_phone: APhone, her: Person
) -> None:
    she = a_phone().is_in(her)
    she.goes("/messages")
    she.writes(WORDS)
    she.leaves()
    assert comes_true(lambda: house.visits(her) == 0)
    again = a_phone().is_in(her)
    again.reads("Not sent yet")
    again.goes("/messages")
    expect(again.page.locator("textarea")).to_have_value(WORDS)
    assert count(house, "message", her) == 0


@pytest.mark.real
@pytest.mark.parametrize("held", ["before", "after"])
@SCRIPTING
def test_in_the_middle_of_sending(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool, held: str
) -> None:
    she = a_phone(scripting=scripting).is_in(her)
    she.goes("/messages")
    she.writes(WORDS)
    cdp, page = she.phone.new_cdp_session(she.page), she.page
    # Else the bar at the bottom lies over it.
    page.locator("form .main").evaluate("button => button.scrollIntoView({block: 'center'})")
    send, way_out = place_of(page, "form .main"), place_of(page)
    with house.hanging(held):
        touch(cdp, send)
        if held == "after":
            assert comes_true(lambda: count(house, "message", her) == 1)
        touch(cdp, way_out)
        if scripting:
            she.is_away()
        else:
            time.sleep(0.3)
    she.is_away()
    assert comes_true(lambda: house.visits(her) == 0)
    # Which of the two the house hears first is chance: her words are sent, or they wait for her.
    places = count(house, "message", her) + count(house, "draft", her)
    assert places == 1 if scripting else places <= 1
    again = a_phone().is_in(her)
    again.goes("/messages")
    assert (WORDS in again.text) == (places == 1)


@pytest.mark.real
@SCRIPTING
def test_during_the_sign_in(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool
) -> None:
    she = a_phone(scripting=scripting)
    she.opens_the_calendar()
    she.types_card_and_pin(her.card, PIN)
    cdp, page = she.phone.new_cdp_session(she.page), she.page
    # Else the bar at the bottom lies over it.
    page.locator("form .main").evaluate("button => button.scrollIntoView({block: 'center'})")
    send, way_out = place_of(page, "form .main"), place_of(page)
    with house.hanging():
        touch(cdp, send)
        touch(cdp, way_out)
        if scripting:
            she.is_away()
        else:
            time.sleep(0.3)
    she.is_away()
    again = Survivor(house, she.phone, "en", scripting=scripting)
    again.opens_the_calendar()
    again.sees_the_calendar()
    assert her.card not in again.text


@pytest.mark.real
@SCRIPTING
def test_from_an_expired_session(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool
) -> None:
    she = a_phone(scripting=scripting)
    writing(she, her)
    house.later(minutes=11)
    she.leaves()
    assert WORDS not in she.text


def test_with_two_tabs_both_go_dark(house: OpenHouse, a_phone: APhone, her: Person) -> None:
    first = a_phone().is_in(her)
    first.goes("/messages")
    first.writes(WORDS)
    second = Survivor(house, first.phone, "en", scripting=True).is_in(her)
    second.leaves()
    first.page.locator("table.month").wait_for()
    first.sees_the_calendar()
    assert WORDS not in first.text


@pytest.mark.real
def test_with_two_tabs_and_no_script_the_other_is_dead(
    house: OpenHouse, a_phone: APhone, her: Person
) -> None:
    first = a_phone(scripting=False, is_mobile=False).is_in(her)
    with first.phone.expect_page() as opened:
        first.page.locator(".bar [value='/messages']").click(modifiers=["Control"])
    other = opened.value
    expect(other.locator("textarea")).to_have_count(1)
    first.page.locator("#x").click()
    first.is_away()
    other.locator(".bar [value='/today']").click()
    expect(other.locator("table.month")).to_be_visible()
    assert house.visits(her) == 0


@pytest.mark.real
@SCRIPTING
def test_on_a_shared_tablet_nothing_is_carried_over(
    house: OpenHouse, a_phone: APhone, her: Person, scripting: bool
) -> None:
    first = a_phone(scripting=scripting).is_in(her)
    first.sends_a_message(WORDS)
    first.goes("/messages")
    if not first.page.locator("details[open] textarea").count():
        first.page.locator("summary").first.tap()
    first.writes("half typed")
    first.changes_language("nl")
    first.leaves()
    assert first.phone.cookies() == []
    assert first.phone.storage_state() == {"cookies": [], "origins": []}
    another = house.people.a_survivor("Samira", now=house.now)
    for page in (first.page, first.phone.new_page()):
        next_one = Survivor(house, first.phone, "en", scripting=scripting)
        next_one.page.close()
        next_one.page = page
        next_one.opens_the_calendar()
        next_one.sees_the_calendar()
        # Her tap on another language is not remembered either.
        assert page.locator("#page").get_attribute("lang") == "en"
        fields = page.locator("input:not([type=hidden])").evaluate_all(
            "all => all.map(one => one.type == 'text' ? one.value : one.checked)"
        )
        assert not any(fields)
        next_one.is_in(another)
        for to in ("/messages", "/needs", "/more", "/today"):
            next_one.goes(to)
            for words in (WORDS, "half typed", her.name, her.card):
                assert words not in next_one.text
        next_one.leaves()


# The page out of sight, and back.


def test_the_pin_is_asked_although_the_server_never_heard_that_the_page_was_hidden(
    house: OpenHouse, a_phone: APhone, her: Person
) -> None:
    she = a_phone()
    she.page.clock.install()
    she.is_in(her)
    she.goes("/messages")
    she.writes(WORDS)
    she.phone.set_offline(True)
    tells_the_page(she, "visibilitychange", state="hidden")
    assert WORDS not in she.text
    she.phone.set_offline(False)
    she.page.clock.fast_forward("01:10")
    she.page.locator(".veil").tap()
    expect(she.heading).to_have_text(she.words("Your PIN, please"))


def test_a_call_does_not_lose_what_she_typed(
    house: OpenHouse, a_phone: APhone, her: Person
) -> None:
    """A tap on a number brings the telephone to the front; the browser may drop the page."""
    she = a_phone().is_in(her)
    she.goes("/messages")
    she.writes(WORDS)
    expect(she.page.locator("a[href='tel:112']").first).to_be_visible()
    tells_the_page(she, "visibilitychange", state="hidden")
    assert comes_true(lambda: count(house, "draft", her) == 1)
    again = a_phone().is_in(her)
    again.goes("/messages")
    expect(again.page.locator("textarea")).to_have_value(WORDS)


def test_a_page_that_nobody_uses_keeps_her_words_and_ends_her_visit(
    house: OpenHouse, a_phone: APhone, her: Person
) -> None:
    she = a_phone()
    she.page.clock.install()
    she.is_in(her)
    she.goes("/messages")
    she.writes(WORDS)
    she.page.clock.fast_forward("08:45")
    expect(she.main.locator(".notice-warn")).to_contain_text("closes in one minute")
    assert "Agenda" not in she.main.locator(".notice-warn").inner_text()
    she.page.clock.fast_forward("01:01")
    she.page.locator("table.month").wait_for()
    assert WORDS not in she.text
    assert comes_true(lambda: house.visits(her) == 0)
    again = a_phone().is_in(her)
    again.goes("/messages")
    expect(again.page.locator("textarea")).to_have_value(WORDS)


def test_a_stranger_who_looks_away_shows_no_half_typed_card(a_phone: APhone, her: Person) -> None:
    she = a_phone()
    she.page.clock.install()
    she.opens_the_calendar()
    she.types_card_and_pin(her.card, PIN)
    for seconds in (5, 70):
        tells_the_page(she, "visibilitychange", state="hidden")
        assert her.card not in she.text
        she.page.clock.fast_forward(seconds * 1000)
        she.page.locator(".veil").tap()
        if seconds < 60:
            expect(she.page.locator("[name=a]")).to_have_value(her.card)
    expect(she.page.locator("[name=a]")).to_have_value("")


# Two fingers, and the keyboard.


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_way_out_follows_two_fingers(a_phone: APhone, her: Person, language: str) -> None:
    she = a_phone(language).is_in(her)
    she.goes("/messages")
    cdp = she.phone.new_cdp_session(she.page)
    for scale in (1, 2, 4):
        cdp.send("Emulation.setPageScaleFactor", {"pageScaleFactor": scale})
        expect(she.leave).to_be_visible()
        for edge in ("0", "document.body.scrollHeight"):
            she.page.evaluate(f"scrollTo(0, {edge})")
            she.page.wait_for_timeout(100)
            found = she.page.evaluate(
                """() => {
                    const {offsetLeft, offsetTop, width, height} = visualViewport;
                    const box = document.getElementById("x").getBoundingClientRect();
                    const fits = box.left >= offsetLeft - 1 && box.right <= offsetLeft + width + 1
                        && box.top >= offsetTop - 1 && box.bottom <= offsetTop + height + 1;
                    const middle = document.elementFromPoint(
                        (box.left + box.right) / 2, (box.top + box.bottom) / 2);
                    return [fits, middle?.closest("#x") != null, box.height * visualViewport.scale];
                }"""
            )
            assert found[:2] == [True, True], (scale, edge, found)
            assert found[2] >= 47.5
