"""The same pages as after a failure, for whoever has no database to keep an answer in."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.web.errors import trouble_page

blueprint = Blueprint("trouble", __name__)


@blueprint.get("/trouble/<int:status>/<reference>")
def show(status: int, reference: str) -> Response:
    """What went wrong, in words; the status is that of the answer that it stands for."""
    return trouble_page(status, "" if reference == "-" else reference)
