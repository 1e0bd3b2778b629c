"""When services and workers are there, and the rooms of the house."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from portal.models.base import Base, WithId

ONE_OWNER = "(service_id IS NULL) <> (account_id IS NULL)"


class OfOneOwner:
    """Belongs to a service or to a colleague, never to both."""

    @declared_attr
    def service_id(cls) -> Mapped[UUID | None]:  # noqa: N805
        """The service it belongs to."""
        return mapped_column(ForeignKey("service.id"), index=True)

    @declared_attr
    def account_id(cls) -> Mapped[UUID | None]:  # noqa: N805
        """The colleague it belongs to."""
        return mapped_column(ForeignKey("account.id"), index=True)


class OpeningPattern(OfOneOwner, WithId, Base):
    """The same hours every week: weekday (Monday is 0) to hours, perhaps only in some days."""

    __tablename__ = "opening_pattern"
    __table_args__ = (CheckConstraint(ONE_OWNER, name="one_owner"),)
    first: Mapped[date | None]
    last: Mapped[date | None]
    hours: Mapped[dict[str, Any]]


class OpeningException(OfOneOwner, WithId, Base):
    """The hours of one day, which come before every pattern and holiday; none: closed."""

    __tablename__ = "opening_exception"
    __table_args__ = (
        CheckConstraint(ONE_OWNER, name="one_owner"),
        UniqueConstraint("service_id", "day"),
        UniqueConstraint("account_id", "day"),
    )
    day: Mapped[date]
    hours: Mapped[dict[str, Any]]


class Room(WithId, Base):
    """A place for one talk at a time, of one service or of the whole house."""

    __tablename__ = "room"
    name: Mapped[str] = mapped_column(unique=True)
    floor: Mapped[int]
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"), index=True)
    is_in_use: Mapped[bool] = mapped_column(default=True)
