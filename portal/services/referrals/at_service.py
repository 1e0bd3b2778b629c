"""What lies with a service: opened by the colleagues of that service, and by nobody else."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind
from portal.domain.referrals import WITH_THE_SERVICE, ReferralState
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission, Role
from portal.models import Appointment, Case, Need, Referral, Service
from portal.services.dates import once_more
from portal.services.entry.sessions import SignedIn
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.services.needs.holding import hold


@dataclass(frozen=True)
class ReferralStory:
    """What the team of a service reads of a referral: no more than she said yes to."""

    referral: Referral
    need: Need
    service: Service
    case_number: str
    name: str
    words: str
    readings: str
    reason: str | None
    appointments: tuple[Appointment, ...]
    asked_again: bool
    """After a date that is over she asked for another one."""


def theirs(acting: SignedIn) -> ColumnElement[bool]:
    """Referrals made to the services of this colleague. Raises NotYours."""
    if not acting.may(Permission.ANSWER_REFERRAL):
        raise NotYours
    return Referral.service_id.in_(acting.services(Role.SERVICE_STAFF))


def get_for_service(session: Session, acting: SignedIn, referral_id: UUID) -> Referral:
    """A referral made to a service of this colleague. Foreign, stopped and missing: NotFound."""
    referral = session.scalar(
        select(Referral).where(
            Referral.id == referral_id, theirs(acting), Referral.state.in_(WITH_THE_SERVICE)
        )
    )
    if referral is None:
        raise NotFound
    return referral


def open_referral(
    session: Session, acting: SignedIn, referral_id: UUID, *, now: datetime
) -> ReferralStory:
    """Open a referral with the team's key; the first opening tells her that it was seen."""
    referral = get_for_service(session, acting, referral_id)
    folder = open_for_service(session, acting, referral, now=now)
    if referral.state is ReferralState.SENT:
        # Not over what she may have said at this moment.
        session.execute(
            update(Referral)
            .where(Referral.id == referral.id, Referral.state == ReferralState.SENT)
            .values(state=ReferralState.SEEN, seen_at=now)
            .execution_options(synchronize_session="fetch")
        )
    return ReferralStory(
        referral=referral,
        need=session.get_one(Need, referral.need_id),
        service=session.get_one(Service, referral.service_id),
        case_number=session.get_one(Case, referral.case_id).number,
        name=folder.read(referral, "name") or "",
        words=folder.read(referral, "words") or "",
        readings=folder.read(referral, "readings") or "",
        reason=folder.read(referral, "reason"),
        appointments=tuple(
            session.scalars(
                select(Appointment)
                .where(Appointment.referral_id == referral.id)
                .order_by(Appointment.starts_at)
            )
        ),
        asked_again=bool(once_more.waiting_among(session, [referral.id])),
    )


def get_to_answer(session: Session, acting: SignedIn, referral_id: UUID) -> Referral:
    """The same, held: she cannot take it back at this moment. NotFound when she just did."""
    referral = get_for_service(session, acting, referral_id)
    hold(session, session.get_one(Need, referral.need_id))
    session.refresh(referral)
    if referral.state not in WITH_THE_SERVICE:
        raise NotFound
    return referral


def open_for_service(
    session: Session, acting: SignedIn, referral: Referral, *, now: datetime
) -> OpenFolder:
    """The folder of a referral, opened with the key of its service's team."""
    return open_folder(
        session,
        acting,
        referral.case_id,
        FolderKind.REFERRAL,
        purpose="service",
        now=now,
        referral_id=referral.id,
    )
