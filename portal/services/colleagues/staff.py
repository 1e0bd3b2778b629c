"""Colleagues: their accounts, roles and pass phrases."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from portal.domain.holders import HolderKind
from portal.domain.passphrases import SignInDoesNotOpen, check_new_passphrase, secret
from portal.domain.refusals import NotFound, Refusal
from portal.domain.roles import Role
from portal.models import (
    Account,
    KeySlot,
    Membership,
    StaffMember,
    plain_rows,
)
from portal.services import audit
from portal.services.colleagues.teams import (
    TEAM_OF_ROLE,
    give_role,
    hand_over,
    team_of,
    waiting_for_key,
)
from portal.services.entry import second_factor, sessions, slots, tries
from portal.services.entry.sessions import SignedIn
from portal.services.house import House, Transactions
from portal.services.keys import holders
from portal.vault import KeyPair, Slot, WrongSecret

__all__ = ["TEAM_OF_ROLE", "give_role", "hand_over", "team_of", "waiting_for_key"]
# Joining and leaving teams stands in a module of its own; whoever deals with staff finds it here.

WRONG_PASSPHRASES = 10
SPAN = timedelta(minutes=15)
ONE_TIME_LASTS = timedelta(days=7)
"""A pass phrase that was made for somebody opens no longer than this."""


class AddressTaken(Refusal):
    """Somebody already signs in with this work address."""


def add_member(
    session: Session,
    *,
    email: str,
    name: str,
    keys: KeyPair,
    slot: Slot,
    now: datetime,
    actor_id: UUID | None = None,
    is_one_time: bool = False,
) -> StaffMember:
    """A colleague with a key pair and the slot of a first pass phrase; roles come apart.

    A pass phrase that somebody else read (`is_one_time`) must be changed at the first sign-in.
    """
    address = email.strip().casefold()
    if session.scalar(select(StaffMember.account_id).where(StaffMember.email == address)):
        raise AddressTaken
    holder = holders.new_holder(session, HolderKind.STAFF, now=now, public=keys.public)
    account = Account(holder_id=holder.id, created_at=now)
    session.add(account)
    session.flush()
    row = slots.add_slot(session, holder.id, slot, now=now)
    row.expires_at = now + ONE_TIME_LASTS if is_one_time else None
    member = StaffMember(account_id=account.id, email=address, name=name, slot_id=row.id)
    session.add(member)
    session.flush()
    audit.record(session, actor_id, "staff_added", now=now, facts={"account": str(account.id)})
    return member


def change_passphrase(
    transactions: Transactions,
    house: House,
    acting: SignedIn,
    *,
    passphrase: str,
    new: str,
    again: str,
    now: datetime,
) -> None:
    """Change the own pass phrase; other sign-ins end.

    Raises SignInDoesNotOpen, SlowDown, Busy or a refusal of the new one.
    """
    who = acting.account_id.bytes
    with transactions("read") as session:
        tries.check(session, "passphrase", who, limit=WRONG_PASSPHRASES, within=SPAN, now=now)
        member = get_member(session, acting.account_id)
        check_new_passphrase(new, again, email=member.email)
        if member.slot_id is None:
            raise SignInDoesNotOpen  # It was made for her, and ended at this moment.
        old = member.slot_id
        slot = slots.as_slot(session.get_one(KeySlot, old))
    try:
        private = house.try_slot(secret(passphrase), slot)
    except WrongSecret:
        with transactions("write") as session:
            tries.count(session, "passphrase", who, within=SPAN, now=now)
        raise SignInDoesNotOpen from None
    fresh = house.new_slot(secret(new), private)
    with transactions("write") as session:
        member = session.get_one(StaffMember, acting.account_id, with_for_update=True)
        if member.slot_id != old:
            raise SignInDoesNotOpen  # Changed elsewhere during the slow passes, or made anew.
        member.slot_id = slots.add_slot(session, acting.holder_id, fresh, now=now).id
        session.flush()
        session.execute(delete(KeySlot).where(KeySlot.id == old))
        sessions.end_all(session, acting.account_id, but=acting.session_id)
        second_factor.forget_wrong_codes(session, acting.account_id)
        audit.record(session, acting.account_id, "passphrase_changed", now=now)


def must_choose_passphrase(session: Session, acting: SignedIn) -> bool:
    """Whether this colleague came in with a pass phrase that somebody made for her."""
    return plain_rows(session, _ONE_TIME, {"account_id": acting.account_id}).first() is not None


# Made once: every page of a colleague asks this.
_ONE_TIME = (
    select(KeySlot.id)
    .join(StaffMember, StaffMember.slot_id == KeySlot.id)
    .where(StaffMember.account_id == bindparam("account_id"), KeySlot.expires_at.is_not(None))
)


def get_member(session: Session, account_id: UUID) -> StaffMember:
    """A colleague. Raises NotFound."""
    member = session.get(StaffMember, account_id)
    if member is None:
        raise NotFound
    return member


def names(session: Session, account_ids: set[UUID]) -> dict[UUID, str]:
    """Names of colleagues by account."""
    if not account_ids:
        return {}
    rows = session.execute(
        select(StaffMember.account_id, StaffMember.name).where(
            StaffMember.account_id.in_(account_ids)
        )
    )
    return dict(rows.all())


def everybody(session: Session) -> list[StaffMember]:
    """All colleagues who work here, by name."""
    here = select(StaffMember).where(StaffMember.left_at.is_(None))
    return list(session.scalars(here.order_by(StaffMember.name)))


def with_role(session: Session, role: Role) -> list[StaffMember]:
    """Colleagues who hold a role, by name."""
    return list(
        session.scalars(
            select(StaffMember)
            .join(Membership, Membership.account_id == StaffMember.account_id)
            .where(Membership.role == role, StaffMember.left_at.is_(None))
            .order_by(StaffMember.name)
            .distinct()
        )
    )
