"""A survivor's portal file, its folders, and who holds their keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.accounts import CaseState
from portal.domain.folders import FolderKind, Why
from portal.models.base import Base, WithId, named


class Case(WithId, Base):
    """One survivor's portal file; the case director and the stand-in are its team.

    `card_half` is the team's half of her private key, sealed in the staff notes: with the half of
    the coordinators it makes a new card for a lost one.
    """

    __tablename__ = "case"
    number: Mapped[str] = mapped_column(unique=True)
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), unique=True)
    case_director_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    stand_in_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[CaseState] = mapped_column(named(CaseState), default=CaseState.OPEN)
    opened_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    closed_why: Mapped[bytes | None]
    """Sealed in the staff notes."""
    messages_gone_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    """A legal hold: nothing of it is deleted, whatever the clocks say."""
    name: Mapped[bytes]
    language: Mapped[bytes]
    card_half: Mapped[bytes | None]


class Folder(WithId, Base):
    """A set of sealed things about one case, with one key per version.

    `stale` is set when a grant of the current version ended: the next write starts a new one.
    """

    __tablename__ = "folder"
    __table_args__ = (
        UniqueConstraint("case_id", "kind", "referral_id"),
        Index(
            "ix_folder_one_of_a_kind",
            "case_id",
            "kind",
            unique=True,
            sqlite_where=text("referral_id IS NULL"),
            postgresql_where=text("referral_id IS NULL"),
        ),
    )
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[FolderKind] = mapped_column(named(FolderKind))
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referral.id"), unique=True)
    version: Mapped[int] = mapped_column(default=0)
    stale: Mapped[bool] = mapped_column(default=False)


class Grant(WithId, Base):
    """A folder key of one version, sealed to one holder, until when and why, under a MAC.

    No grant, no reading. Revoking deletes the row.
    """

    __tablename__ = "folder_grant"
    __table_args__ = (UniqueConstraint("folder_id", "version", "holder_id"),)
    folder_id: Mapped[UUID] = mapped_column(ForeignKey("folder.id"))
    version: Mapped[int]
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"), index=True)
    holder_version: Mapped[int]
    sealed: Mapped[bytes]
    given_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    given_at: Mapped[datetime]
    why: Mapped[Why] = mapped_column(named(Why))
    until: Mapped[datetime | None]
    mac: Mapped[bytes]


class Look(Base):
    """When a colleague last looked at a case, so that what is new can be told."""

    __tablename__ = "look"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    looked_at: Mapped[datetime]
