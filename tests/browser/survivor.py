"""A survivor with her phone: what she does, by name. Nothing here depends on the language.

Each act ends when its answer is on the screen; what it must show is for the test to say.
"""

import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import BrowserContext, Locator, expect

from portal.domain.needs import Category, HowSoon, StayOrLeave
from portal.i18n import gettext, ngettext, use_language
from tests.people import PIN, Person

if TYPE_CHECKING:
    from tests.browser.open_house import OpenHouse

PATIENCE = 20_000
"""Milliseconds that a test waits for a condition: a loaded machine is slow, not wrong."""
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|=[^&]*")


class Survivor:
    """Her phone and her thumb."""

    def __init__(
        self, house: "OpenHouse", phone: BrowserContext, language: str, *, scripting: bool
    ) -> None:
        self.house = house
        self.phone = phone
        self.language = language
        self.scripting = scripting
        phone.set_default_timeout(PATIENCE)
        self.page = phone.new_page()

    # What she sees.

    @property
    def heading(self) -> Locator:
        """The one h1."""
        return self.page.locator("h1")

    @property
    def main(self) -> Locator:
        """What stands on the page."""
        return self.page.locator("main")

    @property
    def leave(self) -> Locator:
        """The way out."""
        return self.page.locator("#x")

    @property
    def text(self) -> str:
        """Everything in the document that could be read, hidden or not, and what is in fields."""
        return str(
            self.page.evaluate(
                "document.documentElement.textContent + [...document.querySelectorAll("
                "'input, textarea')].map(field => field.value).join(' ')"
            )
        )

    def words(self, sentence: str, **places: Any) -> str:
        """A sentence in her language."""
        with use_language(self.language):
            return str(gettext(sentence, **places))

    def number_of(self, one: str, many: str, number: int) -> str:
        """So many of something, in her language."""
        with use_language(self.language):
            return str(ngettext(one, many, number))

    def reads(self, sentence: str, **places: Any) -> None:
        """She must find this sentence on the page."""
        expect(self.main).to_contain_text(self.words(sentence, **places))

    def sees_the_calendar(self) -> None:
        """It is the page of a stranger, whatever was there before."""
        expect(self.page.locator("table.month")).to_be_visible()
        assert self.page.title() == "Agenda"
        assert self.page.locator("[name=k]").evaluate("field => field.value") == ""

    # What she does.

    @contextmanager
    def next_page(self) -> Iterator[None]:
        """Within, something is tapped; afterwards what it led to is there."""
        self.main.evaluate("main => main.setAttribute('data-before', '')")
        yield
        self.page.locator("main:not([data-before])").wait_for()

    def taps(self, button: Locator) -> None:
        """Tap something that leads to another page."""
        with self.next_page():
            button.tap()

    def opens_the_calendar(self) -> None:
        """Type the address."""
        self.page.goto(self.house.address)

    def types_card_and_pin(self, card: str, pin: str, *, new: bool = False) -> None:
        """Fill in what stands behind "I have a card"."""
        if not self.page.locator("details[open] [name=a]").count():
            self.page.locator("summary").first.tap()
        self.page.locator("[name=a]").fill(card)
        self.page.locator("[name=b]").fill(pin)
        if new:
            self.page.locator("[name=c]").check()
            self.page.locator("[name=d]").fill(pin)

    def comes_in(self, card: str, pin: str = PIN, *, new: bool = False) -> None:
        """From the calendar to Today."""
        self.opens_the_calendar()
        self.types_card_and_pin(card, pin, new=new)
        self.sends()
        if self.page.locator("[value='/front/what-this-hides/go-on']").count():
            self.presses("/front/what-this-hides/go-on")
        expect(self.page.locator(".bar [value='/today'][aria-current]")).to_be_visible()

    def is_in(self, her: Person) -> "Survivor":
        """Come in with the card of somebody whom the test made."""
        self.comes_in(her.card, her.pin)
        return self

    def goes(self, to: str) -> None:
        """Follow a way that this page offers."""
        self.taps(self.page.locator(f"button[name=to][value='{to}']").first)

    def finds_herself_at(self, to: str) -> None:
        """Go to an inner path whether or not this page offers it."""
        way = self.page.locator("button[name=to]").first
        way.evaluate("(button, to) => { button.value = to; }", to)
        self.taps(way)

    def presses(self, do: str) -> None:
        """Press a form that is one button; `do` is a pattern of its inner path, such as `*/yes`."""
        self.taps(self.form(do).locator("button"))

    def form(self, do: str) -> Locator:
        """The first form whose inner path begins and ends like this, around a star."""
        begins, _, ends = do.partition("*")
        found = f"input[name=do][value^='{begins}'][value$='{ends or begins}']"
        return self.page.locator(f"form:has({found})").first

    def sends(self) -> None:
        """Press the main button of the form on this page."""
        self.taps(self.page.locator("form .main"))

    def chooses(self, *values: str) -> None:
        """Tick, or choose, what stands for these codes."""
        for value in values:
            self.page.locator(f".choices input[value='{value}']").check()

    def writes(self, words: str, place: int = 0) -> None:
        """Type into a field for words."""
        self.page.locator("textarea").nth(place).fill(words)

    # Her journey.

    def begins_to_say_what_she_needs(self, *needs: Category) -> None:
        """From What I need to the first question, answered."""
        self.goes("/needs")
        self.goes("/needs/begin")
        self.chooses(*needs)
        self.sends()

    def says_how_soon(self, how_soon: HowSoon, words: str = "") -> None:
        """Answer the question about one need."""
        self.chooses(how_soon)
        self.writes(words)
        self.sends()

    def answers_the_rest(
        self, *, most: Category | None, plan: StayOrLeave, not_wanted: str, for_the_talk: str
    ) -> None:
        """From "what is most important" to the page on which she reads it all."""
        if most is not None:
            self.chooses(most)
            self.sends()
        self.chooses(plan)
        self.sends()
        self.writes(not_wanted)
        self.sends()
        self.page.locator("select").select_option(index=1)
        self.page.locator("[type=checkbox]").check()
        self.writes(for_the_talk, 1)
        self.sends()

    def sends_a_need(self, need: Category, words: str) -> None:
        """Say what she needs and skip every other question."""
        self.begins_to_say_what_she_needs(need)
        self.says_how_soon(HowSoon.THIS_WEEK, words)
        for skipped in ("not_wanted", "at_the_talk", "read"):
            self.goes(f"/needs/new/{skipped}")
        self.sends()

    def says_yes(self) -> None:
        """To the service that asks on this page."""
        self.presses("/sharing/*/yes")

    def begins_a_message(self, words: str) -> None:
        """Type what is for her contact person."""
        self.goes("/messages")
        if not self.page.locator("details[open] textarea").count():
            self.page.locator("summary").first.tap()
        self.writes(words)

    def sends_a_message(self, words: str) -> None:
        """Write to her contact person."""
        self.begins_a_message(words)
        self.sends()

    def changes_language(self, language: str) -> None:
        """Read on in another language."""
        self.goes("/more")
        self.goes("/more/language")
        with self.next_page():
            self.page.locator(f".tongues [value={language}]").tap()
        self.language = language

    def leaves(self) -> None:
        """One tap, and she is on a page that anybody may see."""
        self.leave.tap()
        self.is_away()

    def is_away(self) -> None:
        """She gets to the page that anybody may see, whatever she broke off for it.

        Asked of the address alone: a page that was on its way and came to nothing is no matter.
        """
        expect(self.page).to_have_url(self.house.street.page(self.language))

    # Walking through everything.

    def ways(self) -> list[str]:
        """Where this page leads."""
        found: list[str] = self.page.locator("button[name=to]").evaluate_all(
            "buttons => buttons.map(button => button.value)"
        )
        return list(dict.fromkeys(found))

    def every_page(self, *more: str, of_a_kind: int = 1) -> Iterator[str]:
        """Go to each page that ways lead to; of those that differ in an id alone, the first."""
        waiting: deque[str] = deque(["/today", *more])
        met, kinds = set(waiting), dict[str, int]()
        while waiting:
            path = waiting.popleft()
            kind = _ID.sub("*", path)
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] > of_a_kind:
                continue
            self.finds_herself_at(path)
            yield path
            fresh = [way for way in self.ways() if way not in met and way != "/front/"]
            met.update(fresh)
            waiting.extend(fresh)
