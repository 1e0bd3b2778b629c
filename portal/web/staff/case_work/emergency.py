"""Emergency opening of one file: asked for by a coordinator, decided by an auditor, for an hour."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.domain.decisions import DecisionState, NobodyToDecide, WaitsAlready
from portal.domain.refusals import NotFound, NotYours, Refusal
from portal.domain.roles import Permission
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.case_work import emergency, lying_open, notes
from portal.services.entry.sessions import SignedIn
from portal.services.keys.halves import KeyNotHandedOver
from portal.web import guards, timeline_words
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.case_work.notes import KIND as NOTE_KIND
from portal.web.staff.moderation.refusals import WORDS as DECISION_WORDS

blueprint = Blueprint("emergency", __name__, url_prefix="/emergency")

WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    NotFound: ("number", _l("No file has this number.")),
    NothingWritten: ("reason", _l("Say why. Both of you, her case team and a reviewer read it.")),
    TooLong: ("reason", _l("Longer than 4,000 characters. Nothing was lost: make it shorter.")),
    WaitsAlready: ("number", _l("This was asked already, and waits for an auditor.")),
    KeyNotHandedOver: (None, DECISION_WORDS[KeyNotHandedOver]),
    NobodyToDecide: (
        None,
        _l("No auditor works here now, so nobody can decide this. Nothing was opened."),
    ),
}
STATE: Mapping[DecisionState, str] = {
    DecisionState.WAITING: _l("waits for an auditor"),
    DecisionState.ACCEPTED: _l("accepted"),
    DecisionState.GIVEN_BACK: _l("given back with a question"),
    DecisionState.ASKED_AGAIN: _l("asked again"),
    DecisionState.DECLINED: _l("declined"),
    DecisionState.WITHDRAWN: _l("withdrawn"),
    DecisionState.LAPSED: _l("vanished unanswered after four hours"),
    DecisionState.NOT_POSSIBLE: _l("no longer possible"),
}


class EmergencyForm(StaffForm):
    """Which file, and why it cannot wait for its own readers."""

    number = StringField(
        _l("Case number"), [InputRequired(_l("Type the number of the file.")), Length(max=40)]
    )
    reason = TextAreaField(
        _l("Why this cannot wait for her case team"),
        [InputRequired(_l("Say why. Both of you, her case team and a reviewer read it."))],
    )


@blueprint.route("", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Ask for an emergency opening, and see what became of the others."""
    acting, now = _asking(), guards.utc_now()
    form = EmergencyForm()
    if form.validate_on_submit():
        proof.require_fresh_proof()
        try:
            with guards.transaction() as session:
                number, reason = form.number.data or "", form.reason.data or ""
                emergency.ask(session, acting, number, reason=reason, now=now)
        except tuple(WORDS) as refusal:
            name, words = WORDS[type(refusal)]
            form.refuse(name, words)
        else:
            flash(_("Asked. An auditor decides; after four hours the question vanishes."), "done")
            return redirect(url_for(".ask"))
    return render_template(
        "staff/emergency/ask.html",
        form=form,
        asked=emergency.asked_by(guards.db(), acting, now=now),
        states=STATE,
    )


@blueprint.get("/<uuid:case_id>")
def opened(case_id: UUID) -> ResponseReturnValue:
    """The file that lies open for an hour: to read, and everything read is written down."""
    found = lying_open.read_case(guards.db(), _asking(), case_id, now=guards.utc_now())
    return render_template(
        "staff/emergency/opened.html",
        opened=found,
        code_word=notes.code_word(found.notes),
        others=[one for one in found.notes if one.kind in NOTE_KIND],
        kind_words=NOTE_KIND,
        words_of=timeline_words,
    )


def _asking() -> SignedIn:
    acting = guards.signed_in()
    if not acting.may(Permission.ASK_BREAK_GLASS):
        raise NotYours
    return acting
