"""Opening a file for a new survivor: name to use, language, who stands in; then her card."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from portal import i18n
from portal.domain.refusals import Busy, NotYours, Refusal
from portal.domain.roles import Permission, Role
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services import cases, staff
from portal.services.entry import cards
from portal.services.entry.sessions import SignedIn
from portal.services.house import HouseNotReady
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.card_numbers import keep_number
from portal.web.staff.vocabulary import language_for_staff

blueprint = Blueprint("opening", __name__, url_prefix="/cases/new")

INTERPRETED = (
    "am", "bg", "de", "es", "fa", "hy", "ka", "ku", "pl", "ps", "pt", "ro", "ru", "so", "sq",
    "sr", "ti", "tr", "uk", "ur",
)  # fmt: skip
"""Languages that the portal does not speak yet: for the file, and for an interpreter."""

WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    NothingWritten: ("name", _l("Type the name that she wants to be called.")),
    TooLong: ("name", _l("Use at most 80 characters.")),
    Busy: (None, _l("Busy now. Nothing was opened. Try again in 5 seconds.")),
    HouseNotReady: (
        None,
        _l(
            "No file can be opened yet: the desk, the coordinators, the auditors or the paper "
            "words have nobody who holds their key. Ask your coordinator. Nothing was opened."
        ),
    ),
}


class OpeningForm(StaffForm):
    """What is sealed of her from the first day, and who works with her."""

    name = StringField(
        _l("Name to use"),
        [InputRequired(_l("Type the name that she wants to be called.")), Length(max=400)],
    )
    language = SelectField(_l("Language she reads"))
    case_director = SelectField(_l("Case director"))
    stand_in = SelectField(_l("Stand-in"))


@blueprint.route("", methods=["GET", "POST"])
def open_file() -> ResponseReturnValue:
    """Open the file and issue the card; its number stands on the next page, once."""
    acting = guards.signed_in()
    if not acting.may(Permission.OPEN_CASE):
        raise NotYours
    proof.require_fresh_proof()
    form = _form(acting)
    if form.validate_on_submit():
        if form.case_director.data == form.stand_in.data:
            form.refuse("stand_in", _("Choose somebody else than the case director."))
        else:
            try:
                return _open(acting, form)
            except tuple(WORDS) as refusal:
                name, words = WORDS[type(refusal)]
                form.refuse(name, words)
    return render_template("staff/cases/new.html", form=form)


def _open(acting: SignedIn, form: OpeningForm) -> ResponseReturnValue:
    guards.end_transaction()
    new = cards.prepare(guards.house())
    with guards.transaction() as session:
        case, card = cases.open_case(
            session,
            acting,
            new,
            name=form.name.data or "",
            language=form.language.data,
            case_director_id=UUID(form.case_director.data),
            stand_in_id=UUID(form.stand_in.data),
            now=guards.utc_now(),
        )
        keep_number(case, card, new.number)
    flash(_("The file is open and its card is issued."), "done")
    return redirect(url_for("staff.inside.cards.number", case_id=case.id))


def _form(acting: SignedIn) -> OpeningForm:
    form = OpeningForm()
    spoken = [(code, i18n.LANGUAGES[code].name) for code in guards.house().settings.languages]
    other = sorted(
        ((code, language_for_staff(code)) for code in INTERPRETED), key=lambda one: one[1]
    )
    form.language.choices = {_("The portal speaks"): spoken, _("With an interpreter"): other}
    people = staff.with_role(guards.db(), Role.CASE_DIRECTOR)
    form.case_director.choices = [(str(one.account_id), one.name) for one in people]
    form.stand_in.choices = form.case_director.choices
    if not form.is_submitted():
        me = str(acting.account_id)
        known = [str(one.account_id) for one in people]
        form.case_director.data = me if me in known else None
        form.stand_in.data = next((code for code in known if code != me), None)
    return form
