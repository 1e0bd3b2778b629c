"""Writing to her, and taking back what she has not read."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from portal.domain.cards import MayNotBeHer
from portal.domain.refusals import Refusal, SlowDown, WrongState
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services import messages
from portal.services.case_work import cases
from portal.web import guards
from portal.web.forms import StaffForm

blueprint = Blueprint("conversation", __name__, url_prefix="/cases/<uuid:case_id>/messages")

WORDS: Mapping[type[Refusal], str] = {
    NothingWritten: _l("Nothing is written here yet."),
    TooLong: _l("This is longer than 4,000 characters. Nothing was cut or sent: make it shorter."),
    MayNotBeHer: _l(
        "Somebody else may be using her card, so nothing is written to her now. Speak with her in "
        "a safe way, then lift the freeze."
    ),
    SlowDown: _l("Those were many messages in a short time. Wait a few minutes, then send it."),
}


class MessageForm(StaffForm):
    """An answer to her."""

    words = TextAreaField(_l("Answer to her"))


def write_answer(form: MessageForm, case_id: UUID) -> bool:
    """Send what was typed, or say beside the field why not."""
    if not form.validate():
        return False
    try:
        with guards.transaction() as session:
            messages.write(
                session,
                guards.signed_in(),
                case_id,
                form.words.data or "",
                now=guards.utc_now(),
            )
    except tuple(WORDS) as refusal:
        form.refuse("words", WORDS[type(refusal)])
        return False
    flash(_("Sent. She reads it when she next signs in."), "done")
    return True


@blueprint.post("/<uuid:message_id>/take-back")
def take_back(case_id: UUID, message_id: UUID) -> ResponseReturnValue:
    """Take back an own message that she has not read: its words are gone."""
    acting = guards.signed_in()
    cases.get_case(guards.db(), acting, case_id)
    try:
        with guards.transaction() as session:
            messages.take_back(session, acting, message_id, now=guards.utc_now())
    except WrongState:
        flash(_("She has read it meanwhile. It cannot be taken back."), "warn")
    else:
        flash(_("Taken back. Its words are gone."), "done")
    return redirect(url_for("staff.inside.case.case", case_id=case_id, _anchor="thread"))
