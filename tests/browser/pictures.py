"""Draws the pictures of the README: `python -m tests.browser.pictures` (or `make pictures`).

The same made-up people do the same things each time; what is new in each run, the numbers of card
and case, is painted over with one that never changes.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from portal.database import Database, migrate
from portal.domain.needs import Category, HowSoon, StayOrLeave
from portal.domain.services import ServiceKind
from portal.models import Service, StaffMember
from tests.browser.colleague import Colleague
from tests.browser.open_house import OpenHouse, open_house
from tests.browser.street import a_street
from tests.browser.survivor import PATIENCE, Survivor
from tests.conftest import KEY_FILE
from tests.parts import find_program
from tests.people import PIN

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
LARGEST = 120_000
PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 800}}
CARD, CASE = "2073 6436 1259 3891", "LD-TWGHKM"
ABOUT_HOME = {
    "nl": "Het slot van mijn voordeur is kapot. Ik durf 's avonds niet alleen thuis te zijn.",
    "ar": "قفل باب بيتي مكسور. أخاف أن أكون وحدي في البيت مساءً.",
}
READING = "Slot vervangen, liefst deze week."
ANSWER = {
    "nl": "Ja, breng haar mee. Er is een speelkamer op het gelijkvloers.",
    "ar": "نعم، أحضريها معك. توجد غرفة لعب في الطابق الأرضي.",
}
ASKED = {"nl": "Mag mijn dochter meekomen?", "ar": "هل يمكن أن تأتي ابنتي معي؟"}
PLACE = {"nl": "2e verdieping, bureau 4", "ar": "الطابق 2، المكتب 4"}


@dataclass
class Camera:
    """Where pictures go, and what is painted over in them."""

    directory: Path
    paint: dict[str, str]

    def takes(self, page: Page, name: str, *, top: str = "body") -> None:
        """One picture of what is on the screen, from the top of something."""
        page.evaluate(
            """([paint, top]) => {
                const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) for (const [from, to] of paint)
                    walker.currentNode.data = walker.currentNode.data.replaceAll(from, to);
                document.activeElement.blur();
                document.querySelector(top).scrollIntoView();
            }""",
            [list(self.paint.items()), top],
        )
        file = self.directory / f"{name}.png"
        page.screenshot(path=file, animations="disabled", caret="hide")
        size = file.stat().st_size
        assert size <= LARGEST, f"{file.name} has {size} bytes, too many for a README"


def draw(house: OpenHouse, browser: Browser, directory: Path) -> None:
    """The eight steps, with one survivor who reads Dutch and one who reads Arabic."""
    camera = Camera(directory, {})
    people = house.people
    takes_other_names(house)
    director = a_desk(house, browser, "en").is_in(people.director)
    card = director.opens_a_file("Noor", "ar", people.stand_in)
    camera.paint[card] = CARD
    camera.paint[director.page.locator("h1 bdi").inner_text()] = CASE
    camera.takes(director.page, "1-staff-open-a-file")
    number = director.goes_to_the_case()

    noor = a_phone(house, browser, "ar")
    noor.opens_the_calendar()
    noor.types_card_and_pin("", "", new=True)
    camera.takes(noor.page, "2-she-comes-in", top="details")
    noor.comes_in(card, PIN, new=True)
    states_needs(noor, lambda: None)
    hanne = a_phone(house, browser, "nl")
    second = people.a_survivor("Hanne", language="nl", now=house.now)
    hanne.comes_in(second.card)
    states_needs(hanne, lambda: camera.takes(hanne.page, "3-she-says-what-she-needs"))

    moderator = a_desk(house, browser, "en").is_in(people.moderator)
    moderator.opens_a_need(number, Category.HOME)
    camera.takes(moderator.page, "4-the-desk")
    service = people.services[ServiceKind.HOUSING].id
    camera.paint[second.case_number] = "LD-BPQRSM"
    for case in (number, second.case_number):
        moderator.opens_a_need(case, Category.HOME)
        moderator.routes(service, reading=READING)
    gets_a_date(house, browser, camera, noor, hanne)
    they_write(house, director, camera, {number: noor, second.case_number: hanne})
    hanne.leaves()
    hanne.opens_the_calendar()
    camera.takes(hanne.page, "8-after-leaving")


def takes_other_names(house: OpenHouse) -> None:
    """The people of tests are called by what they do; those of a picture have names."""
    service = house.people.services[ServiceKind.HOUSING].id
    worker = house.people.workers[ServiceKind.HOUSING].account_id
    with house.people.database.transaction() as session:
        session.get_one(Service, service).name = "Woondienst"
        session.get_one(StaffMember, worker).name = "Joris"


def states_needs(she: Survivor, take: Callable[[], None]) -> None:
    """Two needs, in her words."""
    she.goes("/needs")
    she.goes("/needs/begin")
    she.chooses(Category.HOME, Category.CHILD)
    take()
    she.sends()
    she.says_how_soon(HowSoon.THIS_WEEK, ABOUT_HOME[she.language])
    she.says_how_soon(HowSoon.LATER)
    she.answers_the_rest(
        most=Category.HOME, plan=StayOrLeave.DO_NOT_KNOW, not_wanted="", for_the_talk=""
    )
    she.sends()


def gets_a_date(
    house: OpenHouse, browser: Browser, camera: Camera, noor: Survivor, hanne: Survivor
) -> None:
    """Her yes, the service's answer, and the date on Today."""
    worker = a_desk(house, browser, "en").is_in(house.people.workers[ServiceKind.HOUSING])
    for she, name, hour in ((noor, "Noor", 10), (hanne, "Hanne", 13)):
        she.goes("/today")
        she.taps(she.main.locator(".row.lit"))
        she.taps(she.main.locator("button.main[name=to]"))
        she.says_yes()
        worker.opens_the_referral(name)
        worker.presses("/accept")
        starts_at = (house.now + timedelta(days=2)).replace(hour=hour, minute=30)
        worker.gives_a_date(
            starts_at, place=PLACE[she.language], interpreter="العربية" if she is noor else ""
        )
        if she is noor:
            camera.takes(worker.page, "5-the-service-answers")
        she.goes("/today")
    camera.takes(noor.page, "6-her-next-date")


