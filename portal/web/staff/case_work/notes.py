"""The notes of a case team: the code word to compare, the readiness check, what was doubted."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.domain.notes import NoteKind
from portal.domain.readiness import Outcome, Readiness, Said
from portal.domain.refusals import Refusal
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Case
from portal.services.case_work import cases, notes, readiness
from portal.web import guards
from portal.web.forms import StaffForm

blueprint = Blueprint("notes", __name__, url_prefix="/cases/<uuid:case_id>/notes")

WORDS: Mapping[type[Refusal], str] = {
    NothingWritten: _l("Type the word that you agreed with her."),
    TooLong: _l("Use at most 60 characters."),
}
SAID: Mapping[Said, str] = {
    Said.YES: _l("Yes"),
    Said.NO: _l("No"),
    Said.NOT_KNOWN: _l("She does not know"),
}
OUTCOME: Mapping[Outcome, str] = {
    Outcome.YES: _l("Yes, on her phone"),
    Outcome.OTHER_DEVICE: _l("Only on another device"),
    Outcome.WE_CALL: _l("No, we call her"),
}
KIND: Mapping[NoteKind, str] = {
    NoteKind.DOUBT: _l("Somebody else may be using this"),
    NoteKind.CARD: _l("A new card was asked for"),
}


class CodeWordForm(StaffForm):
    """The word by which staff know that it is her."""

    code_word = StringField(
        _l("New code word"),
        [InputRequired(_l("Type the word that you agreed with her.")), Length(max=200)],
    )


@blueprint.route("", methods=["GET", "POST"])
def show(case_id: UUID) -> ResponseReturnValue:
    """Everything that the case team keeps for itself; opening it is written down."""
    case = cases.get_case(guards.db(), guards.signed_in(), case_id)
    form = CodeWordForm()
    if form.validate_on_submit():
        try:
            with guards.transaction() as session:
                word, now = form.code_word.data or "", guards.utc_now()
                notes.set_code_word(session, guards.signed_in(), case, word, now=now)
        except tuple(WORDS) as refusal:
            form.refuse("code_word", WORDS[type(refusal)])
        else:
            flash(_("The code word is set."), "done")
            return redirect(url_for(".show", case_id=case_id))
    return _page(case, form, now=guards.utc_now())


def _page(case: Case, form: CodeWordForm, *, now: datetime) -> str:
    session, acting = guards.db(), guards.signed_in()
    name, _language = cases.contact_card(session, acting, case, purpose="case", now=now)
    found = notes.of_case(session, acting, case, purpose="notes", now=now)
    check = next((one for one in found if one.kind is NoteKind.READINESS), None)
    return render_template(
        "staff/cases/notes.html",
        case=case,
        name=name,
        form=form,
        code_word=notes.code_word(found),
        check=check,
        answers=_answers(readiness.from_words(check.words)) if check else [],
        others=[one for one in found if one.kind in KIND],
        kind_words=KIND,
    )


def _answers(check: Readiness) -> list[tuple[str, str]]:
    asked = (
        (_("Alone in the room"), check.alone),
        (_("The phone is hers alone"), check.phone_is_hers),
        (_("Somebody else knows its passcode"), check.passcode_known),
        (_("Signs that the phone is read"), check.signs_of_spyware),
        (_("Another device that is safe"), check.other_device),
    )
    said = [(words, str(SAID[answer])) for words, answer in asked]
    return [*said, (_("Decided together"), str(OUTCOME[check.outcome]))]
