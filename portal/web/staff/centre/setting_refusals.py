"""What a setting is refused for, in words, and the field that is to blame."""

from collections.abc import Mapping

from portal.domain import centre as rules
from portal.domain.centre import Topic
from portal.domain.opening import HoursOverlap, HoursUpsideDown
from portal.domain.profiles import (
    DayTwice,
    DayUnreadable,
    FloorOutOfReach,
    HoursUnreadable,
    NoPlace,
    NoSuchLanguage,
    TooManyDays,
    WrongHours,
)
from portal.domain.refusals import Refusal
from portal.domain.retention import DaysOutOfReach, PagesOutliveFile
from portal.domain.separation import BufferOutOfReach
from portal.domain.visits.childcare import PlacesOutOfReach
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import LANGUAGES
from portal.i18n import lazy_gettext as _l

FIELD: Mapping[type[Refusal], str] = {
    rules.ClosesBeforeOpening: "closes",
    rules.NeverOpen: "weekdays",
    rules.NoLanguage: "codes",
    rules.NoSuchNumber: "number",
    rules.NumberTwice: "number",
    rules.LineIsFixed: "number",
    rules.CheckedTomorrow: "verified_on",
    NoPlace: "place",
    FloorOutOfReach: "floor",
    NoSuchLanguage: "languages",
    PlacesOutOfReach: "places",
    BufferOutOfReach: "minutes",
}
WHY_HOURS: Mapping[type[Refusal], str] = {
    HoursUnreadable: _l("Write hours like this: 09:00-12:00, 13:00-17:00."),
    HoursUpsideDown: _l("The end comes after the beginning, on the same day."),
    HoursOverlap: _l("These hours overlap. Write each hour once."),
    DayUnreadable: _l("Each line begins with a day of the calendar, such as 2026-12-24."),
    DayTwice: _l("The same day stands here twice. Write it in one line."),
    TooManyDays: _l("At most 400 days. Delete those that are over."),
}
WORDS: Mapping[type[Refusal], str] = {
    rules.ClosesBeforeOpening: _l("The end comes after the beginning, on the same day."),
    rules.NeverOpen: _l("Choose at least one day: a house that never opens can promise nothing."),
    rules.PromiseOutOfReach: _l("From 1 to %(most)s. A promise has to be one that you can keep."),
    rules.MoreUrgentIsSlower: _l("What is more urgent cannot wait longer than the next line."),
    rules.NoLanguage: _l("Choose at least one language."),
    rules.NoSuchNumber: _l("A telephone number has 3 to 18 digits, with a + before it at most."),
    rules.NumberTwice: _l("Another line has this number already."),
    rules.NoPurpose: _l("Say in at least one language what this number is for."),
    rules.CheckedTomorrow: _l("This day is still to come. Write the day on which somebody called."),
    rules.LineIsFixed: _l("The emergency numbers stay as they are, and are always shown."),
    rules.EmptyText: _l(
        "This text is empty in %(language)s. She would read a heading and nothing below it."
    ),
    rules.UnsafeExit: _l(
        "This must be the https address of a public page that anybody might look at, and not one "
        "of ours."
    ),
    rules.ChangedMeanwhile: _l(
        "A colleague changed this after you opened the page. What you typed stands here; open the "
        "page anew to see the other change."
    ),
    rules.NothingChanged: _l("This is what stands already. Nothing was changed."),
    DaysOutOfReach: _l("From %(least)s to %(most)s days."),
    PagesOutliveFile: _l("This cannot be kept longer than the file it belongs to."),
    NoPlace: _l("Write the place, or choose that it is not told before a date is set."),
    FloorOutOfReach: _l("Floors go from -9 to 99; 0 is the ground floor."),
    NoSuchLanguage: _l("Choose each language once."),
    WrongHours: _l("These hours cannot be read."),
    PlacesOutOfReach: _l("From 0 to 40 children at one time."),
    BufferOutOfReach: _l("From %(least)s to %(most)s minutes."),
    NothingWritten: _l("Nothing is written here yet."),
    TooLong: _l("Longer than %(limit)s characters. Nothing was lost: make it shorter."),
}


def refused(refusal: Refusal, topic: Topic) -> tuple[str | None, str]:
    """The field to blame, if one is, and the words beside it."""
    words = WORDS[type(refusal)]
    if isinstance(refusal, rules.PromiseOutOfReach):
        return f"{refusal.lane}_amount", words % {"most": refusal.most}
    if isinstance(refusal, rules.MoreUrgentIsSlower):
        return f"{refusal.lane}_amount", str(words)
    if isinstance(refusal, rules.EmptyText):
        name = None if topic is Topic.LANGUAGES else f"text_{refusal.language}"
        return name, words % {"language": LANGUAGES[refusal.language].name}
    if isinstance(refusal, rules.UnsafeExit):
        return f"text_{refusal.language}", str(words)
    if isinstance(refusal, DaysOutOfReach | PagesOutliveFile):
        return refusal.kind.value, words % vars(refusal)
    if isinstance(refusal, WrongHours):
        return refusal.where, str(WHY_HOURS[refusal.why])
    return FIELD.get(type(refusal)), str(words) % vars(refusal)
