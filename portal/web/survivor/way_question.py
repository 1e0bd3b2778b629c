"""A colleague asked her something before a new number or address counts: she answers, in words."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.decisions import NobodyToDecide
from portal.domain.refusals import Refusal, WrongState
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import lazy_gettext as _l
from portal.services.telling import safe_contact
from portal.web import guards
from portal.web.forms import PortalForm
from portal.web.survivor import telling, unsent
from portal.web.survivor.own_words import NOTHING_WRITTEN, TOO_LONG, OwnWordsField

blueprint = Blueprint("way_question", __name__, url_prefix="/telling")

WORDS: Mapping[type[Refusal], str] = {
    NothingWritten: NOTHING_WRITTEN,
    TooLong: TOO_LONG,
    NobodyToDecide: telling.WORDS[NobodyToDecide][1],
}


class AnswerForm(PortalForm):
    """What she says to it."""

    words = OwnWordsField(_l("Your answer"), required=True)


@blueprint.route("/<channel>/answer", methods=["GET", "POST"])
def answer(channel: str) -> ResponseReturnValue:
    """Her answer brings the question back to the desk."""
    way, kept, form = telling.get_way(channel), unsent.answer_about(channel), AnswerForm()
    if way.question is None or not way.question.is_given_back:
        return _back("changed")
    if form.is_for_later:
        return _back(unsent.keep(kept, form.words.data))
    if form.validate_on_submit():
        try:
            with guards.transaction() as session:
                acting, words = guards.signed_in(), form.words.data or ""
                safe_contact.answer(session, acting, way.channel, words, now=guards.utc_now())
                unsent.forget(kept)
        except tuple(WORDS) as refusal:
            form.refuse("words", WORDS[type(refusal)])
        except WrongState:
            return _back("changed")
        else:
            return _back("answered")
    elif request.method == "GET":
        form.words.data = unsent.find(kept)
    return render_template(
        "survivor/telling/answer.html",
        way=way,
        form=form,
        channel_words=telling.CHANNEL_WORDS,
        channel_icons=telling.CHANNEL_ICONS,
    )


def _back(said: str) -> ResponseReturnValue:
    return redirect(url_for("survivor.telling.show", said=said))
