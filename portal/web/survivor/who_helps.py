"""Who works in this house and what they help with: at most three taps away, in her language."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.needs import Category
from portal.domain.services import ServiceState
from portal.i18n import language_name
from portal.services import directory
from portal.web import guards
from portal.web.survivor.need_lines import service_notice
from portal.web.survivor.vocabulary import CATEGORY_ICONS, CATEGORY_WORDS, SERVICE_KIND_WORDS

blueprint = Blueprint("who_helps", __name__, url_prefix="/more/who-helps")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Everything that somebody here helps with."""
    return render_template(
        "survivor/who_helps/show.html", words=CATEGORY_WORDS, icons=CATEGORY_ICONS
    )


@blueprint.get("/with")
def helping() -> ResponseReturnValue:
    """Who helps with one thing: what they do, where they are, which languages they speak."""
    about = request.args.get("about", type=Category)
    if about is None:
        return redirect(url_for(".show"))
    return render_template(
        "survivor/who_helps/helping.html",
        heading=CATEGORY_WORDS[about],
        services=directory.who_helps(guards.db(), about),
        kind_words=SERVICE_KIND_WORDS,
        notice_of=service_notice,
        is_open=ServiceState.OPEN,
        language_name=language_name,
    )
