"""The forms in which the centre sets itself, one a topic, and the words of what they refuse."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.domain import centre as rules
from portal.domain.centre import LegalText, Moment, Topic
from portal.domain.needs import Lane
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
from portal.domain.promises import Span
from portal.domain.refusals import Refusal
from portal.domain.retention import DaysOutOfReach, Kept, PagesOutliveFile, days_of
from portal.domain.separation import BufferOutOfReach
from portal.domain.visits.childcare import PlacesOutOfReach
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import LANGUAGES, dates
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.web.forms import StaffForm
from portal.web.staff.vocabulary.needs import LANE

TOPIC: Mapping[Topic, str] = {
    Topic.HOURS: _l("When somebody reads"),
    Topic.PROMISES: _l("Promised times"),
    Topic.LANGUAGES: _l("Languages of the pages"),
    Topic.SERVICE: _l("Services"),
    Topic.HELP_LINE: _l("Help lines"),
    Topic.LEGAL_TEXT: _l("Legal texts"),
    Topic.EXIT_PAGES: _l("Where leaving leads"),
    Topic.RETENTION: _l("How long things are kept"),
    Topic.CHILDCARE: _l("Who looks after children"),
    Topic.SEPARATION: _l("Time between two who must not meet"),
}
LEGAL: Mapping[LegalText, str] = {
    LegalText.PRIVACY: _l("What we do with personal data"),
    LegalText.RIGHTS: _l("Her rights, and where to complain"),
    LegalText.SECRECY: _l("Professional secrecy, on everything that leaves on paper"),
}
MOMENT: Mapping[Moment, str] = {
    Moment.NOT_SAFE: _l("when she is not safe or not sure"),
    Moment.FEELS_BAD: _l("when she feels very bad"),
}
KEPT: Mapping[Kept, str] = {
    Kept.QUIET_CARD: _l("Days without a visit until a card is frozen"),
    Kept.HER_PAGES: _l("Days from closing until her card opens nothing"),
    Kept.MESSAGES: _l("Days from closing until the messages are gone"),
    Kept.FILE: _l("Days from closing until the whole file is gone"),
    Kept.ACCOUNT_OF_ACTS: _l("Days until the facts of an act are gone"),
    Kept.BACKUPS: _l("Days until the key of a backup is destroyed"),
}
SPAN: Mapping[Span, str] = {
    Span.MINUTES: _l("minutes of opening time"),
    Span.WORKING_DAYS: _l("working days"),
}


class ClockField(TimeField):
    """A time of the day; whatever is none gets a sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the typed time."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("There is no such time. Hours go from 00:00 to 23:59.")) from None


class CountField(IntegerField):
    """A whole number; whatever is none gets a sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the typed number."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write a whole number in digits.")) from None


class ManyField(SelectMultipleField):
    """Check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SettingForm(StaffForm):
    """What all have: the number of the version that the page showed."""

    CHOICES: ClassVar[Mapping[str, Mapping[Any, Any]]] = {}
    seen = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in self.CHOICES.items():
            self[name].choices = list(words.items())

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """The fields as they stand, of a stored value."""
        return value

    def value(self) -> dict[str, Any]:
        """The stored value, of what was typed."""
        return {name: one.data for name, one in self._fields.items() if name not in OURS}


OURS = frozenset({"seen", "csrf_token"})
"""Fields that are no part of what is set."""


