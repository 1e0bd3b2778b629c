"""Cards and PINs that do not open: one sentence, one slow pass, nothing told to a stranger."""

import re
from collections.abc import Iterator

import pytest

from tests.people import PIN, Person
from tests.web.bad_input import both
from tests.web.whole_house import WholeHouse

pytestmark = pytest.mark.real

DOES_NOT_OPEN = "This card and PIN do not open."


def wrong_tries(whole: WholeHouse) -> Iterator[tuple[str, Person, str, bool]]:
    """What is typed, on whose card, with which PIN, as a new card or not."""
    amal, noor = whole.everybody.amal, whole.everybody.noor
    yield "a wrong PIN", amal, "118822", False
    yield "a PIN that is too short", amal, "27495", False
    yield "a card used again as new", amal, "118822", True
    yield "a new card as if it had a PIN", noor, "118822", False
    unknown = Person(amal.account_id, amal.holder_id, amal.keys, "", card="0000000000000000")
    for last in "0123456789":
        unknown.card = "765432112345678" + last
        if whole.phone(None).sign_in(unknown.card, PIN).text.find("has a mistake") < 0:
            break
    yield "an unknown card", unknown, PIN, False
    yield "an unknown card as new", unknown, PIN, True


def test_every_card_that_does_not_open_costs_one_pass_and_gets_one_sentence(
    whole: WholeHouse,
) -> None:
    passes = whole.app.extensions["house"].slow_passes
    answers = {}
    for what, person, pin, new in wrong_tries(whole):
        before, phone = passes.count, whole.phone(None)
        phone.sign_in(person.card, pin, new=new)
        assert passes.count == before + 1, what
        assert DOES_NOT_OPEN in phone.page, what
        assert not phone.page_key
        assert pin not in phone.page, "a PIN never goes back into a page"
        answers[what] = re.sub(r"\d{4} ?\d{4} ?\d{4} ?\d{4}| checked", "", phone.page)
    assert len(set(answers.values())) == 1, answers.keys()


@both
def test_a_new_card_opens_for_48_hours(whole: WholeHouse, scripting: bool) -> None:
    noor, phone = whole.everybody.noor, whole.phone(None, scripting=scripting)
    whole.later(hours=48)
    phone.sign_in(noor.card, "483920", new=True)
    assert DOES_NOT_OPEN in phone.page
    assert not phone.page_key


def test_a_card_is_activated_once(whole: WholeHouse) -> None:
    noor, first, second = whole.everybody.noor, whole.phone(None), whole.phone(None)
    first.sign_in(noor.card, "483920", new=True)
    assert first.page_key
    second.sign_in(noor.card, "928374", new=True)
    assert DOES_NOT_OPEN in second.page
    second.sign_in(noor.card, "483920")
    assert second.heading == "Today"


@pytest.mark.parametrize(
    ("pin", "again", "words"),
    [
        ("12345", "12345", "6 digits or more"),
        ("000000", "000000", "too easy to guess"),
        ("111111", "111111", "too easy to guess"),
        ("123456", "123456", "too easy to guess"),
        ("48392a", "48392a", "digits only"),
        ("483920", "483921", "not the same"),
        ("483920", "", "not the same"),
        ("4" * 70, "4" * 70, "too long"),
        ("\u202e483920", "483921", ""),
        (" ", " ", ""),
    ],
)
@both
def test_a_pin_that_cannot_be_chosen(
    whole: WholeHouse, pin: str, again: str, words: str, scripting: bool
) -> None:
    noor, phone = whole.everybody.noor, whole.phone(None, scripting=scripting)
    before = whole.rows()
    phone.send({"do": "/front/sign-in", "a": noor.card, "b": pin, "c": "y", "d": again, "l": "en"})
    assert words in phone.page
    assert not phone.page_key
    assert noor.card in phone.page.replace(" ", ""), "the card number is not typed twice"
    assert whole.rows() == before


@pytest.mark.parametrize("card", ["letters in it", "1234", "1" * 61, "1" * 20000, "١٢٣٤", "\x00"])
def test_a_number_with_a_mistake_is_answered_at_once(whole: WholeHouse, card: str) -> None:
    passes = whole.app.extensions["house"].slow_passes
    before, phone = passes.count, whole.phone(None)
    phone.sign_in(card, PIN)
    assert phone.heading == "November 2026"
    assert phone.soup.select(".error")
    assert passes.count == before


def test_digits_of_her_own_script_open_her_card(whole: WholeHouse) -> None:
    amal, phone = whole.everybody.amal, whole.phone(None)
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    phone.sign_in(amal.card.translate(arabic), amal.pin.translate(arabic))
    assert phone.heading == "Today"
