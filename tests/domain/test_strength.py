"""What the meter says of a pass phrase."""

import pytest

from portal.domain.strength import Strength, guesses, strength


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("", Strength.WEAK),
        ("Welkom2024Welkom!", Strength.WEAK),
        ("wachtwoord is goed", Strength.WEAK),
        ("qwertyuiop asdfghjkl", Strength.WEAK),
        ("aaaaaaaaaaaaaaaaaaaa", Strength.WEAK),
        ("els peeters els peeters", Strength.WEAK),
        ("1234 5678 1234 5678", Strength.WEAK),
        ("a calm walk along", Strength.FAIR),
        ("a calm walk along the canal", Strength.GOOD),
        ("violet ladder between seven herons", Strength.STRONG),
        ("سلام على الجميع هنا", Strength.FAIR),
    ],
)
def test_the_meter(phrase: str, said: Strength) -> None:
    assert strength(phrase, known=["els.peeters@house.example", "Els Peeters"]) is said


def test_one_more_word_is_worth_something_and_the_same_again_next_to_nothing() -> None:
    three = guesses("river copper window")
    assert guesses("river copper window plum") > three + 9
    assert guesses("river copper window river") < three + 3


@pytest.mark.parametrize("odd", ["\x00" * 20, "💬" * 9, "\ud800" * 15, " " * 30, "-_-_-_-_-_-_-_"])
def test_whatever_is_typed_is_measured(odd: str) -> None:
    assert strength(odd) in Strength
