"""The table of what each role may do, written out once more by hand."""

import pytest

from portal.domain.decisions import PROOF_LASTS, check_proof
from portal.domain.refusals import ProofTooOld
from portal.domain.roles import (
    APART,
    PERMISSIONS,
    Permission,
    Role,
    RoleNeedsService,
    RolesKeptApart,
    allows,
    check_place,
    check_together,
    pairs_apart,
)
from tests.people import NOON

MAY: dict[Role, set[Permission]] = {
    Role.INTAKE_WORKER: {Permission.OPEN_CASE, Permission.ISSUE_CARD, Permission.FIND_CASE},
    Role.CASE_DIRECTOR: {
        Permission.CLOSE_CASE,
        Permission.OPEN_CASE,
        Permission.ISSUE_CARD,
        Permission.FIND_CASE,
        Permission.WORK_ON_CASE,
        Permission.WRITE_TO_SURVIVOR,
        Permission.PLAN_VISIT,
    },
    Role.SERVICE_STAFF: {Permission.ANSWER_REFERRAL},
    Role.MODERATOR: {Permission.READ_DESK, Permission.DECIDE_AT_DESK},
    Role.DUTY_OFFICER: {Permission.SEE_ALERTS},
    Role.COORDINATOR: {
        Permission.SEE_HOUSE,
        Permission.SEE_PEOPLE,
        Permission.MANAGE_PEOPLE,
        Permission.CHANGE_HOUSE,
        Permission.KEEP_INTERPRETERS,
        Permission.ARRANGE_COVER,
        Permission.ANSWER_LOOK_QUESTIONS,
    },
    Role.PARTNER_CONTACT_WORKER: set(),
    Role.INTERPRETER: set(),
    Role.AUDITOR: {Permission.READ_AUDIT, Permission.ANSWER_LOOK_QUESTIONS},
    Role.ADMINISTRATOR: {
        Permission.SEE_HOUSE,
        Permission.SEE_PEOPLE,
        Permission.CHANGE_HOUSE,
    },
}
DECISIONS: dict[Role, set[Permission]] = {
    Role.COORDINATOR: {
        Permission.ANSWER_NOT_THIS_PERSON,
        Permission.SEE_LATE,
        Permission.SEE_ENDS,
        Permission.SEE_COUNTS,
        Permission.DECIDE_CARD_AGAIN,
        Permission.ASK_BREAK_GLASS,
        Permission.ASK_EXPORT,
        Permission.DECIDE_EXPORT,
        Permission.ASK_ERASURE,
        Permission.DECIDE_ERASURE,
        Permission.DECIDE_LEGAL_HOLD,
        Permission.ASK_ROLE_CHANGE,
        Permission.DECIDE_ROLE_CHANGE,
        Permission.ASK_SIGN_IN_AGAIN,
        Permission.DECIDE_SIGN_IN_AGAIN,
        Permission.DECIDE_CONTACT_CHANGE,
        Permission.DECIDE_RELEASE,
        Permission.DECIDE_POLICE_SHARING,
        Permission.ASK_SEPARATION_OVERRIDE,
        Permission.DECIDE_SEPARATION_OVERRIDE,
        Permission.KEEP_APART,
        Permission.READ_FEEDBACK,
        Permission.TAKE_DOWN_ANSWER,
        Permission.ASK_FEEDBACK,
        Permission.DECIDE_FEEDBACK,
        Permission.REVIEW_BREAK_GLASS,
        Permission.ASK_ABOUT_ANY_CASE,
    },
    Role.AUDITOR: {
        Permission.SEE_ENDS,
        Permission.SEE_COUNTS,
        Permission.DECIDE_BREAK_GLASS,
        Permission.ASK_EXPORT,
        Permission.DECIDE_EXPORT,
        Permission.ASK_ERASURE,
        Permission.DECIDE_ERASURE,
        Permission.ASK_LEGAL_HOLD,
        Permission.DECIDE_LEGAL_HOLD,
        Permission.ASK_ABOUT_ANY_CASE,
    },
    Role.CASE_DIRECTOR: {
        Permission.ASK_CARD_AGAIN,
        Permission.ASK_EXPORT,
        Permission.ASK_ERASURE,
        Permission.ASK_RELEASE,
        Permission.ASK_POLICE_SHARING,
        Permission.ASK_SEPARATION_OVERRIDE,
    },
    Role.MODERATOR: {
        Permission.DECIDE_CONTACT_CHANGE,
        Permission.DECIDE_RELEASE,
        Permission.KEEP_APART,
        Permission.READ_FEEDBACK,
        Permission.ASK_FEEDBACK,
        Permission.DECIDE_FEEDBACK,
        Permission.REVIEW_BREAK_GLASS,
    },
}
"""What each may ask for, and decide about, at the desk."""
DECISIONS[Role.PARTNER_CONTACT_WORKER] = {Permission.ASK_RELEASE, Permission.WRITE_PROGRAMME}
for _role, _more in DECISIONS.items():
    MAY[_role] |= _more


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


@pytest.mark.parametrize(
    ("held", "new"),
    [
        (Role.COORDINATOR, Role.AUDITOR),
        (Role.AUDITOR, Role.COORDINATOR),
        (Role.ADMINISTRATOR, Role.CASE_DIRECTOR),
        (Role.MODERATOR, Role.ADMINISTRATOR),
        (Role.INTERPRETER, Role.SERVICE_STAFF),
    ],
)
def test_roles_that_check_each_other_are_never_one_persons(held: Role, new: Role) -> None:
    with pytest.raises(RolesKeptApart):
        check_together([Role.DUTY_OFFICER, held], new)


def test_of_all_that_somebody_holds_the_roles_kept_apart_are_named() -> None:
    held = [Role.MODERATOR, Role.COORDINATOR, Role.ADMINISTRATOR, Role.COORDINATOR]
    assert pairs_apart(held) == [(Role.ADMINISTRATOR, Role.MODERATOR)]
    assert pairs_apart([Role.COORDINATOR, Role.ADMINISTRATOR]) == []


def test_roles_that_go_together() -> None:
    check_together([Role.COORDINATOR], Role.ADMINISTRATOR)
    check_together([Role.CASE_DIRECTOR, Role.SERVICE_STAFF], Role.SERVICE_STAFF)
    check_together([], Role.AUDITOR)


def test_an_administrator_opens_nothing_that_a_survivor_or_staff_wrote() -> None:
    opened = {p for p in Permission if allows(frozenset({Role.ADMINISTRATOR}), p)}
    assert opened == {
        Permission.SEE_HOUSE,
        Permission.SEE_PEOPLE,
        Permission.CHANGE_HOUSE,
    }
    assert APART[Role.ADMINISTRATOR] == set(Role) - {Role.ADMINISTRATOR, Role.COORDINATOR}


def test_where_a_role_is_held() -> None:
    check_place(Role.SERVICE_STAFF, in_service=True)
    check_place(Role.CASE_DIRECTOR, in_service=False)
    for role, in_service in ((Role.SERVICE_STAFF, False), (Role.MODERATOR, True)):
        with pytest.raises(RoleNeedsService):
            check_place(role, in_service=in_service)
