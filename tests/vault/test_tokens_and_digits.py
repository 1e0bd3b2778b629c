"""What is sealed under a token opens with that token alone; its stored hash does not help."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.vault import (
    CannotOpen,
    new_token,
    open_under_token,
    random_digits,
    seal_under_token,
    token_hash,
)

many = settings(deadline=None, max_examples=100)
TOKEN = new_token()


@many
@given(st.binary(max_size=200), st.text(max_size=40))
def test_its_token_opens_it(plain: bytes, purpose: str) -> None:
    sealed = seal_under_token(TOKEN, purpose, plain)
    assert open_under_token(TOKEN, purpose, sealed) == plain
    assert len(sealed) == len(plain) + 41


@many
@given(st.text(max_size=60), st.text(max_size=20))
def test_another_token_or_purpose_never_opens_it(token: str, purpose: str) -> None:
    sealed = seal_under_token(TOKEN, "session", b"private half")
    assume(token != TOKEN and purpose != "session")
    for wrong in ((token, "session"), (TOKEN, purpose), (token, purpose)):
        with pytest.raises(CannotOpen):
            open_under_token(*wrong, sealed)


@many
@given(st.data())
def test_altered_or_cut_it_never_opens(data: st.DataObject) -> None:
    sealed = seal_under_token(TOKEN, "session", b"private half")
    flipped = bytearray(sealed)
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    flipped[bit // 8] ^= 1 << (bit % 8)
    end = data.draw(st.integers(0, len(sealed) - 1))
    for altered in (bytes(flipped), sealed[:end], sealed[1:], sealed + b"\0"):
        with pytest.raises(CannotOpen):
            open_under_token(TOKEN, "session", altered)


def test_the_database_alone_never_opens_it() -> None:
    sealed = seal_under_token(TOKEN, "session", b"private half")
    stored = token_hash(TOKEN)
    for guess in (stored.hex(), stored.decode("latin-1"), TOKEN[:-1], TOKEN + "A", TOKEN.lower()):
        with pytest.raises(CannotOpen):
            open_under_token(guess, "session", sealed)


def test_a_token_has_one_spelling() -> None:
    # Base64 of 32 bytes leaves 2 bits free: another last character must not be the same token.
    alike = [TOKEN[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"]
    assert len({token_hash(token) for token in alike}) == len(alike)


@many
@given(st.text(st.characters(exclude_categories=[]), max_size=100))
def test_whatever_a_form_brings_has_a_hash(typed: str) -> None:
    assert len(token_hash(typed)) == 32
    assert len(token_hash("\ud800" + typed)) == 32


def test_tokens_are_new_and_need_no_quoting() -> None:
    made = {new_token() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(token) == 43 and set(token) <= SAFE for token in made)


SAFE = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.integers(1, 40))
def test_random_digits_keep_their_count(count: int) -> None:
    digits = random_digits(count)
    assert len(digits) == count
    assert set(digits) <= set("0123456789")


def test_random_digits_use_all_digits_in_all_places() -> None:
    drawn = [random_digits(4) for _ in range(2000)]
    for place in range(4):
        assert {number[place] for number in drawn} == set("0123456789")


def test_no_digits_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="one digit"):
        random_digits(0)
