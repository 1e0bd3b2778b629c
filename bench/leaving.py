"""How fast she is gone, in a real browser: `python -m bench.leaving` (`make bench-exit`).

B1 to B4 of the acceptance checks, and what a slow line costs. "Covered" is a painted frame of the
browser's own screencast in which nothing of the (dyed) page is left, counted from the touch.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Playwright, sync_playwright

from bench import slow_line
from bench.foreign import FILES, a_foreign_site
from portal.database import Database, migrate
from portal.settings import Settings
from portal.vault import KeyFile
from tests.browser.meanwhile import the_director_writes
from tests.browser.open_house import OpenHouse, open_house
from tests.browser.painted import dye, filmed, place_of, touch
from tests.browser.street import Street, a_street
from tests.browser.survivor import Survivor
from tests.parts import find_program
from tests.people import Person

WORDS = "what only she may read"
WANTED = {1: 150, 6: 250}
"""Milliseconds from the touch to the first covered frame, by how many times slower the CPU is."""


def main() -> None:
    """Open a house, send somebody in again and again, and let her leave."""
    asked = _arguments()
    with _an_open_house() as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**_chromium())
        her = house.people.a_survivor("Noor", now=house.now)
        the_director_writes(house, her, "Good morning. The bus is line 4.")
        print(f"# Chromium {browser.version}, {asked.taps} taps each, milliseconds\n")
        _covers(house, browser, her, asked.taps)
        _goes_on(house, browser, her, asked.taps)
        _stays_covered(house, browser, her)
        slow_line.measure(house, browser, her, asked.taps)
        browser.close()
        _full_cache(house, playwright, her, asked.taps)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.leaving", description=__doc__)
    parser.add_argument("--taps", type=int, default=10)
    return parser.parse_args()


@contextmanager
def _an_open_house() -> Iterator[OpenHouse]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, a_street() as street:
        data, key_file = Path(folder), KeyFile(bytes(range(32)))
        migrated = data / "migrated.db"
        settings = Settings.from_environment({"PORTAL_DATA": folder})
        fresh = Database(f"sqlite:///{migrated}", key_file, settings)
        migrate(fresh)
        fresh.close()
        house = data / "house"
        house.mkdir()
        with open_house(house, migrated, key_file, street) as opened:
            yield opened


def _chromium() -> dict[str, Any]:
    program = find_program("chromium", "chromium-browser", "google-chrome")
    if program is None:
        raise SystemExit("this bench needs Chromium")
    return {"executable_path": program, "args": ["--no-sandbox"]}


@contextmanager
def _inside(
    house: OpenHouse, phone: BrowserContext, her: Person, *, scripting: bool = True, slower: int = 1
) -> Iterator[tuple[Survivor, CDPSession]]:
    """She is in, with half-typed words on a page that is dyed red."""
    she = Survivor(house, phone, "en", scripting=scripting).is_in(her)
    she.goes("/messages")
    if not she.page.locator("details[open] textarea").count():
        she.page.locator("summary").first.tap()
    she.writes(WORDS)
    she.page.evaluate("scrollTo(0, 0)")
    dye(she.page)
    cdp = phone.new_cdp_session(she.page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    she.page.wait_for_timeout(300)
    yield she, cdp
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})


def _covers(house: OpenHouse, browser: Browser, her: Person, taps: int) -> None:
    print("B1  touch to first covered frame, the server hanging")
    print(f"{'':22}{'CPU':>4}{'median':>9}{'worst':>8}{'wanted':>9}")
    for name, scripting, act in (
        ("with JavaScript", True, _touch),
        ("without JavaScript", False, _touch),
        ("three times Shift", True, _shift),
    ):
        for slower, wanted in WANTED.items():
            took = []
            for _ in range(taps):
                phone = browser.new_context(**slow_line.PHONE, java_script_enabled=scripting)
                with _inside(house, phone, her, scripting=scripting, slower=slower) as (she, cdp):
                    took.append(_covered(house, she, cdp, act))
                phone.close()
            print(f"{name:22}{slower:>3}x{median(took):9.0f}{max(took):8.0f}{wanted:>9}")


def _covered(
    house: OpenHouse, she: Survivor, cdp: CDPSession, act: Callable[[CDPSession, Survivor], float]
) -> float:
    """Milliseconds to the cover that stays; never: infinitely many."""
    with filmed(she.page, cdp) as film, house.hanging():
        at = act(cdp, she)
        she.page.wait_for_timeout(1200)
        found = film.covered_after(at)
    return float("inf") if found is None else found


def _touch(cdp: CDPSession, she: Survivor) -> float:
    return touch(cdp, place_of(she.page))


def _shift(cdp: CDPSession, _she: Survivor) -> float:
    at = 0.0
    for kind in ("keyDown", "keyUp") * 3:
        at = time.time()
        cdp.send("Input.dispatchKeyEvent", {"type": kind, "key": "Shift", "code": "ShiftLeft"})
    return at


def _goes_on(house: OpenHouse, browser: Browser, her: Person, taps: int) -> None:
    took = []
    for _ in range(taps):
        phone = browser.new_context(**slow_line.PHONE)
        arrived: list[float] = []
        with (
            _inside(house, phone, her) as (she, cdp),
            house.hanging(),
            house.street.looking(lambda: arrived.append(time.time())),  # noqa: B023
        ):
            at = touch(cdp, place_of(she.page))
            she.page.wait_for_url(house.street.page("en"))
        took.append((arrived[0] - at) * 1000)
        phone.close()
    print(
        "\nB2  touch to the request for the exit page, the server hanging (60 ms finger, 300 wait)"
    )
    print(f"{'':26}{median(took):9.0f}{max(took):8.0f}")


def _stays_covered(house: OpenHouse, browser: Browser, her: Person) -> None:
    for scripting in (True, False):
        phone = browser.new_context(**slow_line.PHONE, java_script_enabled=scripting)
        opens = threading.Event()
        with (
            _inside(house, phone, her, scripting=scripting) as (she, cdp),
            filmed(she.page, cdp) as film,
            house.street.looking(lambda: opens.wait(20)),  # noqa: B023
        ):
            at = touch(cdp, place_of(she.page))
            she.page.wait_for_timeout(2000)
            after = film.covered_after(at)
            opens.set()
            she.page.wait_for_url(house.street.page("en"))
        words = "stays covered" if after is not None else "CAN BE READ AGAIN"
        print(f"B3  the exit page hangs for 2 s, {'no ' * (not scripting)}script: {words}")
        phone.close()


def _full_cache(house: OpenHouse, playwright: Playwright, her: Person, taps: int) -> None:
    """A profile on disk: a context without one keeps its cache in memory."""
    with tempfile.TemporaryDirectory(prefix="profile-") as profile, a_foreign_site() as site:
        phone = playwright.chromium.launch_persistent_context(
            profile, **_chromium(), **slow_line.PHONE
        )
        empty = [_exit(house, phone, her) for _ in range(taps)]
        phone.pages[0].goto(site)
        phone.pages[0].locator("#done").wait_for(timeout=300_000)
        full = [_exit(house, phone, her) for _ in range(taps)]
        phone.close()
    print(f"\nB4  touch to the request for the exit page, all well; {FILES:,} foreign files cached")
    print(f"empty {median(empty):.0f}, full {median(full):.0f}: {median(full) / median(empty):.2f}"
          " times (wanted: at most 1.5)")  # fmt: skip


def _exit(house: OpenHouse, phone: BrowserContext, her: Person) -> float:
    arrived: list[float] = []
    street: Street = house.street
    with (
        _inside(house, phone, her) as (she, cdp),
        street.looking(lambda: arrived.append(time.time())),
    ):
        at = touch(cdp, place_of(she.page))
        she.page.wait_for_url(street.page("en"))
    she.page.close()
    return (arrived[0] - at) * 1000


if __name__ == "__main__":
    main()
