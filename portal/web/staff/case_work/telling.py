"""What a survivor was perhaps not told: her case team takes care of it, and notes it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import gettext as _
from portal.services.case_work import cases
from portal.services.telling import outbox
from portal.web import guards

blueprint = Blueprint("telling", __name__, url_prefix="/cases/<uuid:case_id>/not-told")


@blueprint.post("/<uuid:item_id>/noted")
def note(case_id: UUID, item_id: UUID) -> ResponseReturnValue:
    """Off the list; the portal does not send it again."""
    acting = guards.signed_in()
    case = cases.get_case(guards.db(), acting, case_id)
    with guards.transaction() as session:
        outbox.note(session, acting, item_id, now=guards.utc_now())
    flash(_("Noted. It is off the list."), "done")
    return redirect(url_for("staff.inside.case.case", case_id=case.id, _anchor="telling"))
