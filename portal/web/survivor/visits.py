"""A visit that is proposed to her: yes to all of it, or which part does not suit; and when she can
come."""

from collections.abc import Container, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from portal.domain.availability import written_hours
from portal.domain.opening import Hours
from portal.domain.proposals import HOURS, PartOfDay
from portal.domain.refusals import NotFound, WrongState
from portal.i18n import dates, ngettext
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services import drafts
from portal.services.house import get_centre
from portal.services.visits import answering, closed_out, wishes
from portal.services.visits.wishes import HerWishes
from portal.web import guards
from portal.web.forms import PortalForm
from portal.web.survivor import unsent

blueprint = Blueprint("visits", __name__, url_prefix="/visit")

PARTS_OF_DAY: Mapping[PartOfDay, str] = {
    PartOfDay.ANY: _l("Every time is good"),
    PartOfDay.MORNING: _l("Before 12:00"),
    PartOfDay.AFTERNOON: _l("After 12:00"),
    PartOfDay.SCHOOL: _l("From 9:00 to 15:00"),
    PartOfDay.NEVER: _l("Not on this day"),
}
AS_AGREED = "agreed"
"""Hours that she told her contact person, which are none of these."""
LENGTHS = (0, 120, 180, 240)
MOST_CHILDREN_HERE = 6


class PartsForm(PortalForm):
    """The talks that do not suit. No reason is asked."""

    parts = SelectMultipleField(
        _l("Which talk does not suit?"),
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )


class WishesForm(PortalForm):
    """When she can come; all of it may stay as it is."""

    d0 = SelectField()
    d1 = SelectField()
    d2 = SelectField()
    d3 = SelectField()
    d4 = SelectField()
    d5 = SelectField()
    d6 = SelectField()
    longest = SelectField(_l("How long can you stay?"), coerce=int)
    children = SelectField(_l("Do children come with you?"), coerce=int)
    not_on = SelectMultipleField(
        _l("On which days can you not come?"),
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )


@blueprint.post("/<uuid:visit_id>/yes")
def agree(visit_id: UUID) -> ResponseReturnValue:
    """Yes to all talks that she saw."""
    count, said = request.form.get("a", 0, type=int), "visit"
    try:
        with guards.transaction() as session:
            acting, now = guards.signed_in(), guards.utc_now()
            if not answering.agree(session, acting, visit_id, count, now=now):
                said = "changed"
    except WrongState:
        said = "changed"
    return redirect(url_for("survivor.dates.show", said=said))


