"""Which form sets which topic, and a change in the words of that form."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, NamedTuple

from wtforms import BooleanField, Field, SelectField

from portal.domain.centre import Topic
from portal.i18n import dates
from portal.i18n import gettext as _
from portal.web import guards
from portal.web.staff.centre import house_forms as forms
from portal.web.staff.centre.separation_form import SeparationForm
from portal.web.staff.centre.service_form import ServiceForm, service_form
from portal.web.staff.centre.setting_form import OURS, SettingForm, with_texts
from portal.web.staff.centre.week_forms import ChildcareForm

_KINDS: Mapping[Topic, Callable[[], type[SettingForm]]] = {
    Topic.HOURS: lambda: forms.HoursForm,
    Topic.PROMISES: lambda: forms.PromisesForm,
    Topic.LANGUAGES: lambda: forms.LanguagesForm,
    Topic.SERVICE: service_form,
    Topic.HELP_LINE: lambda: with_texts(
        forms.LineForm,
        guards.offered_languages(),
        rows=False,
        purpose=_("What it is for"),
        hours=_("When somebody picks up"),
    ),
    Topic.LEGAL_TEXT: lambda: _by_language(rows=True, text=_("Text")),
    Topic.EXIT_PAGES: lambda: _by_language(rows=False, text=_("Address")),
    Topic.RETENTION: lambda: forms.RetentionForm,
    Topic.CHILDCARE: lambda: ChildcareForm,
    Topic.SEPARATION: lambda: SeparationForm,
}


class Difference(NamedTuple):
    """One field of a form, before a change and since then."""

    field: str
    before: str
    after: str


def form_of(topic: Topic, value: dict[str, Any], **shown: Any) -> SettingForm:
    """The form of a topic; it shows a stored value, until something is typed into it."""
    kind = _KINDS[topic]()
    form = kind(data={**kind(formdata=None).shown_of(value), **shown})
    if isinstance(form, forms.LanguagesForm):
        form.offer(guards.house().settings.languages)
    if isinstance(form, ServiceForm):
        form.offer(value["languages"])
    return form


def differences(
    topic: Topic, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> list[Difference]:
    """What a change changed, named as in the form; nothing stands for "as by itself"."""
    old, new = _said(topic, before), _said(topic, after)
    return [
        Difference(field, old.get(field, ""), new.get(field, ""))
        for field in {**old, **new}
        if old.get(field, "") != new.get(field, "")
    ]


def _said(topic: Topic, value: dict[str, Any] | None) -> dict[str, str]:
    # Of these every default is known; of the rest "as by itself" says enough.
    if not value and topic not in (Topic.RETENTION, Topic.SEPARATION):
        return {}
    fields = [one for one in form_of(topic, value or {}) if one.name not in OURS]
    return {_name_of(one, among=fields): _words(one) for one in fields}


def _name_of(field: Field, *, among: list[Field]) -> str:
    """Its label; with the label before it where several have the same, as "Counted in"."""
    words = str(field.label.text)
    if sum(str(one.label.text) == words for one in among) == 1:
        return words
    before = among[among.index(field) - 1]
    return f"{before.label.text}: {words}"


def _words(field: Field) -> str:
    data = field.data
    if isinstance(field, BooleanField):
        return _("yes") if data else _("no")
    if isinstance(field, SelectField):
        return ", ".join(
            str(words) for _, words, is_chosen, *_ in field.iter_choices() if is_chosen
        )
    if isinstance(data, time):
        return f"{data:%H:%M}"
    if isinstance(data, date):
        return dates.date(data)
    return "" if data is None else str(data)


def _by_language(**more: Any) -> type[SettingForm]:
    return with_texts(forms.ByLanguageForm, guards.offered_languages(), **more)
