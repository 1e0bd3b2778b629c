"""Real calendars: how to reach them, what they said last, and our dates in them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.calendars import CalendarKind, Clash, EntryState, Trouble
from portal.models.availability import ONE_OWNER, OfOneOwner
from portal.models.base import Base, WithId, named


class Calendar(OfOneOwner, WithId, Base):
    """A calendar elsewhere. `access` (address, name, pass word) is sealed under the machine's key.

    `read_at` is how fresh the busy times are; since `trouble_since_at` it could not be read.
    """

    __tablename__ = "calendar"
    __table_args__ = (CheckConstraint(ONE_OWNER, name="one_owner"),)
    kind: Mapped[CalendarKind] = mapped_column(named(CalendarKind))
    access: Mapped[bytes]
    mark: Mapped[bytes]
    """A keyed hash of owner and address, so that nobody adds the same calendar twice."""
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime]
    token: Mapped[str | None]
    """What the server gave to ask for changes only: a sync token, or an entity tag of a link."""
    whole_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    unread: Mapped[int] = mapped_column(default=0)
    """Entries that nobody could make sense of, and which therefore take no time."""
    trouble: Mapped[Trouble | None] = mapped_column(named(Trouble))
    trouble_since_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(index=True)
    leaving_at: Mapped[datetime | None]
    """Taken out by its owner: our dates go from it first."""
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]


class CalendarPart(WithId, Base):
    """One resource of a calendar that was read: where it lies there and which version it was."""

    __tablename__ = "calendar_part"
    __table_args__ = (Index("ix_calendar_part_calendar_href", "calendar_id", "href", unique=True),)
    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("calendar.id"))
    href: Mapped[str]
    etag: Mapped[str]
    unread: Mapped[int] = mapped_column(default=0)


class BusyTime(WithId, Base):
    """A stretch that somebody's calendar takes. What for is not kept."""

    __tablename__ = "busy_time"
    __table_args__ = (Index("ix_busy_time_calendar_ends", "calendar_id", "ends_at"),)
    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("calendar.id"))
    part_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_part.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class CalendarEntry(Base):
    """A date of ours in somebody's calendar: what we wrote there, and what became of it.

    It outlives its date on purpose: an erased case must also go from the calendars outside.
    """

    __tablename__ = "calendar_entry"
    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("calendar.id"), primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    href: Mapped[str]
    uid: Mapped[str]
    """Random: nothing in it leads back to the date."""
    etag: Mapped[str | None]
    state: Mapped[EntryState] = mapped_column(named(EntryState))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    clash: Mapped[Clash | None] = mapped_column(named(Clash))
    clash_at: Mapped[datetime | None]
    theirs_starts_at: Mapped[datetime | None]
    theirs_ends_at: Mapped[datetime | None]
    is_left: Mapped[bool] = mapped_column(default=False)
    """Staff have seen the conflict and leave the calendar as it is."""
