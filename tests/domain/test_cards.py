"""A card number survives tired hands: mistyped digits are told at once, in every script."""

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.cards import (
    CARD_DIGITS,
    CheckDigitWrong,
    PinNotDigits,
    PinsDiffer,
    PinTooPlain,
    PinTooShort,
    check_digit,
    check_new_pin,
    locator,
    new_card_number,
    parse_card_number,
    parse_pin,
    passes_luhn,
    plain_digits,
    printed,
    secret,
)

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")

bodies = st.text("0123456789", min_size=CARD_DIGITS - 1, max_size=CARD_DIGITS - 1)
numbers = bodies.map(lambda body: body + check_digit(body))


def _digits(count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


@pytest.mark.parametrize(
    ("body", "digit"),
    [
        ("0794", "5"),
        ("79462", "3"),
        ("00200667308", "5"),
        ("3657426180", "9"),  # a German tax number of the authority's own examples
        ("3339200596", "1"),  # Croatian personal numbers are made the same way
        ("9457740319", "4"),
    ],
)
def test_check_digits_are_those_of_iso_7064_mod_11_10(body: str, digit: str) -> None:
    assert check_digit(body) == digit


@given(numbers, st.integers(0, CARD_DIGITS - 1), st.integers(1, 9))
def test_any_single_wrong_digit_is_caught(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    with pytest.raises(CheckDigitWrong):
        parse_card_number(number[:place] + wrong + number[place + 1 :])


@given(numbers, st.integers(0, CARD_DIGITS - 2))
def test_two_swapped_neighbours_are_caught_unless_they_are_one_apart(
    number: str, place: int
) -> None:
    a, b = number[place], number[place + 1]
    # The system misses a swap of neighbours one apart in one of ten places before them; such a
    # number costs a slow pass, no more.
    if (int(a) - int(b)) % 10 in (0, 1, 9):
        return
    with pytest.raises(CheckDigitWrong):
        parse_card_number(number[:place] + b + a + number[place + 2 :])


def test_of_all_swaps_of_neighbours_nearly_all_are_caught() -> None:
    tried = caught = 0
    for body in (_digits(CARD_DIGITS - 1) for _ in range(300)):
        number = body + check_digit(body)
        for i in range(CARD_DIGITS - 1):
            if number[i] == number[i + 1]:
                continue
            swapped = number[:i] + number[i + 1] + number[i] + number[i + 2 :]
            tried += 1
            caught += check_digit(swapped[:-1]) != swapped[-1]
    assert caught / tried > 0.95


def test_no_browser_takes_a_card_for_a_payment_card() -> None:
    assert passes_luhn("4111111111111111")
    issued = [new_card_number(_digits) for _ in range(500)]
    assert not any(passes_luhn(number) for number in issued)
    assert all(parse_card_number(number) == number for number in issued)


def test_a_number_that_passes_luhn_is_drawn_again() -> None:
    drawn: list[str] = []

    def draw(count: int) -> str:
        drawn.append(_digits(count) if drawn else _body_that_passes_luhn())
        return drawn[-1]

    number = new_card_number(draw)
    assert len(drawn) > 1
    assert number[:-1] == drawn[-1]


def _body_that_passes_luhn() -> str:
    while True:
        body = _digits(CARD_DIGITS - 1)
        if passes_luhn(body + check_digit(body)):
            return body


@pytest.mark.parametrize("script", [ARABIC, PERSIAN, DEVANAGARI])
@given(number=numbers)
def test_she_may_type_digits_of_her_own_script(script: dict[int, int], number: str) -> None:
    assert parse_card_number(printed(number).translate(script)) == number


@given(numbers, st.sampled_from([" ", "-", "\u2013", " \u200f", "\u00a0", "\u202f", ".", "/"]))
def test_spaces_dashes_and_invisible_marks_between_digits_are_no_matter(
    number: str, between: str
) -> None:
    assert parse_card_number(between.join(number)) == number
    assert parse_card_number(f" {between}{number}\n") == number


@pytest.mark.parametrize(
    "typed", ["", "   ", "1234", "O" * 16, "1234 5678 9O12 3456", "+", "½", "五"]
)
def test_letters_and_short_numbers_are_refused(typed: str) -> None:
    with pytest.raises(CheckDigitWrong):
        parse_card_number(typed)


@given(numbers, st.characters(categories=["L", "S", "Cs"]), st.integers(0, CARD_DIGITS))
def test_a_letter_anywhere_makes_a_number_no_number(number: str, letter: str, place: int) -> None:
    assert plain_digits(number[:place] + letter + number[place:]) is None


@given(numbers, st.text("0123456789", min_size=1, max_size=4))
def test_a_longer_number_is_no_card(number: str, more: str) -> None:
    with pytest.raises(CheckDigitWrong):
        parse_card_number(number + more)


@given(st.text())
def test_whatever_is_typed_is_a_card_or_refused(typed: str) -> None:
    with suppress(CheckDigitWrong):
        assert len(parse_card_number(typed)) == CARD_DIGITS


@given(numbers)
def test_what_finds_the_account_and_what_opens_it_are_different_digits(number: str) -> None:
    assert locator(number) + secret(number, "").decode()[:-1] + number[-1] == number
    assert secret(number, "274951").decode() == f"{number[7:15]}:274951"
    assert printed(number).replace(" ", "") == number


@pytest.mark.parametrize("pin", ["000000", "111111", "999999999", "123456", "987654", "0123456"])
def test_a_plain_pin_is_refused(pin: str) -> None:
    with pytest.raises(PinTooPlain):
        check_new_pin(pin, pin)


@pytest.mark.parametrize("pin", ["", "1", "12345", "27495"])
def test_a_short_pin_is_refused(pin: str) -> None:
    with pytest.raises(PinTooShort):
        check_new_pin(pin, pin)


@pytest.mark.parametrize("pin", ["27495a", "abcdef", "2749512749512", "27495\x00"])
def test_a_pin_of_anything_but_digits_is_refused(pin: str) -> None:
    with pytest.raises(PinNotDigits):
        parse_pin(pin)


def test_the_pin_typed_again_must_be_the_same() -> None:
    for again in ("274952", "", "27495", "27495a"):
        with pytest.raises(PinsDiffer):
            check_new_pin("274951", again)


def test_a_pin_in_arabic_digits_is_the_same_pin() -> None:
    assert check_new_pin("٢٧٤٩٥١", "274951") == "274951"
    assert check_new_pin("۲۷۴۹۵۱", "٢٧٤٩٥١") == "274951"
