"""Halves and sheets of paper: both are needed, and a miswritten word is named."""

from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.vault import (
    BadWords,
    CannotOpen,
    join,
    key_pair_from,
    new_recovery,
    open_sealed,
    recovery_pair,
    seal_to,
    split,
)
from portal.vault.paper_words import from_words, to_words

many = settings(deadline=None, max_examples=80)
keys = st.binary(min_size=32, max_size=32)
PUBLIC, ONE, TWO = new_recovery()


@many
@given(st.binary(max_size=64))
def test_two_halves_join_in_either_order(secret: bytes) -> None:
    first, second = split(secret)
    assert join(first, second) == join(second, first) == secret
    assert len(first) == len(second) == len(secret)


@many
@given(keys, keys)
def test_the_half_of_another_secret_does_not_join(secret: bytes, other: bytes) -> None:
    assume(any(secret))  # a half joined with itself gives zeros
    first, second = split(secret)
    other_first, other_second = split(other)
    assert secret not in (join(first, other_second), join(other_first, second))
    assert secret not in (join(first, first), join(second, second))


@many
@given(keys, keys)
def test_either_half_fits_every_secret_equally_well(secret: bytes, any_other: bytes) -> None:
    # For each half and each secret there is one other half: alone it excludes nothing.
    for half in split(secret):
        assert join(half, join(half, any_other)) == any_other


def test_neither_half_leans_towards_the_secret() -> None:
    # 4000 bytes of zeros: each half alone must look like noise (8 bits per byte, about 16 of each).
    for half in split(bytes(4000)):
        assert len(set(half)) == 256
        assert max(Counter(half).values()) < 60


@given(st.binary(min_size=1, max_size=40), st.data())
def test_halves_of_other_lengths_do_not_join(secret: bytes, data: st.DataObject) -> None:
    first, second = split(secret)
    with pytest.raises(CannotOpen):
        join(first, second[: data.draw(st.integers(0, len(second) - 1))])


@many
@given(keys)
def test_words_say_the_same_bytes_again(secret: bytes) -> None:
    words = to_words(secret)
    assert len(words) == 24
    assert from_words(words, "one") == secret
    assert from_words([f" {word.upper()} " for word in words], "one") == secret


def test_both_sheets_open_what_was_sealed_to_the_recovery_key() -> None:
    sealed = seal_to(PUBLIC, b"a folder key")
    for sheets in ((ONE, TWO), (TWO, ONE)):
        pair = recovery_pair(*sheets, public=PUBLIC)
        assert pair.public == PUBLIC
        assert open_sealed(pair, sealed) == b"a folder key"


def test_one_sheet_alone_never_opens() -> None:
    sealed = seal_to(PUBLIC, b"a folder key")
    for sheet in (ONE, TWO):
        with pytest.raises(BadWords, match="same sheet twice"):
            recovery_pair(sheet, sheet)
        with pytest.raises(BadWords, match="24 words, not 0"):
            recovery_pair(sheet, [])
        with pytest.raises(CannotOpen):
            open_sealed(key_pair_from(from_words(sheet, "one")), sealed)
        with pytest.raises(CannotOpen):
            open_sealed(recovery_pair(sheet, to_words(bytes(32))), sealed)


def test_sheets_of_another_centre_never_open() -> None:
    _, other_one, other_two = new_recovery()
    sealed = seal_to(PUBLIC, b"a folder key")
    for sheets in ((ONE, other_two), (other_one, TWO), (other_one, other_two)):
        with pytest.raises(CannotOpen):
            open_sealed(recovery_pair(*sheets), sealed)
        with pytest.raises(BadWords, match="belong together"):
            recovery_pair(*sheets, public=PUBLIC)


@many
@given(st.sampled_from(["one", "two"]), st.integers(1, 24), st.text(max_size=9))
def test_a_word_that_is_none_is_named_by_sheet_and_number(
    sheet: str, number: int, wrong: str
) -> None:
    sheets = {"one": list(ONE), "two": list(TWO)}
    sheets[sheet][number - 1] = f"{wrong}qx"  # no word ends so
    with pytest.raises(BadWords) as refused:
        recovery_pair(sheets["one"], sheets["two"])
    assert (refused.value.sheet, refused.value.number) == (sheet, number)
    assert str(refused.value) == f"Sheet {sheet}, word {number} is not on the list."


@pytest.mark.parametrize("sheet", ["one", "two"])
@pytest.mark.parametrize("number", range(24))
def test_a_wrong_word_from_the_list_names_its_sheet(sheet: str, number: int) -> None:
    # 8 bits of checksum: one wrong word in 256 would pass, so the sheet is a fixed one.
    words = to_words(bytes(range(32)))
    words[number] = "zebra"
    with pytest.raises(BadWords) as refused:
        from_words(words, sheet)
    assert (refused.value.sheet, refused.value.number) == (sheet, None)
    assert f"Sheet {sheet}" in str(refused.value)


@pytest.mark.parametrize("count", [0, 12, 23, 25])
def test_a_sheet_has_24_words(count: int) -> None:
    with pytest.raises(BadWords, match=f"Sheet two: 24 words, not {count}"):
        recovery_pair(ONE, (TWO + TWO)[:count])


def test_the_message_does_not_repeat_the_word() -> None:
    with pytest.raises(BadWords) as refused:
        from_words(["hemlig", *ONE[1:]], "one")
    assert "hemlig" not in str(refused.value)
