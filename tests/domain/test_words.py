"""What people type: kept as they mean it, without what no reader can see."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.words import (
    MAX_WORDS,
    NothingWritten,
    TooLong,
    clean,
    written,
    written_or_none,
)

anything = st.text(st.characters(exclude_categories=[]))
"""Lone surrogates too: a form may bring anything."""


def test_a_nul_byte_is_dropped() -> None:
    assert written("he\x00llo\x07") == "hello"


def test_right_to_left_overrides_are_dropped_and_arabic_stays() -> None:
    assert written("abc\u202egnp.exe") == "abcgnp.exe"
    assert written("\u2067مرحبا\u2069 أنا أمل") == "مرحبا أنا أمل"


def test_marks_that_right_to_left_writers_need_are_kept() -> None:
    assert written("שלום\u200f!") == "שלום\u200f!"


def test_lone_surrogates_are_dropped_so_that_the_words_can_be_sealed() -> None:
    assert written("a\ud83d b\udc00").encode() == b"a b"


def test_emoji_are_kept_whole() -> None:
    family = "👩\u200d👧\u200d👦"
    assert written(f"  {family} 👍🏽 ") == f"{family} 👍🏽"


def test_line_ends_of_every_system_become_one() -> None:
    assert (
        written("one\r\ntwo\rthree\u2028four\u2029five\nsix") == "one\ntwo\nthree\nfour\nfive\nsix"
    )


@pytest.mark.parametrize(
    "typed",
    ["", " ", "\n\t \r\n", "\u00a0\u2003", "\u200b\u200d\ufeff", "\x00", "\u202e\u202c", "\ud800"],
)
def test_only_spaces_and_invisible_signs_say_nothing(typed: str) -> None:
    with pytest.raises(NothingWritten):
        written(typed)
    assert written_or_none(typed) is None


def test_twenty_thousand_characters_are_refused_and_not_cut() -> None:
    with pytest.raises(TooLong) as refused:
        written("ا" * 20_000)
    assert refused.value.limit == MAX_WORDS
    assert len(written("ا" * MAX_WORDS)) == MAX_WORDS
    with pytest.raises(TooLong):
        written_or_none("a" * 11, limit=10)


def test_saying_nothing_is_an_answer() -> None:
    assert written_or_none(None) is None
    assert written_or_none(" yes ") == "yes"


@given(anything)
def test_clean_words_stay_clean_and_can_be_sealed(typed: str) -> None:
    once = clean(typed)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in once if c not in "\n\t")


@given(st.text("abcé مرحبا👍\n", min_size=1).filter(lambda text: text == text.strip()))
def test_ordinary_words_are_not_changed(typed: str) -> None:
    typed = unicodedata.normalize("NFC", typed)
    assert clean(typed) == typed
