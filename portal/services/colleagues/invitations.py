"""Inviting a colleague: a one-time link, behind which she makes her own keys and pass phrase.

Nobody else ever knows her pass phrase, and until her second factor is set up nothing opens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from portal.domain.decisions import check_proof
from portal.domain.passphrases import check_new_passphrase, secret
from portal.domain.refusals import NotFound, NotYours, Refusal
from portal.domain.roles import (
    SECOND_PERSON,
    NeedsSecondPerson,
    Permission,
    Role,
    check_place,
)
from portal.domain.words import clean, written
from portal.models import Invitation, Service, StaffMember
from portal.services import audit
from portal.services.colleagues import again, staff, teams
from portal.services.entry import sessions
from portal.services.entry.sessions import SignedIn
from portal.services.house import House, Transactions
from portal.vault import KeyPair, Slot, new_key_pair, new_token, token_hash

LASTS = timedelta(days=7)
"""A colleague is often invited before her first day; the link can be taken back any time."""
LONGEST_NAME = 80
SHOWN = 50


class LinkDoesNotOpen(Refusal):
    """Unknown, used, taken back or too old: one answer for every reason."""


class NoAddress(Refusal):
    """This is not an e-mail address."""


@dataclass(frozen=True)
class NewColleague:
    """What a coordinator says of somebody she invites."""

    name: str
    email: str
    role: Role | None = None
    service_id: UUID | None = None
    trained_until: date | None = None


def invite(session: Session, acting: SignedIn, wanted: NewColleague, *, now: datetime) -> str:
    """A link's token, shown once; an older link to the same address stops working.

    Raises NotYours, ProofTooOld, NothingWritten, TooLong, NoAddress, AddressTaken, RoleNeedsService
    or NotFound.
    """
    _may(acting, now=now)
    name = written(wanted.name, limit=LONGEST_NAME)
    email = _address(wanted.email)
    if session.scalar(select(StaffMember.account_id).where(StaffMember.email == email)):
        raise staff.AddressTaken
    if wanted.role in SECOND_PERSON:
        raise NeedsSecondPerson
    if wanted.role is not None:
        check_place(wanted.role, in_service=wanted.service_id is not None)
    if wanted.service_id is not None and session.get(Service, wanted.service_id) is None:
        raise NotFound
    _forget(session, Invitation.email == email)
    token = new_token()
    invitation = Invitation(
        token_hash=token_hash(token),
        email=email,
        name=name,
        role=wanted.role,
        service_id=wanted.service_id if wanted.role else None,
        trained_until=wanted.trained_until,
        made_by_id=acting.account_id,
        made_at=now,
        expires_at=now + LASTS,
    )
    session.add(invitation)
    session.flush()
    facts: audit.Facts = {"invitation": str(invitation.id)}
    audit.record(session, acting.account_id, "staff_invited", now=now, facts=facts)
    return token


def waiting(session: Session, *, now: datetime) -> Sequence[Invitation]:
    """The links that still open, the newest first."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.expires_at > now)
        .where(Invitation.account_id.is_(None))
        .order_by(Invitation.made_at.desc(), Invitation.id)
        .limit(SHOWN)
    ).all()


def take_back(session: Session, acting: SignedIn, invitation_id: UUID, *, now: datetime) -> None:
    """A link opens no more. Raises NotYours, ProofTooOld, NotFound."""
    _may(acting, now=now)
    invitation = session.get(Invitation, invitation_id, with_for_update=True)
    if invitation is None or invitation.used_at is not None:
        raise NotFound
    _forget(session, Invitation.id == invitation_id)
    facts: audit.Facts = {"invitation": str(invitation_id)}
    audit.record(session, acting.account_id, "invitation_taken_back", now=now, facts=facts)


def open_link(session: Session, token: str, *, now: datetime) -> Invitation:
    """What a link is for. Raises LinkDoesNotOpen."""
    asked = select(Invitation).where(
        Invitation.token_hash == token_hash(token),
        Invitation.used_at.is_(None),
        Invitation.expires_at > now,
    )
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise LinkDoesNotOpen
    return found


def accept(
    transactions: Transactions,
    house: House,
    token: str,
    *,
    passphrase: str,
    repeated: str,
    language: str,
    now: datetime,
) -> str:
    """Make the account behind a link; gives the token of a sign-in without a second factor yet.

    A link for an account that is there already makes new keys for it (see `again`). Raises
    LinkDoesNotOpen, Busy, AddressTaken, WrongState or a refusal of the pass phrase.
    """
    with transactions("read") as session:
        invitation = open_link(session, token, now=now)
        check_new_passphrase(passphrase, repeated, email=invitation.email)
    keys = new_key_pair()
    slot = house.new_slot(secret(passphrase), keys.private)
    with transactions("write") as session:
        # Of two who open the link at one moment, the second finds it used.
        invitation = open_link(session, token, now=now)
        if invitation.account_id is None:
            account_id = _take_on(session, invitation, keys, slot, now=now)
        else:
            account_id = again.renew_keys(session, invitation, keys, slot, now=now)
        invitation.used_at, invitation.account_id = now, account_id
        return sessions.start(session, account_id, keys=keys, language=language, now=now)


def _take_on(
    session: Session, invitation: Invitation, keys: KeyPair, slot: Slot, *, now: datetime
) -> UUID:
    member = staff.add_member(
        session,
        email=invitation.email,
        name=invitation.name,
        keys=keys,
        slot=slot,
        now=now,
        actor_id=invitation.made_by_id,
    )
    member.trained_until = invitation.trained_until
    if invitation.role is not None:
        teams.give_role(
            session,
            member.account_id,
            invitation.role,
            now=now,
            service_id=invitation.service_id,
            actor_id=invitation.made_by_id,
        )
    return member.account_id


def forget_old(session: Session, *, now: datetime) -> int:
    """Links that have had their time leave the database; gives how many."""
    return _forget(session, Invitation.expires_at <= now)


def forget_of(session: Session, account_id: UUID) -> None:
    """Who is no coordinator any more invites nobody: her open links are gone."""
    _forget(session, (Invitation.made_by_id == account_id) & Invitation.used_at.is_(None))


def _may(acting: SignedIn, *, now: datetime) -> None:
    if not acting.may(Permission.MANAGE_PEOPLE):
        raise NotYours
    check_proof(acting.second_factor_at, now=now)


def _address(typed: str) -> str:
    address = clean(typed).casefold()
    name, at, host = address.partition("@")
    if not (name and at and "." in host) or len(address) > 200 or any(map(str.isspace, address)):
        raise NoAddress
    return address


def _forget(session: Session, which: ColumnElement[bool]) -> int:
    gone = delete(Invitation).where(which).returning(Invitation.id)
    return len(session.scalars(gone.execution_options(synchronize_session="fetch")).all())
