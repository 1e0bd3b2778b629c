"""The month that is over: what the counts of the made-up centre have to tell."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from portal.demo.asking import Asked, Asking, answer_for
from portal.demo.diary import Diary
from portal.demo.fates import HELPED
from portal.demo.people import Survivor
from portal.domain.needs import Category, HowSoon

WHO = range(13, 27)
"""Survivors who were helped then: more than ten, so that a month of them may be told."""
_NEEDS = (
    Category.LAW,
    Category.MONEY,
    Category.FEEL,
    Category.WORK,
    Category.HOME,
    Category.HEALTH,
)
_TOOK = timedelta(days=20)


def days_needed(diary: Diary) -> int:
    """How many days ago their files were opened, at least: before it, holidays or not."""
    return (diary.now - _begins(diary)).days + 9


def look_back(asking: Asking, her: Survivor, number: int, *, but: Collection[Category]) -> None:
    """She asked for something early in that month, and was helped before its end.

    `but` is what she asks for later: nobody asks for what is still under way.
    """
    diary, sent_at = asking.diary, _begins(asking.diary) + timedelta(hours=number)
    asked = [
        Asked(
            her,
            answer_for(her, category, HowSoon.LATER, diary),
            HELPED,
            over_by=sent_at + _TOOK,
        )
        for category in [one for one in _NEEDS if one not in but][: 1 + number % 2]
    ]
    asking.send(her, asked, at=sent_at)


def _begins(diary: Diary) -> datetime:
    first = diary.now.astimezone(diary.hours.zone).replace(day=1) - timedelta(days=1)
    return first.replace(day=1, hour=0, minute=0).astimezone(UTC)
