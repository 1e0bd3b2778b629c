"""How long a patient colleague would guess at a pass phrase: a rough count, on the careful side.

A word counts for its letters, what is known or typed before counts for next to nothing. It stands
for no library of leaks: it keeps out what is easy, and shows what one more word is worth.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

_TOKENS = re.compile(r"[^\W\d_]+|\d+|[\W_]+")
_ROWS = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
    "abcdefghijklmnopqrstuvwxyz", "01234567890123456789",
)  # fmt: skip
_KNOWN = {
    "password", "passphrase", "wachtwoord", "wachtzin", "motdepasse", "phrase", "passe",
    "secret", "geheim", "welkom", "welcome", "bienvenue", "hello", "hallo", "bonjour", "admin",
    "test", "user", "letmein", "iloveyou", "love", "liefde", "amour", "qwerty", "azerty",
    "correct", "horse", "battery", "staple", "centre", "center", "centrum", "justice", "family",
    "familie", "famille", "veilig", "huis", "house", "maison", "spring", "summer", "autumn",
    "winter", "lente", "zomer", "herfst", "printemps", "monday", "maandag", "lundi", "antwerpen",
    "mechelen", "limburg", "brussel", "bruxelles", "belgie", "belgique", "belgium", "the", "and",
    "for", "with", "een", "het", "van", "voor", "les", "des", "pour", "avec",
}  # fmt: skip
_LETTER, _DIGIT, _KNOWN_BITS, _AGAIN = 2.4, 3.3, 4.0, 1.0
"""Bits: a letter of a word in some language, a digit, a word from a short list, a repetition."""


class Strength(StrEnum):
    """What a person is told of her pass phrase; a weak one is refused."""

    WEAK = "weak"
    FAIR = "fair"
    GOOD = "good"
    STRONG = "strong"


_FROM = ((60.0, Strength.STRONG), (45.0, Strength.GOOD), (30.0, Strength.FAIR))


def strength(passphrase: str, *, known: Iterable[str] = ()) -> Strength:
    """How strong a pass phrase is for somebody whose address and names are `known`."""
    bits = guesses(passphrase, known=known)
    return next((level for least, level in _FROM if bits >= least), Strength.WEAK)


def guesses(passphrase: str, *, known: Iterable[str] = ()) -> float:
    """The binary logarithm of the guesses it takes, roughly."""
    own = {part for text in known for part in _TOKENS.findall(text.casefold()) if len(part) > 2}
    bits, met = 0.0, set[str]()
    for token in _TOKENS.findall(passphrase.casefold()):
        easy = token in met or token in own
        bits += _AGAIN if easy else _bits(token)
        met.add(token)
    return bits


def _bits(token: str) -> float:
    if token in _KNOWN:
        return _KNOWN_BITS
    unit = _unit(token)
    if _in_a_row(token):
        return _KNOWN_BITS
    if len(unit) < len(token):
        return _AGAIN + _bits(unit)
    if token[0].isdigit():
        looks_like_a_year = len(token) == 4 and token[:2] in ("19", "20")
        return 2 * _DIGIT if looks_like_a_year else _DIGIT * len(token)
    return (_LETTER if token[0].isalpha() else 1.0) * len(token)


def _unit(token: str) -> str:
    """The shortest part of which the whole is a repetition: "ab" of "ababab"."""
    length = (token + token).find(token, 1)
    return token[:length]


def _in_a_row(token: str) -> bool:
    return len(token) > 3 and any(token in row or token[::-1] in row for row in _ROWS)
