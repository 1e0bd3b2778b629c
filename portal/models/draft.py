"""Half-way answers, sealed to her alone and gone after a day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, WithId


class Draft(WithId, Base):
    """What she has not sent yet, one of a kind."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("case_id", "kind"),)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[bytes]
