"""A visit that is proposed to her: how long its times are held, and what may become of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from portal.domain.opening import Hours
from portal.domain.refusals import Refusal
from portal.domain.services import ServiceKind
from portal.domain.spans import Span

HELD_FOR = timedelta(hours=48)
"""How long a proposed visit waits for her, unless its first talk comes before."""

FIRST_DAY, LAST_DAY = 2, 23
"""Days from today on which a visit may be planned: she must have time to read of it."""

MINUTES_OF_OTHERS = 45
MINUTES: dict[ServiceKind, int] = {
    ServiceKind.POLICE: 60,
    ServiceKind.PROSECUTOR: 30,
    ServiceKind.VICTIM_RECEPTION: 45,
    ServiceKind.HOUSE_OF_JUSTICE: 45,
    ServiceKind.LAWYER: 45,
    ServiceKind.SHELTER: 45,
    ServiceKind.HOUSING: 30,
    ServiceKind.WELFARE: 45,
    ServiceKind.CENTRE_WORK: 60,
    ServiceKind.YOUTH_CARE: 60,
    ServiceKind.CHILD_ABUSE: 60,
    ServiceKind.FAMILY_SUPPORT: 45,
    ServiceKind.COUNSELLING: 60,
    ServiceKind.MEDICAL: 30,
    ServiceKind.ADDICTION: 45,
    ServiceKind.MIGRATION: 45,
}
"""How long a first talk usually takes; who plans may say otherwise for each."""


class PartOfDay(StrEnum):
    """What she can say of a weekday with one tap."""

    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    SCHOOL = "school"
    NEVER = "never"


HOURS: dict[PartOfDay, Hours | None] = {
    PartOfDay.ANY: None,
    PartOfDay.MORNING: ((time.min, time(12)),),
    PartOfDay.AFTERNOON: ((time(12), time.min),),
    PartOfDay.SCHOOL: ((time(9), time(15)),),
    PartOfDay.NEVER: (),
}
"""The hours behind it; none where every time is good."""


class VisitState(StrEnum):
    """Where a proposed visit is."""

    PROPOSED = "proposed"
    PART_REFUSED = "part_refused"
    """A part does not suit her; the others are held until a new plan."""
    AGREED = "agreed"
    REFUSED = "refused"
    """No part suits her."""
    LAPSED = "lapsed"
    TAKEN_BACK = "taken_back"
    REPLACED = "replaced"
    """Another plan was sent in its place."""


MOVES: dict[VisitState, frozenset[VisitState]] = {
    VisitState.PROPOSED: frozenset(set(VisitState) - {VisitState.PROPOSED}),
    VisitState.PART_REFUSED: frozenset(
        {VisitState.LAPSED, VisitState.TAKEN_BACK, VisitState.REPLACED}
    ),
    VisitState.AGREED: frozenset(),
    VisitState.REFUSED: frozenset(),
    VisitState.LAPSED: frozenset(),
    VisitState.TAKEN_BACK: frozenset(),
    VisitState.REPLACED: frozenset(),
}


class PlanIsGone(Refusal):
    """Somebody else took one of its times, or something it was made from has changed."""


def lapses_at(starts: Iterable[datetime], *, now: datetime) -> datetime:
    """Until when times are held: two days, or until the first talk if that comes before."""
    return min([now + HELD_FOR, *starts])


def minutes_of(kind: ServiceKind) -> int:
    """How long a first talk with such a service usually takes."""
    return MINUTES.get(kind, MINUTES_OF_OTHERS)


def waits(talks: Sequence[Span]) -> tuple[int, ...]:
    """Minutes from the end of each talk of a day to the next one; nothing after the last."""
    gaps = (after.starts_at - one.ends_at for one, after in pairwise(talks))
    return (*(max(0, int(gap.total_seconds()) // 60) for gap in gaps), 0)
