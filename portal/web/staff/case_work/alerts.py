"""Alerts: what cannot wait today, and whom the duty officer calls about it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.services.case_work import alerts
from portal.web import guards

blueprint = Blueprint("alerts", __name__, url_prefix="/alerts")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Cards that somebody else may have had, and what waits in the red lane."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    return render_template("staff/cases/alerts.html", found=alerts.find(session, acting, now=now))
