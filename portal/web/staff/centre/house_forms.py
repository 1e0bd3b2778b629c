"""The forms in which the centre sets itself, one a topic."""

from datetime import date, time
from typing import Any, ClassVar

from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from portal.domain.needs import Lane
from portal.domain.retention import Kept, days_of
from portal.i18n import LANGUAGES, dates
from portal.i18n import lazy_gettext as _l
from portal.web.staff.centre.setting_form import ClockField, CountField, ManyField, SettingForm
from portal.web.staff.centre.setting_words import KEPT, MOMENT, SPAN
from portal.web.staff.vocabulary.needs import LANE


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
        """The fallback first; where nothing is ticked it does not stand in for all the others."""
        ticked = self.codes.data or []
        rest = [code for code in ticked if code != self.first.data]
        return {"codes": [self.first.data, *rest] if ticked else []}


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


class ByLanguageForm(SettingForm):
    """One field for each language: legal texts and exit pages."""

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """One field for each."""
        return {f"text_{code}": text for code, text in value.items()}

    def value(self) -> dict[str, Any]:
        """One text for each."""
        return self.texts("text")
