"""The one centre of this installation, and the services under its roof."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.services import ServiceKind, ServiceState
from portal.models.base import Base, WithId, named


class Centre(Base):
    """The centre: one row, for one installation serves one house."""

    __tablename__ = "centre"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)
    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    name: Mapped[str]
    country: Mapped[str]
    zone: Mapped[str]
    languages: Mapped[list[str]]
    opens: Mapped[time]
    closes: Mapped[time]
    weekdays: Mapped[list[int]]
    promises: Mapped[dict[str, Any]]
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Service(WithId, Base):
    """A co-located service; its team reads through its holder."""

    __tablename__ = "service"
    kind: Mapped[ServiceKind] = mapped_column(named(ServiceKind))
    name: Mapped[str]
    state: Mapped[ServiceState] = mapped_column(named(ServiceState), default=ServiceState.OPEN)
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"), unique=True)
    languages: Mapped[list[str]]
    place: Mapped[str]
