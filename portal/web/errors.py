"""What is said when something is not possible or went wrong: quietly, and with the number 112."""

import logging
import traceback
from secrets import choice

from flask import Flask, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from portal.domain.refusals import NotFound, NotYours, SlowDown
from portal.embedded import lost_a_race
from portal.i18n import lazy_gettext as _l
from portal.web.guards import drop_changes
from portal.web.inside import find_inside
from portal.web.kept_answers import REFERENCE_HEADER

# Neither O nor 0, neither I nor 1: a reference is read out over the telephone.
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

HER_WORDS = {
    404: (_l("This is not here"), _l("It may be gone, or it was never here.")),
    413: (_l("This was too long"), _l("Nothing was sent. Make it shorter and try again.")),
    429: (_l("Too many tries"), _l("Wait a few minutes. Then try again.")),
    500: (_l("Something went wrong here"), _l("It is not your fault. Try again in a minute.")),
}
# She and a colleague are not spoken to in the same way: tu and vous.
STAFF_WORDS = HER_WORDS | {
    413: (
        _l("This was too long"),
        _l("Nothing was sent: make the text shorter and send it again."),
    ),
    429: (_l("Too many tries"), _l("Wait a few minutes before the next try.")),
    500: (_l("Something went wrong here"), _l("The fault is ours: try again in a minute.")),
}

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Let every failure of this application end on a quiet page."""
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(NotFound, lambda _refusal: trouble_page(404))
    # Who may not do a thing does not learn either whether it exists.
    app.register_error_handler(NotYours, lambda _refusal: trouble_page(404))
    app.register_error_handler(SlowDown, lambda _refusal: trouble_page(429))
    app.register_error_handler(Exception, _unexpected)


def trouble_page(status: int, reference: str = "") -> Response:
    """The page for a status, on whichever surface the request is."""
    surface = "staff" if find_inside() is None else "survivor"
    words = STAFF_WORDS if surface == "staff" else HER_WORDS
    heading, sentence = words.get(status, words[404 if status < 500 else 500])
    page = render_template(
        f"errors/{surface}.html", heading=heading, sentence=sentence, reference=reference
    )
    response = make_response(page, status)
    response.headers[REFERENCE_HEADER] = reference
    return response


def _known(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, RequestRedirect) or error.code is None or error.code < 400:
        return error
    return trouble_page(error.code)


def _unexpected(error: Exception) -> ResponseReturnValue:
    if lost_a_race(error) and "must_write" not in g:
        raise error
    # What a failed request began never happened; its answer must not be committed.
    drop_changes()
    g.has_failed = True
    reference = "".join(choice(_SIGNS) for _ in range(6))
    write_down(error, reference)
    return trouble_page(500, reference)


def write_down(error: BaseException, reference: str = "-") -> None:
    """Log what failed and where, and no content."""
    # The message of an exception may quote what somebody typed; where it happened does not.
    place = "".join(traceback.format_tb(error.__traceback__)[-6:])
    log.error("%s %s in %s\n%s", reference, type(error).__name__, request.endpoint, place)
