"""What a slow line and a slow phone cost: 400 kb/s, 400 ms a round trip, CPU four times slower."""

from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession

from tests.browser.open_house import OpenHouse
from tests.browser.survivor import Survivor
from tests.people import Person

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "has_touch": True,
    "is_mobile": True,
    "locale": "en-GB",
}
SLOW_LINE = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}


def measure(house: OpenHouse, browser: Browser, her: Person, times: int) -> None:
    """First paint of the front page, of a bare page, and a swap to the thread."""
    first: list[float] = []
    bare: list[float] = []
    for _ in range(times):
        phone = browser.new_context(**PHONE)
        page = phone.new_page()
        cdp = phone.new_cdp_session(page)
        page.goto("about:blank")
        _slow(cdp)
        for address, found in ((house.address, first), (f"{house.street.page('en')}", bare)):
            page.goto(address)
            found.append(page.wait_for_function(_FIRST_PAINT).json_value())
        phone.close()
    phone = browser.new_context(**PHONE)
    she = Survivor(house, phone, "en", scripting=True).is_in(her)
    _slow(phone.new_cdp_session(she.page))
    swaps = []
    for _ in range(times):
        swaps.append(she.page.evaluate(_SWAP, "/messages"))
        she.page.evaluate(_SWAP, "/today")
    phone.close()
    print("\n400 kb/s, 400 ms round trip, CPU 4x slower")
    for name, found, wanted in (
        ("first paint of GET /", first, "1000"),
        ("... of a bare page", bare, ""),
        ("swap to the thread", swaps, "700"),
    ):
        print(f"{name:26}{median(found):9.0f}{max(found):8.0f}{wanted:>9}")


# Of the whole page: what was painted before the last of it had come, does not count.
_FIRST_PAINT = """(() => {
    const [first] = performance.getEntriesByName("first-contentful-paint");
    const [came] = performance.getEntriesByType("navigation");
    return first && Math.max(first.startTime, came.domContentLoadedEventEnd);
})()"""
# To the end of the fade.
_SWAP = """to => new Promise(painted => {
    const button = document.querySelector(`.bar [value="${to}"]`), began = performance.now();
    const main = document.querySelector("main");
    new MutationObserver((_, watch) => {
        if (document.querySelector("main") == main) return;
        watch.disconnect();
        const ends = () => painted(performance.now() - began);
        const fades = () => document.querySelector("main").getAnimations().map(one => one.finished);
        requestAnimationFrame(() => requestAnimationFrame(() => Promise.all(fades()).then(ends)));
    }).observe(document.body, {childList: true, subtree: true});
    button.click();
})"""


def _slow(cdp: CDPSession) -> None:
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", SLOW_LINE)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
