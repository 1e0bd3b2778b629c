"""Leaving: the session is over before the browser moves."""

import logging

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from portal.i18n import current_language
from portal.services.entry import sessions
from portal.web import guards
from portal.web.inside import get_inside

log = logging.getLogger(__name__)

blueprint = Blueprint("leave", __name__)


@blueprint.post("/leave")
def leave() -> ResponseReturnValue:
    """End the visit, if there is one, and go to a page that anybody might look at."""
    try:
        with guards.database().transaction() as session:
            sessions.end(session, get_inside().page_key)
    except Exception as error:
        # Whatever is wrong with the database, she must get away; the session ends by itself.
        log.error("a visit could not be ended: %s", type(error).__name__)
    return redirect(guards.whereabouts().exit_page(current_language().code))
