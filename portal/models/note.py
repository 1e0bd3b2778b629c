"""What staff keep beside a case, and a count of those for whom no file was opened."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.notes import NoteKind
from portal.models.base import Base, WithId, named


class StaffNote(WithId, Base):
    """Words of a colleague for the case team, sealed in its staff notes; never overwritten."""

    __tablename__ = "staff_note"
    __table_args__ = (Index("ix_staff_note_case_written", "case_id", "written_at"),)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[NoteKind] = mapped_column(named(NoteKind))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]
    words: Mapped[bytes]


class CalledInstead(Base):
    """How many said "no, call me" in a month. Nothing else is kept: no name, no day, no worker."""

    __tablename__ = "called_instead"
    month: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
