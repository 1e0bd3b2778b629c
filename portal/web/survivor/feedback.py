"""How it was, told without her name; and what the centre says to all of them together."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.feedback import text_for
from portal.domain.refusals import Refusal, SlowDown
from portal.domain.retention import Kept, days_of
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import LANGUAGES, current_language
from portal.i18n import lazy_gettext as _l
from portal.services import drafts
from portal.services.feedback import answers as published_answers
from portal.services.feedback import giving
from portal.services.feedback.publishing import texts_of
from portal.services.house import HouseNotReady
from portal.web import guards, sent_once
from portal.web.forms import PortalForm
from portal.web.survivor import unsent
from portal.web.survivor.own_words import NOTHING_WRITTEN, TOO_LONG, OwnWordsField

blueprint = Blueprint("feedback", __name__, url_prefix="/feedback")

SAID: Mapping[str, str] = {
    **unsent.SAID,
    "sent": _l("Sent without your name. Thank you."),
    sent_once.TWICE: _l("You sent this twice. It counts once."),
}
WORDS: Mapping[type[Refusal], str] = {
    NothingWritten: NOTHING_WRITTEN,
    TooLong: TOO_LONG,
    HouseNotReady: _l("Nobody can read this now. Your words are still here. Come back later."),
    SlowDown: _l("You told us a lot today. Come back later. Your words are still here."),
}


class FeedbackForm(PortalForm):
    """What was good, and what was not."""

    words = OwnWordsField(_l("What was good? What was not good?"))


@blueprint.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """What becomes of her words, said before she sends them; what is refused stays in the field."""
    form = FeedbackForm()
    if request.method == "GET":
        form.words.data = unsent.find(unsent.FEEDBACK)
        return _page(form, is_kept=form.words.data is not None)
    if not form.validate_on_submit():
        return _page(form)
    words = form.words.data or ""
    try:
        said = unsent.keep(unsent.FEEDBACK, words) if form.is_for_later else _send(words)
    except tuple(WORDS) as refusal:
        form.refuse("words", WORDS[type(refusal)])
        return _page(form)
    return redirect(url_for(".show", said=said))


@blueprint.post("/forget")
def forget() -> ResponseReturnValue:
    """Forget what was kept for later."""
    return redirect(url_for(".show", said=unsent.forget(unsent.FEEDBACK)))


@blueprint.get("/answers")
def answers() -> ResponseReturnValue:
    """You said, we did: the newest first, each in her language or in one that is named."""
    older = request.args.get("older", type=UUID)
    shown, after = published_answers.published(guards.db(), older=older)
    code, offered = current_language().code, guards.offered_languages()
    found = [(one, *text_for(texts_of(one.texts), code, offered)) for one in shown]
    return render_template(
        "survivor/feedback/answers.html", found=found, older=after, languages=LANGUAGES
    )


def _send(words: str) -> str:
    with guards.transaction() as session:
        giving.give(session, guards.signed_in(), words, now=guards.utc_now())
        drafts.forget(session, guards.signed_in(), unsent.FEEDBACK)
    return "sent"


def _page(form: FeedbackForm, *, is_kept: bool = False) -> ResponseReturnValue:
    centre = guards.whereabouts().centre
    return render_template(
        "survivor/feedback/show.html",
        form=form,
        is_kept=is_kept,
        days=days_of(centre.retention if centre else {})[Kept.FEEDBACK],
        said=SAID.get(request.args.get("said", "")),
    )
