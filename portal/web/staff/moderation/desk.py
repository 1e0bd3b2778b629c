"""The desk: what waits in lanes, narrowed without unsealing anything, and what waits for her."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.domain.decisions import DecisionKind
from portal.domain.needs import Category
from portal.domain.roles import Permission
from portal.i18n import lazy_gettext as _l
from portal.services.feedback import reading as feedback
from portal.services.house import promises
from portal.services.moderation import her_turn, lanes
from portal.services.moderation.lanes import Filters, Whose
from portal.web import guards
from portal.web.staff.vocabulary.promises import lane_promise

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

WHOSE = {
    Whose.MINE: _l("taken on by me"),
    Whose.CLAIMED: _l("taken on by somebody"),
    Whose.UNCLAIMED: _l("nobody has taken it on"),
}


@blueprint.get("")
def waiting() -> ResponseReturnValue:
    """What waits, late and red first; nothing here is unsealed."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    kinds = lanes.kinds_of(acting)
    if not kinds:
        # The room is in everybody's bar; whoever decides about nothing has work elsewhere.
        answers = acting.may(Permission.ANSWER_REFERRAL)
        return redirect("/staff/referrals" if answers else "/staff/people")
    lane = next((one for one in lanes.LANES if one == request.args.get("lane")), None)
    after = request.args.get("after", type=UUID) if lane else None
    filters = _filters()
    reads_needs = acting.may(Permission.READ_DESK)
    return render_template(
        "staff/desk/lanes.html",
        lane=lane,
        lanes=lanes.LANES,
        promised_in={one: lane_promise(one, promise) for one, promise in promises(session).items()},
        kinds=kinds,
        categories=list(Category) if reads_needs else [],
        whose=WHOSE,
        filters=filters,
        narrowed=_as_query(filters),
        counts=lanes.counts(session, acting, now=now, filters=filters),
        reads_feedback=acting.may(Permission.READ_FEEDBACK),
        due_answer=feedback.find_reminder(session, acting, now=now),
        may_keep_apart=acting.may(Permission.KEEP_APART),
        waiting_for_her=her_turn.waiting_for_her(session, acting) if reads_needs else None,
        waiting=lanes.waiting(session, acting, now=now, lane=lane, filters=filters, after=after),
        is_later_page=after is not None,
        page_size=lanes.PAGE,
    )


@blueprint.get("/waits-for-her")
def waits_for_her() -> ResponseReturnValue:
    """What reaches no service before her yes, and what comes back with her answer."""
    session, acting = guards.db(), guards.signed_in()
    return render_template(
        "staff/desk/waits_for_her.html",
        found=her_turn.waits_for_her(session, acting),
        asked=her_turn.waits_for_answer(session, acting),
        besides=her_turn.asked_besides(session, acting),
    )


def _filters() -> Filters:
    """What the address says; a word that is none of ours leaves everything in."""
    sent = request.args
    return Filters(
        kind=next((one for one in DecisionKind if one == sent.get("kind")), None),
        category=next((one for one in Category if one == sent.get("category")), None),
        number=sent.get("number", "").strip()[:20],
        whose=next((one for one in Whose if one == sent.get("whose")), None),
        late=sent.get("late") == "yes",
    )


def _as_query(filters: Filters) -> dict[str, Any]:
    said = {
        "kind": filters.kind,
        "category": filters.category,
        "number": filters.number,
        "whose": filters.whose,
        "late": "yes" if filters.late else None,
    }
    return {name: str(value) for name, value in said.items() if value}
