"""Which browsers a colleague came with: marked by a cookie of the staff's pages alone.

The mark is random and tells nothing; with it a sign-in from an unknown browser can be shown.
"""

from uuid import UUID

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.refusals import NotFound
from portal.i18n import gettext as _
from portal.services.entry import browsers
from portal.services.entry.browsers import FORGOTTEN_AFTER
from portal.vault import new_token
from portal.web import guards

blueprint = Blueprint("browsers", __name__, url_prefix="/me/browsers")

_LONGEST = 64


def mark() -> str:
    """The mark of this browser, or nothing."""
    return request.cookies.get(_name(), "")[:_LONGEST]


def arrive() -> None:
    """After the second factor: know this browser again, and say so when it is a new one."""
    known = mark() or new_token()
    with guards.transaction() as session:
        found = browsers.arrive(session, guards.signed_in(), known, now=guards.utc_now())
    g.browser_mark = known
    if found.is_unknown:
        flash(_("This browser is new to your account. You and your coordinators see that."), "info")
    elif found.unconfirmed:
        flash(
            _("A browser that we did not know has signed in as you. Look at your account."), "warn"
        )


def remember(response: Response) -> Response:
    """Give this browser its mark, or prolong it."""
    if "browser_mark" in g and response.status_code < 500:
        response.set_cookie(
            _name(),
            g.browser_mark,
            max_age=int(FORGOTTEN_AFTER.total_seconds()),
            # Not on the survivors' page, which in the demo lies on the same host.
            path="/staff",
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response


@blueprint.post("/<uuid:browser_id>/mine")
def confirm(browser_id: UUID) -> ResponseReturnValue:
    """It was she."""
    try:
        with guards.transaction() as session:
            browsers.confirm(session, guards.signed_in(), browser_id, now=guards.utc_now())
    except NotFound:
        flash(_("This browser is forgotten already."), "info")
    else:
        flash(_("Good. This browser is one of yours."), "done")
    return redirect(url_for("staff.inside.account.me"))


@blueprint.post("/<uuid:browser_id>/not-mine")
def disown(browser_id: UUID) -> ResponseReturnValue:
    """It was somebody else."""
    try:
        with guards.transaction() as session:
            browsers.disown(session, guards.signed_in(), browser_id, now=guards.utc_now())
    except NotFound:
        flash(_("This browser is forgotten already."), "info")
    else:
        flash(
            _(
                "All your other sign-ins have ended. Choose another pass phrase now, and tell your "
                "coordinator: somebody knew it and had a second factor of yours."
            ),
            "warn",
        )
    return redirect(url_for("staff.inside.account.me"))


def _name() -> str:
    return "__Secure-b" if request.is_secure else "b"
