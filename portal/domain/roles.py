"""Who works in the house, and the whole table of what each role may do."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import combinations

from portal.domain.refusals import Refusal


class Role(StrEnum):
    """A person may hold several, in several services."""

    INTAKE_WORKER = "intake_worker"
    CASE_DIRECTOR = "case_director"
    SERVICE_STAFF = "service_staff"
    MODERATOR = "moderator"
    DUTY_OFFICER = "duty_officer"
    COORDINATOR = "coordinator"
    PARTNER_CONTACT_WORKER = "partner_contact_worker"
    INTERPRETER = "interpreter"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Acts that a role opens; being on the case or in the service is asked besides."""

    OPEN_CASE = "open_case"
    ISSUE_CARD = "issue_card"
    FIND_CASE = "find_case"
    WORK_ON_CASE = "work_on_case"
    WRITE_TO_SURVIVOR = "write_to_survivor"
    PLAN_VISIT = "plan_visit"
    READ_DESK = "read_desk"
    DECIDE_AT_DESK = "decide_at_desk"
    ANSWER_REFERRAL = "answer_referral"
    SEE_HOUSE = "see_house"
    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
    CHANGE_HOUSE = "change_house"
    KEEP_INTERPRETERS = "keep_interpreters"
    CLOSE_CASE = "close_case"
    ARRANGE_COVER = "arrange_cover"
    ANSWER_LOOK_QUESTIONS = "answer_look_questions"
    READ_AUDIT = "read_audit"
    SEE_LATE = "see_late"
    SEE_ALERTS = "see_alerts"
    SEE_ENDS = "see_ends"
    SEE_COUNTS = "see_counts"
    ASK_CARD_AGAIN = "ask_card_again"
    DECIDE_CARD_AGAIN = "decide_card_again"
    ASK_BREAK_GLASS = "ask_break_glass"
    DECIDE_BREAK_GLASS = "decide_break_glass"
    ASK_EXPORT = "ask_export"
    DECIDE_EXPORT = "decide_export"
    ASK_ERASURE = "ask_erasure"
    DECIDE_ERASURE = "decide_erasure"
    ASK_LEGAL_HOLD = "ask_legal_hold"
    DECIDE_LEGAL_HOLD = "decide_legal_hold"
    ASK_ROLE_CHANGE = "ask_role_change"
    DECIDE_ROLE_CHANGE = "decide_role_change"
    ASK_SIGN_IN_AGAIN = "ask_sign_in_again"
    DECIDE_SIGN_IN_AGAIN = "decide_sign_in_again"
    DECIDE_CONTACT_CHANGE = "decide_contact_change"
    WRITE_PROGRAMME = "write_programme"
    ASK_RELEASE = "ask_release"
    DECIDE_RELEASE = "decide_release"
    ASK_POLICE_SHARING = "ask_police_sharing"
    DECIDE_POLICE_SHARING = "decide_police_sharing"
    ASK_SEPARATION_OVERRIDE = "ask_separation_override"
    DECIDE_SEPARATION_OVERRIDE = "decide_separation_override"
    KEEP_APART = "keep_apart"
    READ_FEEDBACK = "read_feedback"
    TAKE_DOWN_ANSWER = "take_down_answer"
    ASK_FEEDBACK = "ask_feedback"
    DECIDE_FEEDBACK = "decide_feedback"
    REVIEW_BREAK_GLASS = "review_break_glass"
    ANSWER_NOT_THIS_PERSON = "answer_not_this_person"
    ASK_ABOUT_ANY_CASE = "ask_about_any_case"


