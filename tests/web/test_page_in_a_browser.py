"""What our script and our style do in a real browser: leave, cover, keep what was typed."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from werkzeug.serving import make_server

from tests.web.door import PIN, SECRET, Door

pytestmark = pytest.mark.real

WEATHER = "https://www.meteo.be/en"


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    """The house, served on loopback."""
    server = make_server("localhost", 0, door.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def a_phone(browser: Browser, **wishes: Any) -> BrowserContext:
    """A phone with a weather page in the world outside."""
    phone = browser.new_context(viewport={"width": 360, "height": 640}, locale="en", **wishes)
    phone.route(
        "https://www.meteo.be/**",
        lambda route: route.fulfill(body="<title>Weather</title>Sunny", content_type="text/html"),
    )
    return phone


def come_in(page: Page, address: str, card: str) -> None:
    """From the calendar to Today, with a card that is new."""
    page.goto(address)
    page.locator("summary").first.click()
    page.locator("[name=a]").fill(card)
    page.locator("[name=b]").fill(PIN)
    page.locator("[name=c]").check()
    page.locator("[name=d]").fill(PIN)
    page.locator(".form .main").click()
    expect(page.locator("h1")).to_have_text("Today")


@pytest.fixture
def her(browser: Browser, address: str, door: Door) -> Iterator[Page]:
    """Her page, with JavaScript."""
    phone = a_phone(browser)
    page = phone.new_page()
    come_in(page, address, door.card)
    yield page
    phone.close()


def hold(page: Page, address: str) -> list[Route]:
    """Let the server hang from now on; what it was asked waits in the list."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def go(page: Page, to: str) -> None:
    """Tap a link to an inner path; stand-in pages have few of their own."""
    page.locator(".bar .place").first.evaluate("(link, to) => { link.value = to; }", to)
    page.locator(".bar .place").first.click()


def sign_ins(door: Door) -> int:
    """How many visits are alive on the server."""
    with door.app.extensions["database"].engine.connect() as connection:
        return int(connection.exec_driver_sql("select count(*) from sign_in").scalar_one())


@pytest.mark.parametrize("scripting", [True, False], ids=["with script", "without script"])
def test_she_leaves_in_one_tap(browser: Browser, address: str, door: Door, scripting: bool) -> None:
    phone = a_phone(browser, java_script_enabled=scripting)
    page = phone.new_page()
    come_in(page, address, door.card)
    assert SECRET in page.content()
    page.locator("#x").click()
    page.wait_for_url(WEATHER)
    assert sign_ins(door) == 0
    assert phone.cookies() == []
    page.goto(address)
    assert SECRET not in page.content()
    phone.close()


def test_without_script_a_reload_shows_the_calendar(
    browser: Browser, address: str, door: Door
) -> None:
    phone = a_phone(browser, java_script_enabled=False)
    page = phone.new_page()
    come_in(page, address, door.card)
    page.reload()
    expect(page.locator("h1")).to_contain_text("2026")
    assert SECRET not in page.content()
    phone.close()


def test_nothing_of_her_way_is_in_address_title_or_history(her: Page, address: str) -> None:
    steps = her.evaluate("history.length")
    for _ in range(3):
        go(her, "/write")
        expect(her.locator("h1")).to_have_text("Write")
        go(her, "/today")
        expect(her.locator("h1")).to_be_focused()
    assert (her.url, her.title()) == (address, "Agenda")
    assert her.evaluate("history.length") == steps
    assert her.evaluate("document.cookie + Object.keys(localStorage)") == ""


def test_three_times_shift_leaves_and_escape_does_nothing(her: Page, address: str) -> None:
    her.keyboard.press("Escape")
    her.keyboard.press("Shift")
    her.keyboard.press("Shift+A")
    her.keyboard.press("Shift")
    her.keyboard.press("Shift")
    assert her.url == address
    her.keyboard.press("Shift")
    her.wait_for_url(WEATHER)


def test_she_is_away_at_once_although_the_server_hangs(her: Page, address: str) -> None:
    hanging = hold(her, address)
    her.locator("#x").click(no_wait_after=True)
    her.wait_for_url(WEATHER)
    assert ["%2Ffront%2Fleave" in (one.request.post_data or "") for one in hanging] == [True]


def test_what_she_read_is_gone_before_the_browser_moves(her: Page, address: str) -> None:
    hold(her, address)
    # The veil is there in the same task as the tap: nothing is awaited in between.
    shown = her.evaluate("document.getElementById('x').click(), document.body.innerText")
    assert SECRET not in shown
    her.wait_for_url(WEATHER)


