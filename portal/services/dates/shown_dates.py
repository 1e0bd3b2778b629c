"""Dates as they are read: by her, by the service that gave them, by her case team."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.domain.appointments import (
    IN_NO_LIST,
    OVER,
    STANDING,
    AppointmentState,
)
from portal.domain.roles import Role
from portal.domain.words import written, written_or_none
from portal.models import Appointment, Case, Membership, Referral, Room, Service, StaffMember
from portal.services.entry.sessions import SignedIn
from portal.services.interpreters import coming
from portal.services.interpreters.coming import Coming
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_referrals
from portal.services.referrals.at_service import get_for_service

MAX_DETAIL = 300
Row = tuple[Appointment, Service, str, str, Room | None, datetime | None, bool]
Asking = Select[Appointment, Service, str, str, Room | None, datetime | None, bool]


@dataclass(frozen=True)
class Details:
    """What is sealed of a date."""

    place: str
    interpreter: str | None = None
    bring: str | None = None
    childcare: str | None = None

    def cleaned(self) -> "Details":
        """The same, safe to keep. Raises NothingWritten without a place, or TooLong."""
        return Details(
            place=written(self.place, limit=MAX_DETAIL),
            interpreter=written_or_none(self.interpreter, limit=MAX_DETAIL),
            bring=written_or_none(self.bring, limit=MAX_DETAIL),
            childcare=written_or_none(self.childcare, limit=MAX_DETAIL),
        )


@dataclass(frozen=True)
class Shown:
    """A date as she or the service sees it."""

    appointment: Appointment
    service: Service
    with_name: str
    details: Details | None
    room: Room | None = None
    case_number: str = ""
    her_name: str | None = None
    interpreter: Coming | None = None
    instead_of: datetime | None = None
    """When the date was that it replaces; None where that was the same time."""
    has_left: bool = False
    """Whether who was to meet her at a date to come works in this service no more."""

    @property
    def ends_at(self) -> datetime:
        """When the talk is over."""
        return ends_at(self.appointment)

    @property
    def floor(self) -> int | None:
        """The floor of its place; None where somebody wrote another place by hand."""
        place = self.details.place if self.details else self.service.place
        if self.room and place == self.room.name:
            return self.room.floor
        return self.service.floor if place == self.service.place else None

    @property
    def is_noted(self) -> bool:
        """Whether the service noted that she came, or that she did not."""
        return self.appointment.state in OVER

    @property
    def is_proposed(self) -> bool:
        """Whether it is part of a visit that waits for her yes."""
        return self.appointment.state is AppointmentState.PROPOSED

    @property
    def stands(self) -> bool:
        """Whether she is expected: nothing was cancelled or moved."""
        return self.appointment.state in STANDING


def of_referral(
    session: Session, acting: SignedIn, referral_id: UUID, *, now: datetime
) -> list[Shown]:
    """The dates of one referral, for its service."""
    get_for_service(session, acting, referral_id)
    asked = (
        with_names().where(Appointment.referral_id == referral_id).order_by(Appointment.starts_at)
    )
    return read(session, acting, asked, purpose="service", now=now)


def of_case(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> list[Shown]:
    """The dates of a case, for its team."""
    asked = (
        with_names()
        .where(Appointment.case_id == case.id, Appointment.state.not_in(IN_NO_LIST))
        .order_by(Appointment.starts_at)
    )
    return read(session, acting, asked, purpose="case", now=now)


@cache
def with_names() -> Asking:
    """How every question about dates begins: service, who meets her, case, room, time before, and
    whether who meets her works there."""
    old = aliased(Appointment)
    before = (
        select(func.max(old.starts_at))
        .where(
            old.case_id == Appointment.case_id,
            old.moved_to_id == Appointment.id,
            old.starts_at != Appointment.starts_at,
        )
        .scalar_subquery()
    )
    return (
        select(Appointment, Service, StaffMember.name, Case.number, Room, before, works_there())
        .join(Service, Service.id == Appointment.service_id)
        .join(StaffMember, StaffMember.account_id == Appointment.with_id)
        .join(Case, Case.id == Appointment.case_id)
        .outerjoin(Room, Room.id == Appointment.room_id)
    )


def read(
    session: Session,
    acting: SignedIn,
    asked: Asking,
    *,
    purpose: str,
    now: datetime,
    as_list: bool = False,
) -> list[Shown]:
    """The dates that a question finds, opened as far as she who asks holds keys."""
    rows = session.execute(asked).all()
    return with_details(session, acting, rows, purpose=purpose, now=now, as_list=as_list)


def with_details(
    session: Session,
    acting: SignedIn,
    rows: Sequence[Row],
    *,
    purpose: str,
    now: datetime,
    as_list: bool = False,
) -> list[Shown]:
    """Rows of `with_names`, opened as far as she who asks holds keys."""
    ids = {row[0].referral_id for row in rows}
    opened = open_referrals(session, acting, ids, purpose=purpose, now=now, as_list=as_list)
    names = _her_names(session, opened) if as_list else {}
    come = coming.of_dates(session, (row[0].id for row in rows), now=now)
    return [
        Shown(
            appointment=appointment,
            service=service,
            with_name=name,
            details=_details(opened.get(appointment.referral_id), appointment),
            room=room,
            case_number=number,
            her_name=names.get(appointment.referral_id),
            interpreter=come.get(appointment.id),
            instead_of=before,
            has_left=not there and ends_at(appointment) > now,
        )
        for appointment, service, name, number, room, before, there in rows
    ]


def works_there() -> ColumnElement[bool]:
    """Whether who meets her still works in the service, for a question about dates."""
    return exists().where(
        Membership.account_id == Appointment.with_id,
        Membership.service_id == Appointment.service_id,
        Membership.role == Role.SERVICE_STAFF,
    )


def ends_at(appointment: Appointment) -> datetime:
    """When a talk is over."""
    return appointment.starts_at + timedelta(minutes=appointment.minutes)


def _her_names(session: Session, opened: dict[UUID, OpenFolder]) -> dict[UUID, str | None]:
    """The names to use, for whoever was granted them with the referral."""
    rows = session.scalars(select(Referral).where(Referral.id.in_(opened)))
    return {row.id: opened[row.id].read(row, "name") for row in rows}


def sealed_details(details: Details) -> str:
    """What is sealed of a date, as it is written. Raises as `Details.cleaned`."""
    return json.dumps(vars(details.cleaned()))


def _details(folder: OpenFolder | None, appointment: Appointment) -> Details | None:
    if folder is None or not folder.opens(appointment.details):
        return None
    return Details(**json.loads(folder.read(appointment, "details") or "{}"))
