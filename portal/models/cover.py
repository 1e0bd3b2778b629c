"""Who is away, and keys that wait for a colleague who can hand them over."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, WithId


class Leave(WithId, Base):
    """Days on which a colleague is away; an illness may have no last day yet."""

    __tablename__ = "leave"
    __table_args__ = (Index("ix_leave_account_days", "account_id", "until_day"),)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    from_day: Mapped[date]
    until_day: Mapped[date | None]
    is_sick: Mapped[bool] = mapped_column(default=False)
    entered_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime]


class PendingGrant(WithId, Base):
    """Authorised, but nobody present held the keys of the case: it waits for a holder's tap.

    When they are handed over, the keys of whoever was replaced (`instead_of_id`) end.
    """

    __tablename__ = "pending_grant"
    __table_args__ = (UniqueConstraint("case_id", "account_id"),)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    instead_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    authorised_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    authorised_at: Mapped[datetime]
