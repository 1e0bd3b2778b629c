"""What is under More: her card and PIN, the language, other help, and the way out of everything."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.accounts import CaseState
from portal.domain.cards import WRONG_PINS_BEFORE_FREEZE
from portal.domain.retention import DEFAULT_DAYS, Kept
from portal.models import Card, Case
from portal.services.entry import pins
from portal.web import sent_once
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.people import PIN
from tests.web.browser_stand_in import Phone, Typed
from tests.web.survivor.hands import has_button, press, text, words_in
from tests.web.whole_house import WholeHouse

CALENDAR = "November 2026"
NEW_PIN = "830264"
PAGES = (
    "/more",
    "/more/card",
    "/more/card/pin",
    "/more/card/lost",
    "/more/language",
    "/more/help-lines",
    "/more/how-long",
)


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def her_phone(whole: WholeHouse, request: pytest.FixtureRequest) -> Phone:
    """Amal's phone, showing what is under More."""
    phone = whole.phone(whole.everybody.amal, scripting=request.param)
    phone.go("/more")
    return phone


def change_pin(phone: Phone, whole: WholeHouse, **typed: str) -> None:
    """Fill in the form for a new PIN."""
    phone.go("/more/card/pin")
    right = {"a": whole.everybody.amal.card, "b": PIN, "c": NEW_PIN, "d": NEW_PIN}
    press(phone, "Change my PIN", **right | typed)


def closed(whole: WholeHouse) -> None:
    """The house has ended its work on Amal's file."""
    with whole.database.transaction() as session:
        case = session.get_one(Case, whole.everybody.amal.case_id)
        case.state, case.closed_at = CaseState.CLOSED, whole.now


def opens(whole: WholeHouse, pin: str) -> bool:
    """Whether Amal's card opens with this PIN on a phone of her own."""
    phone = whole.phone(None)
    phone.sign_in(whole.everybody.amal.card, pin)
    return bool(phone.page_key)


@pytest.mark.parametrize("words", [
    "Who can see this", "My card", "Language", "What this page hides", "Other help",
    "How long we keep things",
])  # fmt: skip
def test_every_row_leads_somewhere(her_phone: Phone, words: str) -> None:
    row = next(one for one in her_phone.soup.select(".row b") if one.get_text() == words)
    button = row.find_parent("button")
    assert button is not None
    her_phone.go(str(button["value"]))
    assert her_phone.heading not in ("More", "This is not here")
    assert has_button(her_phone, "Leave")


def test_a_new_pin_opens_and_the_old_one_does_not(her_phone: Phone, whole: WholeHouse) -> None:
    change_pin(her_phone, whole)
    assert "Your new PIN works from now on." in text(her_phone)
    assert her_phone.heading == "My card"
    assert not opens(whole, PIN)
    assert opens(whole, NEW_PIN)


def test_the_new_pin_also_uncovers_a_page_that_was_hidden(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    change_pin(phone, whole)
    phone.do("/front/cover")
    whole.later(minutes=3)
    phone.do("/front/uncover", a=PIN)
    assert phone.heading == "Your PIN, please"
    phone.do("/front/uncover", a=NEW_PIN)
    phone.go("/today")
    assert phone.heading == "Today"


def test_digits_of_another_script_make_the_same_pin(her_phone: Phone, whole: WholeHouse) -> None:
    change_pin(her_phone, whole, c="٨٣٠٢٦٤", d="٨٣٠٢٦٤")
    assert opens(whole, NEW_PIN)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"a": "1234 5678 1234 5671"}, "This number has a mistake. Look at the card again."),
        ({"a": ""}, "Type the 16 digits of the card."),
        ({"a": "card"}, "This number has a mistake. Look at the card again."),
        ({"b": "999999"}, "This card and PIN do not open. Check both."),
        ({"b": ""}, "Type your PIN."),
        ({"c": "123", "d": "123"}, "Choose a PIN of 6 digits or more."),
        ({"c": "000000", "d": "000000"}, "This PIN is too easy to guess. Choose another one."),
        ({"c": "abcdef", "d": "abcdef"}, "Use digits only."),
        ({"d": "111222"}, "The two PINs are not the same."),
    ],
)
def test_what_is_wrong_with_a_new_pin_is_said_and_no_pin_goes_back_into_the_page(
    whole: WholeHouse, typed: dict[str, str], said: str
) -> None:
    phone = whole.phone(whole.everybody.amal)
    change_pin(phone, whole, **typed)
    assert words_in(phone, ".error") == [said]
    assert not [pin for pin in (PIN, NEW_PIN) if pin in phone.page]
    assert opens(whole, PIN)


