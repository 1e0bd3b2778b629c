"""The whole desk without a mouse: a real browser, the Tab key, and what stands in focus."""

import pytest
from playwright.sync_api import Page

from portal.domain.needs import Category, HowSoon
from tests.browser.conftest import ADesk
from tests.browser.open_house import OpenHouse
from tests.people import Person

pytestmark = pytest.mark.real

FOCUS = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    what: one === document.body ? "" : one.tagName.toLowerCase() + (one.name ? ":" + one.name : ""),
    value: one.value || "", href: one.getAttribute("href") || "",
    shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
      || style.boxShadow !== "none",
    seen: box.width > 0 && box.height > 0, top: box.top + window.scrollY,
    in_work: !!one.closest("main"),
  };
}"""
_MOST = 90


def walk(page: Page) -> list[dict[str, object]]:
    """Everything that Tab comes to from the top of the page, once around."""
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    found: list[dict[str, object]] = []
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if not stop["what"]:
            return found
        found.append(stop)
    raise AssertionError("Tab never comes out of the page")


def unseen(stops: list[dict[str, object]]) -> set[tuple[object, ...]]:
    """Controls on which focus is never seen; inside a date the browser draws its own."""

    def which(mark: str) -> set[tuple[object, ...]]:
        return {(one["what"], one["value"], one["href"]) for one in stops if one[mark]}

    return which("seen") - which("shown")


def test_everything_at_the_desk_can_be_done_with_the_keyboard(
    house: OpenHouse, a_desk: ADesk, her: Person
) -> None:
    people, now = house.people, house.now
    people.a_need(her, Category.SAFETY, how_soon=HowSoon.TODAY, now=now)
    people.an_entry(her, now=now)
    mona = a_desk()
    mona.signs_in(people.moderator)
    mona.goes("desk?kind=release")

    stops = walk(mona.page)
    names = [stop["what"] for stop in stops]
    for wanted in ("select:kind", "select:category", "select:whose", "input:number", "input:late"):
        assert wanted in names
    lines = [stop for stop in stops if "/staff/desk/" in str(stop["href"]) and stop["in_work"]]
    assert lines
    assert unseen(stops) == set()

    # Into the line with Enter, and through its buttons in the order in which they stand.
    mona.page.locator("a.line").first.focus()
    mona.page.keyboard.press("Enter")
    mona.page.wait_for_url("**/staff/desk/*-*")
    stops = walk(mona.page)
    acts = [stop["value"] for stop in stops if stop["what"] == "button:act"]
    assert acts == ["accept", "give_back", "decline"]
    assert unseen(stops) == set()

    # Take it on: the first button of the work, by Enter alone.
    mona.page.locator("form:has(input[value=claim]) button").focus()
    mona.page.keyboard.press("Enter")
    mona.reads("You took this on. Others see that you answer it.")
    mona.page.locator("#words").focus()
    mona.page.keyboard.type("Which court?")
    for _ in range(_MOST):
        mona.page.keyboard.press("Tab")
        if mona.page.evaluate(FOCUS)["value"] == "give_back":
            break
    mona.page.keyboard.press("Space")
    mona.reads("Given back. Who asked reads your note and can ask again.")
