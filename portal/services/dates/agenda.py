"""The agenda of staff: a day, a week or a list of dates, of services, a colleague or a survivor.

Of one survivor a colleague sees the dates of the services that she agreed to show him, and of no
other: which these are is asked of the keys, not of a table. Her case director holds the keys of all
the services that she said yes to.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING, IN_NO_LIST, SHE_ASKED, AppointmentState
from portal.domain.referrals import WITH_THE_SERVICE
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission, Role
from portal.models import Appointment, Case, Membership, Referral, Service, StaffMember
from portal.services.case_work.cases import is_on_team
from portal.services.dates.shown_dates import Asking, Shown, with_details, with_names
from portal.services.entry.sessions import SignedIn
from portal.services.keys.reading import open_referrals

PAGE = 50


class Show(StrEnum):
    """What the list shows; every filter works from what is in clear."""

    COMING = "coming"
    ASKED = "asked"
    TO_NOTE = "to_note"
    CAME = "came"
    NOT_COME = "not_come"

    @property
    def looks_back(self) -> bool:
        """Whether the newest comes first, from a day backwards."""
        return self in (Show.TO_NOTE, Show.CAME, Show.NOT_COME)


@dataclass(frozen=True)
class Her:
    """The one survivor whose dates are shown, by the name that she wants to be called by."""

    case_id: UUID
    name: str
    is_on_team: bool
    """Whether the reader is in her case team."""


@dataclass(frozen=True)
class Whose:
    """Of which referrals' dates an agenda is made; see `of_services` and `of_survivor`."""

    condition: ColumnElement[bool]
    services: Sequence[Service]
    colleagues: Sequence[StaffMember]
    with_id: UUID | None = None
    her: Her | None = None

    @property
    def colleague(self) -> str:
        """The name of the one colleague whose dates are shown; empty for all."""
        return next((one.name for one in self.colleagues if one.account_id == self.with_id), "")


def of_services(session: Session, acting: SignedIn, *, with_id: UUID | None = None) -> Whose:
    """The dates of the services in which somebody works, or of one colleague there.

    Raises NotYours.
    """
    if not acting.may(Permission.ANSWER_REFERRAL):
        raise NotYours
    services = acting.services(Role.SERVICE_STAFF)
    condition: ColumnElement[bool] = Appointment.service_id.in_(services)
    return _whose(session, condition, services, with_id)


def of_survivor(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    *,
    now: datetime,
    with_id: UUID | None = None,
) -> Whose:
    """The dates of one survivor with the services that she agreed to show to this person.

    Raises NotFound for whoever may open none of them and is not in her case team.
    """
    case = session.get(Case, case_id)
    is_mine = case is not None and is_on_team(acting, case)
    wanted = select(Referral).where(
        Referral.case_id == case_id, Referral.state.in_(WITH_THE_SERVICE)
    )
    if not is_mine:
        wanted = wanted.where(Referral.service_id.in_(acting.services(Role.SERVICE_STAFF)))
    referrals = {row.id: row for row in session.scalars(wanted)}
    opened = open_referrals(
        session, acting, referrals, purpose="service_dates", now=now, as_list=True
    )
    if case is None or not (opened or is_mine):
        raise NotFound
    names = [name for one in opened if (name := opened[one].read(referrals[one], "name"))]
    return _whose(
        session,
        Appointment.referral_id.in_(list(opened)),
        {referrals[one].service_id for one in opened},
        with_id,
        Her(case.id, names[0] if names else case.number, is_on_team=is_mine),
    )


def between(
    session: Session,
    acting: SignedIn,
    whose: Whose,
    first: date,
    days: int,
    zone: ZoneInfo,
    *,
    now: datetime,
) -> list[Shown]:
    """All dates of some days of the centre's calendar, also of those on which its clock changes."""
    start, end = _midnight(first, zone), _midnight(first + timedelta(days=days), zone)
    asked = _dates(whose).where(Appointment.starts_at >= start, Appointment.starts_at < end)
    rows = session.execute(asked.order_by(Appointment.starts_at, Appointment.id)).all()
    return with_details(session, acting, rows, purpose="service_dates", now=now, as_list=True)


