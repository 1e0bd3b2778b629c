"""When services and workers are there, and the rooms of the house."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from portal.models.base import Base, WithId

ONE_OWNER = "(service_id IS NULL) <> (account_id IS NULL)"
ONE_OF_THREE = (
    " + ".join(
        f"CASE WHEN {one}_id IS NULL THEN 0 ELSE 1 END"
        for one in ("service", "account", "interpreter")
    )
    + " = 1"
)


class OfOneOwner:
    """Belongs to a service or to a colleague, never to both."""

    @declared_attr
    def service_id(cls) -> Mapped[UUID | None]:
        """The service it belongs to."""
        return mapped_column(ForeignKey("service.id"), index=True)

    @declared_attr
    def account_id(cls) -> Mapped[UUID | None]:
        """The colleague it belongs to."""
        return mapped_column(ForeignKey("account.id"), index=True)


class OfWhoIsThere(OfOneOwner):
    """Belongs to a service, to a colleague or to an interpreter."""

    @declared_attr
    def interpreter_id(cls) -> Mapped[UUID | None]:
        """The interpreter it belongs to."""
        return mapped_column(ForeignKey("interpreter.id"), index=True)


class OpeningPattern(OfWhoIsThere, WithId, Base):
    """The same hours every week: weekday (Monday is 0) to hours, perhaps only in some days."""

    __tablename__ = "opening_pattern"
    __table_args__ = (CheckConstraint(ONE_OF_THREE, name="one_owner"),)
    first: Mapped[date | None]
    last: Mapped[date | None]
    hours: Mapped[dict[str, Any]]


class OpeningException(OfWhoIsThere, WithId, Base):
    """The hours of one day, which come before every pattern and holiday; none: closed."""

    __tablename__ = "opening_exception"
    __table_args__ = (
        CheckConstraint(ONE_OF_THREE, name="one_owner"),
        UniqueConstraint("service_id", "day"),
        UniqueConstraint("account_id", "day"),
        UniqueConstraint("interpreter_id", "day"),
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