@blueprint.route("/<uuid:visit_id>/parts", methods=["GET", "POST"])
def refuse(visit_id: UUID) -> ResponseReturnValue:
    """Which talk does not suit; the contact person looks for another time."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    answering.check_hers(session, acting, visit_id)
    proposal = answering.find_hers(session, acting, now=now)
    if proposal is None or proposal.visit.id != visit_id:
        return redirect(url_for("survivor.dates.show", said="changed"))
    form = PartsForm(data=unsent.answers(unsent.PARTS))
    words = {
        str(part.appointment.id): f"{dates.weekday_time(part.starts_at)} · {part.service.name}"
        for part in proposal.parts
    }
    form.parts.choices = list(words.items())
    if form.is_for_later:
        return _keep(unsent.PARTS, form)
    if form.validate_on_submit():
        chosen = words.keys() & set(form.parts.data or ())
        if chosen:
            # What is kept of it stands on the page itself.
            return _refuse(visit_id, chosen, said="part" if chosen == words.keys() else "sent")
        form.refuse("parts", _("Choose a talk, or go back."))
    return render_template("survivor/visits/parts.html", form=form, proposal=proposal)


@blueprint.route("/when", methods=["GET", "POST"])
def when() -> ResponseReturnValue:
    """When she can come. She may leave everything as it is."""
    acting, now = guards.signed_in(), guards.utc_now()
    known = wishes.read(guards.db(), acting, acting.her_case_id, now=now)
    form, days = _form(known, now)
    if form.is_for_later:
        return _keep(unsent.WHEN, form)
    if form.validate_on_submit():
        with guards.transaction() as session:
            said = _said(form, known, days)
            drafts.forget(session, acting, unsent.WHEN)
            wishes.write(session, acting, acting.her_case_id, said, now=now)
            proposal = answering.find_hers(session, acting, now=now)
        is_held = closed_out.by_wishes(proposal, said)
        return redirect(url_for("survivor.dates.show", said="when_held" if is_held else "when"))
    open_on = get_centre(guards.db()).weekdays
    return render_template("survivor/visits/when.html", form=form, weekdays=open_on)


def _refuse(visit_id: UUID, chosen: set[str], *, said: str) -> ResponseReturnValue:
    try:
        with guards.transaction() as session:
            ids = {UUID(one) for one in chosen}
            drafts.forget(session, guards.signed_in(), unsent.PARTS)
            answering.refuse(session, guards.signed_in(), visit_id, ids, now=guards.utc_now())
    except (NotFound, WrongState):
        said = "changed"
    return redirect(url_for("survivor.dates.show", said=said))


def _keep(kind: str, form: PortalForm) -> ResponseReturnValue:
    with guards.transaction() as session:
        drafts.keep(session, guards.signed_in(), kind, form.data, now=guards.utc_now())
    return redirect(url_for("survivor.dates.show", said="kept"))


def _form(known: HerWishes, now: datetime) -> tuple[WishesForm, dict[str, str]]:
    """The form with what she kept or said before, and the days that it offers."""
    shown: dict[str, Any] = {"longest": known.longest_visit or 0, "children": known.children}
    shown["not_on"] = [day.isoformat() for day in known.not_on]
    shown |= {f"d{day}": _part(known, day) for day in range(7)}
    kept = unsent.answers(unsent.WHEN)
    form = WishesForm(data=shown | (kept or {}))
    offered = wishes.days_to_choose(guards.db(), now=now)
    days = {day.isoformat(): dates.date(day) for day in offered}
    form.not_on.choices = list(days.items())
    for number, name in enumerate(dates.weekdays("wide")):
        field = form[f"d{number}"]
        assert isinstance(field, SelectField)
        field.label.text = name
        choices = [(part.value, str(words)) for part, words in PARTS_OF_DAY.items()]
        if _part(known, number) == AS_AGREED:
            choices.append((AS_AGREED, written_hours(known.hours[number])))
        field.choices = choices
    longest = sorted({*LENGTHS, known.longest_visit or 0})
    form.longest.choices = [(minutes, _length(minutes)) for minutes in longest]
    most = max(MOST_CHILDREN_HERE, known.children)
    form.children.choices = [(number, _children(number)) for number in range(most + 1)]
    return form, days


def _part(known: HerWishes, day: int) -> str:
    said = known.hours.get(day)
    return next((part.value for part, hours in HOURS.items() if hours == said), AS_AGREED)


def _said(form: WishesForm, known: HerWishes, offered: Container[str]) -> HerWishes:
    hours: dict[int, Hours] = {}
    for day in range(7):
        said = form[f"d{day}"].data
        found = known.hours.get(day) if said == AS_AGREED else HOURS[PartOfDay(said)]
        if found is not None:
            hours[day] = found
    chosen = {date.fromisoformat(day) for day in form.not_on.data or () if day in offered}
    # Days further away, which this page does not show, stay as they are.
    chosen |= {day for day in known.not_on if day.isoformat() not in offered}
    return HerWishes(hours, tuple(sorted(chosen)), form.longest.data or None, form.children.data)


def _length(minutes: int) -> str:
    if not minutes:
        return _("As long as it takes")
    if minutes % 60:
        return ngettext("At most %(num)s minute", "At most %(num)s minutes", minutes)
    return ngettext("At most %(num)s hour", "At most %(num)s hours", minutes // 60)


def _children(number: int) -> str:
    return ngettext("%(num)s child", "%(num)s children", number) if number else _("No")
