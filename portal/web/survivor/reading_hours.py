"""When somebody reads what she writes: said wherever she could think that somebody does."""

from dataclasses import dataclass
from datetime import datetime, time

from portal.services.house import get_centre, opening_hours
from portal.web import guards


@dataclass(frozen=True)
class ReadingHours:
    """From when until when somebody reads, and whether that is now."""

    opens: time
    closes: time
    is_open: bool
    next_at: datetime


def reading_hours(*, now: datetime) -> ReadingHours:
    """The centre's own hours at this moment."""
    centre = guards.whereabouts().centre or get_centre(guards.db())
    hours = opening_hours(centre, now=now)
    return ReadingHours(
        opens=centre.opens,
        closes=centre.closes,
        is_open=hours.is_open(now),
        next_at=hours.next_opening(now),
    )
