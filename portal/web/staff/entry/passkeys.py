"""What a browser asks before it makes or shows a passkey, and where passkeys belong.

Answered to whoever has given the pass phrase: a passkey is a second factor, never the first.
"""

from collections.abc import Callable

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


@blueprint.post("/options/make")
def make() -> ResponseReturnValue:
    """What the browser needs to make a passkey: a fresh challenge for this sign-in, as JSON."""
    return _options(passkeys.options_to_make)


@blueprint.post("/options/show")
def show() -> ResponseReturnValue:
    """What the browser needs to show one of this colleague's passkeys, as JSON."""
    return _options(passkeys.options_to_prove)


def _options(ask: Callable[..., str]) -> ResponseReturnValue:
    if not current_user.is_authenticated:
        return redirect(url_for("staff.sign_in.sign_in"))
    if not passkeys.available():
        raise NotFound
    acting: SignedIn = current_user.signed_in
    with guards.transaction() as session:
        body = ask(session, acting, site(), now=guards.utc_now())
    return Response(body, content_type="application/json")


def site() -> Site:
    """The staff's host: behind a proxy the one that a colleague sees in her browser."""
    host = request.host
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return Site(name, f"{request.scheme}://{host}", get_centre(guards.db()).name)
