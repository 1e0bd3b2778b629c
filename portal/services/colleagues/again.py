"""A colleague who lost her second factor or everything: two coordinators let her begin again.

One asks, another decides, and it is never about either of them. Without the pass phrase her private
half is gone for good: a new one is made, and what was sealed to the old one is handed over anew, by
those who hold it or, where nobody present does, with the centre's paper words.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionKind, DecisionState, check_proof
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Permission
from portal.models import (
    Account,
    Case,
    Decision,
    DecisionKey,
    Folder,
    Grant,
    Holder,
    Invitation,
    KeySlot,
    LentHalf,
    Passkey,
    PendingGrant,
    RecoveryCode,
    SecondFactor,
    StaffMember,
)
from portal.services import audit
from portal.services.case_work.cases import on_case
from portal.services.colleagues import teams
from portal.services.entry import second_factor, sessions, slots
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.keys import folders, holders, pending
from portal.services.moderation import decisions
from portal.vault import KeyPair, Slot, new_token, token_hash

LINK_LASTS = timedelta(days=1)
"""It is given from hand to hand, on the day it is needed."""


class Lost(StrEnum):
    """What is gone."""

    SECOND_FACTOR = "second_factor"
    EVERYTHING = "everything"


def ask(
    session: Session, acting: SignedIn, account_id: UUID, lost: Lost, *, reason: str, now: datetime
) -> Decision:
    """Ask another coordinator to let a colleague begin again.

    Raises NotYours, NotFound, WrongState for who has left or is oneself, and what
    `decisions.ask` raises.
    """
    if not acting.may(Permission.ASK_SIGN_IN_AGAIN):
        raise NotYours
    member = session.get(StaffMember, account_id)
    if member is None:
        raise NotFound
    if member.left_at is not None or account_id == acting.account_id:
        raise WrongState
    facts: audit.Facts = {"lost": lost.value, "not_by": [str(account_id)]}
    return decisions.ask(
        session,
        acting,
        DecisionKind.SIGN_IN_AGAIN,
        reason=reason,
        now=now,
        subject_id=account_id,
        facts=facts,
    )


def allow(session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime) -> None:
    """What follows the yes: her second factors open nothing now, and every sign-in has ended.

    With her pass phrase she then sets up a new one; without it she gets a link (`make_link`).
    """
    assert decision.subject_id is not None
    _forget_factors(session, decision.subject_id)
    sessions.end_all(session, decision.subject_id)
    facts: audit.Facts = {"account": str(decision.subject_id)}
    audit.record(session, decision.decided_by_id, "second_factor_reset", now=now, facts=facts)


def allowed(session: Session, account_id: UUID, *, now: datetime) -> Decision | None:
    """The yes of another coordinator for which no link was made yet, if there is one."""
    asked = (
        select(Decision)
        .where(
            Decision.kind == DecisionKind.SIGN_IN_AGAIN,
            Decision.subject_id == account_id,
            Decision.state == DecisionState.ACCEPTED,
            Decision.decided_at > now - LINK_LASTS,
        )
        .order_by(Decision.decided_at.desc())
        .limit(1)
    )
    found = session.scalar(asked)
    if found is None or found.facts.get("lost") != Lost.EVERYTHING.value:
        return None
    used = select(Invitation.id).where(
        Invitation.account_id == account_id, Invitation.made_at >= found.decided_at
    )
    return None if session.scalar(used.limit(1)) is not None else found


def waiting(session: Session, account_id: UUID) -> list[Decision]:
    """What was asked about a colleague and waits for another coordinator."""
    asked = select(Decision).where(
        Decision.subject_id == account_id,
        Decision.kind.in_((DecisionKind.SIGN_IN_AGAIN, DecisionKind.ROLE_CHANGE)),
        Decision.state == DecisionState.WAITING,
    )
    return list(session.scalars(asked.order_by(Decision.asked_at)))


def make_link(session: Session, acting: SignedIn, account_id: UUID, *, now: datetime) -> str:
    """The token of a link for the same account, shown once, to the coordinator who asked.

    Raises NotYours, ProofTooOld, NotFound without another coordinator's yes.
    """
    if not acting.may(Permission.MANAGE_PEOPLE):
        raise NotYours
    check_proof(acting.second_factor_at, now=now)
    session.get(StaffMember, account_id, with_for_update=True)
    decision = allowed(session, account_id, now=now)
    if decision is None or decision.asked_by_id != acting.account_id:
        raise NotFound
    member = session.get_one(StaffMember, account_id)
    token = new_token()
    session.add(
        Invitation(
            token_hash=token_hash(token),
            email=member.email,
            name=member.name,
            made_by_id=acting.account_id,
            made_at=now,
            expires_at=now + LINK_LASTS,
            account_id=account_id,
        )
    )
    session.flush()
    facts: audit.Facts = {"account": str(account_id), "decision": str(decision.id)}
    audit.record(session, acting.account_id, "link_made_again", now=now, facts=facts)
    return token


def renew_keys(
    session: Session, invitation: Invitation, keys: KeyPair, slot: Slot, *, now: datetime
) -> UUID:
    """The same account under a new key pair and pass phrase; gives the account.

    Every team of hers takes a new key and hands it to her by a member's tap; so do her cases.
    Raises WrongState when she has left meanwhile.
    """
    assert invitation.account_id is not None
    member = session.get_one(StaffMember, invitation.account_id, with_for_update=True)
    if member.left_at is not None:
        raise WrongState
    cases = session.scalars(
        select(Case.id).where(on_case(member.account_id)).order_by(Case.number)
    ).all()
    for case_id in cases:
        hold_case(session, case_id)
    sessions.end_all(session, member.account_id)
    holder = session.get_one(Holder, session.get_one(Account, member.account_id).holder_id)
    for team in teams.teams_by_place(session).values():
        # Who found her pass phrase must not read on with the keys that it opened.
        teams.lock_out(session, team, holder.id, now=now, even_the_last=True)
    holders.add_key(session, holder, keys.public, now=now)
    member.slot_id = slots.add_slot(session, holder.id, slot, now=now).id
    session.flush()
    for dead in (
        delete(KeySlot).where(KeySlot.holder_id == holder.id, KeySlot.id != member.slot_id),
        # Reasons that she wrote, and what was lent to her: nothing opens these copies any more.
        delete(DecisionKey).where(DecisionKey.holder_id == holder.id),
        delete(LentHalf).where(LentHalf.holder_id == holder.id),
    ):
        session.execute(dead.execution_options(synchronize_session="fetch"))
    _forget_factors(session, member.account_id)
    _cases_wait(session, holder.id, member.account_id, cases, invitation.made_by_id, now=now)
    facts: audit.Facts = {"account": str(member.account_id)}
    audit.record(session, member.account_id, "keys_renewed", now=now, facts=facts)
    return member.account_id


def alone_with(session: Session, account_id: UUID) -> int:
    """How many cases have nobody else who holds their keys: those wait for the paper words."""
    cases = session.scalars(select(Case.id).where(on_case(account_id))).all()
    held = pending.holders_of(session, cases)
    here = set(session.scalars(select(StaffMember.account_id).where(StaffMember.left_at.is_(None))))
    return sum(1 for case_id in cases if not (held.get(case_id, set()) & here) - {account_id})


def _forget_factors(session: Session, account_id: UUID) -> None:
    for table in (SecondFactor, Passkey, RecoveryCode):
        gone = delete(table).where(table.account_id == account_id)
        session.execute(gone.execution_options(synchronize_session="fetch"))
    second_factor.forget_wrong_codes(session, account_id)


def _cases_wait(
    session: Session,
    holder_id: UUID,
    account_id: UUID,
    cases: Sequence[UUID],
    made_by_id: UUID,
    *,
    now: datetime,
) -> None:
    dead = session.scalars(
        select(Folder)
        .join(Grant, Grant.folder_id == Folder.id)
        .where(Grant.holder_id == holder_id)
        .distinct()
    ).all()
    for folder in dead:
        folders.end_grants(session, folder, holder_id)
    for case_id in cases:
        pending.forget(session, case_id, account_id)
        session.add(
            PendingGrant(
                case_id=case_id,
                account_id=account_id,
                instead_of_id=None,
                authorised_by_id=made_by_id,
                authorised_at=now,
            )
        )
        facts: audit.Facts = {"account": str(account_id)}
        audit.record(session, made_by_id, "case_keys_wait", now=now, case_id=case_id, facts=facts)
    session.flush()
