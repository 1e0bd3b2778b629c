"""When an answer is due, and in which language somebody reads it."""

from datetime import date

import pytest

from portal.domain.feedback import (
    LONGEST_TEXT,
    PartMissing,
    Reminder,
    Text,
    checked,
    reminder,
    text_for,
    week_of,
)
from portal.domain.words import NothingWritten, TooLong

TODAY = date(2026, 11, 23)
END = date(2026, 12, 31)


def test_of_the_day_only_its_week_is_kept() -> None:
    days = [date(2026, 11, day) for day in range(16, 23)]
    assert {week_of(day) for day in days} == {date(2026, 11, 16)}


@pytest.mark.parametrize(
    ("came_in", "published", "said"),
    [
        (None, None, None),
        (date(2026, 11, 16), None, Reminder(None, END)),
        (date(2026, 11, 16), date(2026, 7, 1), None),
        (date(2026, 11, 16), date(2026, 11, 2), None),
        (date(2026, 11, 16), date(2026, 6, 30), Reminder(date(2026, 6, 30), END)),
        (date(2026, 6, 1), date(2026, 6, 30), None),
        (date(2026, 6, 29), date(2026, 6, 30), Reminder(date(2026, 6, 30), END)),
    ],
)
def test_a_quarter_without_an_answer_is_remembered(
    came_in: date | None, published: date | None, said: Reminder | None
) -> None:
    assert reminder(came_in=came_in, published=published, today=TODAY) == said


@pytest.mark.parametrize("month", range(1, 13))
def test_the_day_named_is_the_last_one_of_the_quarter(month: int) -> None:
    found = reminder(came_in=date(2025, 1, 6), published=None, today=date(2026, month, 28))
    assert found is not None
    assert (found.before.month, found.before.day) in {(3, 31), (6, 30), (9, 30), (12, 31)}
    assert 0 <= (found.before.month - month) < 3


def test_both_texts_of_a_language_or_none() -> None:
    assert checked({"nl": (" koud ", "verwarming"), "fr": ("", " ")}) == {
        "nl": Text("koud", "verwarming")
    }
    with pytest.raises(NothingWritten):
        checked({"nl": ("", None)})
    with pytest.raises(PartMissing) as missing:
        checked({"nl": ("koud", "verwarming"), "fr": ("froid", " ")})
    assert (missing.value.code, missing.value.part) == ("fr", "did")
    with pytest.raises(TooLong):
        checked({"nl": ("x" * (LONGEST_TEXT + 1), "y")})


def test_she_reads_her_language_or_one_that_others_read() -> None:
    nl, en, ar = (Text(code, code) for code in ("nl", "en", "ar"))
    offered = ("nl", "fr", "en", "ar")
    assert text_for({"nl": nl, "en": en, "ar": ar}, "ar", offered) == ("ar", ar)
    assert text_for({"nl": nl, "en": en}, "ar", offered) == ("en", en)
    assert text_for({"nl": nl, "ar": ar}, "fr", offered) == ("nl", nl)
    assert text_for({"ar": ar}, "fr", ("nl", "fr")) == ("ar", ar)
