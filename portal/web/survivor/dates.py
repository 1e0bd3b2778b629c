"""All her dates in one list, whichever service set them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.refusals import WrongState
from portal.i18n import lazy_gettext as _l
from portal.services import appointments
from portal.services.appointments import Shown
from portal.web import guards
from portal.web.survivor.nearness import near_day
from portal.web.survivor.vocabulary import SERVICE_KIND_WORDS

blueprint = Blueprint("dates", __name__, url_prefix="/dates")

PAGE = 20
SAID: Mapping[str, str] = {
    "sent": _l("Your answer is sent."),
    "changed": _l("This has changed meanwhile."),
}


@blueprint.get("")
def show() -> ResponseReturnValue:
    """What comes, the next first."""
    now = guards.utc_now()
    shown = appointments.hers(guards.db(), guards.signed_in(), now=now)
    return _page("survivor/dates/show.html", shown, now=now)


@blueprint.get("/past")
def past() -> ResponseReturnValue:
    """What was, the last first."""
    now, older_than = guards.utc_now(), request.args.get("older", type=UUID)
    # One more tells that there are older ones; a second, for a talk that goes on at this moment.
    found = appointments.hers(
        guards.db(), guards.signed_in(), now=now, past=True, older_than=older_than, size=PAGE + 2
    )
    older = found[PAGE - 1].appointment.id if len(found) > PAGE else None
    return _page("survivor/dates/past.html", found[:PAGE], now=now, older=older)


@blueprint.post("/<uuid:date_id>/cannot-come")
def cannot_come(date_id: UUID) -> ResponseReturnValue:
    """No reason is asked."""
    return _answer(appointments.cannot_come, date_id)


@blueprint.post("/<uuid:date_id>/another-time")
def another_time(date_id: UUID) -> ResponseReturnValue:
    """No reason is asked."""
    return _answer(appointments.another_time, date_id)


@blueprint.post("/<uuid:date_id>/keep")
def keep(date_id: UUID) -> ResponseReturnValue:
    """She can come after all."""
    return _answer(appointments.keep, date_id)


def _answer(answer: Callable[..., None], date_id: UUID) -> ResponseReturnValue:
    said = "sent"
    try:
        with guards.transaction() as session:
            answer(session, guards.signed_in(), date_id, now=guards.utc_now())
    except WrongState:
        said = "changed"
    return redirect(url_for(".show", said=said, at=date_id))


def _page(
    template: str, shown: list[Shown], *, now: datetime, older: UUID | None = None
) -> ResponseReturnValue:
    return render_template(
        template,
        shown=shown,
        older=older,
        said=SAID.get(request.args.get("said", "")),
        at=request.args.get("at", type=UUID),
        now=now,
        near_day=near_day,
        kind_words=SERVICE_KIND_WORDS,
    )
