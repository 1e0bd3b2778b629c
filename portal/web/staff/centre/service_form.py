"""The form in which staff say what a service is, where, when, for whom and in which words."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from portal.domain.profiles import (
    Profile,
    Text,
    read_exceptions,
    typed_exceptions,
)
from portal.domain.services import SPOKEN, Cost, PlaceKind, ServiceKind, ServiceState
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.web import guards
from portal.web.staff.centre.setting_form import CountField, ManyField, SettingForm, with_texts
from portal.web.staff.centre.week_forms import WeekForm
from portal.web.staff.vocabulary.languages import language_for_staff
from portal.web.staff.vocabulary.services import COST, PLACE_KIND, SERVICE_KIND, SERVICE_STATE

TEXT: Mapping[Text, str] = {
    Text.FOR_WHOM: _l("Who it is for"),
    Text.BRING: _l("What to bring"),
    Text.COST: _l("What it costs, in words"),
}
NEW_SERVICE: Profile = {
    "kind": ServiceKind.OTHER.value,
    "state": ServiceState.OPEN.value,
    "name": "",
    "languages": [],
    "place_kind": PlaceKind.IN_HOUSE.value,
    "floor": None,
    "place": "",
    "hours": {},
    "exceptions": {},
    "cost": Cost.UNSAID.value,
    "texts": {},
    "notices": {},
}


class ServiceForm(WeekForm):
    """What a service says of itself. Words by language are added by `service_form`."""

    CHOICES: ClassVar = {
        "state": SERVICE_STATE,
        "kind": SERVICE_KIND,
        "place_kind": PLACE_KIND,
        "cost": COST,
    }
    name = StringField(_l("Name"), [InputRequired(_l("Write the name."))])
    kind = SelectField(_l("Kind of service"))
    state = SelectField(_l("State"))
    languages = ManyField(_l("Spoken there"))
    place_kind = SelectField(_l("Where she is met"))
    floor = CountField(_l("Floor"), [Optional()])
    place = StringField(_l("Desk or room"))
    exceptions = TextAreaField(_l("Other hours on single days"))
    cost = SelectField(_l("Cost"))

    def offer(self, own: Iterable[str]) -> None:
        """The languages to choose from, and whichever else is spoken there."""
        codes = dict.fromkeys((*SPOKEN, *own))
        self.languages.choices = [(code, language_for_staff(code)) for code in codes]

    def shown_of(self, value: dict[str, Any]) -> dict[str, Any]:
        """Hours as they are typed, words by language in fields of their own."""
        flat = {f"notice_{code}": text for code, text in value["notices"].items()}
        for kind, said in value["texts"].items():
            flat |= {f"{kind}_{code}": text for code, text in said.items()}
        days = typed_exceptions(value["exceptions"])
        return {**value, **flat, **self.week_of(value["hours"]), "exceptions": days}

    def value(self) -> dict[str, Any]:
        """Hours as they are stored, words by language in one place. Raises WrongHours."""
        plain = ("name", "kind", "state", "place_kind", "floor", "place", "cost")
        return {
            **{name: self[name].data for name in plain},
            "languages": self.languages.data or [],
            "hours": self.week(),
            "exceptions": read_exceptions(self.exceptions.data or ""),
            "texts": {kind.value: self.texts(kind) for kind in Text},
            "notices": self.texts("notice"),
        }


def service_form() -> type[SettingForm]:
    """The form with a field for each text in each language that the house offers."""
    labels = {kind.value: str(words) for kind, words in TEXT.items()}
    labels["notice"] = _("What she reads while it takes no requests")
    return with_texts(ServiceForm, guards.offered_languages(), rows=True, **labels)
