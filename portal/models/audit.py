"""What happened, in chains that show when a link was altered, dropped or moved."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, WithId


class AuditHead(Base):
    """The last link of a chain; its row is locked while a link is added."""

    __tablename__ = "audit_head"
    chain: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    link: Mapped[bytes]


class AuditEvent(WithId, Base):
    """One act: ids and kinds, never words. The link is a MAC over a salted commitment."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("chain", "number"),
        Index("ix_audit_event_case_at", "case_id", "at"),
    )
    chain: Mapped[str]
    number: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    facts: Mapped[dict[str, Any]]
    salt: Mapped[bytes]
    commitment: Mapped[bytes]
    link: Mapped[bytes]


class AuditNight(WithId, Base):
    """The digest of all heads at the end of a day, printed for paper."""

    __tablename__ = "audit_night"
    at: Mapped[datetime] = mapped_column(unique=True)
    chains: Mapped[int]
    digest: Mapped[bytes]
