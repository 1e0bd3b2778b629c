"""What a coordinator fills in about a colleague."""

from collections.abc import Mapping
from typing import Any

from wtforms import DateField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.i18n import lazy_gettext as _l
from portal.services.colleagues.again import Lost
from portal.web.forms import StaffForm

LOST: Mapping[Lost, str] = {
    Lost.SECOND_FACTOR: _l("Only the second factor; the pass phrase is still known"),
    Lost.EVERYTHING: _l("The pass phrase too"),
}
_WHY = [InputRequired(_l("Say why: the other coordinator reads it.")), Length(max=8000)]


class GiveRoleForm(StaffForm):
    """Which role, and where."""

    role = SelectField(_l("Role"))
    service = SelectField(_l("Service"))


class TrainingForm(StaffForm):
    """Until when a training counts."""

    trained_until = DateField(_l("Training counts until"), [Optional()])


class AskRoleForm(StaffForm):
    """Which role, and why."""

    role = HiddenField()
    reason = TextAreaField(_l("Why"), _WHY)


class LossForm(StaffForm):
    """What is gone, and how one knows that it is really she who asks."""

    lost = RadioField(_l("What is lost"))
    reason = TextAreaField(_l("Why, and how you know that it is your colleague who asks"), _WHY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lost.choices = [(one.value, LOST[one]) for one in Lost]
