"""A colleague at her desk: what she does, by name. Nothing here depends on the language."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from playwright.sync_api import BrowserContext, Locator, expect

from portal.i18n import gettext, use_language
from portal.services.entry import sessions
from portal.web.staff.vocabulary.codes import word
from tests.browser.survivor import PATIENCE
from tests.people import Person

if TYPE_CHECKING:
    from tests.browser.open_house import OpenHouse

COOKIE = "s"
READY_ANSWERS = (
    "alone", "phone_is_hers", "passcode_known", "signs_of_spyware", "other_device", "outcome",
)  # fmt: skip
"""Questions of which the first answer is the one that lets a file be opened."""


class Colleague:
    """Her computer and her keyboard."""

    def __init__(self, house: "OpenHouse", computer: BrowserContext, language: str) -> None:
        self.house = house
        self.computer = computer
        self.language = language
        computer.set_default_timeout(PATIENCE)
        self.page = computer.new_page()

    @property
    def main(self) -> Locator:
        """The work."""
        return self.page.locator("main")

    @property
    def path(self) -> str:
        """Where she is."""
        return "/" + self.page.url.removeprefix(self.house.address).partition("?")[0]

    def words(self, sentence: str, **places: Any) -> str:
        """A sentence in her language."""
        with use_language(self.language):
            return str(gettext(sentence, **places))

    def word(self, code: StrEnum) -> str:
        """What a code is called in her language."""
        with use_language(self.language):
            return word(code)

    def reads(self, sentence: str, **places: Any) -> None:
        """She must find this sentence on the page."""
        expect(self.main).to_contain_text(self.words(sentence, **places))

    def goes(self, path: str) -> None:
        """Go to an address below /staff."""
        self.page.goto(f"{self.house.address}staff/{path}")

    def presses(self, path: str) -> None:
        """Press a form that is one button, by the end of its address."""
        self.page.locator(f"form[action$='{path}'] button").first.click()

    # Coming in.

    def gives_pass_phrase(self, who: Person) -> None:
        """The first half of the sign-in."""
        self.goes("sign-in")
        self.page.locator("#email").fill(who.email)
        self.page.locator("#passphrase").fill(who.passphrase)
        self.page.locator("form .main").click()

    def signs_in(self, who: Person) -> None:
        """Pass phrase and the code of an authenticator that was enrolled before."""
        self.gives_pass_phrase(who)
        self.gives_code(who.totp_secret)
        self.page.locator("nav.rooms").wait_for()

    def gives_code(self, secret: str) -> None:
        """The code that her authenticator shows."""
        self.page.locator("#code").fill(self.house.code(secret))
        self.page.locator("form .main").click()

    def enrols(self) -> list[str]:
        """Set up an authenticator from the secret on the page; gives her recovery codes."""
        expect(self.page.locator(".qr svg")).to_be_visible()
        self.gives_code(self.page.locator(".secret").inner_text().replace(" ", ""))
        codes = self.page.locator(".codes li").all_inner_texts()
        self.page.locator(".row-acts a.main").click()
        self.page.wait_for_url("**/staff/people")
        return codes

    def is_in(self, who: Person) -> "Colleague":
        """Past the door, for tests of what comes after it."""
        with self.house.people.database.transaction() as session:
            token = sessions.start(
                session,
                who.account_id,
                keys=who.keys,
                language=self.language,
                now=self.house.now,
                second_factor_at=self.house.now,
            )
        self.computer.add_cookies([{"name": COOKIE, "value": token, "url": self.house.address}])
        return self

    # The case director.

    def opens_a_file(self, name: str, language: str, stand_in: Person) -> str:
        """A file for a new survivor; gives the number on her card."""
        self.goes("people")
        self.page.locator("a[href='/staff/cases/new']").click()
        for answer in READY_ANSWERS:
            self.page.locator(f"input[name={answer}]").first.check()
        self.page.locator("#name").fill(name)
        self.page.locator("#language").select_option(language)
        self.page.locator("#stand_in").select_option(str(stand_in.account_id))
        self.page.locator("form .main").click()
        return self.page.locator(".paper-card").inner_text().strip()

    def goes_to_the_case(self) -> str:
        """From the card to the case; gives the case number."""
        self.page.locator(".row-acts a").click()
        return self.page.locator("h1 bdi[dir=ltr]").inner_text()

    def finds_the_case(self, number: str) -> None:
        """By its number, which is the only thing that can be searched."""
        self.goes("people")
        self.page.locator("#number").fill(number)
        self.page.locator(".finding button").click()
        expect(self.page.locator("h1 bdi[dir=ltr]")).to_have_text(number)

    def answers(self, words: str) -> None:
        """Write to her, on the page of her case."""
        self.page.locator("#thread textarea").fill(words)
        self.page.locator("#thread form .main").click()
        expect(self.page.locator("#thread .ours").last).to_contain_text(words)

    # The desk.

    def opens_a_need(self, number: str, category: StrEnum) -> None:
        """One of the needs in the lanes."""
        self.goes("desk")
        line = self.page.locator("a.line", has_text=number)
        line.filter(has_text=self.word(category)).click()

    def routes(self, service_id: UUID, *, reading: str) -> None:
        """To a service, with a reading beside her words."""
        self.page.locator("#reading").fill(reading)
        self.page.locator(f"[name=services][value='{service_id}']").check()
        self.page.locator("button[value=route]").click()
        self.page.wait_for_url("**/staff/desk")

    def asks(self, question: str) -> None:
        """Give the need back with a question."""
        self.page.locator("#question").fill(question)
        self.page.locator("button[value=question]").click()
        self.page.wait_for_url("**/staff/desk")

    # A service.

    def opens_the_referral(self, name: str) -> None:
        """What was referred to her service."""
        self.goes("referrals")
        self.page.locator("a.line", has_text=name).first.click()

    def gives_a_date(self, starts_at: datetime, *, place: str, interpreter: str) -> None:
        """On the page of a referral: a date, first seen as she will see it."""
        self.page.locator("main a:is([href$='/date'], [href*='/date?'])").first.click()
        self.page.locator("#day").fill(f"{starts_at:%Y-%m-%d}")
        self.page.locator("#time").fill(f"{starts_at:%H:%M}")
        self.page.locator("#minutes").fill("60")
        self.page.locator("#place").fill(place)
        self.page.locator("#interpreter").fill(interpreter)
        self.page.locator("button[value=show]").click()
        expect(self.page.locator("figure.phone")).to_contain_text(f"{starts_at:%H:%M}")
        self.page.locator("button[value=set]").click()
        expect(self.page.locator(".notice-done")).to_be_visible()
