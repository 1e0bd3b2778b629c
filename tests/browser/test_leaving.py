"""Leaving, on every page: one tap, covered at once, over before the browser moves."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from portal.domain.needs import Category
from tests.browser.conftest import APhone
from tests.browser.meanwhile import comes_true
from tests.browser.open_house import OPENS, OpenHouse
from tests.browser.survivor import Survivor
from tests.people import Person
from tests.web.furnishing import HER_WORDS, Everybody

pytestmark = pytest.mark.real

WORDS = "what only she may read"
IS_COVERED = """() => [1, 90, 180, 270, 358].every(x => [1, 160, 320, 480, 638].every(
    y => document.elementFromPoint(x, y).closest(".veil")))"""
SCRIPTING = pytest.mark.parametrize("scripting", [True, False], ids=["script", "no script"])


@pytest.fixture
def inside(a_phone: APhone, her: Person) -> Survivor:
    """She is in, with words half typed, and time stands still in her browser: only what the
    script does by itself, or the server, moves anything."""
    she = a_phone()
    she.page.clock.install(time=OPENS)
    she.is_in(her)
    she.goes("/messages")
    she.writes(WORDS)
    she.page.clock.pause_at(she.page.evaluate("Date.now() / 1000 + 60"))
    return she


def text_for_everybody(page: Page) -> str:
    """What a screen reader would read, and what a search in the page would find."""
    return page.locator("body").aria_snapshot() + str(page.evaluate("document.body.innerHTML"))


def test_her_visit_is_over_before_the_browser_moves(
    house: OpenHouse, inside: Survivor, her: Person
) -> None:
    with house.street.looking(lambda: house.visits(her)) as arrivals:
        inside.leave.tap()
        inside.is_away()
    assert [(one.path, one.saw, one.referrer) for one in arrivals] == [("/en", 0, None)]
    assert inside.page.evaluate("history.length") == 2, "the exit page took the portal's place"
    inside.page.go_back()
    assert inside.page.url == "about:blank"


def test_without_script_too(house: OpenHouse, a_phone: APhone, her: Person) -> None:
    she = a_phone("nl", scripting=False).is_in(her)
    with house.street.looking(lambda: house.visits(her)) as arrivals:
        she.leaves()
    assert [(one.path, one.saw, one.referrer) for one in arrivals] == [("/nl", 0, None)]


def test_when_the_server_hangs_she_is_covered_at_once_and_away_after_300_ms(
    house: OpenHouse, inside: Survivor, her: Person
) -> None:
    with house.hanging(), house.street.looking(lambda: house.visits(her)) as arrivals:
        inside.leave.tap()
        assert inside.page.evaluate(IS_COVERED)
        assert WORDS not in inside.text
        assert WORDS not in text_for_everybody(inside.page)
        inside.page.clock.run_for(299)
        assert inside.page.evaluate(IS_COVERED)
        assert arrivals == []
        inside.page.clock.run_for(1)
        inside.is_away()
        assert [(one.path, one.saw) for one in arrivals] == [("/en", 1)]
    assert comes_true(lambda: house.visits(her) == 0), "the request went on behind the new page"


def test_when_the_exit_page_hangs_the_cover_stays(
    house: OpenHouse, a_phone: APhone, her: Person
) -> None:
    """B3. The page tells by itself: Chromium answers no question while it is under way."""
    she = a_phone().is_in(her)
    she.goes("/messages")
    she.writes(WORDS)
    seen = "document.body.innerHTML + [...document.querySelectorAll('textarea')].map(f => f.value)"
    she.page.evaluate(
        f"setInterval(() => console.log(({IS_COVERED})(), document.title, {seen}), 20)"
    )
    opens, came = threading.Event(), threading.Event()

    def look() -> None:
        came.set()
        opens.wait(20)

    box = she.leave.bounding_box()
    assert box is not None
    told: list[str] = []
    with house.street.looking(look):
        # Past Playwright, whose own tap waits for the page that it leads to.
        browser = she.phone.new_cdp_session(she.page)
        place = {"x": box["x"] + 20, "y": box["y"] + 20}
        browser.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
        browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        try:
            assert came.wait(20)
            assert house.visits(her) == 0
            with she.page.expect_console_message(lambda one: one.text.startswith("true")):
                pass
            for _ in range(5):
                with she.page.expect_console_message() as one:
                    pass
                told.append(one.value.text)
        finally:
            opens.set()
        she.is_away()
    for text in told:
        assert WORDS not in text
        assert text.startswith("true Agenda ")
        assert "Loading" in text


def test_three_times_shift_leaves_and_escape_does_nothing(
    house: OpenHouse, inside: Survivor, her: Person
) -> None:
    for key in ("Escape", "Shift", "Shift+A", "Shift", "Escape", "Shift", "Shift"):
        inside.page.keyboard.press(key)
    assert inside.page.url == house.address
    assert house.visits(her) == 1
    inside.page.keyboard.press("Shift")
    inside.is_away()
    assert house.visits(her) == 0


def test_behind_i_have_a_card_there_is_a_way_out(house: OpenHouse, a_phone: APhone) -> None:
    for scripting in (True, False):
        she = a_phone(scripting=scripting)
        she.opens_the_calendar()
        expect(she.leave).to_be_hidden()
        she.types_card_and_pin("1234", "5678")
        she.leaves()


# On every page.


def every_page(she: Survivor) -> Iterator[str]:
    """Hers, with the questions about a need, a page that is not there, and a covered one."""
    she.finds_herself_at("/needs/new/choose")
    she.chooses(Category.SAFETY, Category.SLEEP)
    she.sends()
    yield from she.every_page("/needs", "/needs/new/choose", "/nowhere", of_a_kind=2)
    she.page.locator("#go").evaluate(
        "form => fetch('/', {method: 'POST', headers: {'X-Part': '1'},"
        " body: new URLSearchParams({k: form.k.value, do: '/front/cover'})})"
    )
    she.finds_herself_at("/today")
    yield "covered"


def way_out_is_in_reach(she: Survivor, width: int, height: int) -> None:
    """C6: large, in sight, never covered, the first stop of the keyboard; nothing is cut off."""
    for edge in ("0", "document.body.scrollHeight"):
        she.page.evaluate(f"scrollTo(0, {edge})")
        box = she.leave.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 48
        assert 0 <= box["x"] <= width - box["width"]
        assert 0 <= box["y"] <= height - box["height"]
        points = [(box["x"] + box["width"] * at, box["y"] + box["height"] / 2)
                  for at in (0.1, 0.5, 0.9)]  # fmt: skip
        for point in points:
            assert she.page.evaluate(
                "([x, y]) => document.elementFromPoint(x, y).closest('#x') !== null", point
            )
    # A phone's window grows with what is too wide for it: only its own width tells.
    assert she.page.evaluate("Math.max(innerWidth, document.documentElement.scrollWidth)") <= width
    stops = "a[href], button, input:not([type=hidden]), textarea, select, summary, [tabindex='0']"
    assert she.page.evaluate("stops => document.querySelector(stops).id", stops) == "x"
    assert she.page.locator("[tabindex]:not([tabindex='-1'], [tabindex='0'])").count() == 0


def test_the_keyboard_stops_first_at_the_way_out(a_phone: APhone, her: Person) -> None:
    she = a_phone(scripting=False).is_in(her)
    she.page.keyboard.press("Tab")
    assert she.page.evaluate("document.activeElement.id") == "x"


@pytest.mark.parametrize("to", ["/today", "/messages", "/needs/new/choose", "/more"])
def test_the_way_out_is_in_reach(a_phone: APhone, her: Person, to: str) -> None:
    she = a_phone(viewport={"width": 320, "height": 568}).is_in(her)
    she.finds_herself_at(to)
    way_out_is_in_reach(she, 320, 568)


@pytest.mark.real
@pytest.mark.parametrize("language", ["nl", "ar"])
def test_the_way_out_is_in_reach_on_every_page(
    a_phone: APhone, everybody: Everybody, language: str
) -> None:
    she = a_phone(language).is_in(everybody.amal)
    seen, wrong = 0, []
    for path in every_page(she):
        seen += 1
        for width, height in ((320, 568), (640, 360), (320, 180), (360, 640)):
            she.page.set_viewport_size({"width": width, "height": height})
            try:
                way_out_is_in_reach(she, width, height)
            except AssertionError as error:
                wrong.append(f"{path} at {width} x {height}: {error}")
    assert wrong == []
    assert seen > 25


@pytest.mark.real
@SCRIPTING
def test_she_leaves_every_page_in_one_tap(
    house: OpenHouse, a_phone: APhone, everybody: Everybody, scripting: bool
) -> None:
    she = a_phone(scripting=scripting).is_in(everybody.amal)
    pages = list(every_page(she)) if scripting else ["/today", *she.ways()]
    for path in pages:
        again = a_phone(scripting=scripting).is_in(everybody.amal)
        if path == "covered":
            continue
        again.finds_herself_at(path)
        with house.street.looking(lambda: house.visits(everybody.amal)) as arrivals:
            again.leaves()
        assert comes_true(lambda: house.visits(everybody.amal) == 0), path
        assert [one.path for one in arrivals] == ["/en"], path
        again.opens_the_calendar()
        assert HER_WORDS not in again.text
        again.phone.close()
