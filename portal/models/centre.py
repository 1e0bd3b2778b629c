"""The one centre of this installation, and the services under its roof."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.centre import Topic
from portal.domain.services import Cost, PlaceKind, ServiceKind, ServiceState
from portal.models.base import Base, WithId, named


class Centre(Base):
    """The centre: one row, for one installation serves one house.

    An empty `help_lines`, `legal_texts`, `exit_pages` or `retention` means the portal's own.
    """

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
    help_lines: Mapped[dict[str, Any]] = mapped_column(default=dict)
    legal_texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    exit_pages: Mapped[dict[str, Any]] = mapped_column(default=dict)
    retention: Mapped[dict[str, Any]] = mapped_column(default=dict)
    childcare: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Hours by weekday and places; empty where nobody looks after children."""
    separation: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Minutes between any two who must not meet; empty: the usual hour."""
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Service(WithId, Base):
    """A co-located service; its team reads through its holder."""

    __tablename__ = "service"
    __table_args__ = (
        # The database itself keeps no address of a confidential place.
        CheckConstraint(
            "place_kind = 'in_house' OR (place = '' AND floor IS NULL)", name="no_secret_place"
        ),
    )
    kind: Mapped[ServiceKind] = mapped_column(named(ServiceKind))
    name: Mapped[str]
    state: Mapped[ServiceState] = mapped_column(named(ServiceState), default=ServiceState.OPEN)
    state_since: Mapped[datetime | None]
    """When it was paused, closed or opened again; empty as long as it never was."""
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"), unique=True)
    languages: Mapped[list[str]]
    place_kind: Mapped[PlaceKind] = mapped_column(named(PlaceKind), default=PlaceKind.IN_HOUSE)
    floor: Mapped[int | None]
    """0 is the ground floor."""
    place: Mapped[str]
    """Desk or room, as it stands on the signs; empty where the place is confidential."""
    cost: Mapped[Cost] = mapped_column(named(Cost), default=Cost.UNSAID)
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Who it is for, what to bring, what it costs: by kind of text, then by language."""
    notices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What she reads while it is paused or closed, by language; empty: the portal's own words."""


class SettingVersion(WithId, Base):
    """One change of what the centre sets: who, when, what stood before and what stands since."""

    __tablename__ = "setting_version"
    __table_args__ = (UniqueConstraint("topic", "about", "number"),)
    topic: Mapped[Topic] = mapped_column(named(Topic))
    about: Mapped[str]
    """Which service, help line or legal text; empty where the house has one of its kind."""
    number: Mapped[int]
    changed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """Empty where it was read from a file on the machine itself."""
    changed_at: Mapped[datetime] = mapped_column(index=True)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
