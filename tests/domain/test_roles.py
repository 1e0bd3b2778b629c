"""The table of what each role may do, written out once more by hand."""

import pytest

from portal.domain.decisions import PROOF_LASTS, check_proof
from portal.domain.refusals import ProofTooOld
from portal.domain.roles import PERMISSIONS, Permission, Role, allows
from tests.people import NOON

MAY: dict[Role, set[Permission]] = {
    Role.INTAKE_WORKER: {Permission.OPEN_CASE, Permission.ISSUE_CARD},
    Role.CASE_DIRECTOR: {
        Permission.OPEN_CASE,
        Permission.ISSUE_CARD,
        Permission.FIND_CASE,
        Permission.WRITE_TO_SURVIVOR,
    },
    Role.SERVICE_STAFF: {Permission.ANSWER_REFERRAL},
    Role.MODERATOR: {Permission.READ_DESK, Permission.DECIDE_AT_DESK},
    Role.DUTY_OFFICER: set(),
    Role.COORDINATOR: {Permission.FIND_CASE, Permission.SEE_HOUSE},
    Role.AUDITOR: {Permission.READ_AUDIT},
    Role.ADMINISTRATOR: {Permission.SEE_HOUSE},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_a_role_may_do_what_the_table_says_and_no_more(role: Role, permission: Permission) -> None:
    assert allows(frozenset({role}), permission) is (permission in MAY[role])


def test_every_act_has_a_row_and_somebody_who_may_do_it() -> None:
    assert PERMISSIONS.keys() == set(Permission)
    assert all(PERMISSIONS.values())


def test_nobody_without_a_role_may_do_anything() -> None:
    assert not any(allows(frozenset(), permission) for permission in Permission)


def test_two_roles_open_what_either_opens() -> None:
    both = frozenset({Role.MODERATOR, Role.AUDITOR})
    assert {p for p in Permission if allows(both, p)} == MAY[Role.MODERATOR] | MAY[Role.AUDITOR]


def test_a_decision_wants_a_proof_of_the_last_fifteen_minutes() -> None:
    check_proof(NOON, now=NOON)
    check_proof(NOON, now=NOON + PROOF_LASTS)
    with pytest.raises(ProofTooOld):
        check_proof(NOON, now=NOON + PROOF_LASTS * 1.001)
    with pytest.raises(ProofTooOld):
        check_proof(None, now=NOON)
