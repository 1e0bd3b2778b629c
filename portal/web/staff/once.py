"""A form counts once, however often its button is tapped: each carries a one-use key."""

from flask import Response, flash, g, redirect, request
from flask.typing import ResponseReturnValue

from portal.i18n import gettext as _
from portal.services import answers
from portal.vault import CannotOpen, open_under_token, seal_under_token
from portal.web import guards, staff_sessions

_FIELD = "once"
_PURPOSE = "form outcome"


def claim_form() -> ResponseReturnValue | None:
    """Before a view: the same form sent again leads where it led before."""
    key = request.form.get(_FIELD, "")[:64] if request.method == "POST" else ""
    if not key:
        return None
    session_id = guards.signed_in().session_id
    earlier = answers.begin_form(guards.db(), session_id, key, now=guards.utc_now())
    if earlier is None:
        g.claimed_staff_form = session_id, key
        return None
    try:
        target = open_under_token(_token(), _PURPOSE + key, earlier.sealed or b"").decode()
    except CannotOpen:
        flash(_("This was sent already and is still on its way. Look again in a moment."), "info")
        target = "/staff/"
    return redirect(target)


def keep_outcome(response: Response) -> Response:
    """After a view: remember where a form led; one that was refused may be sent again."""
    claimed = g.pop("claimed_staff_form", None)
    if claimed is None or response.status_code >= 500:
        return response
    session_id, key = claimed
    if "Location" in response.headers:
        target = response.headers["Location"].encode()
        sealed = seal_under_token(_token(), _PURPOSE + key, target)
        answers.finish_form(guards.db(), session_id, key, sealed)
    else:
        answers.forget_form(guards.db(), session_id, key)
    return response


def _token() -> str:
    return staff_sessions.current_token()