def listed(
    session: Session,
    acting: SignedIn,
    whose: Whose,
    show: Show,
    on: date,
    zone: ZoneInfo,
    *,
    now: datetime,
    after: UUID | None = None,
) -> list[Shown]:
    """A page of the list, from a day on or, where it looks back, from that day's end backwards.

    `after` is the last date of the page before. Raises NotFound.
    """
    asked = _dates(whose).where(_shown(show, now=now)).limit(PAGE)
    at, by_id = Appointment.starts_at, Appointment.id
    last = _get_last(session, whose, after) if after else None
    if show.looks_back:
        asked = asked.where(at < _midnight(on + timedelta(days=1), zone))
        asked = asked.order_by(at.desc(), by_id.desc())
        if last:
            asked = asked.where(
                or_(at < last.starts_at, and_(at == last.starts_at, by_id < last.id))
            )
    else:
        asked = asked.where(at >= _midnight(on, zone)).order_by(at, by_id)
        if last:
            asked = asked.where(
                or_(at > last.starts_at, and_(at == last.starts_at, by_id > last.id))
            )
    rows = session.execute(asked).all()
    return with_details(session, acting, rows, purpose="service_dates", now=now, as_list=True)


def counts(
    session: Session, whose: Whose, on: date, zone: ZoneInfo, *, now: datetime
) -> Mapping[Show, int]:
    """How many dates each filter would show in the month of a day."""
    first = on.replace(day=1)
    start, end = _midnight(first, zone), _midnight(_month_after(first), zone)
    in_month = and_(_condition(whose), Appointment.starts_at >= start, Appointment.starts_at < end)
    found = session.execute(
        select(*(func.count().filter(_shown(show, now=now)) for show in Show))
        .select_from(Appointment)
        .where(in_month)
    ).one()
    return dict(zip(Show, found, strict=True))


def _shown(show: Show, *, now: datetime) -> ColumnElement[bool]:
    state = Appointment.state
    return {
        Show.COMING: state != AppointmentState.CANCELLED,
        Show.ASKED: and_(state.in_(SHE_ASKED), Appointment.starts_at > now),
        Show.TO_NOTE: and_(state.in_(COMING), Appointment.starts_at <= now),
        Show.CAME: state == AppointmentState.DONE,
        Show.NOT_COME: state == AppointmentState.NOT_COME,
    }[show]


def _dates(whose: Whose) -> Asking:
    return with_names().where(_condition(whose))


def _condition(whose: Whose) -> ColumnElement[bool]:
    wanted = and_(whose.condition, Appointment.state.not_in(IN_NO_LIST))
    return and_(wanted, Appointment.with_id == whose.with_id) if whose.with_id else wanted


def _get_last(session: Session, whose: Whose, appointment_id: UUID) -> Appointment:
    found = session.scalar(
        select(Appointment).where(_condition(whose), Appointment.id == appointment_id)
    )
    if found is None:
        raise NotFound
    return found


def _whose(
    session: Session,
    condition: ColumnElement[bool],
    service_ids: Collection[UUID],
    with_id: UUID | None,
    her: Her | None = None,
) -> Whose:
    services = session.scalars(
        select(Service).where(Service.id.in_(service_ids)).order_by(Service.name)
    ).all()
    colleagues = session.scalars(
        select(StaffMember)
        .join(Membership, Membership.account_id == StaffMember.account_id)
        .where(
            Membership.service_id.in_(service_ids),
            Membership.role == Role.SERVICE_STAFF,
            StaffMember.left_at.is_(None),
        )
        .order_by(StaffMember.name, StaffMember.account_id)
        .distinct()
    ).all()
    return Whose(condition, services, colleagues, with_id, her)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins on the clock of the centre: a day may last 23 or 25 hours."""
    return datetime.combine(day, time(), zone)


def _month_after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
