"""How visits end, and what is then found."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tests.browser.open_house import OpenHouse
from tests.browser.traces.chromium import Chromium, ChromiumTab
from tests.browser.traces.firefox import Firefox
from tests.browser.traces.kept import Kept
from tests.browser.traces.neighbourhood import PORTAL, SEARCH, Neighbourhood
from tests.browser.traces.tab import Shown, Tab
from tests.browser.traces.visit import Planted, Visit, plant

Browser = Chromium | Firefox
MOST_STEPS = 40


class Ending(StrEnum):
    """What happens after she has read and written."""

    LEFT = "left"
    """She leaves and closes the browser."""
    LEFT_KILLED = "left-killed"
    """She leaves; a second later the phone is dead."""
    LEFT_WALKED = "left-walked"
    """She leaves; somebody presses Back and Forward through everything, reloads, and types the
    address; then the browser is closed."""
    STAYED = "stayed"
    """She closes the browser without leaving."""
    STAYED_KILLED = "stayed-killed"
    """The phone is dead while she reads."""

    @property
    def is_left(self) -> bool:
        """Whether she pressed Leave."""
        return self.startswith("left")

    @property
    def is_killed(self) -> bool:
        """Whether the browser could not tidy up."""
        return self.endswith("killed")


@dataclass
class Found:
    """What one visit left, in the browser's windows and in its files."""

    visit: Visit
    planted: Planted
    browser: str
    ending: Ending
    scripting: bool
    portal: str
    search: str
    exit_page: str
    left_after: float = 0.0
    entries: list[tuple[str, str]] = field(default_factory=list)
    walked: list[Shown] = field(default_factory=list)
    anew: list[Shown] = field(default_factory=list)
    restored: list[Shown] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    """When it was closed, and when it had been opened and closed once more."""
    secrets: list[dict[str, set[str]]] = field(default_factory=list)
    names: list[set[str]] = field(default_factory=list)

    @property
    def own(self) -> set[str]:
        """What may stand nowhere: words, card, PIN, page and form keys, inner paths."""
        ways = {path for path in self.visit.paths if path.count("/") > 1}
        return {*self.planted.all, *self.visit.keys, *ways}


def make_a_visit(
    browser: Browser, house: OpenHouse, around: Neighbourhood, copies: Path, ending: Ending
) -> Found:
    """Come in, do everything, end it like this; then look, start again, and look again."""
    _, planted = plant(house)
    if ending.is_killed and isinstance(browser, Chromium):
        # It was used before: one that dies at its first use brings nothing back.
        browser.starts()
        browser.closes()
    search, exit_page = around.at(SEARCH), around.page("en")
    tab = browser.starts()
    visit = Visit(tab, planted, exit_page)
    found = Found(
        visit, planted, browser.name, ending, browser.scripting, house.address, search, exit_page
    )
    visit.comes_from(search)
    if ending.is_killed:
        # Else she is quicker than the browser, and nothing is found because nothing was written.
        browser.waits_until_it_knows(PORTAL)
    if ending.is_left:
        found.left_after = visit.leaves()
        tab.waits_for("document.readyState == 'complete'")
        found.entries = tab.entries if isinstance(tab, ChromiumTab) else []
    if ending == Ending.LEFT_WALKED:
        _walk(tab, found)
    _end(browser, ending)
    _look(browser, found, copies / "closed")
    _come_back(browser, found)
    _look(browser, found, copies / "again")
    return found


def _end(browser: Browser, ending: Ending) -> None:
    if not ending.is_killed:
        browser.closes()
        return
    time.sleep(1)
    browser.is_killed()


def _look(browser: Browser, found: Found, copy: Path) -> None:
    kept = browser.kept(copy)
    where = kept.where(*found.own, PORTAL)
    found.kept.append(kept)
    found.names.append(where.pop(PORTAL, set()))
    found.secrets.append(where)


def _walk(tab: Tab, found: Found) -> None:
    steps = _back_to(found.search, tab, found.walked)
    for _ in range(steps):
        found.walked.append(tab.steps(1))
    found.walked.append(tab.steps(-1))
    tab.reloads()
    found.walked.append(tab.shown)
    tab.opens(found.portal)
    found.anew.append(tab.shown)
    tab.reloads()
    found.anew.append(tab.shown)


def _come_back(browser: Browser, found: Found) -> None:
    tab = browser.starts(restoring=True)
    # Before that, a window is still empty.
    tab.waits_for("document.documentURI.startsWith('https:')")
    found.restored.append(tab.shown)
    if found.ending == Ending.LEFT and isinstance(browser, Chromium):
        found.lines = browser.lines(SEARCH)
    _back_to(found.search, tab, found.restored)
    browser.closes()


def _back_to(address: str, tab: Tab, seen: list[Shown]) -> int:
    """Press Back until this is there; gives how often. Everything on the way is noted."""
    for steps in range(MOST_STEPS):
        if tab.shown.address == address:
            return steps
        seen.append(tab.steps(-1))
    raise AssertionError(f"Back never led to {address}: {seen}")
