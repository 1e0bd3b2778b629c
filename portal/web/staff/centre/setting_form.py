"""What all forms have in which the centre sets itself: their fields, and the version they show."""

from collections.abc import Mapping
from typing import Any, ClassVar

from wtforms import (
    HiddenField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from portal.i18n import LANGUAGES
from portal.i18n import gettext as _
from portal.web.forms import StaffForm


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

    def texts(self, name: str) -> dict[str, str]:
        """What was typed in each language."""
        start = f"{name}_"
        typed = {key: one.data for key, one in self._fields.items() if key.startswith(start)}
        return {key.removeprefix(start): text or "" for key, text in typed.items()}


OURS = frozenset({"seen", "csrf_token"})
"""Fields that are no part of what is set."""


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
