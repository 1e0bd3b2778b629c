"""The interpreters of the house and their hours, kept by a coordinator."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.domain.availability import written_hours
from portal.domain.interpreters import (
    LONGEST_DIALECT,
    LONGEST_NAME,
    Means,
    NoLanguage,
    NoMeans,
    Sex,
)
from portal.domain.refusals import Refusal
from portal.domain.words import NothingWritten
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Interpreter
from portal.services.availability import hours
from portal.services.house import today_here
from portal.services.interpreters import people
from portal.services.interpreters.people import Kept
from portal.web import guards
from portal.web.forms import StaffForm, posted_id
from portal.web.staff.beside import did
from portal.web.staff.dates import interpreter_words as words
from portal.web.staff.dates.hours_forms import DayForm, WeekForm
from portal.web.staff.vocabulary.languages import interpreted_for_staff

blueprint = Blueprint("interpreter_list", __name__, url_prefix="/house/settings/interpreters")

_NAME = _l("Type the name. Survivors read the first word of it.")
WORDS: Mapping[type[Refusal], tuple[str, str]] = {
    NothingWritten: ("name", _NAME),
    NoLanguage: ("languages", _l("Choose one language or more.")),
    NoMeans: ("means", _l("Choose one or more.")),
}
# What is not offered is left out below, and nothing left gets our own words.
_SEVERAL: dict[str, Any] = {
    "widget": ListWidget(),
    "option_widget": CheckboxInput(),
    "validate_choice": False,
}


class InterpreterForm(StaffForm):
    """What is kept of an interpreter."""

    name = StringField(_l("Name"), [InputRequired(_NAME), Length(max=LONGEST_NAME)])
    sex = RadioField(_l("Woman or man"), [InputRequired(_l("Choose one."))])
    languages = SelectMultipleField(_l("Languages"), **_SEVERAL)
    dialects = StringField(_l("Dialects"), [Length(max=LONGEST_DIALECT)])
    means = SelectMultipleField(_l("How"), **_SEVERAL)
    town = StringField(_l("Lives in"), [Length(max=LONGEST_NAME)])
    active_until = DateField(_l("Last day of work"), [Optional()])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.sex.choices = [(one.value, said) for one, said in words.SEX.items()]
        self.languages.choices = list(interpreted_for_staff().items())
        self.means.choices = [(one.value, said) for one, said in words.MEANS.items()]

    def kept(self) -> Kept:
        """The same, as services take it."""
        return Kept(
            name=self.name.data or "",
            sex=Sex(self.sex.data),
            languages=tuple(self.languages.data or ()),
            means=tuple(one for one in Means if one.value in (self.means.data or ())),
            dialects=self.dialects.data,
            town=self.town.data,
            active_until=self.active_until.data,
        )


@blueprint.route("", methods=["GET", "POST"])
def listed() -> ResponseReturnValue:
    """All interpreters, and the form for one more."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    found = people.listed(session, acting)
    form = InterpreterForm()

    def add() -> None:
        people.add(guards.db(), acting, form.kept(), now=now)

    if form.validate_on_submit() and did(add, form, WORDS):
        flash(_("The interpreter is added."), "done")
        return redirect(url_for(".listed"))
    return render_template(
        "staff/interpreters/all.html",
        found=found,
        form=form,
        said=words.ALL,
        spoken=interpreted_for_staff(),
        today=today_here(session, now=now),
    )


@blueprint.route("/<uuid:interpreter_id>", methods=["GET", "POST"])
def one(interpreter_id: UUID) -> ResponseReturnValue:
    """One interpreter: what is kept, and the hours."""
    acting, now = guards.signed_in(), guards.utc_now()
    row = people.get(guards.db(), acting, interpreter_id)
    form = InterpreterForm(data=_as_kept(row))

    def change() -> None:
        people.change(guards.db(), acting, interpreter_id, form.kept(), now=now)

    if form.validate_on_submit() and did(change, form, WORDS):
        flash(_("The interpreter is changed."), "done")
        return redirect(url_for(".one", interpreter_id=interpreter_id))
    return _page(row, form=form)


@blueprint.post("/<uuid:interpreter_id>/hours")
def add_hours(interpreter_id: UUID) -> ResponseReturnValue:
    """The same hours every week."""
    session, acting = guards.db(), guards.signed_in()
    form = WeekForm()
    if form.saved_for(people.hours_of(session, acting, interpreter_id)):
        return _back(interpreter_id, _("The hours are saved."))
    return _page(people.get(session, acting, interpreter_id), week=form)


@blueprint.post("/<uuid:interpreter_id>/days")
def add_day(interpreter_id: UUID) -> ResponseReturnValue:
    """Other hours on one day, or none."""
    session, acting = guards.db(), guards.signed_in()
    form = DayForm()
    if form.saved_for(people.hours_of(session, acting, interpreter_id)):
        return _back(interpreter_id, _("The day is saved."))
    return _page(people.get(session, acting, interpreter_id), day=form)


@blueprint.post("/<uuid:interpreter_id>/change")
def remove_hours(interpreter_id: UUID) -> ResponseReturnValue:
    """Take hours or a day away."""
    row_id = posted_id("row")
    with guards.transaction() as session:
        acting = guards.signed_in()
        owner = people.hours_of(session, acting, interpreter_id)
        hours.remove(session, acting, owner, row_id, now=guards.utc_now())
    return _back(interpreter_id, _("These hours are taken away."))


def _back(interpreter_id: UUID, said: str) -> ResponseReturnValue:
    flash(said, "done")
    return redirect(url_for(".one", interpreter_id=interpreter_id))


def _as_kept(row: Interpreter) -> dict[str, Any]:
    names = ("name", "languages", "dialects", "means", "town", "active_until")
    return {**{name: getattr(row, name) for name in names}, "sex": row.sex.value}


def _page(row: Interpreter, **forms: StaffForm) -> ResponseReturnValue:
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    owner = people.hours_of(session, acting, row.id)
    return render_template(
        "staff/interpreters/one.html",
        row=row,
        form=forms.get("form") or InterpreterForm(formdata=None, data=_as_kept(row)),
        weeks=hours.weeks(session, owner, now=now),
        single_days=hours.exceptions(session, owner, now=now),
        written=written_hours,
        week=forms.get("week") or WeekForm(formdata=None),
        day=forms.get("day") or DayForm(formdata=None),
    )
