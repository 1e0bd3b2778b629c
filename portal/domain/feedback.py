"""What is told without a name, what the centre publishes to it, and when an answer is due.

Words without a name are read when their week is over: who saw them on the day on which they came
would know who came in that day.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from portal.domain.refusals import Refusal
from portal.domain.words import NothingWritten, written, written_or_none

LONGEST_TEXT = 500
"""Characters of one published text: several of them fit into one small page."""


class AnswerState(StrEnum):
    """Whether it is read by every survivor."""

    WAITING = "waiting"
    NOT_PUBLISHED = "not_published"
    PUBLISHED = "published"
    TAKEN_DOWN = "taken_down"


class Text(NamedTuple):
    """One answer in one language, in the words of the centre."""

    said: str
    did: str


class PartMissing(Refusal):
    """Of a language only one of the two texts is there; `part` is the one that is not."""

    def __init__(self, code: str, part: str) -> None:
        super().__init__(code, part)
        self.code, self.part = code, part


class Reminder(NamedTuple):
    """Nothing was published for long, though words came in."""

    since: date | None
    """The day of the last answer; None where there never was one."""
    before: date
    """The day on which the running quarter ends."""


def week_of(day: date) -> date:
    """The Monday of the week of a day: all that is kept of when words came in."""
    return day - timedelta(days=day.weekday())


def checked(typed: Mapping[str, tuple[str | None, str | None]]) -> dict[str, Text]:
    """Both texts of each language in which there is one.

    Raises NothingWritten where there is none in any language, PartMissing, TooLong.
    """
    found = {}
    for code, pair in typed.items():
        parts = Text._fields
        texts = {
            part: written_or_none(text, limit=LONGEST_TEXT)
            for part, text in zip(parts, pair, strict=True)
        }
        missing = [part for part in parts if texts[part] is None]
        if len(missing) == 1:
            raise PartMissing(code, missing[0])
        if not missing:
            found[code] = Text(*(written(texts[part] or "") for part in parts))
    if not found:
        raise NothingWritten
    return found


def text_for(texts: Mapping[str, Text], code: str, offered: Sequence[str]) -> tuple[str, Text]:
    """The text in this language, or else in English, the first language of the house, any other.

    Gives its language with it.
    """
    wanted = (code, "en", *offered, *texts)
    found = next(one for one in wanted if one in texts)
    return found, texts[found]


def reminder(*, came_in: date | None, published: date | None, today: date) -> Reminder | None:
    """What the centre is reminded of when it published nothing in this quarter and the last.

    `came_in` is the last week in which words came, `published` the day of the last answer.
    """
    if came_in is None or (published is not None and came_in + timedelta(days=6) < published):
        return None
    starts = _quarter(today)
    if published is not None and published >= _quarter(starts - timedelta(days=1)):
        return None
    return Reminder(published, _quarter(starts + timedelta(days=100)) - timedelta(days=1))


def _quarter(day: date) -> date:
    return date(day.year, day.month - (day.month - 1) % 3, 1)
