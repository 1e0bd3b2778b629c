"""Who must not meet in the house: coordinators and moderators say it, look at it and end it.

Numbers of files go by POST alone: two of them in the addresses of a server's log would be a link.
"""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.domain.kept_apart import ApartAlready, SameCase, TooManyApart
from portal.domain.refusals import NotFound, NotYours, Refusal
from portal.domain.roles import Permission
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Case
from portal.services.dates import kept_apart, separation
from portal.services.dates.kept_apart import Link
from portal.services.house import HouseNotReady
from portal.services.keys.halves import KeyNotHandedOver
from portal.web import guards
from portal.web.forms import StaffForm, posted_id
from portal.web.staff import proof
from portal.web.staff.moderation.refusals import WORDS as DECISION_WORDS

blueprint = Blueprint("kept_apart", __name__, url_prefix="/apart")

_NO_FILE = _l("No open file has this number.")
_NUMBER = [InputRequired(_l("Type the number of the file.")), Length(max=40)]
WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    SameCase: ("second", _l("Both numbers are of one file.")),
    ApartAlready: ("second", _l("These two are kept apart already.")),
    TooManyApart: (None, _l("One of these files is kept apart from eight others already.")),
    NothingWritten: ("words", _l("Say why. Only coordinators and moderators can read it.")),
    TooLong: ("words", _l("Longer than 1,000 characters. Nothing was lost: make it shorter.")),
    HouseNotReady: (
        None,
        _l("Coordinators or moderators have no key yet, so nothing can be sealed to them."),
    ),
    KeyNotHandedOver: (None, DECISION_WORDS[KeyNotHandedOver]),
}


class LookForm(StaffForm):
    """A file, to see from whom it is kept apart."""

    number = StringField(_l("Case number"), _NUMBER)


class LayForm(StaffForm):
    """Two files, and why their owners must not meet."""

    first = StringField(_l("Number of the one file"), _NUMBER)
    second = StringField(_l("Number of the other file"), _NUMBER)
    words = TextAreaField(
        _l("Why they must not meet"),
        [InputRequired(_l("Say why. Only coordinators and moderators can read it."))],
    )


@blueprint.get("")
def page() -> ResponseReturnValue:
    """What can be said and asked here; nothing is opened yet."""
    return _page()


@blueprint.post("/look")
def look() -> ResponseReturnValue:
    """From whom the owner of one file is kept apart."""
    form = LookForm()
    if not form.validate_on_submit():
        return _page(look_form=form)
    number, now = form.number.data or "", guards.utc_now()
    try:
        found = kept_apart.of_case(guards.db(), guards.signed_in(), number, now=now)
    except NotFound:
        form.refuse("number", _NO_FILE)
    except KeyNotHandedOver as refusal:
        form.refuse(None, WORDS[type(refusal)][1])
    else:
        return _page(look_form=form, found=found)
    return _page(look_form=form)


@blueprint.post("/lay")
def lay() -> ResponseReturnValue:
    """Two people must not meet from now on."""
    form = LayForm()
    if not form.validate_on_submit():
        return _page(lay_form=form)
    first, second = form.first.data or "", form.second.data or ""
    try:
        with guards.transaction() as session:
            kept_apart.lay(
                session,
                guards.signed_in(),
                first,
                second,
                reason=form.words.data or "",
                now=guards.utc_now(),
            )
    except kept_apart.NoSuchFile as refusal:
        form.refuse("second" if refusal.is_second else "first", _NO_FILE)
    except tuple(WORDS) as refusal:
        form.refuse(*WORDS[type(refusal)])
    else:
        flash(_("From now on no date of the one comes near a date of the other."), "done")
        return redirect(url_for(".page"))
    return _page(lay_form=form)


@blueprint.post("/end")
def end() -> ResponseReturnValue:
    """The two may meet again."""
    link_id = posted_id("link")
    number, now = request.form.get("number", "")[:40], guards.utc_now()
    try:
        with guards.transaction() as session:
            kept_apart.end(session, guards.signed_in(), number, link_id, now=now)
    except KeyNotHandedOver as refusal:
        flash(str(WORDS[type(refusal)][1]), "warn")
    else:
        flash(_("They are no longer kept apart."), "done")
    return redirect(url_for(".page"))


def _page(
    *,
    look_form: LookForm | None = None,
    lay_form: LayForm | None = None,
    found: tuple[Case, list[Link]] | None = None,
) -> ResponseReturnValue:
    acting = guards.signed_in()
    if not acting.may(Permission.KEEP_APART):
        raise NotYours
    return render_template(
        "staff/dates/kept_apart.html",
        look_form=look_form or LookForm(formdata=None),
        lay_form=lay_form or LayForm(formdata=None),
        found=found,
        minutes=separation.buffer(guards.db()) // timedelta(minutes=1),
        is_fresh=proof.is_fresh(),
        may_ask=acting.may(Permission.ASK_SEPARATION_OVERRIDE),
    )
