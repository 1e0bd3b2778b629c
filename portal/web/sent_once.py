"""A form of hers counts once: sent twice, it gets the answer that the first sending gets."""

from time import monotonic, sleep

from flask import Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from portal.services.entry import answers
from portal.services.entry.sessions import SignedIn
from portal.vault import open_under_token, seal_under_token
from portal.web import guards
from portal.web.inside import get_inside

TWICE = "twice"
"""What a page is told when its form was sent again before anything came of it."""
_OUTCOME = "form outcome"
# As long as two slow passes usually take, and one who taps has patience.
_WAITS, _LOOKS_EVERY = 3.0, 0.1


def answer_as_before() -> AnyResponse | None:
    """Where the same form led when it was sent before; the claim waits while that still runs.

    Stands behind the guard that says who acts.
    """
    mark = get_inside()
    if request.method != "POST" or not mark.form_key:
        return None
    found = guards.signed_in()
    earlier = answers.begin_form(guards.db(), found.session_id, mark.form_key, now=guards.utc_now())
    if earlier is None:
        g.claimed_form = found.session_id, mark.page_key, mark.form_key
        return None
    sealed = earlier.sealed or _wait_for_outcome(found, mark.form_key)
    if sealed is None:
        # Still at work, or refused after slow passes: trying again would count a wrong PIN twice.
        return redirect(f"{request.path}?said={TWICE}")
    return redirect(open_under_token(mark.page_key, _OUTCOME + mark.form_key, sealed).decode())


def keep_outcome(response: Response) -> None:
    """Remember where a form led, before it is committed; one that was refused may be sent again."""
    claimed, works_outside = g.pop("claimed_form", None), g.pop("works_outside", False)
    if claimed is None or "db" not in g or response.status_code >= 500:
        return
    session_id, page_key, form_key = claimed
    # What was kept for later may be kept again, or be sent: only an act ends the form.
    if "Location" in response.headers and not request.form.get("s"):
        target = response.headers["Location"].encode()
        sealed = seal_under_token(page_key, _OUTCOME + form_key, target)
        answers.finish_form(g.db, session_id, form_key, sealed)
    elif not works_outside:
        answers.forget_form(g.db, session_id, form_key)


def _wait_for_outcome(found: SignedIn, form_key: str) -> bytes | None:
    """What came of a form whose view works in transactions of its own; None when nothing yet."""
    guards.end_transaction()
    until = monotonic() + _WAITS
    while True:
        with guards.database().transaction("read") as session:
            sealed = answers.find_outcome(session, found.session_id, form_key)
        if sealed is not None or monotonic() > until:
            return sealed
        sleep(_LOOKS_EVERY)
