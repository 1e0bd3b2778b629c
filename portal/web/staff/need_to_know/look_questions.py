"""What survivors ask about who looked: answered by an auditor or a coordinator."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from portal.domain.acts import AboutYourself
from portal.domain.refusals import Refusal, WrongState
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.need_to_know import look_questions
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff.moderation.refusals import WORDS as DECISION_WORDS

blueprint = Blueprint("look_questions", __name__, url_prefix="/looks")

WORDS: Mapping[type[Refusal], str] = {
    AboutYourself: _l("She asks about a look of yours: a colleague answers her."),
    WrongState: _l("A colleague has answered meanwhile."),
    NothingWritten: _l("Nothing is written here yet."),
    TooLong: _l("Longer than 1,000 characters. Nothing was lost: make it shorter."),
}


class AnswerForm(StaffForm):
    """The answer that she reads."""

    words = TextAreaField(_l("Answer to her"))


@blueprint.get("")
def listed() -> ResponseReturnValue:
    """What waits for an answer; nothing here is unsealed."""
    found = look_questions.listed(guards.db(), guards.signed_in())
    return render_template("staff/looks/listed.html", questions=found)


@blueprint.route("/<uuid:question_id>", methods=["GET", "POST"])
def question(question_id: UUID) -> ResponseReturnValue:
    """One question, the look it is about, and the answer."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    try:
        shown = look_questions.read(session, acting, question_id, now=now)
    except KeyNotHandedOver as refusal:
        flash(DECISION_WORDS[type(refusal)], "warn")
        return redirect(url_for(".listed"))
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            with guards.transaction() as changed:
                look_questions.answer(changed, acting, question_id, form.words.data or "", now=now)
        except tuple(WORDS) as refusal:
            form.refuse("words", WORDS[type(refusal)])
        else:
            flash(_("Answered. She reads it beside the look."), "done")
            return redirect(url_for(".listed"))
    return render_template("staff/looks/question.html", shown=shown, form=form)
