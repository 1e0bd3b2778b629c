"""The page that everybody sees, whoever holds the phone."""

from datetime import UTC, datetime

import pytest

from portal.i18n import LANGUAGES
from tests.web.browser_stand_in import Phone
from tests.web.door import PIN, Door


def visit(door: Door, language: str = "en") -> Phone:
    """A phone that has just opened the address."""
    phone = Phone(door.app, language)
    phone.open()
    return phone


def test_a_passer_by_sees_this_month_and_its_holidays(door: Door) -> None:
    page = visit(door)
    assert page.heading == "November 2026"
    assert [one.get_text() for one in page.soup.select("[aria-current=date]")] == ["24"]
    assert "All Saints' Day" in page.soup.get_text()
    assert "Wednesday, 11 November 2026" in page.soup.get_text()
    assert "Christmas Day" in page.soup.get_text()


@pytest.mark.parametrize("number", ["112", "1733", "070 245 245"])
def test_useful_numbers_can_be_tapped(door: Door, number: str) -> None:
    link = visit(door).soup.find("a", href=f"tel:{number.replace(' ', '')}")
    assert link is not None
    assert link.get_text(strip=True) == number


def test_the_day_turns_at_midnight_in_the_centre(door: Door) -> None:
    door.now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert visit(door).heading == "December 2026"


def test_everybody_of_one_language_and_day_sees_the_same_bytes(door: Door) -> None:
    stranger = visit(door)
    other = visit(door)
    other.sign_in(door.card, PIN, new=True)
    other.open()
    assert other.page == stranger.page


def test_looking_leaves_no_cookie(door: Door) -> None:
    assert "Set-Cookie" not in Phone(door.app).open().headers


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_reads_in_its_own_direction(door: Door, code: str) -> None:
    page = visit(door, code)
    html = page.soup.html
    assert html is not None
    assert (html["lang"], html["dir"]) == (code, LANGUAGES[code].direction)
    assert page.soup.title is not None
    assert page.soup.title.get_text() == "Agenda"


def test_languages_stand_in_their_own_script(door: Door) -> None:
    names = {one.get_text(strip=True) for one in visit(door).soup.select("button[name=l]")}
    assert names == {"Nederlands", "Français", "English", "العربية"}


def test_she_chooses_her_language_with_one_tap(phone: Phone) -> None:
    phone.send({"do": "/front/language", "l": "ar"})
    html = phone.soup.find(id="page")
    assert html is not None
    assert (html["lang"], html["dir"]) == ("ar", "rtl")


def test_an_unknown_language_is_answered_in_one_we_have(phone: Phone) -> None:
    phone.send({"do": "/front/language", "l": "tlh"})
    page = phone.soup.find(id="page")
    assert page is not None
    assert page["lang"] == "en"


def test_her_language_comes_in_with_her(door: Door, phone: Phone) -> None:
    phone.language = "fr"
    phone.sign_in(door.card, PIN, new=True)
    page = phone.soup.find(id="page")
    assert page is not None
    assert page["lang"] == "fr"


def test_the_form_has_no_field_that_a_phone_remembers(door: Door) -> None:
    soup = visit(door).soup
    fields = [one for one in soup.find_all("input") if one.get("type") != "hidden"]
    assert [one["name"] for one in fields] == ["a", "b", "c", "d"]
    for one in fields:
        assert one["type"] in ("text", "checkbox")
        assert one["autocomplete"] == "off"
        assert one["spellcheck"] == "false"


def test_the_way_out_is_the_first_thing_of_the_opened_form(door: Door) -> None:
    fold = visit(door).soup.find("details")
    assert fold is not None
    first = fold.find(["button", "input", "a"])
    assert first is not None
    assert first.get("value") == "/front/leave"


@pytest.mark.parametrize(
    ("card", "pin", "words"),
    [
        ("", PIN, "Type the 16 digits of the card."),
        ("1234", PIN, "This number has a mistake."),
        ("letters in it 12", PIN, "This number has a mistake."),
        ("{card}", "", "Type your PIN."),
        ("{card}", "123", "6 digits or more"),
        ("{card}", "000000", "too easy to guess"),
        ("{card}", "12345a", "digits only"),
    ],
)
def test_what_is_wrong_with_card_or_pin_stands_beside_it(
    phone: Phone, door: Door, card: str, pin: str, words: str
) -> None:
    phone.sign_in(card.format(card=door.card), pin, new=True)
    assert words in phone.page
    assert not phone.page_key
    assert f'value="{pin}"' not in phone.page or not pin


def test_two_different_pins_are_asked_again(phone: Phone, door: Door) -> None:
    phone.send(
        {"do": "/front/sign-in", "a": door.card, "b": PIN, "c": "y", "d": "493818", "l": "en"}
    )
    assert "The two PINs are not the same." in phone.page


def test_every_card_that_does_not_open_gets_the_same_page(inside: Phone, door: Door) -> None:
    inside.do("/front/leave")
    inside.open()
    inside.sign_in(door.card, "118822")
    wrong_pin = inside.page.replace(door.card, "")
    inside.sign_in(door.card, "118827", new=True)
    used_again = inside.page.replace(door.card, "").replace(" checked", "")
    assert "This card and PIN do not open." in wrong_pin
    assert wrong_pin == used_again.replace(' value="y"', ' value="y"')


def test_a_second_tap_on_a_new_card_comes_in_as_well(inside: Phone, door: Door) -> None:
    first = inside.page_key
    inside.open()
    inside.sign_in(door.card, PIN, new=True)
    assert inside.page_key
    assert inside.page_key != first


def test_a_busy_house_says_when_to_try_again(phone: Phone, door: Door) -> None:
    passes = door.app.extensions["house"].slow_passes
    taken = [passes._take_slot() for _ in range(len(passes._paths))]
    phone.sign_in(door.card, PIN, new=True)
    assert "Try again in 5 seconds" in phone.page
    assert door.card in phone.page
    assert PIN not in phone.page
    assert taken


def test_what_this_hides_is_said_inside_only(inside: Phone, door: Door) -> None:
    inside.go("/front/what-this-hides")
    assert inside.heading == "What this page hides"
    stranger = visit(door)
    stranger.go("/front/what-this-hides")
    assert stranger.heading == "November 2026"
