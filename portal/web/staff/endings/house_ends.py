"""What ends in the house and when, for coordinators and auditors: numbers and clocks only."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.domain.decisions import RULES, DecisionKind
from portal.services.endings import ends
from portal.web import guards
from portal.web.staff.endings.ends import STRIKES

blueprint = Blueprint("house_ends", __name__, url_prefix="/house/ends")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Holds, clocks that strike next, what was erased lately, and which backups still open."""
    acting = guards.signed_in()
    asks = RULES[DecisionKind.LEGAL_HOLD].ask
    return render_template(
        "staff/house/ends.html",
        found=ends.overview(guards.db(), acting),
        strike_words=STRIKES,
        may_hold=asks is not None and acting.may(asks),
        hold=DecisionKind.LEGAL_HOLD,
    )
