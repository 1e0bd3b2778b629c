"""What survivors tell without their names, and what the centre publishes to it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.feedback import AnswerState
from portal.models.base import Base, WithId, named

# SQLite numbers the rows of a table in the order in which they came. These have no such number and
# lie by their ids, which are random: else the last row would be hers who signed in last.
_IN_NO_ORDER = {"sqlite_with_rowid": False}


class Feedback(WithId, Base):
    """Sealed words of nobody: no case, no account, no moment but the Monday of their week."""

    __tablename__ = "feedback"
    __table_args__ = (Index("ix_feedback_week", "week"), _IN_NO_ORDER)
    week: Mapped[date]
    words: Mapped[bytes]


class FeedbackKey(WithId, Base):
    """The key of one row, sealed to a team that decides or to the paper, under a MAC.

    `subject_id` is what was told, or an answer that is not published.
    """

    __tablename__ = "feedback_key"
    __table_args__ = (UniqueConstraint("subject_id", "holder_id"), _IN_NO_ORDER)
    subject_id: Mapped[UUID]
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"))
    holder_version: Mapped[int]
    sealed: Mapped[bytes]
    mac: Mapped[bytes]


class FeedbackAnswer(WithId, Base):
    """What you said and what we did, in the centre's own words.

    `words` hold them sealed to those who decide; a second person's yes puts them into `texts`, in
    clear by language, and whatever takes them off the page seals them again.
    """

    __tablename__ = "feedback_answer"
    __table_args__ = (
        Index("ix_feedback_answer_published", "state", "published_at"),
        Index("ix_feedback_answer_written", "written_at"),
    )
    state: Mapped[AnswerState] = mapped_column(named(AnswerState), default=AnswerState.WAITING)
    written_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """Whose yes it was."""
    taken_down_at: Mapped[datetime | None]
    taken_down_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    words: Mapped[bytes | None]
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