class HoursForm(SettingForm):
    """Days and hours in which somebody reads."""

    weekdays = ManyField(_l("Days"), coerce=int)
    opens = ClockField(_l("From"), [InputRequired(_l("Choose a time."))])
    closes = ClockField(_l("Until"), [InputRequired(_l("Choose a time."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weekdays.choices = list(enumerate(dates.weekdays("wide")))

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """Times as times."""
        clock = {name: time.fromisoformat(value[name]) for name in ("opens", "closes")}
        return {**value, **clock}

    def value(self) -> dict[str, Any]:
        """Times as text."""
        assert self.opens.data and self.closes.data
        return {
            "opens": self.opens.data.strftime("%H:%M"),
            "closes": self.closes.data.strftime("%H:%M"),
            "weekdays": self.weekdays.data or [],
        }


class PromisesForm(SettingForm):
    """An amount and a span for each lane; the fields are made below."""

    CHOICES: ClassVar = {f"{lane}_span": SPAN for lane in Lane}

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """Two fields of each pair."""
        amounts = {f"{lane}_amount": value[lane][0] for lane in Lane if lane in value}
        return amounts | {f"{lane}_span": value[lane][1] for lane in Lane if lane in value}

    def value(self) -> dict[str, Any]:
        """Each pair of two fields."""
        return {
            lane.value: [self[f"{lane}_amount"].data, self[f"{lane}_span"].data] for lane in Lane
        }


for _lane in Lane:
    setattr(
        PromisesForm,
        f"{_lane}_amount",
        CountField(LANE[_lane], [InputRequired(_l("Write a whole number in digits."))]),
    )
    setattr(PromisesForm, f"{_lane}_span", SelectField(_l("Counted in")))


class LanguagesForm(SettingForm):
    """The languages that are offered, and the one for whoever reads none of them."""

    codes = ManyField(_l("Offered"))
    first = SelectField(_l("For whoever reads none of these"))

    def offer(self, codes: tuple[str, ...]) -> None:
        """Those that this installation can speak."""
        self.codes.choices = self.first.choices = [(one, LANGUAGES[one].name) for one in codes]

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """The first of them is the fallback."""
        return {**value, "first": (value["codes"] or [""])[0]}

    def value(self) -> dict[str, Any]:
        """The fallback first."""
        rest = [code for code in self.codes.data or [] if code != self.first.data]
        return {"codes": [self.first.data, *rest]}


class RetentionForm(SettingForm):
    """A number of days for each kind of data; the fields are made below."""

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """The defaults where the centre set nothing."""
        return {kind.value: days for kind, days in days_of(value).items()}


for _kind in Kept:
    setattr(
        RetentionForm,
        _kind.value,
        CountField(KEPT[_kind], [InputRequired(_l("Write a whole number in digits."))]),
    )


class LineForm(SettingForm):
    """A help line. Words by language are added by `with_texts`."""

    CHOICES: ClassVar = {"moments": MOMENT}

    number = StringField(_l("Number"), [InputRequired(_l("Write the number."))])
    verified_on = DateField(_l("Somebody called and checked it on"), [Optional()])
    moments = ManyField(_l("Also shown"))
    hidden = BooleanField(_l("Do not show this line"))

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """The day as a day, words by language in fields of their own."""
        checked = value.get("verified_on")
        flat = {
            f"{name}_{code}": text
            for name in ("purpose", "hours")
            for code, text in value.get(name, {}).items()
        }
        return {**value, **flat, "verified_on": date.fromisoformat(checked) if checked else None}

    def value(self) -> dict[str, Any]:
        """The day as text, words by language in one place."""
        day = self.verified_on.data
        return {
            "number": self.number.data,
            "hidden": self.hidden.data,
            "moments": self.moments.data or [],
            "verified_on": day.isoformat() if day else None,
            "purpose": self.texts("purpose"),
            "hours": self.texts("hours"),
        }

    def texts(self, name: str) -> dict[str, str]:
        """What was typed in each language."""
        start = f"{name}_"
        typed = {key: one.data for key, one in self._fields.items() if key.startswith(start)}
        return {key.removeprefix(start): text or "" for key, text in typed.items()}


class ByLanguageForm(SettingForm):
    """One field for each language: legal texts and exit pages."""

    texts = LineForm.texts

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """One field for each."""
        return {f"text_{code}": text for code, text in value.items()}

    def value(self) -> dict[str, Any]:
        """One text for each."""
        return self.texts("text")


def with_texts(
    form: type[SettingForm], codes: tuple[str, ...], *, rows: bool, **labels: Any
) -> type[SettingForm]:
    """The same form with a field for each of these languages."""
    kind = TextAreaField if rows else StringField
    fields = {
        f"{name}_{code}": kind(f"{label} · {LANGUAGES[code].name}")
        for name, label in labels.items()
        for code in codes
    }
    return type(form.__name__, (form,), fields)


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
