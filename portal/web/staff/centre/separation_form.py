"""The form in which the centre sets how far apart two people are kept who must not meet."""

from datetime import timedelta
from typing import Any

from wtforms.validators import InputRequired

from portal.domain.separation import buffer_of
from portal.i18n import lazy_gettext as _l
from portal.web.staff.centre.setting_form import CountField, SettingForm


class SeparationForm(SettingForm):
    """The minutes between any two who must not meet."""

    minutes = CountField(
        _l("Minutes from the leaving of the one to the coming of the other"),
        [InputRequired(_l("Write a whole number in digits."))],
    )

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """The usual hour where the centre set nothing."""
        return {"minutes": buffer_of(value) // timedelta(minutes=1)}
