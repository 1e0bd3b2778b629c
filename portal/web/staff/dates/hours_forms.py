"""Hours as staff type them: of a week, of a single day; of oneself, a service, an interpreter."""

from typing import Any

from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length, Optional

from portal.domain.availability import read_hours
from portal.domain.opening import Hours, Pattern
from portal.i18n import dates
from portal.i18n import lazy_gettext as _l
from portal.services.availability import hours
from portal.services.availability.owners import Owner
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff.beside import did
from portal.web.staff.dates import calendar_words as words

MOST_TYPED = 100
_HOURS = [Length(max=MOST_TYPED)]


class WeekForm(StaffForm):
    """The hours of a week."""

    d0 = StringField("", _HOURS)
    d1 = StringField("", _HOURS)
    d2 = StringField("", _HOURS)
    d3 = StringField("", _HOURS)
    d4 = StringField("", _HOURS)
    d5 = StringField("", _HOURS)
    d6 = StringField("", _HOURS)
    first = DateField(_l("From which day"), [Optional()])
    last = DateField(_l("Until which day"), [Optional()])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        for number, name in enumerate(dates.weekdays("wide")):
            self[f"d{number}"].label.text = name

    def saved_for(self, owner: Owner) -> bool:
        """Whether these hours stand from now on; what is wrong stands beside its field."""
        if not self.validate_on_submit():
            return False
        week = {day: _read_beside(self, f"d{day}") for day in range(7)}
        if self.errors:
            return False
        pattern, acting = Pattern(week, self.first.data, self.last.data), guards.signed_in()
        return did(
            lambda: hours.add_pattern(guards.db(), acting, owner, pattern, now=guards.utc_now()),
            self,
            words.OF_PATTERN,
        )


class DayForm(StaffForm):
    """Other hours on one day."""

    day = DateField(_l("Day"), [InputRequired(_l("Choose a day."))])
    hours = StringField(_l("Hours of this day"), _HOURS)

    def saved_for(self, owner: Owner) -> bool:
        """Whether this day is another one from now on; what is wrong stands beside its field."""
        if not self.validate_on_submit():
            return False
        typed, acting, day = _read_beside(self, "hours"), guards.signed_in(), self.day.data
        assert day is not None
        if self.errors:
            return False
        return did(
            lambda: hours.add_exception(
                guards.db(), acting, owner, day, typed, now=guards.utc_now()
            ),
            self,
            words.OF_DAY,
        )


def _read_beside(form: StaffForm, name: str) -> Hours:
    """The hours in a field; what is wrong with them stands beside it."""
    try:
        return read_hours(form[name].data or "")
    except tuple(words.OF_HOURS) as refusal:
        form.refuse(name, words.OF_HOURS[type(refusal)])
        return ()