def test_the_card_of_another_survivor_changes_nothing(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    change_pin(phone, whole, a=whole.everybody.bea.card)
    assert words_in(phone, ".error") == ["This card and PIN do not open. Check both."]
    assert opens(whole, PIN)


def test_ten_wrong_pins_end_the_visit_of_whoever_tries(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    for _ in range(WRONG_PINS_BEFORE_FREEZE):
        change_pin(phone, whole, b="999999")
    phone.go("/today")
    assert phone.heading == CALENDAR
    assert not opens(whole, PIN)


def test_a_new_pin_costs_two_slow_passes(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    passes = whole.app.extensions["house"].slow_passes
    before = passes.count
    change_pin(phone, whole)
    assert passes.count == before + 2


def test_a_double_tap_changes_the_pin_once(her_phone: Phone, whole: WholeHouse) -> None:
    her_phone.go("/more/card/pin")
    tap = {
        "k": her_phone.page_key,
        "do": "/more/card/pin",
        "f": "one-key",
        "a": whole.everybody.amal.card,
        "b": PIN,
        "c": NEW_PIN,
        "d": NEW_PIN,
    }
    her_phone.send(dict(tap))
    her_phone.send(dict(tap))
    assert "Your new PIN works from now on." in text(her_phone)


def test_a_second_tap_while_the_first_still_runs_counts_no_wrong_pin(
    her_phone: Phone, whole: WholeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    her_phone.go("/more/card/pin")
    tap: Typed = {
        "k": her_phone.page_key,
        "do": "/more/card/pin",
        "f": "one-key",
        "a": whole.everybody.amal.card,
        "b": PIN,
        "c": NEW_PIN,
        "d": NEW_PIN,
    }
    changes, begun = pins.change_pin, threading.Event()

    def slowly(*places: Any, **typed: Any) -> None:
        changes(*places, **typed)
        begun.set()
        time.sleep(0.5)

    monkeypatch.setattr(pins, "change_pin", slowly)
    other = Phone(whole.app, scripting=her_phone.scripting)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(other.send, dict(tap))
        assert begun.wait(10)
        her_phone.send(dict(tap))
        first.result()
    for phone in (her_phone, other):
        assert "Your new PIN works from now on." in text(phone)
    assert wrong_pins(whole) == 0


def test_a_wrong_pin_that_is_sent_twice_counts_once(
    her_phone: Phone, whole: WholeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_once, "_WAITS", 0.0)
    her_phone.go("/more/card/pin")
    tap: Typed = {
        "k": her_phone.page_key,
        "do": "/more/card/pin",
        "f": "one-key",
        "a": whole.everybody.amal.card,
        "b": "999999",
        "c": NEW_PIN,
        "d": NEW_PIN,
    }
    her_phone.send(dict(tap))
    assert "This card and PIN do not open." in text(her_phone)
    her_phone.send(dict(tap))
    assert "You sent this twice." in text(her_phone)
    assert has_button(her_phone, "Change my PIN")
    assert wrong_pins(whole) == 1


def wrong_pins(whole: WholeHouse) -> int:
    """How many wrong PINs were counted on Amal's card."""
    with whole.database.transaction("read") as session:
        wanted = select(Card.wrong_pins).where(Card.account_id == whole.everybody.amal.account_id)
        return session.scalars(wanted).one()


def test_signing_out_everywhere_ends_this_visit_too(her_phone: Phone, whole: WholeHouse) -> None:
    page = her_phone.page
    press(her_phone, "Sign out everywhere")
    assert her_phone.heading == CALENDAR
    assert not her_phone.page_key
    her_phone.page = page
    her_phone.go("/today")
    assert her_phone.heading == CALENDAR
    assert opens(whole, PIN)


def test_the_words_for_a_lost_card_tell_a_bystander_nothing(her_phone: Phone) -> None:
    her_phone.go("/more/card/lost")
    sentence, in_dutch = words_in(her_phone, ".said")
    assert sentence == "I lost my card for the appointments. Can I come by for a new one?"
    assert not re.search("safe|violen|police|help|family|justice", sentence, re.IGNORECASE)
    assert "Nothing is lost." in text(her_phone)
    assert (
        in_dutch == "Ik ben mijn kaart voor de afspraken kwijt. Kan ik langskomen voor een nieuwe?"
    )
    assert her_phone.soup.select_one('[lang="nl"] .said')


def test_who_reads_dutch_reads_the_words_for_a_lost_card_once(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.do("/more/language", a="nl")
    phone.go("/more/card/lost")
    assert len(words_in(phone, ".said")) == 1


def test_she_chooses_a_language_by_its_own_name(her_phone: Phone) -> None:
    her_phone.go("/more/language")
    names = [(str(one["value"]), str(one["lang"]), str(one["dir"]), one.get_text(strip=True))
             for one in her_phone.soup.select(".tongues button")]  # fmt: skip
    assert names == [
        ("nl", "nl", "ltr", "Nederlands"),
        ("fr", "fr", "ltr", "Français"),
        ("en", "en", "ltr", "English"),
        ("ar", "ar", "rtl", "العربية"),
    ]
    press(her_phone, "العربية")
    page = her_phone.soup.select_one("#page")
    assert page is not None
    assert (page["lang"], page["dir"]) == ("ar", "rtl")
    her_phone.go("/today")
    page = her_phone.soup.select_one("#page")
    assert page is not None
    assert page["lang"] == "ar"


@pytest.mark.parametrize("code", ["xx", "", "../nl", "de"])
def test_an_unknown_language_changes_nothing(whole: WholeHouse, code: str) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.do("/more/language", a=code)
    assert phone.heading == "Language"
    page = phone.soup.select_one("#page")
    assert page is not None
    assert page["lang"] == "en"


def test_every_number_says_what_it_is_for_and_when_somebody_answers(her_phone: Phone) -> None:
    her_phone.go("/more/help-lines")
    lines = {str(one["href"]): " ".join(one.get_text(" ").split())
             for one in her_phone.soup.select("main a")}  # fmt: skip
    assert list(lines) == [
        "tel:112", "tel:101", "tel:1712", "tel:080030030", "tel:106", "tel:107", "tel:1813",
        "tel:080032123",
    ]  # fmt: skip
    for number in ("tel:112", "tel:101", "tel:106", "tel:107", "tel:1813"):
        assert lines[number].endswith("Day and night.")
    assert lines["tel:080032123"].endswith("In French.")
    assert lines["tel:1712"].endswith("Monday to Friday, 9:00 to 17:00.")
    assert "At other times 107 answers." in lines["tel:080030030"]


def test_after_the_end_she_reads_what_is_gone_when(whole: WholeHouse) -> None:
    closed(whole)
    phone = whole.phone(whole.everybody.amal)
    phone.go("/more/how-long")
    for words in ("Our work together ended", "Your messages are gone on", "is gone on"):
        assert words in text(phone)


@pytest.mark.parametrize("is_closed", [True, False])
def test_under_a_legal_hold_she_is_promised_no_day_on_which_all_is_gone(
    whole: WholeHouse, is_closed: bool
) -> None:
    if is_closed:
        closed(whole)
    with whole.database.transaction() as session:
        session.get_one(Case, whole.everybody.amal.case_id).held_at = whole.now
    phone = whole.phone(whole.everybody.amal)
    phone.go("/more/how-long")
    assert "We keep everything until it is over." in text(phone)
    for words in ("Your messages are gone", "Everything about you is gone", "nothing is deleted"):
        assert words not in text(phone)
    assert ("Your card works until" in text(phone)) is is_closed, "that clock runs on"


def test_a_card_that_was_let_open_again_works_longer_than_the_end_of_the_work(
    whole: WholeHouse,
) -> None:
    closed(whole)
    whole.later(days=10)
    with whole.database.transaction() as session:
        cards = select(Card).where(Card.account_id == whole.everybody.amal.account_id)
        session.scalars(cards).one().opens_again_at = whole.now
    phone = whole.phone(whole.everybody.amal)
    phone.go("/more/how-long")
    days = whole.now + timedelta(days=DEFAULT_DAYS[Kept.HER_PAGES])
    assert f"Your card works until {days:%A}, {days.day} {days:%B %Y}" in text(phone)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_under_more_tells_her_name_or_leaves_out_the_way_out(
    whole: WholeHouse, path: str
) -> None:
    phone = whole.phone(whole.everybody.amal)
    phone.go(path)
    assert "Amal" not in phone.page
    assert has_button(phone, "Leave")
    assert phone.soup.select_one(".top [aria-current=page]"), "the place More is lit"
