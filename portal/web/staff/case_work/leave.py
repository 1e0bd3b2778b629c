"""One's own days away: until when, and who answers meanwhile."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from portal.domain.leave import (
    CannotStandIn,
    LeaveEndsTooEarly,
    LeaveIsOver,
    LeaveNeedsAnEnd,
    LeaveOverlaps,
    NeitherAnswers,
    NoSecondReader,
    NoStandIn,
    StandInIsAway,
    StandInOnlyReads,
)
from portal.domain.refusals import Refusal
from portal.domain.roles import Role
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.i18n import ngettext
from portal.services.case_work import cover, leave, readers
from portal.services.colleagues import staff
from portal.web import guards
from portal.web.forms import StaffForm

blueprint = Blueprint("leave", __name__, url_prefix="/me/away")

OWN = "own"
"""Each file keeps the stand-in that it has."""

NEITHER_ANSWERS = _l(
    "On some days ahead neither of the two would answer in a file. Choose somebody else."
)
WORDS: Mapping[type[Refusal], tuple[str, str]] = {
    LeaveNeedsAnEnd: ("away_until", _l("Say until when, so that nobody waits for you.")),
    LeaveEndsTooEarly: ("away_until", _l("This day lies before the first one.")),
    LeaveIsOver: ("away_until", _l("This day has passed.")),
    LeaveOverlaps: ("away_from", _l("You are away on some of these days already.")),
    CannotStandIn: ("stand_in", _l("This colleague cannot stand in. Choose somebody else.")),
    StandInIsAway: (
        "stand_in",
        _l(
            "%(name)s is on leave too on some of these days, and shares open files with you. "
            "Choose somebody else, or ask your coordinator."
        ),
    ),
    StandInOnlyReads: (
        "stand_in",
        _l(
            "%(name)s may only read on some of these days, and shares open files with you. Choose "
            "somebody else, or ask your coordinator."
        ),
    ),
    NeitherAnswers: ("stand_in", NEITHER_ANSWERS),
    NoStandIn: ("stand_in", ""),
    NoSecondReader: ("stand_in", ""),
}


class AwayForm(StaffForm):
    """The days on which somebody else answers, and who does."""

    away_from = DateField(_l("First day away"), [Optional()])
    away_until = DateField(_l("Last day away"), [Optional()])
    stand_in = SelectField(_l("Who answers meanwhile"))


@blueprint.route("", methods=["GET", "POST"])
def away() -> ResponseReturnValue:
    """Say from when until when one is away; survivors read who stands in."""
    acting, now = guards.signed_in(), guards.utc_now()
    form = _form()
    if form.validate_on_submit():
        chosen = form.stand_in.data
        try:
            with guards.transaction() as session:
                cover.plan_leave(
                    session,
                    acting,
                    form.away_from.data,
                    form.away_until.data,
                    stand_in_id=None if chosen == OWN else UUID(chosen),
                    now=now,
                )
        except tuple(WORDS) as refusal:
            refuse(form, refusal)
        else:
            flash(_("Saved. Survivors read who answers."), "done")
            return redirect(url_for(".away"))
    session = guards.db()
    return render_template(
        "staff/account/away.html",
        form=form,
        days=leave.coming(session, acting, now=now),
        shares=readers.shares(session, acting.account_id),
    )


@blueprint.post("/<uuid:leave_id>/back")
def take_back(leave_id: UUID) -> ResponseReturnValue:
    """Back, or not going after all."""
    with guards.transaction() as session:
        leave.take_back(session, guards.signed_in(), leave_id, now=guards.utc_now())
    flash(_("These days away are taken back. You answer again."), "done")
    return redirect(url_for(".away"))


def refuse(form: StaffForm, refusal: Refusal) -> None:
    """Say what is wrong with days away beside its field."""
    name, words = WORDS[type(refusal)]
    if isinstance(refusal, StandInIsAway | StandInOnlyReads):
        words = words % {"name": refusal.name}
    if isinstance(refusal, NoStandIn):
        words = ngettext(
            "%(name)s has left, so %(num)s file of yours would have no reader. Choose somebody "
            "else.",
            "%(name)s has left, so %(num)s files of yours would have no reader. Choose somebody "
            "else.",
            refusal.count,
            name=refusal.name,
        )
    if isinstance(refusal, NoSecondReader):
        words = ngettext(
            "%(num)s file has no second reader yet. Choose somebody who stands in.",
            "%(num)s files have no second reader yet. Choose somebody who stands in.",
            refusal.count,
        )
    form.refuse(name, words)


def colleagues(*but: UUID) -> list[tuple[str, str]]:
    """The case directors of the house as choices, but for these."""
    found = staff.with_role(guards.db(), Role.CASE_DIRECTOR)
    return [(str(one.account_id), one.name) for one in found if one.account_id not in but]


def _form() -> AwayForm:
    form = AwayForm()
    form.stand_in.choices = [
        (OWN, _("In each file its own stand-in")),
        *colleagues(guards.signed_in().account_id),
    ]
    return form
