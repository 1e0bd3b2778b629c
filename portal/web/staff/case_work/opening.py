"""Opening a file for a new survivor: is a portal good for her, her name, who works with her; then
her card. "No, call me" opens nothing and is counted.
"""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from portal import i18n
from portal.domain.leave import NeitherAnswers
from portal.domain.readiness import (
    NoOtherDevice,
    NotAlone,
    Outcome,
    PhoneMayBeRead,
    Readiness,
    Said,
)
from portal.domain.refusals import Busy, NotYours, Refusal
from portal.domain.roles import Permission, Role
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.case_work import opening, readiness
from portal.services.colleagues import staff
from portal.services.entry import cards
from portal.services.entry.sessions import SignedIn
from portal.services.house import HouseNotReady
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.case_work.card_numbers import keep_number
from portal.web.staff.case_work.leave import NEITHER_ANSWERS
from portal.web.staff.vocabulary.languages import language_for_staff

blueprint = Blueprint("opening", __name__, url_prefix="/cases/new")

INTERPRETED = (
    "am", "bg", "de", "es", "fa", "hy", "ka", "ku", "pl", "ps", "pt", "ro", "ru", "so", "sq",
    "sr", "ti", "tr", "uk", "ur",
)  # fmt: skip
"""Languages that the portal does not speak yet: for the file, and for an interpreter."""

WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    NothingWritten: ("name", _l("Type the name that she wants to be called.")),
    TooLong: ("name", _l("Use at most 80 characters.")),
    NotAlone: (
        "alone",
        _l("Somebody else is there. Open the file another time, when she is alone."),
    ),
    PhoneMayBeRead: (
        "outcome",
        _l(
            "By her answers somebody else can read her phone. Choose another device, or "
            '"No, we call her".'
        ),
    ),
    NoOtherDevice: (
        "outcome",
        _l('She has no other device. Then the safe answer is "No, we call her".'),
    ),
    NeitherAnswers: ("stand_in", NEITHER_ANSWERS),
    Busy: (None, _l("Busy now. Nothing was opened. Try again in 5 seconds.")),
    HouseNotReady: (
        None,
        _l(
            "No file can be opened yet: the desk, the coordinators, the auditors or the paper "
            "words have nobody who holds their key. Ask your coordinator. Nothing was opened."
        ),
    ),
}


ASK = InputRequired(_l("Ask her this first."))
YES_NO: list[tuple[StrEnum, str]] = [(Said.YES, _l("Yes")), (Said.NO, _l("No"))]
NOT_KNOWN: tuple[StrEnum, str] = (Said.NOT_KNOWN, _l("She does not know"))
ANSWERS: Mapping[str, list[tuple[StrEnum, str]]] = {
    "alone": YES_NO,
    "phone_is_hers": [*YES_NO, NOT_KNOWN],
    "passcode_known": [*YES_NO[::-1], NOT_KNOWN],
    "signs_of_spyware": [*YES_NO[::-1], NOT_KNOWN],
    "other_device": [*YES_NO, NOT_KNOWN],
    "outcome": [
        (Outcome.YES, _l("Yes, on her phone")),
        (Outcome.OTHER_DEVICE, _l("Only on another device")),
        (Outcome.WE_CALL, _l("No, we call her")),
    ],
}
"""The answers to choose from; none is chosen before she gave it."""


class OpeningForm(StaffForm):
    """What is sealed of her from the first day, and who works with her."""

    alone = RadioField(_l("Is she alone with you now?"), [ASK])
    phone_is_hers = RadioField(_l("Is the phone hers alone?"), [ASK])
    passcode_known = RadioField(_l("Does somebody else know its passcode?"), [ASK])
    signs_of_spyware = RadioField(
        _l("Does somebody know things that only her phone could tell?"), [ASK]
    )
    other_device = RadioField(_l("Can she use another device that is safe?"), [ASK])
    outcome = RadioField(
        _l("What do you decide together?"), [InputRequired(_l("Decide this with her."))]
    )
    code_word = StringField(_l("Code word (may stay empty)"), [Length(max=60)])
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
    if form.is_submitted() and form.outcome.data == Outcome.WE_CALL:
        return _we_call(acting)
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


def _we_call(acting: SignedIn) -> ResponseReturnValue:
    """Her no is respected: whatever was typed is forgotten, and one more is counted."""
    with guards.transaction() as session:
        readiness.count_no(session, acting, now=guards.utc_now())
    flash(
        _(
            "No file was opened, and nothing of her is kept. That is a good answer too. Agree "
            "with her now when and how you call."
        ),
        "done",
    )
    return redirect(url_for("staff.inside.caseload.people"))


def _open(acting: SignedIn, form: OpeningForm) -> ResponseReturnValue:
    guards.end_transaction()
    new = cards.prepare(guards.house())
    with guards.transaction() as session:
        case, card = opening.open_case(
            session,
            acting,
            new,
            name=form.name.data or "",
            language=form.language.data,
            case_director_id=UUID(form.case_director.data),
            stand_in_id=UUID(form.stand_in.data),
            readiness=_readiness(form),
            code_word=form.code_word.data,
            now=guards.utc_now(),
        )
        keep_number(case, card, new.number)
    flash(_("The file is open and its card is issued."), "done")
    return redirect(url_for("staff.inside.cards.number", case_id=case.id))


def _readiness(form: OpeningForm) -> Readiness:
    return Readiness(
        alone=Said(form.alone.data),
        phone_is_hers=Said(form.phone_is_hers.data),
        passcode_known=Said(form.passcode_known.data),
        signs_of_spyware=Said(form.signs_of_spyware.data),
        other_device=Said(form.other_device.data),
        outcome=Outcome(form.outcome.data),
    )


def _form(acting: SignedIn) -> OpeningForm:
    form = OpeningForm()
    for name, offered in ANSWERS.items():
        form[name].choices = offered
    spoken = [(code, i18n.LANGUAGES[code].name) for code in guards.offered_languages()]
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
