"""A visit in which everything is planted: what she reads, what she types, what opens her pages."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import choice, token_hex

from portal.domain.needs import Category, HowSoon
from portal.domain.services import ServiceKind
from portal.models import Account
from portal.services.need_to_know import sharing
from tests.browser import meanwhile
from tests.browser.open_house import OpenHouse
from tests.browser.traces.tab import Shown, Tab
from tests.people import Person

_KEYS = "[...document.querySelectorAll('[name=k], [name=f]')].map(one => one.value)"
_PATHS = "[...document.querySelectorAll('[name=to], [name=do]')].map(one => one.value)"


@dataclass(frozen=True)
class Planted:
    """Words that stand nowhere else in the world, and her card and PIN."""

    thread: str
    need: str
    message: str
    place: str
    card: str
    pin: str

    @property
    def shown(self) -> tuple[str, ...]:
        """What must have stood on the screen, or nothing was proved."""
        return self.thread, self.need, self.message, self.place

    @property
    def all(self) -> tuple[str, ...]:
        """Everything that may stand nowhere, the card as she may type it too."""
        fours = [self.card[at : at + 4] for at in range(0, 16, 4)]
        return *self.shown, self.card, " ".join(fours), "-".join(fours), self.pin


def plant(house: OpenHouse) -> tuple[Person, Planted]:
    """A survivor to whom her case director wrote, and who has an appointment."""
    words = {name: f"{name}{token_hex(6)}" for name in ("thread", "need", "message", "place")}
    # Long: six digits stand in the time stamps of any browser.
    pin = "".join(choice("123456789") for _ in range(12))
    her = house.people.a_survivor("Noor", pin=pin, now=house.now)
    planted = Planted(**words, card=her.card, pin=pin)
    meanwhile.the_director_writes(house, her, f"The bus is line 4, {planted.thread}.")
    house.people.a_need(her, now=house.now)
    need_id = meanwhile.the_desk_routes(house, her)
    service_id = house.people.services[ServiceKind.HOUSING].id
    with house.people.acting(her, now=house.now) as (session, acting):
        sharing.say_yes(session, acting, need_id, service_id, now=house.now)
    meanwhile.the_service_sets_a_date(house, her, place=planted.place)
    with house.people.database.transaction() as session:
        # Like everybody at first, she reads what the pages cannot hide before anything else.
        session.get_one(Account, her.account_id).knows_limits_at = None
    return her, planted


@dataclass
class Visit:
    """What she does in a tab, and what stood there meanwhile."""

    tab: Tab
    planted: Planted
    exit_page: str
    seen: list[Shown] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    grew_by: int = 0
    """Entries that the visit added to those behind the Back button."""

    def comes_from(self, search: str) -> None:
        """From a search page over the calendar and what this hides to all that she came for."""
        self.tab.opens(search)
        self.tab.clicks("#found")
        self.tab.waits_to_see("table.month")
        before = self._length()
        self._looks()
        self.tab.clicks("summary")
        self.tab.types("[name=a]", self.planted.card)
        self.tab.types("[name=b]", self.planted.pin)
        self._sends()
        with self._next_page():
            self.tab.clicks("form:has([value='/front/what-this-hides/go-on']) button")
        self.tab.waits_to_see(".bar [value='/today'][aria-current]")
        self.says_a_need()
        self.looks_at_her_dates()
        self.writes_a_message()
        self.grew_by = self._length() - before

    def says_a_need(self) -> None:
        """Each question, one with words of hers."""
        self._goes("/needs")
        self._goes("/needs/begin")
        self._chooses(Category.SLEEP)
        self._sends()
        self._chooses(HowSoon.THIS_WEEK)
        self.tab.types("textarea", f"My door, {self.planted.need}.")
        self._sends()
        for skipped in ("not_wanted", "at_the_talk", "read"):
            self._goes(f"/needs/new/{skipped}")
        self._sends()

    def looks_at_her_dates(self) -> None:
        """And at where they are."""
        self._goes("/dates")

    def writes_a_message(self) -> None:
        """After she has read what was written to her; she stays on that page."""
        self._goes("/messages")
        if not self.tab.has("details[open] textarea"):
            self.tab.clicks("summary")
        self.tab.types("textarea", f"Thank you, {self.planted.message}.")
        self._sends()

    def leaves(self) -> float:
        """One tap; gives the seconds until the exit page was there."""
        began = time.monotonic()
        self.tab.clicks("#x")
        self.tab.waits_for(f"document.documentURI == '{self.exit_page}'")
        return time.monotonic() - began

    def _goes(self, to: str) -> None:
        with self._next_page():
            self.tab.clicks(f"button[name=to][value='{to}']")

    def _chooses(self, value: str) -> None:
        self.tab.clicks(f".choices input[value='{value}']")

    def _sends(self) -> None:
        with self._next_page():
            self.tab.clicks("form .main")

    @contextmanager
    def _next_page(self) -> Iterator[None]:
        mark = "(main => (main.dataset.before = '1'))(document.querySelector('main'))"
        self.tab.waits_for(mark)
        yield
        self.tab.waits_to_see("main:not([data-before])")
        self._looks()

    def _looks(self) -> None:
        self.seen.append(self.tab.shown)
        self.keys.update(filter(None, self.tab.evaluate(_KEYS)))
        self.paths.update(filter(None, self.tab.evaluate(_PATHS)))

    def _length(self) -> int:
        return int(self.tab.evaluate("history.length"))
