"""What becomes of a need in the demo: every state that a need can have, and the way to it."""

from enum import StrEnum


class Step(StrEnum):
    """One thing that somebody does about a need."""

    ASK = "ask"
    ANSWER = "answer"
    ADD = "add"
    ROUTE = "route"
    ROUTE_TO_TWO = "route_to_two"
    YES = "yes"
    NO = "no"
    LOOK = "look"
    ACCEPT = "accept"
    DATE = "date"
    DATE_THAT_WAS = "date_that_was"
    ANOTHER_DATE = "another_date"
    CAME = "came"
    MISSED = "missed"
    OTHER_TIME = "other_time"
    CANNOT_COME = "cannot_come"
    FINISH = "finish"
    NOT_POSSIBLE = "not_possible"
    DESK_AGAIN = "desk_again"
    STOP = "stop"


HERS = frozenset(
    {
        Step.ANSWER,
        Step.ADD,
        Step.YES,
        Step.NO,
        Step.OTHER_TIME,
        Step.CANNOT_COME,
        Step.STOP,
    }
)
"""Steps that she takes, at any hour; the rest is done while the house is open."""

_SEEN = (Step.ROUTE, Step.YES, Step.LOOK)
_DATED = (*_SEEN, Step.DATE)


class Fate(tuple[Step, ...]):
    """The steps a need went through until now."""

    __slots__ = ()

    @property
    def days(self) -> int:
        """How long ago it must have been sent for all of it to fit."""
        if Step.DATE_THAT_WAS in self:
            return 13
        return 2 + len(self) * 2


AT_THE_DESK = Fate()
ADDED_TO = Fate((Step.ADD,))
QUESTION = Fate((Step.ASK,))
ANSWERED = Fate((Step.ASK, Step.ANSWER))
WAITS_FOR_YES = Fate((Step.ROUTE,))
SAID_NO = Fate((Step.ROUTE, Step.NO))
WITH_SERVICE = Fate((Step.ROUTE, Step.YES))
SEEN = Fate(_SEEN)
ACCEPTED = Fate((*_SEEN, Step.ACCEPT))
DATE_SET = Fate(_DATED)
OTHER_TIME = Fate((*_DATED, Step.OTHER_TIME))
CANNOT_COME = Fate((*_DATED, Step.CANNOT_COME))
MOVED = Fate((*_DATED, Step.OTHER_TIME, Step.ANOTHER_DATE))
PAST_DATE = Fate((*_SEEN, Step.DATE_THAT_WAS))
MISSED = Fate((*_SEEN, Step.DATE_THAT_WAS, Step.MISSED))
DONE = Fate((*_SEEN, Step.DATE_THAT_WAS, Step.CAME, Step.FINISH))
HELPED = DONE
"""What became of a need of last month."""
NOT_POSSIBLE = Fate((*_SEEN, Step.NOT_POSSIBLE))
DESK_AGAIN = Fate((*_SEEN, Step.NOT_POSSIBLE, Step.DESK_AGAIN))
STOPPED = Fate((Step.STOP,))
STOPPED_LATE = Fate((Step.ROUTE, Step.YES, Step.STOP))
TWO_SERVICES = Fate((Step.ROUTE_TO_TWO, Step.YES, Step.LOOK))

UNDER_WAY = (
    DATE_SET, WAITS_FOR_YES, DONE,
    ACCEPTED, PAST_DATE, SEEN,
    OTHER_TIME, WITH_SERVICE, NOT_POSSIBLE,
    DATE_SET, SAID_NO, TWO_SERVICES,
    CANNOT_COME, DONE, MOVED,
    STOPPED_LATE, DATE_SET, PAST_DATE,
    DESK_AGAIN, DATE_SET, STOPPED,
    MISSED, DONE, PAST_DATE,
)  # fmt: skip
"""Given out in this order to what was sent some days ago."""
FRESH = (AT_THE_DESK, QUESTION, AT_THE_DESK, AT_THE_DESK, ANSWERED, AT_THE_DESK, ADDED_TO)
"""And to what was sent lately."""
