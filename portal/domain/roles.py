"""Who works in the house, and the whole table of what each role may do."""

from enum import StrEnum


class Role(StrEnum):
    """A person may hold several, in several services."""

    INTAKE_WORKER = "intake_worker"
    CASE_DIRECTOR = "case_director"
    SERVICE_STAFF = "service_staff"
    MODERATOR = "moderator"
    DUTY_OFFICER = "duty_officer"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Acts that a role opens; being on the case or in the service is asked besides."""

    OPEN_CASE = "open_case"
    ISSUE_CARD = "issue_card"
    FIND_CASE = "find_case"
    WRITE_TO_SURVIVOR = "write_to_survivor"
    READ_DESK = "read_desk"
    DECIDE_AT_DESK = "decide_at_desk"
    ANSWER_REFERRAL = "answer_referral"
    SEE_HOUSE = "see_house"
    READ_AUDIT = "read_audit"


PERMISSIONS: dict[Permission, frozenset[Role]] = {
    Permission.OPEN_CASE: frozenset({Role.CASE_DIRECTOR, Role.INTAKE_WORKER}),
    Permission.ISSUE_CARD: frozenset({Role.CASE_DIRECTOR, Role.INTAKE_WORKER}),
    Permission.FIND_CASE: frozenset({Role.CASE_DIRECTOR, Role.COORDINATOR}),
    Permission.WRITE_TO_SURVIVOR: frozenset({Role.CASE_DIRECTOR}),
    Permission.READ_DESK: frozenset({Role.MODERATOR}),
    Permission.DECIDE_AT_DESK: frozenset({Role.MODERATOR}),
    Permission.ANSWER_REFERRAL: frozenset({Role.SERVICE_STAFF}),
    Permission.SEE_HOUSE: frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}),
    Permission.READ_AUDIT: frozenset({Role.AUDITOR}),
}


def allows(roles: frozenset[Role], permission: Permission) -> bool:
    """Whether any of these roles opens the act."""
    return not PERMISSIONS[permission].isdisjoint(roles)
