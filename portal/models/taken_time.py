"""Who is taken when: the rows that make two dates at one time impossible."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base


class TakenTime(Base):
    """One step of five minutes (counted from 1970) that belongs to one date of somebody.

    `who` is a case, a colleague, a room or an interpreter. The key is the rule: no check before a
    write can be raced.
    """

    __tablename__ = "taken_time"
    who: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"), index=True)
