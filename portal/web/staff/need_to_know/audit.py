"""The account of acts for auditors: searched, handed out as a file, and sampled at random."""

import csv
import io
from collections.abc import Mapping
from operator import itemgetter
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange

from portal.domain.acts import (
    SAMPLE_SIZES,
    Found,
    NoSuchWeek,
    NothingToDraw,
    WeekIsNotOver,
    name_of_week,
)
from portal.domain.refusals import NotYours, Refusal
from portal.domain.roles import Permission
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.i18n.dates import here
from portal.services.need_to_know import account_of_acts, samples
from portal.services.need_to_know.account_of_acts import PAGE, Asked
from portal.web import guards
from portal.web.bodies import GREATEST
from portal.web.forms import StaffForm
from portal.web.staff.need_to_know.acts_in_words import ACT

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

FOUND: Mapping[Found, str] = {
    Found.IN_ORDER: _l("in order"),
    Found.TO_TALK: _l("to be talked about"),
}
WORDS: Mapping[type[Refusal], str] = {
    NoSuchWeek: _l("There is no such week. Write it like 2026-W47."),
    WeekIsNotOver: _l("This week is not over. A look of tomorrow could never be drawn."),
    NothingToDraw: _l("Nobody of staff looked at anything in this week."),
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class DrawForm(StaffForm):
    """A week, and how many looks."""

    week = StringField(_l("Week"), [InputRequired(_l("Choose a week."))])
    size = IntegerField(
        _l("How many looks"),
        [
            InputRequired(_l("Write a whole number in digits.")),
            NumberRange(SAMPLE_SIZES[0], SAMPLE_SIZES[-1], _l("From 1 to 200.")),
        ],
    )


@blueprint.before_request
def _only_auditors() -> None:
    if not guards.signed_in().may(Permission.READ_AUDIT):
        raise NotYours


@blueprint.get("")
def search() -> ResponseReturnValue:
    """Acts by case, colleague, week and kind; looking is an act as well."""
    asked, wrong = _asked(request.args), None
    older = request.args.get("older", type=UUID)
    try:
        found = account_of_acts.search(
            guards.db(),
            guards.signed_in(),
            asked,
            now=guards.utc_now(),
            size=PAGE + 1,
            older_than=older,
        )
    except NoSuchWeek:
        found, wrong = [], WORDS[NoSuchWeek]
    return render_template(
        "staff/audit/search.html",
        asked=asked,
        wrong=wrong,
        acts=found[:PAGE],
        older=found[PAGE - 1].event.id if len(found) > PAGE else None,
        is_later_page=older is not None,
        kinds=sorted(((code, str(words)) for code, words in ACT.items()), key=itemgetter(1)),
        most=account_of_acts.MOST_EXPORTED,
        this_week=name_of_week(here(guards.utc_now()).date()),
    )


@blueprint.post("/export")
def export() -> ResponseReturnValue:
    """The same acts as a file; that it was taken out is an act as well."""
    asked = _asked(request.form)
    try:
        found, has_more = account_of_acts.export(
            guards.db(), guards.signed_in(), asked, now=guards.utc_now()
        )
    except NoSuchWeek:
        flash(str(WORDS[NoSuchWeek]), "warn")
        return redirect(url_for(".search"))
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(account_of_acts.COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in account_of_acts.rows_of(found))
    if has_more:
        writer.writerow([f"only the latest {account_of_acts.MOST_EXPORTED}; narrow the search"])
    return Response(
        table.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="acts.csv"'},
    )


@blueprint.route("/samples", methods=["GET", "POST"])
def drawn() -> ResponseReturnValue:
    """The samples that were drawn, and the form that draws one."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    form = DrawForm(data={"size": 20})
    if form.validate_on_submit():
        try:
            with guards.transaction() as changed:
                sample = samples.draw(
                    changed, acting, form.week.data or "", size=form.size.data or 0, now=now
                )
            return redirect(url_for(".sample", sample_id=sample.id))
        except tuple(WORDS) as refusal:
            form.refuse("week", WORDS[type(refusal)])
    return render_template(
        "staff/audit/samples.html", form=form, samples=samples.listed(session, acting)
    )


@blueprint.get("/samples/<uuid:sample_id>")
def sample(sample_id: UUID) -> ResponseReturnValue:
    """One sample: its looks, what was found of each, and whether it draws itself again."""
    shown = samples.look_at(guards.db(), guards.signed_in(), sample_id, now=guards.utc_now())
    return render_template("staff/audit/sample.html", shown=shown, found_words=FOUND, found=Found)


@blueprint.post(f"/samples/<uuid:sample_id>/<int(max={GREATEST}):place>")
def review(sample_id: UUID, place: int) -> ResponseReturnValue:
    """Mark one look of a sample."""
    marked = next((one for one in Found if one == request.form.get("found")), None)
    if marked is not None:
        with guards.transaction() as session:
            samples.review(
                session, guards.signed_in(), sample_id, place, marked, now=guards.utc_now()
            )
        flash(_("Marked."), "done")
    return redirect(url_for(".sample", sample_id=sample_id))


def _asked(sent: Mapping[str, str]) -> Asked:
    named = ("number", "who", "week", "kind")
    return Asked(**{name: sent.get(name, "").strip()[:80] for name in named})


def _harmless(cell: str) -> str:
    # A spreadsheet runs a cell that begins like a formula, and a colleague's name may.
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
