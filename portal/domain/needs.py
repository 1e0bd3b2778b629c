"""What a survivor may ask for, how urgent it is, and what becomes of it.

Categories, lanes and promised times: the field's own, from the needs taxonomy and triage
practice that the design notes record.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from portal.domain.refusals import Refusal
from portal.domain.words import written_or_none


class Category(StrEnum):
    """The sixteen kinds of need, in the order in which she sees them."""

    SAFETY = "safety"
    SLEEP = "sleep"
    HOME = "home"
    CHILD = "child"
    MONEY = "money"
    HEALTH = "health"
    FEEL = "feel"
    LAW = "law"
    POLICE = "police"
    PAPERS = "papers"
    PHONE = "phone"
    FAMILY = "family"
    PARENT = "parent"
    WORK = "work"
    ALCOHOL = "alcohol"
    OTHER = "other"


class HowSoon(StrEnum):
    """When she wants help with it; she may leave it unsaid."""

    TODAY = "today"
    THIS_WEEK = "this_week"
    LATER = "later"
    INFORMATION = "information"
    UNSAID = "unsaid"


class Lane(StrEnum):
    """The order of the desk, computed from category and how soon, never from her words."""

    RED = "red"
    ORANGE = "orange"
    GREEN = "green"
    INFORMATION = "information"


class NeedState(StrEnum):
    """Where a need is."""

    SENT = "sent"
    QUESTION = "question"
    ROUTED = "routed"
    DONE = "done"
    STOPPED = "stopped"


MOVES: dict[NeedState, frozenset[NeedState]] = {
    NeedState.SENT: frozenset({NeedState.QUESTION, NeedState.ROUTED, NeedState.STOPPED}),
    # Done only by the end of her file; else the desk goes on, with her answer or without it.
    NeedState.QUESTION: frozenset({NeedState.SENT, NeedState.DONE, NeedState.STOPPED}),
    NeedState.ROUTED: frozenset({NeedState.SENT, NeedState.DONE, NeedState.STOPPED}),
    NeedState.DONE: frozenset(),
    NeedState.STOPPED: frozenset(),
}

AT_DESK = frozenset({NeedState.SENT, NeedState.QUESTION})
"""The desk reads it: it waits for a decision, or for her answer."""


class StayOrLeave(StrEnum):
    """Her own plan, asked neutrally: no answer is pre-selected and none is hidden."""

    STAY = "stay"
    LEAVE = "leave"
    DO_NOT_KNOW = "do_not_know"


class NothingChosen(Refusal):
    """A statement of needs holds at least one need."""


class AlreadyAsked(Refusal):
    """She has an open need of this kind: add to that one instead."""


@dataclass(frozen=True)
class NeedAnswer:
    """What she says about one need."""

    category: Category
    how_soon: HowSoon = HowSoon.UNSAID
    own_words: str | None = None
    child_in_danger: bool = False


@dataclass(frozen=True)
class Statement:
    """What she says in one go; everything but the needs themselves may be left out."""

    needs: tuple[NeedAnswer, ...]
    most_important: Category | None = None
    stay_or_leave: StayOrLeave | None = None
    not_wanted: str | None = None
    interpreter: str | None = None
    childcare: bool = False
    accessibility: str | None = None


def clean_statement(statement: Statement) -> Statement:
    """The same answers in words that are safe to keep. Raises TooLong."""
    return replace(
        statement,
        needs=tuple(
            replace(need, own_words=written_or_none(need.own_words)) for need in statement.needs
        ),
        not_wanted=written_or_none(statement.not_wanted),
        interpreter=written_or_none(statement.interpreter),
        accessibility=written_or_none(statement.accessibility),
    )


def check_statement(statement: Statement, *, open_categories: frozenset[Category]) -> None:
    """Refuse an empty statement and one that asks twice for the same."""
    if not statement.needs:
        raise NothingChosen
    categories = {need.category for need in statement.needs}
    if len(categories) < len(statement.needs) or not categories.isdisjoint(open_categories):
        raise AlreadyAsked


def lane_of(category: Category, how_soon: HowSoon, *, child_in_danger: bool = False) -> Lane:
    """How urgent a need is, from what is in clear.

    Red: not safe today, nowhere to sleep today, or a child in danger. Orange: anything for today or
    this week, and safety whenever it is. Green: later or unsaid. Information: only a question.
    """
    if child_in_danger:
        return Lane.RED
    if how_soon is HowSoon.TODAY and category in (Category.SAFETY, Category.SLEEP):
        return Lane.RED
    if how_soon in (HowSoon.TODAY, HowSoon.THIS_WEEK) or category is Category.SAFETY:
        return Lane.ORANGE
    if how_soon is HowSoon.INFORMATION:
        return Lane.INFORMATION
    return Lane.GREEN


def shows_emergency_first(category: Category, how_soon: HowSoon) -> bool:
    """Whether 112 and 101 come before anything else on the next screen."""
    return category is Category.SAFETY and how_soon is HowSoon.TODAY
