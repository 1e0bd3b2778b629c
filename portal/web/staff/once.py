"""A form counts once, however often its button is tapped: each carries a one-use key."""

from flask import Response, flash, g, redirect, request
from flask.typing import ResponseReturnValue

from portal.i18n import gettext as _
from portal.services.entry import answers
from portal.vault import CannotOpen, open_under_token, seal_under_token
from portal.web import guards, staff_sessions

_FIELD = "once"
_PURPOSE = "form outcome"


def claim_form() -> ResponseReturnValue | None:
    """Before a view: the same form sent again leads where it led before."""
    for known in ("form_stays", "form_counted"):
        g.pop(known, None)
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
    if not target:
        g.form_counted = True
        return None
    return redirect(target)


def stay() -> None:
    """In a view: what was sent counts, and its page is shown again with the rest of what it holds.

    The same form sent again reaches the view too, which then asks `counted_before()`.
    """
    g.form_stays = True


def counted_before() -> bool:
    """In a view: this very form did what it says already; only its page is asked for."""
    return "form_counted" in g


def keep_outcome(response: Response) -> Response:
    """After a view: remember where a form led; one that was refused may be sent again."""
    claimed = g.pop("claimed_staff_form", None)
    if claimed is None or response.status_code >= 500:
        return response
    session_id, key = claimed
    target = response.headers.get("Location", "")
    if target or "form_stays" in g:
        sealed = seal_under_token(_token(), _PURPOSE + key, target.encode())
        answers.finish_form(guards.db(), session_id, key, sealed)
    else:
        answers.forget_form(guards.db(), session_id, key)
    return response


def _token() -> str:
    return staff_sessions.current_token()