def test_a_finger_that_scrolls_takes_the_cover_back(her: Page) -> None:
    leave = her.locator("#x")
    leave.dispatch_event("pointerdown", {"bubbles": True})
    covered = "getComputedStyle(document.getElementById('x'), '::after').content"
    assert her.evaluate(covered) == '""'
    leave.dispatch_event("pointercancel", {"bubbles": True})
    assert her.evaluate(covered) == "none"


def test_when_the_network_fails_her_words_stay_and_can_be_sent(her: Page, door: Door) -> None:
    go(her, "/write")
    her.locator("textarea").fill("my own words")

    def broken(route: Route) -> None:
        route.abort()

    her.route("**/*", broken)
    her.locator(".form .main").click()
    expect(her.locator(".form .notice-warn")).to_contain_text("still here")
    her.unroute("**/*", broken)
    expect(her.locator("textarea")).to_have_value("my own words")
    her.locator(".form .main").click()
    expect(her.locator("h1")).to_have_text("Today")
    assert door.done == ["my own words"]


def test_a_failing_house_is_said_beside_the_form_and_keeps_the_words(
    her: Page, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(her, "/write")
    her.locator("textarea").fill("my own words")
    monkeypatch.setattr(door, "done", None)
    her.locator(".form .main").click()
    expect(her.locator(".form .notice-warn")).to_contain_text("not your fault")
    expect(her.locator("textarea")).to_have_value("my own words")


def test_a_button_that_was_tapped_says_so_and_waits(her: Page, address: str, door: Door) -> None:
    go(her, "/write")
    her.locator("textarea").fill("once")
    held = hold(her, address)
    button = her.locator(".form .main")
    # The page may say so before the browser has told what it asks.
    with her.expect_request(lambda request: request.method == "POST"):
        button.click()
    expect(button).to_be_disabled()
    expect(button).to_have_text("Sending ...")
    held[0].continue_()
    expect(her.locator("h1")).to_have_text("Today")
    assert door.done == ["once"]


def hide(page: Page, state: str) -> None:
    """Let the browser say that the page went out of sight, or came back."""
    page.evaluate(
        """state => {
            Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def test_a_page_out_of_sight_holds_nothing_and_comes_back_as_it_was(her: Page) -> None:
    go(her, "/write")
    her.locator("textarea").fill("half typed")
    with her.expect_response("**/") as told:
        hide(her, "hidden")
    assert told.value.status == 204
    assert SECRET not in her.content()
    assert her.locator("textarea").count() == 0
    assert her.locator("#x").count() == 1
    hide(her, "visible")
    her.locator(".veil").click()
    expect(her.locator("textarea")).to_have_value("half typed")
    assert her.locator(".veil").count() == 0


def test_after_a_minute_out_of_sight_the_pin_brings_it_back(her: Page, door: Door) -> None:
    go(her, "/write")
    her.locator("textarea").fill("half typed")
    with her.expect_response("**/"):
        hide(her, "hidden")
    door.later(seconds=90)
    hide(her, "visible")
    her.locator(".veil").click()
    expect(her.locator("h1")).to_have_text("Your PIN, please")
    assert SECRET not in her.content()
    her.locator("[name=a]").fill(PIN)
    her.locator(".form .main").click()
    expect(her.locator("textarea")).to_have_value("half typed")


@pytest.mark.parametrize("size", [(320, 568), (360, 640), (568, 320), (320, 180)])
def test_the_way_out_is_in_sight_on_every_screen(her: Page, size: tuple[int, int]) -> None:
    her.set_viewport_size({"width": size[0], "height": size[1]})
    go(her, "/write")
    expect(her.locator("h1")).to_have_text("Write")
    her.evaluate("scrollTo(0, document.body.scrollHeight)")
    box = her.locator("#x").bounding_box()
    assert box is not None
    assert box["height"] >= 48
    assert box["width"] >= 48
    assert 0 <= box["x"] <= size[0] - box["width"]
    assert 0 <= box["y"] <= size[1] - box["height"]
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert her.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('#x') !== null", middle
    )
    assert her.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_way_out_is_the_first_stop_of_the_keyboard(her: Page) -> None:
    her.evaluate("document.activeElement.blur()")
    first = her.evaluate("document.querySelector('button, a, input, textarea').id")
    assert first == "x"


def test_an_idle_page_asks_and_then_closes(browser: Browser, address: str, door: Door) -> None:
    phone = a_phone(browser)
    page = phone.new_page()
    page.clock.install()
    come_in(page, address, door.card)
    page.clock.fast_forward("09:01")
    expect(page.locator(".notice-warn")).to_contain_text("closes in one minute")
    page.get_by_role("button", name="Stay").click()
    assert page.locator(".notice-warn").count() == 0
    page.clock.fast_forward("09:01")
    page.clock.fast_forward("01:01")
    expect(page.locator("h1")).to_contain_text("2026")
    phone.close()
