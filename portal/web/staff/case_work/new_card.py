"""A new card for a lost one: the code word compared, a coordinator asked, the card made."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired

from portal.domain.decisions import NobodyToDecide, WaitsAlready
from portal.domain.notes import NoteKind
from portal.domain.refusals import Busy, NotYours, Refusal, WrongState
from portal.domain.roles import Permission
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.case_work import card_again, cases, doubt, notes
from portal.services.entry import cards
from portal.services.entry.sessions import SignedIn
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.case_work.card_numbers import keep_number

blueprint = Blueprint("new_card", __name__, url_prefix="/cases/<uuid:case_id>/new-card")


class KnownBy(StrEnum):
    """How staff know that it is her who asks."""

    CODE_WORD = "code_word"
    IN_PERSON = "in_person"


WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    NothingWritten: ("reason", _l("Say what happened to the card.")),
    TooLong: ("reason", _l("Longer than 4,000 characters. Nothing was lost: make it shorter.")),
    WaitsAlready: (None, _l("A new card was asked for already, and waits for a coordinator.")),
    NobodyToDecide: (None, _l("No other coordinator works here now. Nobody can decide this.")),
    WrongState: (
        None,
        _l(
            "This card cannot be made again by two colleagues: it was never used, or the file is "
            "older than this way. Ask your coordinator."
        ),
    ),
}
MAKING: Mapping[type[Refusal], str] = {
    WrongState: _l("This card was made already, or its four hours are over. Ask for it again."),
    Busy: _l("Busy now. Nothing was done. Try again in 5 seconds."),
}


class NewCardForm(StaffForm):
    """How she was known, and what happened."""

    known_by = RadioField(
        _l("How do you know that it is her?"), [InputRequired(_l("Say how you know her."))]
    )
    reason = TextAreaField(
        _l("What happened to the card"), [InputRequired(_l("Say what happened to the card."))]
    )


@blueprint.route("", methods=["GET", "POST"])
def ask(case_id: UUID) -> ResponseReturnValue:
    """Compare the code word, then ask a coordinator."""
    acting, now = guards.signed_in(), guards.utc_now()
    case = cases.get_case(guards.db(), acting, case_id)
    if not acting.may(Permission.ASK_CARD_AGAIN):
        raise NotYours
    proof.require_fresh_proof()
    form = NewCardForm()
    form.known_by.choices = [
        (KnownBy.CODE_WORD, _("She said the code word")),
        (KnownBy.IN_PERSON, _("She sits here, and I know her")),
    ]
    if form.validate_on_submit() and _asked(acting, case_id, form):
        flash(_("Asked. A coordinator decides; you make the card here afterwards."), "done")
        return redirect(url_for("staff.inside.case.case", case_id=case_id, _anchor="card"))
    session = guards.db()
    found = notes.of_case(session, acting, case, purpose="card_issued_again", now=now)
    name, _language = cases.contact_card(session, acting, case, purpose="case", now=now)
    return render_template(
        "staff/cases/new_card.html",
        case=case,
        name=name,
        form=form,
        code_word=notes.code_word(found),
    )


@blueprint.post("/make")
def make(case_id: UUID) -> ResponseReturnValue:
    """After the yes: the same key, wrapped for a new number that is shown once."""
    acting = guards.signed_in()
    cases.get_case(guards.db(), acting, case_id)
    proof.require_fresh_proof()
    guards.end_transaction()
    transactions, house, now = guards.database().transaction, guards.house(), guards.utc_now()
    try:
        _case, _card, number = card_again.make(transactions, house, acting, case_id, now=now)
    except tuple(MAKING) as refusal:
        return _back(case_id, str(MAKING[type(refusal)]), "warn")
    with guards.transaction() as session:
        case = cases.get_case(session, acting, case_id)
        card = cards.newest(session, case.survivor_id)
        assert card is not None
        keep_number(case, card, number)
    return redirect(url_for("staff.inside.cards.number", case_id=case_id))


@blueprint.post("/doubt")
def doubt_card(case_id: UUID) -> ResponseReturnValue:
    """Somebody else may be using this: her view drops to the calendar until staff lift it."""
    acting = guards.signed_in()
    case = cases.get_case(guards.db(), acting, case_id)
    form = DoubtForm()
    try:
        with guards.transaction() as session:
            doubt.doubt(session, acting, case, form.words.data, now=guards.utc_now())
    except WrongState:
        return _back(case_id, _("This has changed meanwhile. Look again before you go on."), "warn")
    except TooLong:
        form.refuse("words", WORDS[TooLong][1])
        return render_template("staff/cases/doubt.html", case=case, form=form)
    return _back(
        case_id, _("Nobody comes in, and nothing is written to her until you lift it."), "done"
    )


class DoubtForm(StaffForm):
    """What was seen, or what she said on the telephone."""

    words = TextAreaField(_l("What you saw, or what she told you (may stay empty)"))


def _asked(acting: SignedIn, case_id: UUID, form: NewCardForm) -> bool:
    now = guards.utc_now()
    known = _("She said the code word") if form.known_by.data == KnownBy.CODE_WORD else ""
    reason = form.reason.data or ""
    try:
        with guards.transaction() as session:
            case = cases.get_case(session, acting, case_id)
            words = f"{known or _('She sits here, and I know her')}.\n{reason}"
            card_again.ask(session, acting, case_id, reason=words, now=now)
            notes.write(session, acting, case, NoteKind.CARD, words, now=now)
    except tuple(WORDS) as refusal:
        name, said = WORDS[type(refusal)]
        form.refuse(name, said)
        return False
    return True


def _back(case_id: UUID, words: str, kind: str) -> ResponseReturnValue:
    flash(words, kind)
    return redirect(url_for("staff.inside.case.case", case_id=case_id, _anchor="card"))
