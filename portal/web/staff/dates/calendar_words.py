"""What staff read about hours, rooms and calendars: troubles, and refusals beside their fields."""

from collections.abc import Mapping

from portal.domain.availability import DayHasPassed, DayTwice, NoHours, NotHours, TooManyHours
from portal.domain.calendars import (
    AddressNotSafe,
    AddressUnusable,
    CalendarKind,
    CalendarTwice,
    NeedsSignIn,
    TooManyCalendars,
    Trouble,
)
from portal.domain.opening import HoursOverlap, HoursUpsideDown, PatternUpsideDown
from portal.domain.refusals import Refusal
from portal.domain.words import TooLong
from portal.i18n import lazy_gettext as _l

OF_HOURS: Mapping[type[Refusal], str] = {
    NotHours: _l("Write hours as 9:00-12:00, in steps of 5 minutes, with commas between them."),
    TooManyHours: _l("At most four stretches of time in one day."),
    HoursUpsideDown: _l("These hours end before they begin."),
    HoursOverlap: _l("Two of these hours overlap."),
}
OF_PATTERN: Mapping[type[Refusal], tuple[str, str]] = {
    NoHours: ("d0", _l("Write hours for at least one day of the week.")),
    PatternUpsideDown: ("last", _l("This day lies before the first one.")),
}
OF_DAY: Mapping[type[Refusal], tuple[str, str]] = {
    DayTwice: ("day", _l("This day has hours of its own already. Take them away first.")),
    DayHasPassed: ("day", _l("This day has passed.")),
}
OF_CALENDAR: Mapping[type[Refusal], tuple[str, str]] = {
    AddressNotSafe: ("url", _l("A calendar is only reached by an address that begins with https.")),
    AddressUnusable: (
        "url",
        _l("This is no address of a calendar. Copy it from the settings of your calendar."),
    ),
    NeedsSignIn: ("name", _l("This kind of calendar needs a name and a pass word.")),
    TooLong: ("secret", _l("At most 300 characters. Nothing was cut.")),
    CalendarTwice: ("url", _l("This calendar is here already.")),
    TooManyCalendars: ("url", _l("Five calendars are here already. Take one out first.")),
}
KIND: Mapping[CalendarKind, str] = {
    CalendarKind.CALDAV: _l("CalDAV: busy times come in, our dates go out"),
    CalendarKind.LINK: _l("Link to a calendar file: busy times come in, nothing goes out"),
}
TROUBLE: Mapping[Trouble, str] = {
    Trouble.NO_SUCH_HOST: _l("There is no server with this name."),
    Trouble.NOT_REACHED: _l("The server does not answer."),
    Trouble.TOO_SLOW: _l("The server answers too slowly."),
    Trouble.NOT_LET_IN: _l("The server refuses the name or the pass word."),
    Trouble.NOT_THERE: _l("The server has no calendar at this address any more."),
    Trouble.SERVER_FAILED: _l("The server says that it has a fault of its own."),
    Trouble.LEADS_ELSEWHERE: _l("The server sends us to another address. We do not follow."),
    Trouble.INSIDE_THE_HOUSE: _l(
        "This address leads into a private network. Who runs the portal must allow it first."
    ),
    Trouble.UNSAFE_ANSWER: _l("The server gave an answer that is not safe to read."),
    Trouble.NOT_A_CALENDAR: _l("What the server gave is no calendar, or it is broken."),
    Trouble.ANOTHERS: _l("The server gave entries of another calendar. Nothing of it was used."),
    Trouble.TOO_LARGE: _l("The calendar is too large to read."),
    Trouble.ONLY_READABLE: _l("The calendar can be read, but our dates cannot be written there."),
    Trouble.LOCKED: _l("The key of the house is new: take this calendar out and add it again."),
}
