"""When a date may be set, and what may become of it."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.domain.refusals import Refusal

MIN_MINUTES = 5
MAX_MINUTES = 8 * 60
FURTHEST = timedelta(days=366)
STEP_SECONDS = 300


class AppointmentState(StrEnum):
    """Where a date is. She gives no reason for the two that are hers."""

    PROPOSED = "proposed"
    """Part of a visit that waits for her yes: its time is held, and nobody is told of it."""
    PLANNED = "planned"
    CANNOT_COME = "cannot_come"
    OTHER_TIME = "other_time"
    MOVED = "moved"
    CANCELLED = "cancelled"
    DONE = "done"
    NOT_COME = "not_come"
    """Staff's word for their own list. She never reads it: for her the date is over."""
    NOT_AGREED = "not_agreed"
    """It was proposed and came to nothing: no list shows it."""


MOVES: dict[AppointmentState, frozenset[AppointmentState]] = {
    AppointmentState.PROPOSED: frozenset({AppointmentState.PLANNED, AppointmentState.NOT_AGREED}),
    AppointmentState.PLANNED: frozenset(
        {
            AppointmentState.CANNOT_COME,
            AppointmentState.OTHER_TIME,
            AppointmentState.MOVED,
            AppointmentState.CANCELLED,
            AppointmentState.DONE,
            AppointmentState.NOT_COME,
        }
    ),
    # She may change her mind as long as nobody has answered.
    AppointmentState.CANNOT_COME: frozenset(
        {
            AppointmentState.PLANNED,
            AppointmentState.MOVED,
            AppointmentState.CANCELLED,
            # She came after all. Who said before that she cannot come is never noted as not come.
            AppointmentState.DONE,
        }
    ),
    AppointmentState.OTHER_TIME: frozenset(
        {
            AppointmentState.PLANNED,
            AppointmentState.CANNOT_COME,
            AppointmentState.MOVED,
            AppointmentState.CANCELLED,
            AppointmentState.DONE,
            AppointmentState.NOT_COME,
        }
    ),
    AppointmentState.MOVED: frozenset(),
    AppointmentState.CANCELLED: frozenset(),
    # What was noted by mistake is put right, as often as it takes.
    AppointmentState.DONE: frozenset({AppointmentState.NOT_COME}),
    AppointmentState.NOT_COME: frozenset({AppointmentState.DONE}),
    AppointmentState.NOT_AGREED: frozenset(),
}

STANDING = frozenset(
    {
        AppointmentState.PROPOSED,
        AppointmentState.PLANNED,
        AppointmentState.CANNOT_COME,
        AppointmentState.OTHER_TIME,
    }
)
"""States in which the time is still taken."""

OVER = frozenset({AppointmentState.DONE, AppointmentState.NOT_COME})
"""States that a service notes afterwards. What she is given says of both that the date is over."""

COMING = frozenset({AppointmentState.PLANNED, AppointmentState.OTHER_TIME})
"""States in which she is expected, unless another time comes first."""

SHE_ASKED = frozenset({AppointmentState.CANNOT_COME, AppointmentState.OTHER_TIME})
"""She said that she cannot come then, or wants another time: it is for the service to answer."""

IN_NO_LIST = frozenset({AppointmentState.MOVED, AppointmentState.NOT_AGREED})
"""Another one stands in its place, or it never was one."""

NOT_HERS = frozenset({AppointmentState.PROPOSED, AppointmentState.NOT_AGREED})
"""What is no date of hers: a proposed visit is a question to her, and stands apart."""


class NotOverYet(Refusal):
    """Whether somebody came is noted when the talk is over, not before."""


class TimeHasPassed(Refusal):
    """A date lies in the future."""


class TimeTooFar(Refusal):
    """A date lies within a year."""


class NoSuchTime(Refusal):
    """The clock skips this time when summer time begins."""


class TimeTwice(Refusal):
    """The clock shows this time twice when summer time ends: choose another."""


class LengthImpossible(Refusal):
    """A talk lasts from five minutes to eight hours."""


class OffTheStep(Refusal):
    """Dates begin and last in steps of five minutes."""


class Overlaps(Refusal):
    """She already has a date at this time."""


class ColleagueTaken(Refusal):
    """Who would meet her has another date at this time."""


def in_zone(wall: datetime, zone: ZoneInfo) -> datetime:
    """A clock time of the centre as a moment. Raises NoSuchTime or TimeTwice at a clock change."""
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    try:
        moment = first.astimezone(UTC)
    except OverflowError:
        # The first hours of year 1 lie before the first moment that UTC can name.
        raise TimeHasPassed from None
    if first.utcoffset() != second.utcoffset():
        skipped = moment.astimezone(zone).replace(tzinfo=None) != wall
        raise NoSuchTime if skipped else TimeTwice
    return moment


def check_date(starts_at: datetime, minutes: int, *, now: datetime) -> None:
    """Refuse a date that nobody could keep."""
    if starts_at <= now:
        raise TimeHasPassed
    if starts_at > now + FURTHEST:
        raise TimeTooFar
    if not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise LengthImpossible
    if starts_at.timestamp() % STEP_SECONDS or minutes * 60 % STEP_SECONDS:
        raise OffTheStep


def steps(starts_at: datetime, minutes: int) -> range:
    """The steps of five minutes, counted from 1970, that a date touches."""
    begins = int(starts_at.timestamp())
    return range(begins // STEP_SECONDS, -(-(begins + minutes * 60) // STEP_SECONDS))
