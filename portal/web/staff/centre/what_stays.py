"""What staff pages leave on a computer: they are ordinary pages, and say so before all others."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.services.entry import limits
from portal.web import guards
from portal.web.staff.proof import safe_inner

blueprint = Blueprint("what_stays", __name__, url_prefix="/what-stays")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Said plainly: who knows the survivors' pages must not believe the same of these."""
    return render_template(
        "staff/sign_in/what_stays.html",
        is_first=guards.signed_in().told_limits_at is None,
        onward=safe_inner(request.args.get("next", "")),
        quiet_minutes=guards.house().settings.staff_idle_minutes,
        host=request.host,
    )


@blueprint.post("")
def go_on() -> ResponseReturnValue:
    """To the work; whether it is said again at the next sign-in stands on the button."""
    act = limits.know if request.form.get("known") else limits.have_read
    with guards.transaction() as session:
        act(session, guards.signed_in(), now=guards.utc_now())
    return redirect(safe_inner(request.form.get("next", "")))
