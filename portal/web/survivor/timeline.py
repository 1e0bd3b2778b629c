"""What is happening: what staff let her know, with the names of those who stand for it."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.domain.timeline import WRITTEN, EntryLane
from portal.services.timeline import reading
from portal.web import guards, timeline_words

blueprint = Blueprint("timeline", __name__, url_prefix="/timeline")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The newest first, page by page; of both lanes, or of one."""
    lane = _lane(request.args.get("lane", ""))
    page = reading.hers(
        guards.db(),
        guards.signed_in(),
        now=guards.utc_now(),
        lane=lane,
        older=request.args.get("older", type=UUID),
    )
    return render_template(
        "survivor/timeline/show.html",
        page=page,
        chosen=lane,
        lanes=WRITTEN,
        words=timeline_words,
    )


def _lane(asked: str) -> EntryLane | None:
    return EntryLane(asked) if asked in WRITTEN else None
