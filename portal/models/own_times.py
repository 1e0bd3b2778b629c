"""When she cannot come, as the machine knows it: to refuse a time without saying why."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base


class OwnTimes(Base):
    """Hours and days of hers, sealed under the machine's key; as long in every row."""

    __tablename__ = "own_times"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    sealed: Mapped[bytes]
