"""The one thread between her and her case team."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, WithId


class Thread(WithId, Base):
    """Messages of one case, numbered from one."""

    __tablename__ = "thread"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), unique=True)
    last_number: Mapped[int] = mapped_column(default=0)


class Message(WithId, Base):
    """One message. `seen_at` is when it was shown to the other side, not when it was listed."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_thread_number", "thread_id", "number", unique=True),
        Index(
            "ix_message_unseen",
            "thread_id",
            "from_survivor",
            sqlite_where=text("seen_at IS NULL AND taken_back_at IS NULL"),
            postgresql_where=text("seen_at IS NULL AND taken_back_at IS NULL"),
        ),
    )
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("thread.id"))
    number: Mapped[int]
    from_survivor: Mapped[bool]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"))
    written_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    taken_back_at: Mapped[datetime | None]
    body: Mapped[bytes | None]
