"""A survivor's own pages, none of which answers anyone else."""

from flask import Blueprint

from portal.web import guards, sent_once
from portal.web.survivor import (
    account,
    date_interpreter,
    dates,
    feedback,
    messages,
    needs,
    not_this_person,
    sharing,
    statement,
    telling,
    timeline,
    today,
    visits,
    way_question,
    who_helps,
)


def make_blueprint() -> Blueprint:
    """Her pages; children nest, so that one guard covers all."""
    blueprint = Blueprint("survivor", __name__)
    blueprint.before_request(guards.require_survivor)
    blueprint.before_request(sent_once.answer_as_before)
    for module in (
        today,
        needs,
        statement,
        sharing,
        not_this_person,
        dates,
        date_interpreter,
        visits,
        messages,
        account,
        who_helps,
        telling,
        way_question,
        timeline,
        feedback,
    ):
        blueprint.register_blueprint(module.blueprint)
    return blueprint
