"""32 bytes as 24 English words on paper and back (BIP 39): a miswritten word is noticed."""

import unicodedata
from collections.abc import Sequence
from functools import cache

from mnemonic import Mnemonic

from portal.vault.errors import BadWords

WORDS_ON_A_SHEET = 24
SECRET_BYTES = 32


def to_words(secret: bytes) -> list[str]:
    """24 words that say these 32 bytes, with 8 bits of checksum. ValueError for another size."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a sheet holds {SECRET_BYTES} bytes")
    return _list().to_mnemonic(secret).split(" ")


def from_words(words: Sequence[str], sheet: str) -> bytes:
    """The 32 bytes that a sheet says; capitals and spaces around a word do not matter.

    `sheet` is the sheet's name for the message. Raises BadWords: with the number of the first word
    that is not on the list, or with no number when words are missing or the checksum does not hold.
    """
    if len(words) != WORDS_ON_A_SHEET:
        raise BadWords(sheet, None, f"Sheet {sheet}: {WORDS_ON_A_SHEET} words, not {len(words)}.")
    plain = [unicodedata.normalize("NFKC", word).strip().lower() for word in words]
    for number, word in enumerate(plain, start=1):
        if word not in _known():
            raise BadWords(sheet, number, f"Sheet {sheet}, word {number} is not on the list.")
    try:
        return bytes(_list().to_entropy(plain))
    except ValueError:
        raise BadWords(
            sheet,
            None,
            f"Sheet {sheet}: all words are on the list, but two are exchanged or one "
            "is another than on paper.",
        ) from None


@cache
def _list() -> Mnemonic:
    return Mnemonic("english")


@cache
def _known() -> frozenset[str]:
    return frozenset(_list().wordlist)


def word_list() -> tuple[str, ...]:
    """The 2,048 words, of which no two begin with the same four letters."""
    return tuple(_list().wordlist)