PERMISSIONS: dict[Permission, frozenset[Role]] = {
    Permission.OPEN_CASE: frozenset({Role.CASE_DIRECTOR, Role.INTAKE_WORKER}),
    Permission.ISSUE_CARD: frozenset({Role.CASE_DIRECTOR, Role.INTAKE_WORKER}),
    Permission.FIND_CASE: frozenset({Role.CASE_DIRECTOR, Role.INTAKE_WORKER}),
    Permission.WORK_ON_CASE: frozenset({Role.CASE_DIRECTOR}),
    Permission.WRITE_TO_SURVIVOR: frozenset({Role.CASE_DIRECTOR}),
    Permission.PLAN_VISIT: frozenset({Role.CASE_DIRECTOR}),
    Permission.READ_DESK: frozenset({Role.MODERATOR}),
    Permission.DECIDE_AT_DESK: frozenset({Role.MODERATOR}),
    Permission.ANSWER_REFERRAL: frozenset({Role.SERVICE_STAFF}),
    Permission.SEE_HOUSE: frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}),
    Permission.SEE_PEOPLE: frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}),
    Permission.MANAGE_PEOPLE: frozenset({Role.COORDINATOR}),
    Permission.ANSWER_LOOK_QUESTIONS: frozenset({Role.COORDINATOR, Role.AUDITOR}),
    Permission.KEEP_INTERPRETERS: frozenset({Role.COORDINATOR}),
    Permission.CLOSE_CASE: frozenset({Role.CASE_DIRECTOR}),
    Permission.CHANGE_HOUSE: frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}),
    Permission.ARRANGE_COVER: frozenset({Role.COORDINATOR}),
    Permission.READ_AUDIT: frozenset({Role.AUDITOR}),
    Permission.SEE_LATE: frozenset({Role.COORDINATOR}),
    Permission.SEE_ALERTS: frozenset({Role.DUTY_OFFICER}),
    Permission.SEE_ENDS: frozenset({Role.COORDINATOR, Role.AUDITOR}),
    Permission.SEE_COUNTS: frozenset({Role.COORDINATOR, Role.AUDITOR}),
    # Acts that one person asks for and another decides about (domain/decisions.py). Deciding roles
    # are those with a team key: the reason is sealed to their team.
    Permission.ASK_CARD_AGAIN: frozenset({Role.CASE_DIRECTOR}),
    Permission.DECIDE_CARD_AGAIN: frozenset({Role.COORDINATOR}),
    Permission.ASK_BREAK_GLASS: frozenset({Role.COORDINATOR}),
    Permission.DECIDE_BREAK_GLASS: frozenset({Role.AUDITOR}),
    Permission.ASK_EXPORT: frozenset({Role.CASE_DIRECTOR, Role.COORDINATOR, Role.AUDITOR}),
    Permission.DECIDE_EXPORT: frozenset({Role.COORDINATOR, Role.AUDITOR}),
    Permission.ASK_ERASURE: frozenset({Role.CASE_DIRECTOR, Role.COORDINATOR, Role.AUDITOR}),
    Permission.DECIDE_ERASURE: frozenset({Role.COORDINATOR, Role.AUDITOR}),
    Permission.ASK_LEGAL_HOLD: frozenset({Role.AUDITOR}),
    Permission.DECIDE_LEGAL_HOLD: frozenset({Role.COORDINATOR, Role.AUDITOR}),
    Permission.ASK_ROLE_CHANGE: frozenset({Role.COORDINATOR}),
    Permission.DECIDE_ROLE_CHANGE: frozenset({Role.COORDINATOR}),
    Permission.ASK_SIGN_IN_AGAIN: frozenset({Role.COORDINATOR}),
    Permission.DECIDE_SIGN_IN_AGAIN: frozenset({Role.COORDINATOR}),
    Permission.DECIDE_CONTACT_CHANGE: frozenset({Role.MODERATOR, Role.COORDINATOR}),
    Permission.WRITE_PROGRAMME: frozenset({Role.PARTNER_CONTACT_WORKER}),
    Permission.ASK_RELEASE: frozenset({Role.CASE_DIRECTOR, Role.PARTNER_CONTACT_WORKER}),
    Permission.DECIDE_RELEASE: frozenset({Role.MODERATOR, Role.COORDINATOR}),
    Permission.ASK_POLICE_SHARING: frozenset({Role.CASE_DIRECTOR}),
    Permission.DECIDE_POLICE_SHARING: frozenset({Role.COORDINATOR}),
    Permission.ASK_SEPARATION_OVERRIDE: frozenset({Role.CASE_DIRECTOR, Role.COORDINATOR}),
    Permission.DECIDE_SEPARATION_OVERRIDE: frozenset({Role.COORDINATOR}),
    # Those who read what comes in at the desk, and those who decide about exceptions: their teams'
    # keys open the links, and no others' (services/keys/apart.py).
    Permission.KEEP_APART: frozenset({Role.MODERATOR, Role.COORDINATOR}),
    # What came in without a name is sealed to the teams of these two.
    Permission.READ_FEEDBACK: frozenset({Role.MODERATOR, Role.COORDINATOR}),
    Permission.TAKE_DOWN_ANSWER: frozenset({Role.COORDINATOR}),
    Permission.ASK_FEEDBACK: frozenset({Role.MODERATOR, Role.COORDINATOR}),
    Permission.DECIDE_FEEDBACK: frozenset({Role.MODERATOR, Role.COORDINATOR}),
    Permission.ANSWER_NOT_THIS_PERSON: frozenset({Role.COORDINATOR}),
    Permission.REVIEW_BREAK_GLASS: frozenset({Role.MODERATOR, Role.COORDINATOR}),
    Permission.ASK_ABOUT_ANY_CASE: frozenset({Role.COORDINATOR, Role.AUDITOR}),
}

APART: Mapping[Role, frozenset[Role]] = {
    # Coordinators and auditors each hold one half of every emergency key: never one person both.
    Role.AUDITOR: frozenset(Role) - {Role.AUDITOR},
    Role.ADMINISTRATOR: frozenset(Role) - {Role.ADMINISTRATOR, Role.COORDINATOR},
    Role.INTERPRETER: frozenset(Role) - {Role.INTERPRETER},
}
"""Roles that nobody may hold together with these others, whichever of the two came first."""
IN_A_SERVICE = frozenset({Role.SERVICE_STAFF, Role.CASE_DIRECTOR})
"""Roles that are held in a service; service staff cannot be without one."""

SECOND_PERSON = frozenset({Role.COORDINATOR, Role.AUDITOR})
"""Roles that hold half of every emergency key: two coordinators together give them."""


class NeedsSecondPerson(Refusal):
    """This role is given by two coordinators: one asks, another decides."""


class RolesKeptApart(Refusal):
    """One person may not hold these roles together: each is there to check the other."""


class RoleNeedsService(Refusal):
    """Service staff sit in a service; a role of the house is held in none."""


def check_together(held: Iterable[Role], new: Role) -> None:
    """Refuse a role that may not go with what the person holds already."""
    if any(_are_apart(role, new) for role in held):
        raise RolesKeptApart


def pairs_apart(held: Iterable[Role]) -> list[tuple[Role, Role]]:
    """Of all that one person holds, or shall hold, the roles that may not go together."""
    pairs = combinations(sorted(set(held)), 2)
    return [(one, other) for one, other in pairs if _are_apart(one, other)]


def _are_apart(one: Role, other: Role) -> bool:
    return other in APART.get(one, ()) or one in APART.get(other, ())


def check_place(role: Role, *, in_service: bool) -> None:
    """Refuse service staff without a service, and any role of the house in one."""
    if (role is Role.SERVICE_STAFF and not in_service) or (in_service and role not in IN_A_SERVICE):
        raise RoleNeedsService


def allows(roles: frozenset[Role], permission: Permission) -> bool:
    """Whether any of these roles opens the act."""
    return not PERMISSIONS[permission].isdisjoint(roles)
