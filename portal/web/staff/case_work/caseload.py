"""The own cases: what is late, what is new, and a case found by its number."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.refusals import NotYours
from portal.domain.roles import Permission
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.case_work import caseload, cases, emergency
from portal.services.case_work.caseload import Show
from portal.services.entry.sessions import SignedIn
from portal.services.keys import pending
from portal.services.moderation import late
from portal.services.telling import outbox
from portal.web import guards

blueprint = Blueprint("caseload", __name__, url_prefix="/people")

SHOWN = {
    Show.ALL: _l("All"),
    Show.LATE: _l("Late promises"),
    Show.NEWS: _l("News"),
    Show.FROZEN: _l("Frozen card"),
    Show.ENDED: _l("Work has ended"),
}
NOTHING = {
    Show.ALL: _l("You have no open files yet."),
    Show.LATE: _l("Nothing is late."),
    Show.NEWS: _l("Nothing is new since you last looked."),
    Show.FROZEN: _l("No card is frozen."),
    Show.ENDED: _l("You hold no file on which the work has ended."),
}


@blueprint.get("")
def people() -> ResponseReturnValue:
    """One line for each own case; what was promised soonest comes first."""
    show = next((one for one in Show if one == request.args.get("show")), Show.ALL)
    return _list(_working_with_cases(), show=show, after=request.args.get("after"))


@blueprint.get("/find")
def find() -> ResponseReturnValue:
    """A case by its number; a number of somebody else's case and no number at all are the same."""
    acting = _working_with_cases()
    typed = request.args.get("number", "")[:40]
    case = cases.find_case(guards.db(), acting, typed)
    if case is not None:
        return redirect(url_for("staff.inside.case.case", case_id=case.id))
    return _list(acting, show=Show.ALL, typed=typed)


@blueprint.post("/keys/<uuid:pending_id>")
def confirm_key(pending_id: UUID) -> ResponseReturnValue:
    """A holder's tap: a colleague gets the keys of a case that were authorised for her."""
    with guards.transaction() as session:
        pending.confirm(session, _working_with_cases(), pending_id, now=guards.utc_now())
    flash(_("Confirmed. The keys are handed over."), "done")
    return redirect(url_for(".people"))


def _list(
    acting: SignedIn, *, show: Show, after: str | None = None, typed: str | None = None
) -> str:
    session, now = guards.db(), guards.utc_now()
    return render_template(
        "staff/people/people.html",
        found=caseload.page(session, acting, now=now, show=show, after=after),
        show=show,
        words=SHOWN,
        nothing=NOTHING[show],
        counts=caseload.counts(session, acting, now=now),
        late=late.climbed_to(session, acting),
        not_told=outbox.not_told(session, acting),
        is_later_page=after is not None,
        typed=typed,
        emergencies=emergency.of_my_cases(session, acting, now=now),
        to_confirm=pending.to_confirm(session, acting),
        coming={one.pending.case_id: one for one in pending.for_me(session, acting)},
    )


def _working_with_cases() -> SignedIn:
    acting = guards.signed_in()
    if not acting.may(Permission.FIND_CASE):
        raise NotYours
    return acting
