"""What she wishes for when she comes, as her case team asks it of her and writes it down."""

from collections.abc import Container, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, SelectMultipleField, StringField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.domain.availability import NotHours, TooManyHours, read_hours, written_hours
from portal.domain.opening import Hours, HoursOverlap, HoursUpsideDown
from portal.domain.refusals import Refusal
from portal.i18n import dates
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.case_work import cases
from portal.services.visits import answering, closed_out, wishes
from portal.services.visits.wishes import MOST_CHILDREN, HerWishes
from portal.web import guards
from portal.web.forms import StaffForm

blueprint = Blueprint("visit_wishes", __name__, url_prefix="/cases/<uuid:case_id>/visit-wishes")

NEVER = "-"
"""What stands in the field of a weekday on which she cannot come at all."""
WORDS: Mapping[type[Refusal], str] = {
    NotHours: _l("Write hours as 9:00-12:00, with commas between them, or - for not at all."),
    TooManyHours: _l("At most four stretches of time in one day."),
    HoursUpsideDown: _l("These hours end before they begin."),
    HoursOverlap: _l("Two of these hours overlap."),
}


class WishesForm(StaffForm):
    """Hours by weekday, single days, the longest visit, and children who come along."""

    d0 = StringField()
    d1 = StringField()
    d2 = StringField()
    d3 = StringField()
    d4 = StringField()
    d5 = StringField()
    d6 = StringField()
    not_on = SelectMultipleField(
        _l("Not on these days"),
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    longest = IntegerField(
        _l("At most how many minutes from the first talk to the last"),
        [Optional(), NumberRange(20, 600, _l("From 20 to 600 minutes, or empty."))],
    )
    children = IntegerField(
        _l("Children who come along"),
        [Optional(), NumberRange(0, MOST_CHILDREN, _l("From 0 to 12 children."))],
    )


@blueprint.route("", methods=["GET", "POST"])
def show(case_id: UUID) -> ResponseReturnValue:
    """What she said; a colleague of her team changes it when she says so."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    case = cases.get_case(session, acting, case_id)
    name, _language = cases.contact_card(session, acting, case, purpose="visit", now=now)
    known = wishes.read(session, acting, case_id, now=now)
    form = WishesForm(data=_shown(known))
    days = wishes.days_to_choose(session, now=now)
    offered = {day.isoformat(): dates.date(day) for day in days}
    form.not_on.choices = list(offered.items())
    for number, day in enumerate(dates.weekdays("wide")):
        form[f"d{number}"].label.text = day
    if form.is_submitted():
        # Everything that is wrong is said at once.
        form.validate()
        said = _said(form, known, offered)
        if said is not None:
            with guards.transaction() as writing:
                wishes.write(writing, acting, case_id, said, now=now)
            if closed_out.by_wishes(answering.find(session, case_id, now=now), said):
                flash(_("A time that is held for her does not suit her now. Plan again."), "warn")
            flash(_("Kept. She reads the same on her own page, and can change it."), "done")
            return redirect(url_for("staff.inside.visits.show", case_id=case_id))
    return render_template("staff/visits/wishes.html", case=case, name=name, form=form)


def _shown(said: HerWishes) -> dict[str, Any]:
    hours = {
        f"d{day}": written_hours(of) if of else NEVER for day, of in sorted(said.hours.items())
    }
    return {
        **hours,
        "not_on": [day.isoformat() for day in said.not_on],
        "longest": said.longest_visit,
        "children": said.children or None,
    }


def _said(form: WishesForm, known: HerWishes, offered: Container[str]) -> HerWishes | None:
    """What was typed, unless some hours are wrong."""
    hours: dict[int, Hours] = {}
    for number in range(7):
        typed = (form[f"d{number}"].data or "").strip()
        if not typed:
            continue
        try:
            hours[number] = () if typed == NEVER else read_hours(typed)
        except tuple(WORDS) as refusal:
            form.refuse(f"d{number}", WORDS[type(refusal)])
    if form.errors:
        return None
    chosen = {date.fromisoformat(day) for day in form.not_on.data or () if day in offered}
    # Days further away, which this page does not show, stay as they are.
    chosen |= {day for day in known.not_on if day.isoformat() not in offered}
    return HerWishes(
        hours=hours,
        not_on=tuple(sorted(chosen)),
        longest_visit=form.longest.data,
        children=form.children.data or 0,
    )
