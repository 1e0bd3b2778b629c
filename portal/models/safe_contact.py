"""The ways in which she may be told something; no row is a no."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.safe_contact import Channel, Wish
from portal.models.base import Base, WithId, named


class SafeContact(WithId, Base):
    """What she said of one way. Address, hours and the very words are sealed in `details`.

    They are sealed to her, and to the machine until `until`; a no leaves nothing of them.
    """

    __tablename__ = "safe_contact"
    __table_args__ = (UniqueConstraint("case_id", "channel"),)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    channel: Mapped[Channel] = mapped_column(named(Channel))
    wish: Mapped[Wish] = mapped_column(named(Wish))
    said_at: Mapped[datetime]
    until: Mapped[datetime | None]
    details: Mapped[bytes | None]
