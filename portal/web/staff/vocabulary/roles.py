"""What staff call roles, what each is there for, and what may be done in it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from portal.domain.decisions import RULES
from portal.domain.roles import Permission, Role
from portal.i18n import lazy_gettext as _l
from portal.web.staff.vocabulary.decisions import DECISION_KIND

ROLE: Mapping[Role, str] = {
    Role.INTAKE_WORKER: _l("Intake worker"),
    Role.CASE_DIRECTOR: _l("Case director"),
    Role.SERVICE_STAFF: _l("Service staff"),
    Role.MODERATOR: _l("Moderator"),
    Role.DUTY_OFFICER: _l("Duty officer"),
    Role.COORDINATOR: _l("Coordinator"),
    Role.PARTNER_CONTACT_WORKER: _l("Partner-contact worker"),
    Role.INTERPRETER: _l("Interpreter"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMINISTRATOR: _l("Administrator"),
}
FOR_WHAT: Mapping[Role, str] = {
    Role.INTAKE_WORKER: _l("Opens a file with a survivor and hands over her card."),
    Role.CASE_DIRECTOR: _l("Is the one contact of the survivors whose files she directs."),
    Role.SERVICE_STAFF: _l("Helps survivors who said yes to her service."),
    Role.MODERATOR: _l("Reads new needs at the desk and brings them to a service."),
    Role.DUTY_OFFICER: _l("Answers what cannot wait today."),
    Role.COORDINATOR: _l("Sees that every case has somebody, and decides as the second person."),
    Role.PARTNER_CONTACT_WORKER: _l("Tells survivors what they may know of a programme."),
    Role.INTERPRETER: _l("Comes in by a link for one talk. Opens no file."),
    Role.AUDITOR: _l("Checks who looked, and why."),
    Role.ADMINISTRATOR: _l("Keeps the portal running. Never reads what a survivor wrote."),
}
"""What each role is there for, in a sentence."""

PERMISSION: dict[Permission, str] = {
    Permission.OPEN_CASE: _l("Open a file"),
    Permission.ISSUE_CARD: _l("Issue a card"),
    Permission.FIND_CASE: _l("Find a file of one's own by its number"),
    Permission.WORK_ON_CASE: _l("Read and work on one's own files"),
    Permission.WRITE_TO_SURVIVOR: _l("Write to survivors of one's own files"),
    Permission.PLAN_VISIT: _l("Plan visits for survivors of one's own files"),
    Permission.READ_DESK: _l("Read what waits at the desk"),
    Permission.DECIDE_AT_DESK: _l("Decide at the desk"),
    Permission.ANSWER_REFERRAL: _l("Answer referrals to one's own service"),
    Permission.SEE_HOUSE: _l("See counts of the house"),
    Permission.SEE_PEOPLE: _l("See colleagues and their roles"),
    Permission.MANAGE_PEOPLE: _l("Invite colleagues, give and take roles, switch accounts off"),
    Permission.ANSWER_LOOK_QUESTIONS: _l("Answer a survivor's questions about who looked"),
    Permission.KEEP_INTERPRETERS: _l("Keep the list of interpreters"),
    Permission.CLOSE_CASE: _l("End the work on a file of one's own, and take it up again"),
    Permission.SEE_ENDS: _l("See what is kept until when, by numbers and clocks"),
    Permission.SEE_COUNTS: _l("See how often people come, by month and never by person"),
    Permission.CHANGE_HOUSE: _l("Change what the house sets, such as hours and services"),
    Permission.ARRANGE_COVER: _l("Arrange cover: illness, stand-ins, files handed on"),
    Permission.READ_AUDIT: _l("See what was done, and by whom"),
    Permission.SEE_LATE: _l("See what is late in the whole house"),
    Permission.SEE_ALERTS: _l("See by number what cannot wait today, and whom to call"),
    Permission.REVIEW_BREAK_GLASS: _l("Look again at an emergency opening"),
    Permission.ANSWER_NOT_THIS_PERSON: _l("Answers a survivor who asks for another colleague"),
    Permission.WRITE_PROGRAMME: _l("Write how far a programme is, and read nothing of the file"),
    Permission.KEEP_APART: _l("Say who must not meet in the house, and end it"),
    Permission.READ_FEEDBACK: _l("Read what survivors tell without their names"),
    Permission.TAKE_DOWN_ANSWER: _l("Take down an answer that every survivor reads"),
    Permission.ASK_ABOUT_ANY_CASE: _l("Ask for these about any file, not only one's own"),
}
for _kind, _rule in RULES.items():
    if _rule.ask is not None:
        PERMISSION.setdefault(_rule.ask, _l("Ask for: %(what)s", what=DECISION_KIND[_kind]))
    PERMISSION.setdefault(_rule.decide, _l("Decide about: %(what)s", what=DECISION_KIND[_kind]))

WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Role: ROLE,
    Permission: PERMISSION,
}
