"""The house."""

from flask import Blueprint

blueprint = Blueprint("house", __name__, url_prefix="/house")
