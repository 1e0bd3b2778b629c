"""Who works in the house, and the whole table of what each role may do."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

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
    WRITE_TO_SURVIVOR = "write_to_survivor"
    READ_DESK = "read_desk"
    DECIDE_AT_DESK = "decide_at_desk"
    ANSWER_REFERRAL = "answer_referral"
    SEE_HOUSE = "see_house"
    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
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
    Permission.SEE_PEOPLE: frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}),
    Permission.MANAGE_PEOPLE: frozenset({Role.COORDINATOR}),
    Permission.READ_AUDIT: frozenset({Role.AUDITOR}),
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


class RolesKeptApart(Refusal):
    """One person may not hold these roles together: each is there to check the other."""


class RoleNeedsService(Refusal):
    """Service staff sit in a service; a role of the house is held in none."""


def check_together(held: Iterable[Role], new: Role) -> None:
    """Refuse a role that may not go with what the person holds already."""
    for role in held:
        if new in APART.get(role, ()) or role in APART.get(new, ()):
            raise RolesKeptApart


def check_place(role: Role, *, in_service: bool) -> None:
    """Refuse service staff without a service, and any role of the house in one."""
    if (role is Role.SERVICE_STAFF and not in_service) or (in_service and role not in IN_A_SERVICE):
        raise RoleNeedsService


def allows(roles: frozenset[Role], permission: Permission) -> bool:
    """Whether any of these roles opens the act."""
    return not PERMISSIONS[permission].isdisjoint(roles)
