"""C7: what a phone or a proxy could keep of a visit has a name that says nothing."""

import pytest

from portal import resources
from portal.i18n import LANGUAGES
from portal.settings import EXIT_PAGES
from tests.web.browser_stand_in import Phone
from tests.web.door import PIN, Door
from tests.web.page_lint import NEUTRAL_TITLES
from tests.web.telling import TELLING, TELLING_WORDS


def test_every_language_has_its_list() -> None:
    assert set(TELLING_WORDS) == set(LANGUAGES)


@pytest.mark.parametrize(
    "name", ["violence-form", "meldpunt-geweld", "porter_plainte", "صفحة-عنف", "SafetyPlan.pdf"]
)
def test_the_list_finds_what_it_is_for(name: str) -> None:
    assert TELLING.search(name)


@pytest.mark.parametrize(
    "name", ["agenda", "a", "page.css", "safe-area-inset", "battery", "violet"]
)
def test_the_list_leaves_harmless_names_alone(name: str) -> None:
    assert not TELLING.search(name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_calendar_says_nothing(door: Door, language: str) -> None:
    """Not only its names: this page is what anybody finds who follows the history."""
    phone = Phone(door.app, language)
    phone.open()
    assert not TELLING.search(phone.page), TELLING.search(phone.page)


def test_titles_and_exit_pages_say_nothing() -> None:
    for name in (*NEUTRAL_TITLES, *EXIT_PAGES.values()):
        assert not TELLING.search(name)


@pytest.mark.parametrize("scripting", [True, False])
def test_no_header_and_no_cookie_says_anything(door: Door, scripting: bool) -> None:
    phone = Phone(door.app, scripting=scripting)
    answers = [phone.open(), phone.open("/favicon.ico"), phone.sign_in(door.card, PIN, new=True)]
    ways = ("/today", "/needs", "/dates", "/messages", "/more", "/nowhere", "/broken")
    answers += [phone.post({"k": phone.page_key, "to": way}) for way in ways]
    answers.append(phone.post({"a": "x" * 300_000}))
    answers.append(phone.post({"k": phone.page_key, "do": "/front/leave"}))
    for answer in answers:
        assert not TELLING.search(str(answer.headers))


def test_what_is_drawn_into_the_page_says_nothing() -> None:
    """Her files never leave as files: test_every_page.py asks for each, and reads the script."""
    icons = sorted((resources.static() / "survivor").rglob("*.svg"))
    assert icons
    for icon in icons:
        assert not TELLING.search(icon.read_text()), icon
