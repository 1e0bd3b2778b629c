"""What she asks for: her statement, each need, and the readings of the desk beside it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.needs import Category, HowSoon, Lane, NeedState
from portal.models.base import Base, WithId, named


class Statement(WithId, Base):
    """Needs sent in one go. `body` seals her closing answers and the name to use."""

    __tablename__ = "statement"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    sent_at: Mapped[datetime]
    folder_version: Mapped[int]
    body: Mapped[bytes]


class Need(WithId, Base):
    """One thing she asks for. Her words are never overwritten.

    Routed, and since `still_since` nobody goes on with it: the promised time is for that.
    """

    __tablename__ = "need"
    __table_args__ = (Index("ix_need_case_sent", "case_id", "sent_at"),)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statement.id"), index=True)
    category: Mapped[Category] = mapped_column(named(Category))
    how_soon: Mapped[HowSoon] = mapped_column(named(HowSoon))
    lane: Mapped[Lane] = mapped_column(named(Lane))
    state: Mapped[NeedState] = mapped_column(named(NeedState), default=NeedState.SENT)
    sent_at: Mapped[datetime]
    answer_before: Mapped[datetime]
    answer_again_before: Mapped[datetime | None]
    still_since: Mapped[datetime | None]
    own_words: Mapped[bytes | None]


class Addition(WithId, Base):
    """Words she added to a need later, or her answer to a question of the desk."""

    __tablename__ = "addition"
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"), index=True)
    added_at: Mapped[datetime]
    words: Mapped[bytes]


class Reading(WithId, Base):
    """What staff add beside her words, never over them."""

    __tablename__ = "reading"
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]
    words: Mapped[bytes]
