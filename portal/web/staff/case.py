"""One case."""

from flask import Blueprint

blueprint = Blueprint("case", __name__, url_prefix="/cases")
