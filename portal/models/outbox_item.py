"""What is to be told: written with the act that it tells of, sent by the worker."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.outbox import OutboxKind, OutboxState, Reason
from portal.domain.safe_contact import Channel
from portal.models.base import Base, WithId, named


class OutboxItem(WithId, Base):
    """One neutral text to one of her ways; neither address nor words stand here.

    `key` says what is told and by which way: planned twice, it is one row, and goes out once.
    `claim` is the mark of the one try that is under way.
    """

    __tablename__ = "outbox_item"
    __table_args__ = (
        Index("ix_outbox_item_state_next", "state", "next_at", "id"),
        Index("ix_outbox_item_case_state", "case_id", "state"),
    )
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    kind: Mapped[OutboxKind] = mapped_column(named(OutboxKind))
    channel: Mapped[Channel] = mapped_column(named(Channel))
    key: Mapped[str] = mapped_column(unique=True)
    planned_at: Mapped[datetime]
    next_at: Mapped[datetime]
    not_after: Mapped[datetime]
    state: Mapped[OutboxState] = mapped_column(named(OutboxState), default=OutboxState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    claim: Mapped[UUID | None]
    claimed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    why: Mapped[Reason | None] = mapped_column(named(Reason))
    noted_at: Mapped[datetime | None]
    noted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
