"""States of a survivor's card and of a case."""

from enum import StrEnum


class CardState(StrEnum):
    """What a card opens: only an active one opens her pages, a new one lets her choose a PIN."""

    NEW = "new"
    ACTIVE = "active"
    FROZEN = "frozen"
    VOID = "void"


class CaseState(StrEnum):
    """Whether the house works on a case."""

    OPEN = "open"
    CLOSED = "closed"


class Frozen(StrEnum):
    """Why a card is frozen."""

    WRONG_PINS = "wrong_pins"
    BY_STAFF = "by_staff"
    QUIET = "quiet"
    """Nobody came in with it for a long time."""
    CASE_CLOSED = "case_closed"
    SOMEBODY_ELSE = "somebody_else"
