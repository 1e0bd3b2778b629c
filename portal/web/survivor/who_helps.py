"""Who works in this house and what they help with: at most three taps away, in her language."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.needs import Category
from portal.i18n import language_name
from portal.services.centre import directory
from portal.services.house import get_centre
from portal.web import guards
from portal.web.survivor.service_cards import card_of
from portal.web.survivor.vocabulary import CATEGORY_ICONS, CATEGORY_WORDS

blueprint = Blueprint("who_helps", __name__, url_prefix="/more/who-helps")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Everything that somebody here helps with."""
    return render_template(
        "survivor/who_helps/show.html", words=CATEGORY_WORDS, icons=CATEGORY_ICONS
    )


@blueprint.get("/with")
def helping() -> ResponseReturnValue:
    """Who helps with one thing: where and when, for whom, in which languages, what to bring."""
    about = request.args.get("about", type=Category)
    if about is None:
        return redirect(url_for(".show"))
    session, now = guards.db(), guards.utc_now()
    centre, found = get_centre(session), directory.who_helps(session, about)
    openings = directory.openings(session, found, now=now)
    return render_template(
        "survivor/who_helps/helping.html",
        heading=CATEGORY_WORDS[about],
        cards=[card_of(one, openings[one.id], centre, now=now) for one in found],
        language_name=language_name,
    )
