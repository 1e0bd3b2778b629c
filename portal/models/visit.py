"""Visits that are proposed to her, and what she wishes for when she comes to the house."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.proposals import VisitState
from portal.models.base import Base, WithId, named


class Visit(WithId, Base):
    """Several talks proposed as one coming; what each is stands with its date (`Appointment`)."""

    __tablename__ = "visit"
    __table_args__ = (
        # She is asked about one plan at a time, whoever else plans at the same moment.
        Index(
            "ix_visit_one_is_out",
            "case_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    state: Mapped[VisitState] = mapped_column(named(VisitState))
    proposed_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    lapses_at: Mapped[datetime] = mapped_column(index=True)
    """Then its times are free again, unless she said yes."""
    answered_at: Mapped[datetime | None]
    children: Mapped[int] = mapped_column(default=0)
    """For how many a place is kept while she talks; in clear, so that no place is kept twice."""
    ended_at: Mapped[datetime | None]
    """Nothing is held for it any more, or all of it is agreed."""


class VisitWishes(Base):
    """What she wishes for when she comes, sealed in her contact card."""

    __tablename__ = "visit_wishes"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    changed_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime]
    wishes: Mapped[bytes]

    @property
    def id(self) -> UUID:
        """There is one for a case: it is sealed under the case's own id."""
        return self.case_id
