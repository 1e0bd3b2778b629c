"""A visit for one survivor: up to three plans, and one is sent to her with one tap."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.appointments import SHE_ASKED
from portal.domain.proposals import PlanIsGone, VisitState
from portal.domain.refusals import WrongState
from portal.domain.visits.plans import Reason, TooManyTalks
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Case
from portal.services.case_work import cases
from portal.services.dates import taken_times
from portal.services.house import today_here
from portal.services.interpreters import people
from portal.services.visits import answering, planning, proposing, talks
from portal.services.visits.planning import Planning
from portal.services.visits.talks import Asked
from portal.web import guards
from portal.web.staff.visits.asking import Typed

blueprint = Blueprint("visits", __name__, url_prefix="/cases/<uuid:case_id>/visit")

REASONS: Mapping[Reason, str] = {
    Reason.NOBODY_DOES_IT: _l("Nobody works in this service who could meet her."),
    Reason.LONGER_THAN_A_VISIT: _l("It takes longer than she can stay."),
    Reason.NO_WORKER_FREE: _l("No colleague of this service is free long enough."),
    Reason.NO_ROOM_FREE: _l("No room is free long enough."),
    Reason.NO_INTERPRETER_FREE: _l("No interpreter for her language is free."),
    Reason.NO_CHILDCARE: _l("Nobody can look after her children."),
    Reason.SHE_CANNOT_COME: _l("No time is left of those at which she can come."),
    Reason.NO_COMMON_TIME: _l("This time is not possible. Another week may be."),
    Reason.NOT_BESIDE_THE_OTHERS: _l("It does not fit beside the other talks."),
}
"""Why a talk has no place. Nothing here tells of anybody else who comes to the house."""

STATES: Mapping[VisitState, str] = {
    VisitState.PROPOSED: _l("A plan waits for her yes."),
    VisitState.PART_REFUSED: _l(
        "A part of the plan does not suit her. Plan again around the rest."
    ),
    VisitState.AGREED: _l("She said yes to the last plan."),
    VisitState.REFUSED: _l("No part of the last plan suits her. Its times are free again."),
    VisitState.LAPSED: _l("She did not answer the last plan in time. Its times are free again."),
    VisitState.TAKEN_BACK: _l("The last plan was taken back."),
    VisitState.REPLACED: _l("Another plan was sent instead."),
}


@blueprint.get("")
def show(case_id: UUID) -> ResponseReturnValue:
    """The talks that wait for a time, and the plans that there are for them."""
    case = cases.get_case(guards.db(), guards.signed_in(), case_id)
    return _page(case, Typed(request.args, _today()))


@blueprint.post("")
def send(case_id: UUID) -> ResponseReturnValue:
    """Send her this plan, if it is still possible; else here is a fresh one."""
    acting, now = guards.signed_in(), guards.utc_now()
    # Before the first look is written down: of two who book for one file each would otherwise hold
    # what the other waits for.
    taken_times.hold(guards.db())
    case = cases.get_case(guards.db(), acting, case_id)
    typed = Typed(request.form, _today())
    asked = _asked(case, typed, now)
    try:
        with guards.transaction() as session:
            key = request.form.get("plan", "")
            proposing.send(session, acting, case, asked, key, now=now)
    except (PlanIsGone, TooManyTalks, WrongState):
        flash(_("This plan is no longer possible: a time was taken. Here is a fresh one."), "warn")
        return _page(case, typed)
    flash(_("Sent. The times are held for her until she answers, for two days at most."), "done")
    return redirect(url_for("staff.inside.case.case", case_id=case_id, _anchor="dates"))


@blueprint.post("/take-back")
def take_back(case_id: UUID) -> ResponseReturnValue:
    """The plan that is out is no longer wanted."""
    acting, now = guards.signed_in(), guards.utc_now()
    case = cases.get_case(guards.db(), acting, case_id)
    try:
        with guards.transaction() as session:
            proposing.take_back(session, acting, case, now=now)
    except WrongState:
        flash(_("This has changed meanwhile. Look again before you go on."), "warn")
    else:
        flash(_("Taken back. Its times are free again."), "done")
    return redirect(url_for("staff.inside.case.case", case_id=case_id, _anchor="dates"))


def _page(case: Case, typed: Typed) -> str:
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    asked = _asked(case, typed, now)
    planned: Planning | None = None
    try:
        planned = planning.plan(session, acting, case, asked, now=now)
    except TooManyTalks:
        typed.errors["talk"] = _("At most ten talks are planned at once. Leave some out for now.")
    name, language = cases.contact_card(session, acting, case, purpose="visit", now=now)
    return render_template(
        "staff/visits/plan.html",
        case=case,
        name=name,
        language_code=language,
        typed=typed,
        asked=asked,
        talks=planned.talks if planned else talks.of_case(session, case, asked, now=now),
        planned=planned,
        interpreters=_interpreters(planned) if planned else {},
        proposal=answering.find(session, case.id, now=now),
        reasons=REASONS,
        state_words=STATES,
    )


def _interpreters(planned: Planning) -> dict[UUID, str]:
    """Who would interpret the talks of these plans, by name."""
    parts = (part for choice in planned.choices for part in choice.parts)
    return people.names(guards.db(), {one.interpreter_id for one in parts if one.interpreter_id})


def _asked(case: Case, typed: Typed, now: datetime) -> Asked:
    known = talks.of_case(guards.db(), case, Asked(), now=now)
    return typed.asked(
        [one.key for one in known.open],
        [one.key for one in known.in_house if one.date and one.date.state in SHE_ASKED],
    )


def on_case(case: Case, now: datetime) -> dict[str, Any]:
    """What the page of a case says about a visit."""
    session = guards.db()
    last = planning.find_last(session, case.id)
    is_out = last is not None and last.ended_at is None
    return {
        "proposal": answering.find(session, case.id, now=now) if is_out else None,
        "last_visit": last,
        "visit_words": STATES,
    }


def _today() -> date:
    return today_here(guards.db(), now=guards.utc_now())
