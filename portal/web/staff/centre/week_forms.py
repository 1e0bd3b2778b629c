"""Forms in which hours are typed for each day of the week."""

from collections.abc import Mapping
from typing import Any

from wtforms import StringField
from wtforms.validators import Optional

from portal.domain.opening import WEEKDAYS
from portal.domain.profiles import WrongHours, read_hours, typed_hours
from portal.domain.refusals import Refusal
from portal.i18n import dates
from portal.i18n import lazy_gettext as _l
from portal.web.staff.centre.setting_form import CountField, SettingForm


class WeekForm(SettingForm):
    """Hours by weekday, as they are typed; the fields are made below."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, name in enumerate(dates.weekdays("wide")):
            self[f"hours_{day}"].label.text = name

    def week_of(self, stored: Mapping[str, Any]) -> dict[str, str]:
        """Stored hours in their fields."""
        return {f"hours_{day}": typed_hours(stored.get(str(day), ())) for day in WEEKDAYS}

    def week(self) -> dict[str, Any]:
        """Typed hours as they are stored. Raises WrongHours."""
        typed = {str(day): self._hours_of(f"hours_{day}") for day in WEEKDAYS}
        return {day: stored for day, stored in typed.items() if stored}

    def _hours_of(self, name: str) -> list[list[str]]:
        try:
            return read_hours(self[name].data or "")
        except Refusal as why:
            raise WrongHours(name, type(why)) from None


for _day in WEEKDAYS:
    setattr(WeekForm, f"hours_{_day}", StringField())


class ChildcareForm(WeekForm):
    """When children are looked after in the house, and how many at one time."""

    places = CountField(_l("Children at one time"), [Optional()])

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """Hours as they are typed."""
        return {"places": value.get("places", 0), **self.week_of(value.get("hours", {}))}

    def value(self) -> dict[str, Any]:
        """Hours as they are stored. Raises WrongHours."""
        return {"places": self.places.data or 0, "hours": self.week()}
