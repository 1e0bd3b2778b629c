"""An open house, one for each test process; phones and desks in front of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.colleague import Colleague
from tests.browser.open_house import OpenHouse, open_house
from tests.browser.street import Street, a_street
from tests.browser.survivor import PATIENCE, Survivor
from tests.conftest import KEY_FILE
from tests.people import Person
from tests.web.furnishing import Everybody, Furnishing

LOCALES = {"nl": "nl-BE", "fr": "fr-BE", "en": "en-GB", "ar": "ar"}
PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 800}


class APhone(Protocol):
    """`a_phone("ar", scripting=False)`: a phone of her own; more wishes go to the browser."""

    def __call__(self, language: str = "en", *, scripting: bool = True, **wishes: Any) -> Survivor:
        """A phone that nobody has used yet."""


class ADesk(Protocol):
    """`a_desk("nl")`: a colleague's computer."""

    def __call__(self, language: str = "en", **wishes: Any) -> Colleague:
        """A computer on which nobody is signed in."""


@pytest.fixture(scope="session")
def street() -> Iterator[Street]:
    """The site that leaving goes to."""
    with a_street() as found:
        yield found


@pytest.fixture(scope="session")
def house(
    street: Street, _migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenHouse]:
    """The portal, served; tests bring people of their own."""
    expect.set_options(timeout=PATIENCE)
    directory = tmp_path_factory.mktemp("house")
    with open_house(directory, _migrated_sqlite, KEY_FILE, street) as opened:
        yield opened


@pytest.fixture(scope="session")
def everybody(house: OpenHouse) -> Everybody:
    """People to whom something of everything has happened. Look, and change nothing."""
    return Furnishing(house.people).everybody()


@pytest.fixture
def her(house: OpenHouse) -> Person:
    """A survivor with a card and a PIN."""
    return house.people.a_survivor("Noor", now=house.now)


@pytest.fixture(autouse=True)
def _nothing_hangs(house: OpenHouse) -> Iterator[None]:
    yield
    house.goes_on()


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Phones and computers that are switched off when the test is over."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def a_phone(browser: Browser, house: OpenHouse, contexts: list[BrowserContext]) -> APhone:
    """Phones for survivors."""

    def make(language: str = "en", *, scripting: bool = True, **wishes: Any) -> Survivor:
        settings: dict[str, Any] = {
            "viewport": PHONE,
            "has_touch": True,
            "is_mobile": True,
            "locale": LOCALES[language],
            "java_script_enabled": scripting,
            "reduced_motion": "reduce",
            **wishes,
        }
        contexts.append(browser.new_context(**settings))
        return Survivor(house, contexts[-1], language, scripting=scripting)

    return make


@pytest.fixture
def a_desk(browser: Browser, house: OpenHouse, contexts: list[BrowserContext]) -> ADesk:
    """Computers for staff."""

    def make(language: str = "en", **wishes: Any) -> Colleague:
        settings: dict[str, Any] = {"viewport": DESK, "locale": LOCALES[language], **wishes}
        contexts.append(browser.new_context(**settings))
        return Colleague(house, contexts[-1], language)

    return make
