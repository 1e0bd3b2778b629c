"""Who can hold keys, and the sealed ways to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.holders import HolderKind
from portal.models.base import Base, WithId, named


class Holder(WithId, Base):
    """An account, a team, the house or the paper: somebody to whom keys can be sealed."""

    __tablename__ = "holder"
    kind: Mapped[HolderKind] = mapped_column(named(HolderKind), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class HolderKey(Base):
    """One version of a holder's public half, under a MAC of the key file."""

    __tablename__ = "holder_key"
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[bytes]
    mac: Mapped[bytes]
    created_at: Mapped[datetime]


class TeamCopy(WithId, Base):
    """One version of a team's private half, sealed to one member (or to the recovery key)."""

    __tablename__ = "team_copy"
    __table_args__ = (
        UniqueConstraint("team_id", "version", "member_id"),
        ForeignKeyConstraint(
            ["team_id", "version"], ["holder_key.holder_id", "holder_key.version"]
        ),
    )
    team_id: Mapped[UUID]
    version: Mapped[int]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"), index=True)
    member_version: Mapped[int]
    sealed: Mapped[bytes]


class KeySlot(WithId, Base):
    """One way to unlock a holder's private half: an Argon2id pass with its own salt."""

    __tablename__ = "key_slot"
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"), index=True)
    salt: Mapped[bytes]
    ops: Mapped[int]
    mem: Mapped[int]
    verifier: Mapped[bytes]
    wrapped: Mapped[bytes]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Half(WithId, Base):
    """One of two XOR halves of a folder key or of a survivor's private half, sealed to a team.

    `subject_id` is a folder (with its version) or a holder (with its version).
    """

    __tablename__ = "half"
    __table_args__ = (UniqueConstraint("subject_id", "version", "team_id"),)
    subject_id: Mapped[UUID]
    version: Mapped[int]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"))
    team_version: Mapped[int]
    sealed: Mapped[bytes]


class LentHalf(WithId, Base):
    """A half that its team sealed anew for one decision: to who decides, or to who then acts.

    It opens nothing alone, and is gone when used, declined, or at its end.
    """

    __tablename__ = "lent_half"
    __table_args__ = (UniqueConstraint("decision_id", "subject_id", "version"),)
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"))
    subject_id: Mapped[UUID]
    version: Mapped[int]
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"))
    holder_version: Mapped[int]
    sealed: Mapped[bytes]
    until: Mapped[datetime] = mapped_column(index=True)
