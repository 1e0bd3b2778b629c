"""What the planner answers: visits, how a plan is ranked, and what could not be placed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from portal.domain.refusals import Refusal
from portal.domain.visits.house import Part


class TooManyTalks(Refusal):
    """More than `MOST_TALKS` at once: the exact plan would take too long. Plan some first."""


class Reason(StrEnum):
    """Why a talk has no place. The first that is true, in this order.

    None of them tells of the separation rule: where it alone is the cause, the reason is
    NO_COMMON_TIME, as it is whenever all who are needed have time but never the same.
    """

    NOBODY_DOES_IT = "nobody_does_it"
    LONGER_THAN_A_VISIT = "longer_than_a_visit"
    NO_WORKER_FREE = "no_worker_free"
    NO_ROOM_FREE = "no_room_free"
    NO_INTERPRETER_FREE = "no_interpreter_free"
    NO_CHILDCARE = "no_childcare"
    SHE_CANNOT_COME = "she_cannot_come"
    NO_COMMON_TIME = "no_common_time"
    NOT_BESIDE_THE_OTHERS = "not_beside_the_others"


@dataclass(frozen=True)
class NotPlaced:
    """A talk that this plan leaves out, and why."""

    referral: UUID
    reason: Reason


class Rank(NamedTuple):
    """The order of plans: the smaller the better, from the first number to the last."""

    left_out: int
    """Talks without a place."""
    visits: int
    """Days of coming, those of fixed parts included."""
    waiting: int
    """Minutes in the house between talks beyond those of walking, over all visits."""
    earliest: int
    """Minutes from the first day's midnight to the end of the visit, summed over the new talks."""
    floor_changes: int
    """How often two talks that follow each other in a visit are on different floors."""


@dataclass(frozen=True)
class Visit:
    """One coming to the house: what happens on one day, in order, fixed parts included."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Plan:
    """A way to give her talks their places."""

    visits: tuple[Visit, ...]
    left_out: tuple[NotPlaced, ...]
    rank: Rank

    @property
    def parts(self) -> tuple[Part, ...]:
        """All talks of all visits, in order of time."""
        return tuple(part for visit in self.visits for part in visit.parts)
