"""Times as she thinks of them: today, tomorrow, Tuesday 17:00, and beyond a week the whole date."""

from datetime import datetime, timedelta

from markupsafe import Markup

from portal.i18n import dates, gettext
from portal.web.templating import as_time

_A_WEEKDAY_IS_ENOUGH = timedelta(days=6)
_SURELY_NEAR = timedelta(days=5)


def near_day(moment: datetime, now: datetime) -> str | None:
    """ "Today" or "Tomorrow" on the clock of the centre, for dates so near."""
    days = (dates.here(moment).date() - dates.here(now).date()).days
    return {0: gettext("Today"), 1: gettext("Tomorrow")}.get(days)


def near_words(moment: datetime, now: datetime) -> str:
    """ "Tuesday 17:00", or the whole date where the weekday alone could mean another week."""
    is_near = abs(moment - now) < _SURELY_NEAR or (
        abs(dates.here(moment).date() - dates.here(now).date()) <= _A_WEEKDAY_IS_ENOUGH
    )
    return dates.weekday_time(moment) if is_near else dates.date_time(moment)


def near_time(moment: datetime, now: datetime) -> Markup:
    """The same, marked as a time and kept together in a sentence of another direction."""
    return as_time(moment, near_words(moment, now))
