"""Counts of the house, month by month, from states and times in clear: nothing sealed is opened.

No row about a person leaves these functions; what does is decided by `portal.domain.counting`.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING, FURTHEST, AppointmentState
from portal.domain.counting import (
    FirstDate,
    Month,
    Published,
    Talk,
    is_over,
    month_after,
    months_back,
    publish,
)
from portal.domain.refusals import NotYours
from portal.domain.roles import Permission
from portal.domain.services import PlaceKind
from portal.models import Appointment, Need, Referral, Service
from portal.services.entry.sessions import SignedIn
from portal.services.house import zone_of

MONTHS = 12
CHOICES = 36
"""How many months back one can look."""
_HOUSE = "house"


@dataclass(frozen=True)
class MonthLine:
    """One line of the table."""

    first: date
    told: Published


def months(
    session: Session, acting: SignedIn, *, now: datetime, last: date | None = None
) -> list[MonthLine]:
    """Twelve months until `last`, which is the last one that is over where nothing is asked.

    A month that is not over is not among them. Raises NotYours.
    """
    if not acting.may(Permission.SEE_COUNTS):
        raise NotYours
    zone = zone_of(session)
    choices = to_choose(zone, now=now)
    ends = last.replace(day=1) if last else choices[-1]
    firsts = months_back(ends if ends in choices else choices[-1], MONTHS)
    happened = _happened(session, firsts, zone)
    return [MonthLine(first, publish(happened[first])) for first in firsts]


def to_choose(zone: ZoneInfo, *, now: datetime) -> list[date]:
    """The months that are over, the last one at the end."""
    today = now.astimezone(zone).date()
    return [first for first in months_back(today, CHOICES + 1) if is_over(first, today)]


def _happened(session: Session, firsts: list[date], zone: ZoneInfo) -> dict[date, Month]:
    start, end = _midnight(firsts[0], zone), _midnight(month_after(firsts[-1]), zone)
    talks: dict[date, list[Talk]] = defaultdict(list)
    missed: dict[date, list[UUID]] = defaultdict(list)
    rows = session.execute(
        select(
            Appointment.case_id,
            Appointment.starts_at,
            Appointment.minutes,
            Appointment.state,
            Service.id,
            Service.place_kind,
        )
        .join(Service, Service.id == Appointment.service_id)
        .where(Appointment.starts_at >= start, Appointment.starts_at < end)
        .where(_took_place() | (Appointment.state == AppointmentState.NOT_COME))
    )
    for who, starts_at, minutes, state, service_id, place_kind in rows:
        day = starts_at.astimezone(zone).date()
        if state is AppointmentState.NOT_COME:
            missed[day.replace(day=1)].append(who)
            continue
        ends_at = starts_at + timedelta(minutes=minutes)
        place = _place(service_id, place_kind)
        talks[day.replace(day=1)].append(Talk(who, day, starts_at, ends_at, place))
    waited = _first_dates(session, start, end, zone)
    return {first: Month(talks[first], waited[first], missed[first]) for first in firsts}


def _first_dates(
    session: Session, start: datetime, end: datetime, zone: ZoneInfo
) -> dict[date, list[FirstDate]]:
    """By the month in which the first date of a need took place."""
    first = func.min(Appointment.starts_at)
    rows = session.execute(
        select(Need.case_id, Need.sent_at, first)
        .join(Referral, Referral.need_id == Need.id)
        .join(Appointment, Appointment.referral_id == Referral.id)
        # A date lies at most a year ahead, and answering takes a while.
        .where(_took_place(), Need.sent_at >= start - 2 * FURTHEST, Need.sent_at < end)
        .group_by(Need.id, Need.case_id, Need.sent_at)
        .having(first >= start, first < end)
    )
    found: dict[date, list[FirstDate]] = defaultdict(list)
    for who, sent_at, starts_at in rows:
        asked, met = (one.astimezone(zone).date() for one in (sent_at, starts_at))
        found[met.replace(day=1)].append(FirstDate(who, max(0, (met - asked).days)))
    return found


def _took_place() -> ColumnElement[bool]:
    """Noted so, or, in months that are over, not noted at all."""
    return Appointment.state.in_((*COMING, AppointmentState.DONE))


def _place(service_id: UUID, kind: PlaceKind) -> UUID | str | None:
    """The house is one place, whatever the service; who comes to her makes her go nowhere."""
    if kind is PlaceKind.COMES_TO_HER:
        return None
    return _HOUSE if kind is PlaceKind.IN_HOUSE else service_id


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
