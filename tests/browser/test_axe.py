"""axe finds nothing on any page, in light and in dark.

Hers in every language, those of staff in one of each direction.

Recorded exceptions are two, and axe sees neither: every survivor's page has the same title, and her
fields say autocomplete=off. So no rule is left out here.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.colleague import Colleague
from tests.browser.conftest import ADesk, APhone
from tests.browser.survivor import Survivor
from tests.browser.test_leaving import every_page
from tests.web.furnishing import Everybody

pytestmark = pytest.mark.real

REAL = pytest.mark.real
LANGUAGES = ["nl", "fr", "en", "ar"]
BOTH_DIRECTIONS = ["nl", "ar"]
ROLES = ["director", "moderator", "housing", "coordinator", "auditor"]
AT_THE_DESK = 3
"""Pages of a kind that one colleague looks at: needs and cases differ in what stands on them."""


class Complaints:
    """What axe found, once for each kind of thing; each dark page is looked at for its colours."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pages = 0
        self.found: set[str] = set()

    def look(self, where: str) -> None:
        """Let axe look at what is on the screen."""
        self.pages += 1
        self._run(where, {"resultTypes": ["violations"]})
        self.page.emulate_media(color_scheme="dark")
        only = {"type": "rule", "values": ["color-contrast"]}
        self._run(f"{where}, dark", {"resultTypes": ["violations"], "runOnly": only})
        self.page.emulate_media(color_scheme="light")

    def _run(self, where: str, options: dict[str, Any]) -> None:
        if not self.page.evaluate("typeof axe == 'object'"):
            self.page.evaluate(Axe().axe_script)
        found = self.page.evaluate("options => axe.run(options)", options)["violations"]
        for one in found:
            nodes = [node["html"][:160] for node in one["nodes"][:3]]
            self.found.add(f"{where}: {one['id']}, {one['help']}: {nodes}")


def survivors_pages(she: Survivor, everybody: Everybody) -> Iterator[str]:
    """The calendar, the way in, and everything behind it."""
    she.opens_the_calendar()
    yield "calendar"
    she.types_card_and_pin("1234 5678", "", new=True)
    yield "way in"
    she.sends()
    yield "way in, refused"
    she.is_in(everybody.amal)
    yield from every_page(she)


def staff_pages(colleague: Colleague, starts: Iterable[str]) -> Iterator[str]:
    """Every page that links lead to from here."""
    waiting, met, kinds = list(starts), set(starts), dict[str, int]()
    for path in waiting:
        kind = "".join(sign for sign in path if not sign.isdigit()).partition("?")[0]
        kind = "/".join(part if len(part) < 24 else "*" for part in kind.split("/"))
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > AT_THE_DESK:
            continue
        colleague.page.goto(colleague.house.address + path)
        yield path
        links = colleague.page.locator("a[href^='/staff']").evaluate_all(
            "links => links.map(link => link.getAttribute('href').slice(1).split('#')[0])"
        )
        fresh = [link for link in dict.fromkeys(links) if link not in met]
        met.update(fresh)
        waiting.extend(fresh)


def test_pages_that_everybody_sees_first(a_phone: APhone, everybody: Everybody) -> None:
    she = a_phone("nl")
    complaints = Complaints(she.page)
    for where in survivors_pages(she, everybody):
        complaints.look(where)
        if where == "/today":
            break
    for to in ("/dates", "/messages", "/needs"):
        she.finds_herself_at(to)
        complaints.look(to)
    assert sorted(complaints.found) == []
    assert complaints.pages == 7


@REAL
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_survivor(a_phone: APhone, everybody: Everybody, language: str) -> None:
    she = a_phone(language)
    complaints = Complaints(she.page)
    for where in survivors_pages(she, everybody):
        complaints.look(where)
    assert sorted(complaints.found) == []
    assert complaints.pages > 30


@REAL
@pytest.mark.parametrize("language", BOTH_DIRECTIONS)
def test_whole_pages_as_they_are_without_script(
    a_phone: APhone, everybody: Everybody, language: str
) -> None:
    """axe is a script itself, so it is shown the same documents in another phone."""
    she, other = a_phone(language, scripting=False), a_phone(language)
    complaints = Complaints(other.page)
    she.is_in(everybody.amal)
    for to in ("/today", "/dates", "/messages", "/needs", "/more"):
        she.finds_herself_at(to)
        other.page.set_content(she.page.content())
        complaints.look(to)
    assert sorted(complaints.found) == []


@REAL
@pytest.mark.parametrize("language", BOTH_DIRECTIONS)
def test_every_page_of_staff(a_desk: ADesk, everybody: Everybody, language: str) -> None:
    found: set[str] = set()
    pages = 0
    for role in ROLES:
        colleague = a_desk(language)
        complaints = Complaints(colleague.page)
        if role == ROLES[0]:
            colleague.goes("sign-in")
            complaints.look("sign-in")
            colleague.gives_pass_phrase(everybody.staff["stand_in"])
            colleague.page.locator("#code").wait_for()
            complaints.look("second factor")
        colleague.is_in(everybody.staff[role])
        for path in staff_pages(colleague, ["staff/", "staff/me"]):
            complaints.look(path)
        found |= {f"{role}: {one}" for one in complaints.found}
        pages += complaints.pages
    assert sorted(found) == []
    assert pages > 30
