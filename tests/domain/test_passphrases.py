"""What staff may choose as a pass phrase."""

import pytest

from portal.domain.passphrases import (
    REFUSED,
    PassphrasesDiffer,
    PassphraseTooPlain,
    PassphraseTooShort,
    check_new_passphrase,
)

EMAIL = "els.peeters@house.example"


@pytest.mark.parametrize(
    "phrase", ["a calm walk along the canal", "سلام على الجميع هنا", "p@ss  word 2 words!"]
)
def test_a_long_phrase_in_any_script_is_good(phrase: str) -> None:
    check_new_passphrase(phrase, phrase, email=EMAIL)


@pytest.mark.parametrize("phrase", ["", "short", "thirteen chars"[:13]])
def test_a_short_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(PassphraseTooShort):
        check_new_passphrase(phrase, phrase, email=EMAIL)


@pytest.mark.parametrize(
    "phrase",
    [
        *sorted(REFUSED - {"password123456"}),
        "Correct  Horse Battery   STAPLE",
        "p a s s w o r d p a s s w o r d",
        "aaaaaaaaaaaaaaaaaa",
        "abababababababab",
        "ELS.PEETERS 2026!",
    ],
)
def test_a_phrase_that_a_colleague_would_guess_is_refused(phrase: str) -> None:
    with pytest.raises(PassphraseTooPlain):
        check_new_passphrase(phrase, phrase, email=EMAIL)


def test_the_phrase_typed_again_must_be_the_same_to_the_letter() -> None:
    with pytest.raises(PassphrasesDiffer):
        check_new_passphrase("a calm walk along", "a calm walk Along", email=EMAIL)
