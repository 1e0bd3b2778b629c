"""The centre's pages: closed to everybody who has not proved a second factor."""

from typing import Any

from flask import Blueprint
from flask_wtf.csrf import CSRFError

from portal.domain.refusals import NotYours, ProofTooOld
from portal.domain.training import TrainingHasPassed
from portal.i18n import language_name
from portal.web import guards, staff_sessions
from portal.web.staff import once, proof, sent_again, trouble
from portal.web.staff.case_work import (
    alerts,
    cards,
    case,
    caseload,
    conversation,
    cover,
    emergency,
    leave,
    new_card,
    notes,
    opening,
    programme,
    telling,
    timeline,
)
from portal.web.staff.centre import counting, house, house_settings, what_stays
from portal.web.staff.centre import interpreters as interpreter_list
from portal.web.staff.colleagues import colleagues, inviting, second_person
from portal.web.staff.dates import (
    agenda,
    availability,
    dates,
    exceptions,
    interpreters,
    kept_apart,
    referrals,
    rooms,
)
from portal.web.staff.endings import ends, handing_over, house_ends
from portal.web.staff.entry import (
    account,
    browsers,
    enrolment,
    factors,
    passkeys,
    passphrases,
    sign_in,
    talk_link,
    welcome,
)
from portal.web.staff.moderation import asking, decisions, desk, feedback
from portal.web.staff.need_to_know import acts_in_words, audit, look_questions
from portal.web.staff.visits import plan as visit_plan
from portal.web.staff.visits import wishes as visit_wishes
from portal.web.staff.vocabulary import codes, languages, promises

WAY_IN = (sign_in, welcome, talk_link, passphrases, passkeys, enrolment)
WORK = (
    proof,
    desk,
    asking,
    decisions,
    feedback,
    caseload,
    alerts,
    opening,
    case,
    cards,
    notes,
    ends,
    handing_over,
    conversation,
    telling,
    timeline,
    programme,
    referrals,
    dates,
    agenda,
    exceptions,
    kept_apart,
    availability,
    rooms,
    interpreters,
    interpreter_list,
    house,
    house_ends,
    counting,
    colleagues,
    second_person,
    inviting,
    house_settings,
    audit,
    look_questions,
    account,
    cover,
    leave,
    factors,
    browsers,
    what_stays,
    emergency,
    new_card,
    visit_plan,
    visit_wishes,
)


def make_blueprint() -> Blueprint:
    """Staff pages: the way in, and behind one guard everything else."""
    staff = Blueprint("staff", __name__)
    staff.before_request(sign_in.use_chosen_language)
    staff.before_request(staff_sessions.check_csrf)
    staff.after_request(browsers.remember)
    staff.register_error_handler(CSRFError, sent_again.token_is_old)
    staff.context_processor(_words)
    for module in WAY_IN:
        staff.register_blueprint(module.blueprint)
    inside = Blueprint("inside", __name__)
    inside.before_request(sent_again.keep_of_signed_out)
    inside.before_request(guards.require_staff)
    inside.before_request(guards.refuse_untrained)
    inside.before_request(proof.take_proof)
    inside.before_request(once.claim_form)
    inside.after_request(once.keep_outcome)
    inside.register_error_handler(ProofTooOld, proof.ask)
    inside.register_error_handler(TrainingHasPassed, trouble.training_has_passed)
    inside.register_error_handler(NotYours, trouble.not_your_role)
    for module in WORK:
        inside.register_blueprint(module.blueprint)
    staff.register_blueprint(inside)
    return staff


def _words() -> dict[str, Any]:
    now = guards.utc_now()
    return {
        "now": now,
        "word": codes.word,
        "drawing": codes.drawing,
        "due": lambda moment: promises.due(moment, now),
        "clock_time": lambda moment: promises.clock_time(moment, now),
        "language_name": language_name,
        "language_for_staff": languages.language_for_staff,
        "act_in_words": acts_in_words.act_in_words,
        "look_in_words": acts_in_words.look_in_words,
    }
