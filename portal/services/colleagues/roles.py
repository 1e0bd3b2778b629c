"""What a coordinator does with a colleague's account: roles, training date, closing, opening again.

Nobody does any of it to her own account, and each asks for a fresh second-factor proof.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.decisions import DecidedMeanwhile, DecisionKind, asked_only_by, check_proof
from portal.domain.refusals import NotFound, NotYours, Refusal, WrongState
from portal.domain.roles import (
    SECOND_PERSON,
    NeedsSecondPerson,
    Permission,
    Role,
    check_place,
    check_together,
)
from portal.models import Decision, Membership, Service, StaffMember
from portal.services import audit
from portal.services.case_work import cover, emergency, readers
from portal.services.case_work.cases import on_case
from portal.services.colleagues import invitations, teams
from portal.services.entry import sessions
from portal.services.entry.sessions import SignedIn
from portal.services.moderation import decisions


class OwnAccount(Refusal):
    """Nobody gives herself a role, or changes how long she may work: another coordinator does."""


class RoleHeldAlready(Refusal):
    """She holds this role there already."""


class FilesAreHers(Refusal):
    """`count` files bear her name as case director or stand-in: they are handed on first."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def give(
    session: Session,
    acting: SignedIn,
    account_id: UUID,
    role: Role,
    service_id: UUID | None,
    *,
    now: datetime,
) -> Membership:
    """Give a colleague a role. When the coordinator holds the team's key herself, it goes along.

    Raises NotYours, ProofTooOld, OwnAccount, NotFound, WrongState for who has left,
    RoleNeedsService, RolesKeptApart, RoleHeldAlready, NeedsSecondPerson.
    """
    _a_colleague(session, acting, account_id, now=now)
    _check_fits(session, account_id, role, service_id)
    if role in SECOND_PERSON:
        raise NeedsSecondPerson
    given = teams.give_role(
        session, account_id, role, now=now, service_id=service_id, actor_id=acting.account_id
    )
    if any(given.id == one.id for one, _ in teams.waiting_for_key(session, acting)):
        teams.hand_over(session, acting, given.id, now=now)
    return given


def ask_to_give(
    session: Session, acting: SignedIn, account_id: UUID, role: Role, *, reason: str, now: datetime
) -> Decision:
    """Ask another coordinator for a role that two give.

    Raises what `give` raises, and what `decisions.ask` raises.
    """
    _a_colleague(session, acting, account_id, now=now)
    _check_fits(session, account_id, role, None)
    facts: audit.Facts = {"role": role.value, "act": "give", "not_by": [str(account_id)]}
    return decisions.ask(
        session,
        acting,
        DecisionKind.ROLE_CHANGE,
        reason=reason,
        now=now,
        subject_id=account_id,
        facts=facts,
    )


