"""What a browser asks before it makes or shows a passkey, and where passkeys belong.

Answered to whoever has given the pass phrase: a passkey is a second factor, never the first.
"""

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.domain.refusals import NotFound
from portal.services.entry import passkeys
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre
from portal.vault.passkeys import Site
from portal.web import guards

blueprint = Blueprint("passkeys", __name__, url_prefix="/passkeys")


@blueprint.post("/options/<any(make, show):act>")
def options(act: str) -> ResponseReturnValue:
    """A fresh challenge for this sign-in, with what the browser must know, as JSON."""
    if not current_user.is_authenticated:
        return redirect(url_for("staff.sign_in.sign_in"))
    if not passkeys.available():
        raise NotFound
    acting: SignedIn = current_user.signed_in
    now = guards.utc_now()
    with guards.transaction() as session:
        ask = passkeys.options_to_make if act == "make" else passkeys.options_to_prove
        body = ask(session, acting, site(), now=now)
    return Response(body, content_type="application/json")


def site() -> Site:
    """The staff's host: behind a proxy the one that a colleague sees in her browser."""
    host = request.host
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return Site(name, f"{request.scheme}://{host}", get_centre(guards.db()).name)
