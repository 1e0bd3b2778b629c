"""What everybody sees: the calendar, the way in with a card, the way out."""

from flask import Blueprint

from portal.web.front import calendar, covered, leave, sign_in, trouble, what_this_hides


def make_blueprint() -> Blueprint:
    """The pages that need no card."""
    blueprint = Blueprint("front", __name__)
    for module in (calendar, sign_in, leave, covered, what_this_hides, trouble):
        blueprint.register_blueprint(module.blueprint)
    return blueprint
