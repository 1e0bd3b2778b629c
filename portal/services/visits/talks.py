"""The talks that a visit is planned for: referrals without a date, and dates that need another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING, AppointmentState
from portal.domain.proposals import FIRST_DAY, LAST_DAY, minutes_of
from portal.domain.referrals import ReferralState
from portal.domain.services import ServiceState
from portal.domain.spans import Span
from portal.models import Appointment, Case, Referral, Room, Service
from portal.services.dates import once_more
from portal.services.dates.shown_dates import ends_at

MOST_MINUTES, FEWEST_MINUTES = 240, 10
ON_HER_WAY = timedelta(hours=1)
"""Between the house and a date that is elsewhere."""
TO_MOVE = COMING | {AppointmentState.CANNOT_COME}


@dataclass(frozen=True)
class Asked:
    """What who plans may say otherwise than it would be."""

    minutes: Mapping[UUID, int] = field(default_factory=dict)
    """By talk, where it is not what such a talk usually takes."""
    moving: frozenset[UUID] = frozenset()
    """Dates that need another time."""
    left_out: frozenset[UUID] = frozenset()
    """Talks that are not to be planned now."""
    first: date | None = None
    without_interpreter: bool = False

    def days(self, held: Sequence[date], today: date) -> tuple[date, date]:
        """The first and the last day for anything new.

        Where nobody says which, beside what is `held` for her, if that was planned from later on.
        """
        length = timedelta(days=LAST_DAY - FIRST_DAY)
        earliest = today + timedelta(days=FIRST_DAY)
        if held and held[0] > earliest + length:
            earliest = held[0]
        first = max(self.first or earliest, today + timedelta(days=1))
        return first, first + length


@dataclass(frozen=True)
class TalkToPlan:
    """A talk of hers; the planner knows it by `key`, a referral without a date or a date."""

    key: UUID
    referral: Referral
    service: Service
    minutes: int
    date: Appointment | None = None
    room: Room | None = None
    not_at: tuple[Span, ...] = ()

    @property
    def is_proposed(self) -> bool:
        """Whether a time is held for it already, which suited her."""
        return self.date is not None and self.date.state is AppointmentState.PROPOSED

    @property
    def asked_by(self) -> tuple[UUID, ...]:
        """By what an interpreter was asked for it: its date, the one it replaces, the referral."""
        dates = (self.date.id, self.date.instead_of_id) if self.date else ()
        return (*(one for one in dates if one is not None), self.referral.id)

    @property
    def is_elsewhere(self) -> bool:
        """Whether this service meets her outside the house, and sets the date itself."""
        return self.service.place_kind.is_confidential

    @property
    def span(self) -> Span:
        """The time that it has already."""
        assert self.date is not None
        return _span(self.date)

    @property
    def away(self) -> Span:
        """When she can have no other talk in the house because of it."""
        return self.span.widened(ON_HER_WAY) if self.is_elsewhere else self.span

    @property
    def is_in_closed_room(self) -> bool:
        """Whether the room of its date is not in use any more."""
        return self.room is not None and not self.room.is_in_use

    @property
    def floor(self) -> int:
        """Where the date is that it has already."""
        return self.room.floor if self.room else self.service.floor or 0


@dataclass(frozen=True)
class Talks:
    """Everything of one case that may be part of a visit."""

    open: tuple[TalkToPlan, ...]
    """Without a time: accepted, or asked for again after a date that is over."""
    proposed: tuple[TalkToPlan, ...]
    """Held for her, part of the plan that is out."""
    dates: tuple[TalkToPlan, ...]
    """Dates to come that she knows."""
    elsewhere: tuple[TalkToPlan, ...]
    """Of services that do not meet her in the house: they set their dates themselves."""

    @property
    def in_house(self) -> tuple[TalkToPlan, ...]:
        """The dates that can be parts of a visit."""
        return tuple(one for one in self.dates if not one.is_elsewhere)

    @property
    def services(self) -> list[Service]:
        """Each service once."""
        found = (*self.open, *self.proposed, *self.in_house)
        return list({one.service.id: one.service for one in found}.values())


def of_case(session: Session, case: Case, asked: Asked, *, now: datetime) -> Talks:
    """The talks of a case, by its referrals and dates: one question to the database."""
    rows = session.execute(
        select(Referral, Service, Appointment, Room, once_more.waiting())
        .join(Service, Service.id == Referral.service_id)
        .outerjoin(
            Appointment,
            and_(Appointment.referral_id == Referral.id, Appointment.starts_at > now, _counts()),
        )
        .outerjoin(Room, Room.id == Appointment.room_id)
        .where(
            Referral.case_id == case.id,
            Referral.state.in_((ReferralState.ACCEPTED, ReferralState.DATE_SET)),
        )
        .order_by(Service.name, Referral.id, Appointment.starts_at)
    ).all()
    refused: dict[UUID, tuple[Span, ...]] = {}
    for referral, _, date_, *_ in rows:
        if date_ is not None and date_.state is AppointmentState.NOT_AGREED:
            refused[referral.id] = (*refused.get(referral.id, ()), _span(date_))
    standing = [
        TalkToPlan(
            date_.id, referral, service, date_.minutes, date_, room, refused.get(referral.id, ())
        )
        for referral, service, date_, room, _ in rows
        if date_ is not None
        and date_.state is not AppointmentState.NOT_AGREED
        and not (date_.state is AppointmentState.PROPOSED and _is_closed(service))
    ]
    with_time = {one.referral.id for one in standing}
    waiting = {
        referral.id: TalkToPlan(
            referral.id,
            referral,
            service,
            asked.minutes.get(referral.id, minutes_of(service.kind)),
            not_at=refused.get(referral.id, ()),
        )
        for referral, service, *_, asked_again in rows
        if referral.id not in with_time
        and not _is_closed(service)
        and (asked_again or referral.state is ReferralState.ACCEPTED)
    }
    return Talks(
        open=tuple(one for one in waiting.values() if not one.is_elsewhere),
        proposed=tuple(one for one in standing if one.is_proposed),
        dates=tuple(one for one in standing if not one.is_proposed),
        elsewhere=tuple(one for one in waiting.values() if one.is_elsewhere),
    )


def _is_closed(service: Service) -> bool:
    """Whether it works here no more: the dates that it gave stand, and it gets no new ones."""
    return service.state is ServiceState.CLOSED


def _counts() -> ColumnElement[bool]:
    """Dates that stand, and proposed ones to which she said that they do not suit."""
    she_refused = and_(
        Appointment.state == AppointmentState.NOT_AGREED, Appointment.answered_at.is_not(None)
    )
    return or_(
        Appointment.state.in_((*TO_MOVE, AppointmentState.PROPOSED)),
        she_refused,
    )


def _span(appointment: Appointment) -> Span:
    return Span(appointment.starts_at, ends_at(appointment))
