"""What she may read of what is happening: about help, about justice, about a programme.

Each entry is shown by a second person's yes. Of a programme for whoever used violence only its
stage is told, and only where its contract foresees that: the field's own rule.
"""

from enum import StrEnum

from portal.domain.refusals import Refusal


class EntryLane(StrEnum):
    """What an entry is about."""

    HELP = "help"
    JUSTICE = "justice"
    PROGRAMME = "programme"


WRITTEN = (EntryLane.HELP, EntryLane.JUSTICE)
"""Lanes in which the case team writes words of its own; of a programme nothing but a stage."""


class Programme(StrEnum):
    """How far a programme is: all that may be told of it."""

    INVITED = "invited"
    STARTED = "started"
    STOPPED = "stopped"
    ENDED = "ended"


class EntryState(StrEnum):
    """Whether she reads it."""

    WAITING = "waiting"
    SHOWN = "shown"
    NOT_SHOWN = "not_shown"
    TAKEN_BACK = "taken_back"


HERS = (EntryState.SHOWN, EntryState.TAKEN_BACK)
"""What stands on her page: also that something was taken back, which she may have read."""


class ContractSaysNo(Refusal):
    """The programme's contract does not foresee that a survivor is told anything of it."""
