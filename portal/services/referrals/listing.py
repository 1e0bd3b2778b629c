"""The list of a service: what was referred to it, in the order in which it is its turn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from portal.domain.appointments import SHE_ASKED, STANDING
from portal.domain.referrals import UNANSWERED, WITH_THE_SERVICE, ReferralState
from portal.domain.refusals import NotFound
from portal.models import Appointment, Case, Need, Referral, Service
from portal.services.dates import once_more
from portal.services.entry.sessions import SignedIn
from portal.services.keys.reading import open_referrals
from portal.services.referrals.at_service import theirs

PAGE = 50


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
    then what waits for a date. `after` is the last one of the page before.
    """
    states = {ReferralState.DONE} if done else WITH_THE_SERVICE - {ReferralState.DONE}
    rows = session.execute(
        select(Referral, Need, Case.number, Service)
        .join(Need, Need.id == Referral.need_id)
        .join(Case, Case.id == Referral.case_id)
        .join(Service, Service.id == Referral.service_id)
        .where(theirs(acting), Referral.state.in_(states), *_after(session, acting, after))
        .order_by(_turn(), Referral.answer_before, Referral.id)
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
    return [
        ReferralLine(
            referral=referral,
            need=need,
            case_number=number,
            service=service,
            name=opened[referral.id].read(referral, "name") if referral.id in opened else None,
            is_late=referral.state in UNANSWERED and referral.answer_before < now,
            dates=tuple(date for date in dates if date.referral_id == referral.id),
            asked_again=referral.id in asked_again,
        )
        for referral, need, number, service in rows
    ]


def _turn() -> ColumnElement[int]:
    """Whose turn it is, as the order of the list."""
    she_asked = exists().where(
        Appointment.referral_id == Referral.id, Appointment.state.in_(SHE_ASKED)
    )
    return sql_case(
        (or_(she_asked, once_more.waiting()), 0),
        (Referral.state.in_(UNANSWERED), 1),
        (Referral.state == ReferralState.ACCEPTED, 2),
        else_=3,
    )


def _after(
    session: Session, acting: SignedIn, referral_id: UUID | None
) -> list[ColumnElement[bool]]:
    if referral_id is None:
        return []
    last = session.execute(
        select(_turn(), Referral.answer_before).where(Referral.id == referral_id, theirs(acting))
    ).one_or_none()
    if last is None:
        raise NotFound
    turn, before = last
    later = or_(
        Referral.answer_before > before,
        and_(Referral.answer_before == before, Referral.id > referral_id),
    )
    return [or_(_turn() > turn, and_(_turn() == turn, later))]
