"""The centre's pages: closed to everybody who has not proved a second factor."""

from typing import Any

from flask import Blueprint

from portal.domain.refusals import ProofTooOld
from portal.web import guards, staff_sessions
from portal.web.staff import (
    account,
    case,
    caseload,
    dates,
    desk,
    enrolment,
    house,
    proof,
    referrals,
    sign_in,
    vocabulary,
)


def make_blueprint() -> Blueprint:
    """Staff pages: the way in, and behind one guard everything else."""
    staff = Blueprint("staff", __name__)
    staff.before_request(staff_sessions.check_csrf)
    staff.before_request(sign_in.use_chosen_language)
    staff.context_processor(_words)
    staff.register_blueprint(sign_in.blueprint)
    staff.register_blueprint(enrolment.blueprint)
    inside = Blueprint("inside", __name__)
    inside.before_request(guards.require_staff)
    inside.before_request(proof.take_proof)
    inside.register_error_handler(ProofTooOld, proof.ask)
    for module in (proof, desk, caseload, case, referrals, dates, house, account):
        inside.register_blueprint(module.blueprint)
    staff.register_blueprint(inside)
    return staff


def _words() -> dict[str, Any]:
    now = guards.utc_now()
    return {
        "now": now,
        "word": vocabulary.word,
        "drawing": vocabulary.drawing,
        "due": lambda moment: vocabulary.due(moment, now),
        "clock_time": lambda moment: vocabulary.clock_time(moment, now),
        "language_name": vocabulary.language_name,
    }
