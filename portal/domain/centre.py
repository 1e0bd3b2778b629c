"""What a centre sets itself, and what cannot be set: each wrong value has a refusal of its own."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import pairwise

from portal.domain.needs import Lane
from portal.domain.promises import Promise, Span
from portal.domain.refusals import Refusal


class Topic(StrEnum):
    """What is set, and versioned, in one go."""

    HOURS = "hours"
    PROMISES = "promises"
    LANGUAGES = "languages"
    SERVICE = "service"
    HELP_LINE = "help_line"
    LEGAL_TEXT = "legal_text"
    EXIT_PAGES = "exit_pages"
    RETENTION = "retention"
    CHILDCARE = "childcare"
    SEPARATION = "separation"


class LegalText(StrEnum):
    """A text of the centre's own lawyers, in every language that it offers."""

    PRIVACY = "privacy"
    RIGHTS = "rights"
    SECRECY = "secrecy"
    """Stands on everything that leaves the house on paper."""


class Moment(StrEnum):
    """When a help line is shown besides the list of all."""

    NOT_SAFE = "not_safe"
    FEELS_BAD = "feels_bad"


FIXED_LINES = frozenset({"112", "101"})
"""Never changed, never hidden: they stand on pages that need no database."""
LONGEST_LINE, LONGEST_TEXT, LONGEST_LEGAL = 200, 500, 20_000
CHECKED_EVERY = timedelta(days=365)

_NUMBER = re.compile(r"\+?[0-9](?:[ ./-]?[0-9]){2,17}")
_MOST: Mapping[Span, int] = {Span.MINUTES: 480, Span.WORKING_DAYS: 30}
_MINUTES_A_DAY = 480


class ClosesBeforeOpening(Refusal):
    """The house would close before it opens, or at the same moment."""


class NeverOpen(Refusal):
    """A house that is open on no day cannot promise anything."""


class PromiseOutOfReach(Refusal):
    """A promise of nothing, or of longer than anybody waits."""

    def __init__(self, lane: Lane, most: int) -> None:
        super().__init__(lane)
        self.lane, self.most = lane, most


class MoreUrgentIsSlower(Refusal):
    """A lane would be answered later than the next, which is less urgent."""

    def __init__(self, lane: Lane) -> None:
        super().__init__(lane)
        self.lane = lane


class NoLanguage(Refusal):
    """Pages need at least one language, and only those that have a catalogue."""


class NoSuchNumber(Refusal):
    """A telephone number has three to eighteen digits and nothing else but spaces."""


class NumberTwice(Refusal):
    """Another line has this number already."""


class NoPurpose(Refusal):
    """A number without a word on what it is for."""


class CheckedTomorrow(Refusal):
    """Nobody can have checked a line on a day that is still to come."""


class LineIsFixed(Refusal):
    """The emergency numbers cannot be changed or hidden."""


class EmptyText(Refusal):
    """A legal text is empty in a language that the house offers."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language = language


class UnsafeExit(Refusal):
    """Where leaving leads must be an https address of a public page elsewhere."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language = language


class ChangedMeanwhile(Refusal):
    """Somebody else changed this after the page was shown."""


class NothingChanged(Refusal):
    """What was sent is what stands already."""


def check_hours(opens: time, closes: time, weekdays: Collection[int]) -> None:
    """Raises ClosesBeforeOpening or NeverOpen."""
    if closes <= opens:
        raise ClosesBeforeOpening
    if not set(weekdays) & set(range(7)):
        raise NeverOpen


def check_promises(promises: Mapping[Lane, Promise]) -> None:
    """Raises PromiseOutOfReach or MoreUrgentIsSlower."""
    for lane in Lane:
        most = _MOST[promises[lane].span]
        if not 1 <= promises[lane].amount <= most:
            raise PromiseOutOfReach(lane, most)
    lanes = list(Lane)
    for first, second in pairwise(lanes):
        if _minutes(promises[first]) > _minutes(promises[second]):
            raise MoreUrgentIsSlower(first)


def check_languages(codes: Sequence[str], known: Collection[str]) -> None:
    """Raises NoLanguage."""
    if not codes or not set(codes) <= set(known) or len(set(codes)) != len(codes):
        raise NoLanguage


def plain_number(number: str) -> str:
    """A telephone number as a key: its digits. Raises NoSuchNumber."""
    typed = " ".join(number.split())
    if not typed.isascii() or not _NUMBER.fullmatch(typed):
        raise NoSuchNumber
    return re.sub(r"[^0-9+]", "", typed)


def check_verified(verified_on: date | None, today: date) -> None:
    """Raises CheckedTomorrow."""
    if verified_on is not None and verified_on > today:
        raise CheckedTomorrow


def must_be_checked(verified_on: date | None, today: date) -> bool:
    """Whether nobody has called this number and looked for a year."""
    return verified_on is None or today - verified_on > CHECKED_EVERY


def check_legal(texts: Mapping[str, str], offered: Collection[str]) -> None:
    """Raises EmptyText: she would read a heading and nothing below it."""
    for language in offered:
        if not texts.get(language, "").strip():
            raise EmptyText(language)


def _minutes(promise: Promise) -> int:
    return promise.amount * (1 if promise.span is Span.MINUTES else _MINUTES_A_DAY)
