"""The list of a service: what was referred to it, in the order in which it is its turn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from portal.domain.appointments import NOT_HERS, SHE_ASKED, STANDING
from portal.domain.referrals import UNANSWERED, WITH_THE_SERVICE, ReferralState
from portal.domain.refusals import NotFound
from portal.models import Appointment, Case, Need, Referral, Service
from portal.services.dates import once_more
from portal.services.dates.shown_dates import ends_at
from portal.services.entry.sessions import SignedIn
from portal.services.keys.reading import open_referrals
from portal.services.referrals.at_service import theirs

PAGE = 50
_SET = STANDING - NOT_HERS
"""What is proposed to her is no date yet."""


@dataclass(frozen=True)
class ReferralLine:
    """One line of a service's list."""

    referral: Referral
    need: Need
    case_number: str
    service: Service
    name: str | None
    is_late: bool
    dates: tuple[Appointment, ...] = ()
    proposed: Appointment | None = None
    """A time that waits for her yes."""
    next_date: Appointment | None = None
    """The first of them that is not over."""
    asked_again: bool = False
    """After a date that is over she asked for another one."""

    @property
    def asked(self) -> tuple[Appointment, ...]:
        """The dates to which she said that she cannot come, or wants another time."""
        return tuple(date for date in self.dates if date.state in SHE_ASKED)

    @property
    def waits_for_date(self) -> bool:
        """Whether she asked something about a date."""
        return self.asked_again or bool(self.asked)


def of_service(
    session: Session,
    acting: SignedIn,
    *,
    now: datetime,
    done: bool = False,
    after: UUID | None = None,
    size: int = PAGE,
) -> list[ReferralLine]:
    """A page of the referrals made to the services of this colleague.

    What she asked about a date comes first, then what waits for an answer (the late ones on top),
    then what waits for a date, then dates: those that are over, then those to come, by day. `after`
    is the last one of the page before.
    """
    states = {ReferralState.DONE} if done else WITH_THE_SERVICE - {ReferralState.DONE}
    rows = session.execute(
        select(Referral, Need, Case.number, Service)
        .join(Need, Need.id == Referral.need_id)
        .join(Case, Case.id == Referral.case_id)
        .join(Service, Service.id == Referral.service_id)
        .where(theirs(acting), Referral.state.in_(states), *_after(session, acting, after, now))
        .order_by(_turn(now), _when(now), Referral.id)
        .limit(size)
    ).all()
    ids = [row[0].id for row in rows]
    opened = open_referrals(session, acting, ids, purpose="service_list", now=now, as_list=True)
    dates = session.scalars(
        select(Appointment)
        .where(Appointment.referral_id.in_(ids), Appointment.state.in_(STANDING))
        .order_by(Appointment.starts_at)
    ).all()
    asked_again = once_more.waiting_among(session, ids)
    proposed = {date.referral_id: date for date in dates if date.state not in _SET}
    its_dates = {
        one: tuple(date for date in dates if date.referral_id == one and date.state in _SET)
        for one in ids
    }
    return [
        ReferralLine(
            referral=referral,
            need=need,
            case_number=number,
            service=service,
            name=opened[referral.id].read(referral, "name") if referral.id in opened else None,
            is_late=referral.state in UNANSWERED and referral.answer_before < now,
            dates=its_dates[referral.id],
            proposed=proposed.get(referral.id),
            next_date=next((one for one in its_dates[referral.id] if ends_at(one) > now), None),
            asked_again=referral.id in asked_again,
        )
        for referral, need, number, service in rows
    ]


def _turn(now: datetime) -> ColumnElement[int]:
    """Whose turn it is, as the order of the list."""
    she_asked = exists().where(
        Appointment.referral_id == Referral.id, Appointment.state.in_(SHE_ASKED)
    )
    return sql_case(
        (or_(she_asked, once_more.waiting()), 0),
        (Referral.state.in_(UNANSWERED), 1),
        (Referral.state == ReferralState.ACCEPTED, 2),
        (_first_date().is_(None), 3),
        (_first_date(Appointment.starts_at > now).is_(None), 4),
        else_=5,
    )


def _when(now: datetime) -> ColumnElement[datetime]:
    """By what those whose turn is the same are ordered: the promised answer, or the day."""
    day = func.coalesce(
        _first_date(Appointment.starts_at > now), _first_date(), Referral.answer_before
    )
    return sql_case((Referral.state == ReferralState.DATE_SET, day), else_=Referral.answer_before)


def _first_date(*which: ColumnElement[bool]) -> ScalarSelect[datetime]:
    """When she is expected first; nothing where no such date stands."""
    return (
        select(func.min(Appointment.starts_at))
        .where(Appointment.referral_id == Referral.id, Appointment.state.in_(_SET), *which)
        .correlate(Referral)
        .scalar_subquery()
    )


def _after(
    session: Session, acting: SignedIn, referral_id: UUID | None, now: datetime
) -> list[ColumnElement[bool]]:
    if referral_id is None:
        return []
    last = session.execute(
        select(_turn(now), _when(now)).where(Referral.id == referral_id, theirs(acting))
    ).one_or_none()
    if last is None:
        raise NotFound
    turn, when = last
    later = or_(_when(now) > when, and_(_when(now) == when, Referral.id > referral_id))
    return [or_(_turn(now) > turn, and_(_turn(now) == turn, later))]
