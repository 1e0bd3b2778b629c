"""Lists of staff on an ordinary screen: nothing in a line lies over what stands beside it."""

import pytest

from tests.browser.conftest import ADesk
from tests.web.furnishing import Everybody

pytestmark = pytest.mark.real

LIES_OVER = """() => [...document.querySelectorAll(".line")].filter(line => {
    const parts = [...line.children].map(part =>
        [part, ...part.querySelectorAll("*")].map(one => one.getBoundingClientRect()));
    return parts.some((part, at) => parts.slice(at + 1).some(next => part.some(one =>
        next.some(other => one.left < other.right - 1 && other.left < one.right - 1
            && one.top < other.bottom - 1 && other.top < one.bottom - 1))));
}).map(line => line.textContent)"""
NAMES_BEGIN_AT = """() => [...document.querySelectorAll(".box")].flatMap(box => [...new Set(
    [...box.querySelectorAll(".line > .what")].map(name => name.getBoundingClientRect().left)
)].slice(1))"""

TOUCHED = """() => [...document.querySelectorAll("main .row-acts")].filter(one => {
    const next = one.nextElementSibling;
    return next?.checkVisibility()
        && next.getBoundingClientRect().top - one.getBoundingClientRect().bottom < 4;
}).map(one => one.textContent)"""


@pytest.mark.parametrize("width", [1200, 1440])
def test_what_the_house_sets_can_be_read(a_desk: ADesk, everybody: Everybody, width: int) -> None:
    desk = a_desk("nl", viewport={"width": width, "height": 900})
    desk.is_in(everybody.staff["coordinator"]).goes("house/settings")
    assert desk.page.locator(".line").count() > 20
    assert desk.page.evaluate(LIES_OVER) == []
    assert desk.page.evaluate(NAMES_BEGIN_AT) == [], "a name stands elsewhere than those around it"


@pytest.mark.parametrize("width", [920, 950, 1040, 1200])
def test_what_waits_at_the_desk_can_be_read(
    a_desk: ADesk, everybody: Everybody, width: int
) -> None:
    desk = a_desk("nl", viewport={"width": width, "height": 900})
    desk.is_in(everybody.staff["moderator"]).goes("desk")
    assert desk.page.locator(".line").count() > 0
    assert desk.page.evaluate(LIES_OVER) == []


@pytest.mark.parametrize(
    ("who", "place"), [("coordinator", "house"), ("coordinator", "me"), ("auditor", "audit")]
)
def test_buttons_do_not_touch_what_stands_below_them(
    a_desk: ADesk, everybody: Everybody, who: str, place: str
) -> None:
    desk = a_desk("nl")
    desk.is_in(everybody.staff[who]).goes(place)
    assert desk.page.locator("main .row-acts").count() > 0
    assert desk.page.evaluate(TOUCHED) == []


def test_what_only_helps_without_a_script_is_gone_with_one(
    a_desk: ADesk, everybody: Everybody
) -> None:
    desk = a_desk("nl")
    desk.is_in(everybody.staff["coordinator"]).goes("me")
    assert desk.page.locator(".strength").count() == 1
    assert not desk.page.locator("[name=measure]").is_visible()


def test_what_is_printed_can_be_read_where_the_screen_is_dark(
    a_desk: ADesk, everybody: Everybody
) -> None:
    desk = a_desk("nl", color_scheme="dark")
    desk.is_in(everybody.staff["housing"]).goes("dates?view=list")
    ink = 'getComputedStyle(document.querySelector(".lane h2")).color'
    assert desk.page.evaluate(ink) == "rgb(237, 233, 225)"
    desk.page.emulate_media(media="print")
    assert desk.page.evaluate(ink) == "rgb(31, 42, 46)", "ink on white paper"