def they_write(
    house: OpenHouse, director: Colleague, camera: Camera, hers: dict[str, Survivor]
) -> None:
    """A question, an answer, and that it was seen."""
    for number, she in hers.items():
        she.sends_a_message(ASKED[she.language])
        house.later(minutes=4)
        director.finds_the_case(number)
        director.answers(ANSWER[she.language])
        she.goes("/messages")
        if she.language == "nl":
            camera.takes(she.page, "7-they-write")


def a_phone(house: OpenHouse, browser: Browser, language: str) -> Survivor:
    """Sharp enough for a screen of today."""
    locale = {"nl": "nl-BE", "ar": "ar"}[language]
    wishes: dict[str, Any] = {**PHONE, "locale": locale, "device_scale_factor": 2}
    phone = browser.new_context(**wishes, reduced_motion="reduce", color_scheme="light")
    return Survivor(house, phone, language, scripting=True)


def a_desk(house: OpenHouse, browser: Browser, language: str) -> Colleague:
    """A colleague's screen."""
    wishes: dict[str, Any] = {**DESK, "locale": "en-GB"}
    return Colleague(house, browser.new_context(**wishes, color_scheme="light"), language)


@contextmanager
def a_house(directory: Path) -> Iterator[OpenHouse]:
    """A house that nobody has lived in."""
    migrated = directory / "migrated.db"
    database = Database(f"sqlite:///{migrated}", KEY_FILE)
    migrate(database)
    database.close()
    inside = directory / "house"
    inside.mkdir()
    with a_street() as street, open_house(inside, migrated, KEY_FILE, street) as house:
        yield house


def main() -> None:
    """Draw them all."""
    chromium = find_program("chromium", "chromium-browser", "google-chrome")
    if chromium is None:
        sys.exit("Chromium is missing: the pictures are drawn with it.")
    PICTURES.mkdir(exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        # Chromium's sandbox refuses root, which is who one is in most containers.
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        with a_house(Path(made)) as house:
            draw(house, browser, PICTURES)
        browser.close()


if __name__ == "__main__":
    main()
