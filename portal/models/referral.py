"""A need on its way to a service, her wish that lets it, and the dates that come of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.appointments import AppointmentState
from portal.domain.referrals import ReferralState
from portal.domain.sharing import Asked
from portal.models.base import Base, WithId, named


class Referral(WithId, Base):
    """A need sent to a service. The sealed columns are what the service may read."""

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("need_id", "service_id"),
        Index("ix_referral_service_state", "service_id", "state", "answer_before"),
    )
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"))
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    state: Mapped[ReferralState] = mapped_column(named(ReferralState))
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answer_before: Mapped[datetime]
    answer_again_before: Mapped[datetime | None]
    name: Mapped[bytes | None]
    words: Mapped[bytes | None]
    readings: Mapped[bytes | None]
    reason: Mapped[bytes | None]


class SharingWish(WithId, Base):
    """Her yes: this service may read this need, until a day she read on the screen."""

    __tablename__ = "sharing_wish"
    __table_args__ = (Index("ix_sharing_wish_need_service", "need_id", "service_id"),)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"))
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    said_yes_at: Mapped[datetime]
    until: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    text_version: Mapped[str]
    language: Mapped[str]
    asked: Mapped[Asked] = mapped_column(named(Asked))


class Appointment(WithId, Base):
    """A date with a service. Where, with what help and what to bring are sealed in `details`."""

    __tablename__ = "appointment"
    __table_args__ = (
        Index("ix_appointment_case_starts", "case_id", "starts_at"),
        Index("ix_appointment_service_starts", "service_id", "starts_at"),
    )
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    with_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"))
    interpreter_id: Mapped[UUID | None] = mapped_column(ForeignKey("interpreter.id"))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    state: Mapped[AppointmentState] = mapped_column(
        named(AppointmentState), default=AppointmentState.PLANNED
    )
    set_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    moved_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    """The proposed visit that it is, or was at first, a part of."""
    instead_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))
    """The date that ends when she says yes to this one."""
    hidden_at: Mapped[datetime | None]
    """When she put it out of her sight; it is over then, and stays with the service."""
    change_seen_at: Mapped[datetime | None]
    """When she was shown that it was moved or cancelled."""
    calendar_id: Mapped[UUID | None]
    """By what a calendar file that she took knows it, also when it is moved or cancelled."""
    asked_again_at: Mapped[datetime | None]
    """When she asked for another date after this one was over."""
    details: Mapped[bytes]
