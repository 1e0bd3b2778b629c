"""The same pages as after a failure, for whoever has no database to keep an answer in."""

import re

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.web.errors import trouble_page

blueprint = Blueprint("trouble", __name__)

# Whoever can make a browser send a form could otherwise write on our page what is read as ours.
_REFERENCE = re.compile(r"[A-Z0-9]{1,12}")


@blueprint.get("/trouble/<int(min=400,max=599):status>/<reference>")
def show(status: int, reference: str) -> Response:
    """What went wrong, in words; the status is that of the answer that it stands for."""
    return trouble_page(status, reference if _REFERENCE.fullmatch(reference) else "")
