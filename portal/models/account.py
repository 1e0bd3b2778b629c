"""Whom the house knows: survivors by their card, staff by their address, and their sessions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.accounts import CardState, Frozen
from portal.domain.roles import Role
from portal.models.base import Base, WithId, named


class Account(WithId, Base):
    """What one signs in with: a survivor's or a staff member's; the holder's kind tells which."""

    __tablename__ = "account"
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"), unique=True)
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]
    knows_limits_at: Mapped[datetime | None]
    """When this person said "I know" to what the pages cannot hide; until then it is said again."""


class Card(WithId, Base):
    """A survivor's card; seven digits find it through a keyed hash, nothing here opens it."""

    __tablename__ = "card"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    locator_hash: Mapped[bytes] = mapped_column(unique=True)
    state: Mapped[CardState] = mapped_column(named(CardState), default=CardState.NEW)
    slot_id: Mapped[UUID | None] = mapped_column(ForeignKey("key_slot.id"))
    issued_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    wrong_pins: Mapped[int] = mapped_column(default=0)
    frozen_at: Mapped[datetime | None]
    frozen_why: Mapped[Frozen | None] = mapped_column(named(Frozen))
    opens_again_at: Mapped[datetime | None]
    """When staff lifted a freeze or took up her case again: clocks that freeze it begin anew."""
    voided_at: Mapped[datetime | None]


class StaffMember(Base):
    """A colleague; names and work addresses of staff are in clear."""

    __tablename__ = "staff_member"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    slot_id: Mapped[UUID | None] = mapped_column(ForeignKey("key_slot.id"))
    left_at: Mapped[datetime | None]
    trained_until: Mapped[date | None]
    """The last day on which what she learned still counts; after it the account only reads."""


class Membership(WithId, Base):
    """A role that somebody holds, in a service or in the house."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("account_id", "role", "service_id"),)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(named(Role))
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"))


class Invitation(WithId, Base):
    """A one-time link with which a new colleague makes her own account; only its hash is kept."""

    __tablename__ = "invitation"
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[Role | None] = mapped_column(named(Role))
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"))
    trained_until: Mapped[date | None]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """The account that it is for; a new colleague's is known once the link was used."""


class SecondFactor(WithId, Base):
    """An authenticator; its secret is sealed to the account's own key."""

    __tablename__ = "second_factor"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(default="")
    sealed: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class Passkey(WithId, Base):
    """A key in somebody's device or stick, of which only the public half is here.

    `copied_at` is set when its count went backwards: two copies exist, and neither opens any more.
    """

    __tablename__ = "passkey"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    count: Mapped[int]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]


class KnownBrowser(WithId, Base):
    """A browser in which a colleague signed in, by the keyed hash of a random cookie.

    Never a survivor's, and nothing is asked of the browser: it is known because it was marked.
    """

    __tablename__ = "known_browser"
    __table_args__ = (UniqueConstraint("account_id", "mark"),)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    mark: Mapped[bytes]
    first_seen_at: Mapped[datetime] = mapped_column(index=True)
    last_seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When she said that it was she; the one in which her account began needs no saying."""


class RecoveryCode(WithId, Base):
    """A one-time code that stands in for a lost authenticator, kept as a keyed hash."""

    __tablename__ = "recovery_code"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


class SignIn(Base):
    """A live session: found by the token's hash, its secrets sealed under the token.

    `openings` remembers which folders were opened for what, so that the audit counts an opening
    once (see `services.keys.openings`).
    """

    __tablename__ = "sign_in"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    body: Mapped[bytes]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    covered_at: Mapped[datetime | None]
    second_factor_at: Mapped[datetime | None]
    signed_in_before_at: Mapped[datetime | None]
    challenge: Mapped[bytes | None]
    challenge_at: Mapped[datetime | None]
    told_limits_at: Mapped[datetime | None]
    openings: Mapped[dict[str, Any]]
