"""The house as staff see it: its services, its hours, who may do what, and the account of acts."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.domain.roles import APART, PERMISSIONS, Permission, Role
from portal.services.case_work import readiness
from portal.services.centre import directory
from portal.services.house import get_centre
from portal.services.moderation import deciders, late
from portal.services.need_to_know import look_questions
from portal.web import guards
from portal.web.staff.vocabulary.roles import FOR_WHAT

blueprint = Blueprint("house", __name__, url_prefix="/house")


@blueprint.get("")
def house() -> ResponseReturnValue:
    """What is under this roof; read-only."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    return render_template(
        "staff/house/house.html",
        centre=get_centre(session),
        services=directory.services(session, acting),
        called_instead=readiness.called_instead(session, acting),
        may_count=acting.may(Permission.SEE_HOUSE),
        questions=look_questions.waiting_count(session, acting),
        may_answer=acting.may(Permission.ANSWER_LOOK_QUESTIONS),
        may_change=acting.may(Permission.CHANGE_HOUSE),
        may_see_ends=acting.may(Permission.SEE_ENDS),
        may_see_counts=acting.may(Permission.SEE_COUNTS),
        may_audit=acting.may(Permission.READ_AUDIT),
        closed=deciders.unfilled(session, now=now) if acting.may(Permission.SEE_LATE) else [],
        late=late.climbed_to(session, acting, as_coordinator=True),
    )


@blueprint.get("/roles")
def roles() -> ResponseReturnValue:
    """The table that the portal itself asks, in words: who may do what, and what goes together."""
    return render_template(
        "staff/house/roles.html",
        permissions=PERMISSIONS,
        roles=list(Role),
        for_what=FOR_WHAT,
        apart=APART,
        mine={role for role, _ in guards.signed_in().roles},
    )
