"""How near a promised time is, and how staff say it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from portal.domain.needs import Lane
from portal.domain.promises import Promise, Span
from portal.i18n import dates, ngettext
from portal.i18n import lazy_gettext as _l
from portal.web.staff.vocabulary.needs import LANE


class Due(StrEnum):
    """How near a promised time is: lists say it as a word, a drawing and their order."""

    LATE = "late"
    TODAY = "today"
    CAN_WAIT = "can_wait"


DUE: Mapping[Due, str] = {
    Due.LATE: _l("Late"),
    Due.TODAY: _l("Today"),
    Due.CAN_WAIT: _l("Can wait"),
}
WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Due: DUE,
}
DRAWINGS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Due: {Due.LATE: "late", Due.TODAY: "today", Due.CAN_WAIT: "clock"},
}


def due(promised_at: datetime, now: datetime) -> Due:
    """Whether a promised time has passed, is still to come today, or can wait."""
    if promised_at < now:
        return Due.LATE
    same_day = dates.here(promised_at).date() == dates.here(now).date()
    return Due.TODAY if same_day else Due.CAN_WAIT


def lane_promise(lane: Lane, promise: Promise) -> str:
    """A lane with what this centre promises in it: "Red: within 30 minutes"."""
    name = LANE[lane]
    if promise.span is Span.MINUTES:
        return ngettext(
            "%(lane)s: within %(num)s minute",
            "%(lane)s: within %(num)s minutes",
            promise.amount,
            lane=name,
        )
    return ngettext(
        "%(lane)s: within %(num)s working day",
        "%(lane)s: within %(num)s working days",
        promise.amount,
        lane=name,
    )


def clock_time(moment: datetime, now: datetime) -> str:
    """A promised time as a clock time: "17:00" today, "Tuesday 17:00" this week, else the date."""
    apart = abs(dates.here(moment).date() - dates.here(now).date())
    if not apart:
        return dates.time(moment)
    near = moment > now and apart <= timedelta(days=6)
    return dates.weekday_time(moment) if near else dates.date_time(moment)