def give_as_decided(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """What follows the second coordinator's yes. Raises what `give` raises about the role."""
    assert decision.subject_id is not None
    role = Role(str(decision.facts["role"]))
    if session.get_one(StaffMember, decision.subject_id).left_at is not None:
        raise DecidedMeanwhile
    _check_fits(session, decision.subject_id, role, None)
    given = teams.give_role(
        session, decision.subject_id, role, now=now, actor_id=decision.decided_by_id
    )
    if acting is not None and any(
        given.id == one.id for one, _ in teams.waiting_for_key(session, acting)
    ):
        teams.hand_over(session, acting, given.id, now=now)


def take(
    session: Session,
    acting: SignedIn,
    account_id: UUID,
    membership_id: UUID,
    *,
    now: datetime,
    even_the_last: bool = False,
) -> None:
    """Take a role away; from her next request on it opens nothing.

    Raises NotYours, ProofTooOld, OwnAccount, NotFound, LastKeyHolder, and FilesAreHers while her
    files would have a reader who may not read them.
    """
    _a_colleague(session, acting, account_id, now=now)
    membership = session.get(Membership, membership_id)
    if membership is None or membership.account_id != account_id:
        raise NotFound
    if membership.role is Role.CASE_DIRECTOR:
        _check_files_handed_on(session, membership)
    if membership.role is Role.COORDINATOR:
        _end_what_she_began(session, acting, account_id, now=now)
    teams.take_role(
        session, membership, now=now, actor_id=acting.account_id, even_the_last=even_the_last
    )


def set_training(
    session: Session, acting: SignedIn, account_id: UUID, until: date | None, *, now: datetime
) -> None:
    """Say until when a colleague's training counts. Raises NotYours, ProofTooOld, OwnAccount."""
    member = _a_colleague(session, acting, account_id, now=now)
    member.trained_until = until
    session.flush()
    facts: audit.Facts = {"account": str(account_id), "until": str(until or "")}
    audit.record(session, acting.account_id, "training_set", now=now, facts=facts)


def close(
    session: Session,
    acting: SignedIn,
    account_id: UUID,
    *,
    now: datetime,
    even_the_last: bool = False,
    even_unanswered: bool = False,
) -> None:
    """Close a colleague's account: her sign-ins end now, her roles and team keys with them.

    Her open items stay where they are and are shown to the coordinator, but for what only a
    coordinator may begin: that ends. Raises NotYours, ProofTooOld, OwnAccount, NotFound, WrongState
    for who has left, LastKeyHolder, LastReader while open files would have nobody to read them, and
    NobodyAnswersToday.
    """
    member = _a_colleague(session, acting, account_id, now=now)
    if member.left_at is not None:
        raise WrongState
    _end_what_she_began(session, acting, account_id, now=now)
    sessions.end_all(session, account_id)
    cover.leave_house(
        session,
        acting,
        account_id,
        even_the_last=even_the_last,
        even_unanswered=even_unanswered,
        now=now,
    )
    for membership in _memberships(session, account_id):
        teams.take_role(
            session, membership, now=now, actor_id=acting.account_id, even_the_last=even_the_last
        )
    member.left_at = now
    session.flush()
    facts: audit.Facts = {"account": str(account_id)}
    audit.record(session, acting.account_id, "staff_left", now=now, facts=facts)


def open_again(session: Session, acting: SignedIn, account_id: UUID, *, now: datetime) -> None:
    """Let a colleague sign in again, as she could before; her roles are given anew.

    Raises NotYours, ProofTooOld, OwnAccount, NotFound, WrongState for who never left or has no
    pass phrase left.
    """
    member = _a_colleague(session, acting, account_id, now=now)
    if member.left_at is None or member.slot_id is None:
        raise WrongState
    member.left_at = None
    session.flush()
    facts: audit.Facts = {"account": str(account_id)}
    audit.record(session, acting.account_id, "staff_back", now=now, facts=facts)


def _end_what_she_began(
    session: Session, acting: SignedIn, account_id: UUID, *, now: datetime
) -> None:
    """What only a coordinator may begin ends with her role: links, questions, an open emergency."""
    invitations.forget_of(session, account_id)
    kinds = asked_only_by(Role.COORDINATOR)
    decisions.withdraw_asked(session, acting, account_id, kinds, now=now)
    emergency.end_openings(session, account_id)


def _check_fits(session: Session, account_id: UUID, role: Role, service_id: UUID | None) -> None:
    if session.get_one(StaffMember, account_id).left_at is not None:
        raise WrongState
    check_place(role, in_service=service_id is not None)
    if service_id is not None and session.get(Service, service_id) is None:
        raise NotFound
    held = _memberships(session, account_id)
    check_together((one.role for one in held), role)
    if any((one.role, one.service_id) == (role, service_id) for one in held):
        raise RoleHeldAlready


def _check_files_handed_on(session: Session, taken: Membership) -> None:
    held = _memberships(session, taken.account_id)
    if any(one.role is Role.CASE_DIRECTOR and one.id != taken.id for one in held):
        return
    # Nobody hands her a file at this moment.
    readers.hold(session)
    count = session.scalar(select(func.count()).where(on_case(taken.account_id)))
    if count:
        raise FilesAreHers(count)


def _a_colleague(
    session: Session, acting: SignedIn, account_id: UUID, *, now: datetime
) -> StaffMember:
    if not acting.may(Permission.MANAGE_PEOPLE):
        raise NotYours
    check_proof(acting.second_factor_at, now=now)
    member = session.get(StaffMember, account_id, with_for_update=True)
    if member is None:
        raise NotFound
    if account_id == acting.account_id:
        raise OwnAccount
    return member


def _memberships(session: Session, account_id: UUID) -> list[Membership]:
    asked = select(Membership).where(Membership.account_id == account_id).order_by(Membership.id)
    return list(session.scalars(asked))
