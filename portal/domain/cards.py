"""The survivor's card: sixteen digits, and the PIN she chooses.

Seven digits find the account, eight are secret, the last is a check digit (ISO 7064 MOD 11,10).
Numbers that pass Luhn are not issued, so that no browser takes one for a payment card.
"""

import unicodedata
from collections.abc import Callable
from datetime import timedelta

from portal.domain.refusals import Refusal

CARD_DIGITS = 16
LOCATOR_DIGITS = 7
MIN_PIN_DIGITS = 6
MAX_PIN_DIGITS = 12
ACTIVATION_LASTS = timedelta(hours=48)
WRONG_PINS_BEFORE_FREEZE = 10


class CheckDigitWrong(Refusal):
    """The number cannot be a card of any house: a digit was mistyped. Needs no slow pass."""


class CardDoesNotOpen(Refusal):
    """Card and PIN do not open. One answer for every reason, so that it tells nothing."""

    counts = True


class PinTooShort(Refusal):
    """A PIN has at least six digits."""


class PinTooPlain(Refusal):
    """One repeated digit or a plain run such as 123456 is not a PIN."""


class PinsDiffer(Refusal):
    """The PIN and its repetition are not the same."""


class MayNotBeHer(Refusal):
    """Staff think that somebody else uses her card: nothing is written to her meanwhile."""


class PinNotDigits(Refusal):
    """A PIN has digits only."""


def check_digit(digits: str) -> str:
    """The ISO 7064 MOD 11,10 check digit of a string of digits."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = (2 * total) % 11
    return str((11 - product) % 10)


def passes_luhn(digits: str) -> bool:
    """Whether a payment form would take this for a payment card."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def new_card_number(random_digits: Callable[[int], str]) -> str:
    """A fresh card number; `random_digits(n)` gives n unpredictable digits."""
    while True:
        body = random_digits(CARD_DIGITS - 1)
        number = body + check_digit(body)
        if not passes_luhn(number):
            return number


def plain_digits(typed: str) -> str | None:
    """What was typed as Latin digits, whatever the keyboard's script; None if it has others."""
    digits = []
    for character in typed:
        if character.isspace() or character in "-\u2013\u2014.\u00b7/\u200e\u200f":
            continue
        value = unicodedata.digit(character, None)
        if value is None:
            return None
        digits.append(str(value))
    return "".join(digits)


def parse_card_number(typed: str) -> str:
    """The sixteen digits of a typed card number. Raises CheckDigitWrong."""
    digits = plain_digits(typed)
    if digits is None or len(digits) != CARD_DIGITS or check_digit(digits[:-1]) != digits[-1]:
        raise CheckDigitWrong
    return digits


def locator(number: str) -> str:
    """The part of a card number that finds the account."""
    return number[:LOCATOR_DIGITS]


def secret(number: str, pin: str) -> bytes:
    """What opens her key: the eight secret digits and the PIN (empty while the card is new)."""
    return f"{number[LOCATOR_DIGITS:-1]}:{pin}".encode()


def printed(number: str) -> str:
    """The number as it stands on the card: 4-4-4-4."""
    return " ".join(number[i : i + 4] for i in range(0, CARD_DIGITS, 4))


def parse_pin(typed: str) -> str:
    """The digits of a typed PIN. Raises PinNotDigits or PinTooShort."""
    digits = plain_digits(typed)
    if digits is None or len(digits) > MAX_PIN_DIGITS:
        raise PinNotDigits
    if len(digits) < MIN_PIN_DIGITS:
        raise PinTooShort
    return digits


def check_new_pin(typed: str, again: str) -> str:
    """The digits of a PIN that may be chosen. Raises a Refusal that says what is wrong."""
    digits = parse_pin(typed)
    if len(set(digits)) == 1 or digits in "01234567890123" or digits in "98765432109876":
        raise PinTooPlain
    if plain_digits(again) != digits:
        raise PinsDiffer
    return digits
