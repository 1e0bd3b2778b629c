"""What an interpreter sees through a link: one talk, and nothing of the house.

The first page says the same whatever stands in the address, and asks nothing of the database: a
program that looks at links in messages gets nothing to see and leaves no trace. A link that is
unknown, used up or over gets one and the same answer.
"""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.domain.interpreters import TalkLinkEnded
from portal.services.interpreters import links
from portal.web import guards
from portal.web.staff.vocabulary.languages import interpreted_for_staff

blueprint = Blueprint("talk_link", __name__, url_prefix="/talk")


@blueprint.route("/<token>", methods=["GET", "POST"])
def show(token: str) -> ResponseReturnValue:
    """A button, and behind it the talk."""
    if request.method == "GET":
        return render_template("staff/interpreters/door.html")
    try:
        with guards.transaction() as session:
            address = (request.remote_addr or "").encode()
            talk = links.open_link(session, token, address=address, now=guards.utc_now())
    except TalkLinkEnded:
        return render_template("staff/interpreters/ended.html"), 404
    spoken = interpreted_for_staff().get(talk.language or "", "")
    return render_template("staff/interpreters/talk.html", talk=talk, language_name=spoken)
