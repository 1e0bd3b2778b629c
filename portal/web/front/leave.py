"""Leaving: the session is over before the browser moves."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from portal.i18n import current_language
from portal.services import sessions
from portal.web import guards
from portal.web.inside import get_inside

blueprint = Blueprint("leave", __name__)


@blueprint.post("/leave")
def leave() -> ResponseReturnValue:
    """End the visit, if there is one, and go to a page that anybody might look at."""
    mark = get_inside()
    if mark.page_key:
        sessions.end(guards.db(), mark.page_key)
    return redirect(guards.house().settings.exit_page(current_language().code))
