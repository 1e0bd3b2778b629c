"""What is happening, entry by entry, as staff write it for her."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.timeline import EntryLane, EntryState
from portal.models.base import Base, WithId, named


class TimelineEntry(WithId, Base):
    """One entry, sealed in the timeline of its case under a version of its own.

    `words` hold what the case team wrote, or the stage of a programme. She gets the key with the
    yes, and loses it when the entry is taken back. `seen_at` is when she was shown what it is now.
    """

    __tablename__ = "timeline_entry"
    __table_args__ = (
        Index("ix_timeline_entry_shown", "case_id", "state", "shown_at"),
        Index("ix_timeline_entry_written", "case_id", "written_at"),
        Index("ix_timeline_entry_author", "author_id", "written_at"),
    )
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    lane: Mapped[EntryLane] = mapped_column(named(EntryLane))
    state: Mapped[EntryState] = mapped_column(named(EntryState), default=EntryState.WAITING)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    shown_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """Whose yes it was."""
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    seen_at: Mapped[datetime | None]
    words: Mapped[bytes]
