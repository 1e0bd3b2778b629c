"""What happened, in chains that show when a link was altered, dropped or moved."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.acts import Found
from portal.models.base import Base, WithId, named


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
        # One for each way to search, each in the order of the list: an auditor's page costs the
        # same among a thousand acts and among two million.
        Index("ix_audit_event_case_at", "case_id", "at", "id"),
        Index("ix_audit_event_actor_at", "actor_id", "at", "id"),
        Index("ix_audit_event_kind_at", "kind", "at", "id"),
        Index("ix_audit_event_at", "at", "id"),
    )
    chain: Mapped[str]
    number: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    case_id: Mapped[UUID | None]
    """Ids of an account and of a case that may be gone by now: the act stays."""
    facts: Mapped[dict[str, Any]]
    salt: Mapped[bytes]
    commitment: Mapped[bytes]
    link: Mapped[bytes]


class AuditMention(Base):
    """A list of names is one act in the chain of its day; this says which cases stood in it."""

    __tablename__ = "audit_mention"
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)


class AuditSample(WithId, Base):
    """A random sample of the looks of one week, and the seed by which it can be drawn again."""

    __tablename__ = "audit_sample"
    week: Mapped[str] = mapped_column(index=True)
    drawn_at: Mapped[datetime]
    drawn_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    seed: Mapped[bytes]
    of_how_many: Mapped[int]
    size: Mapped[int]


class AuditSampleItem(Base):
    """One look that was drawn, and what an auditor found."""

    __tablename__ = "audit_sample_item"
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("audit_sample.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[UUID]
    found: Mapped[Found | None] = mapped_column(named(Found))
    reviewed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reviewed_at: Mapped[datetime | None]


class LookQuestion(WithId, Base):
    """She asks about one look. Words and answer are sealed to her, the auditors and coordinators.

    They lie in her folder of decisions, under versions that her case team does not hold: it may be
    about them.
    """

    __tablename__ = "look_question"
    __table_args__ = (
        UniqueConstraint("case_id", "event_id"),
        Index("ix_look_question_waiting", "answered_at", "answer_before"),
    )
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    event_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    answer_before: Mapped[datetime]
    answer_again_before: Mapped[datetime | None]
    words: Mapped[bytes]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[bytes | None]


class AuditNight(WithId, Base):
    """The digest of all heads at the end of a day, printed for paper."""

    __tablename__ = "audit_night"
    at: Mapped[datetime] = mapped_column(unique=True)
    chains: Mapped[int]
    digest: Mapped[bytes]
