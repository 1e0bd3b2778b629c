"""A need on its way to a service: it waits for her yes, is read, accepted or not possible here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from portal.domain.appointments import STANDING, AppointmentState
from portal.domain.folders import FolderKind, Why
from portal.domain.needs import NeedState
from portal.domain.referrals import MOVES, WITH_THE_SERVICE, ReferralState
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Permission, Role
from portal.domain.words import written
from portal.models import (
    Appointment,
    Case,
    Need,
    Referral,
    Service,
    SharingWish,
)
from portal.services import audit, needs
from portal.services.dates import once_more
from portal.services.entry.sessions import SignedIn
from portal.services.house import promised
from portal.services.keys.folders import Grantee, end_grants, find_folder, new_folder, readers
from portal.services.keys.reading import OpenFolder, open_folder, open_referrals


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


SHE_ASKED = (AppointmentState.CANNOT_COME, AppointmentState.OTHER_TIME)
WAITING = (ReferralState.SENT, ReferralState.SEEN)
PAGE = 50


def refer(
    session: Session, acting: SignedIn, need: Need, service: Service, *, now: datetime
) -> Referral:
    """Make a referral. With her yes it goes at once, else it waits for it."""
    existing = session.scalar(
        select(Referral).where(Referral.need_id == need.id, Referral.service_id == service.id)
    )
    if existing is not None and existing.state is not ReferralState.SAID_NO:
        return existing
    referral = existing or Referral(
        case_id=need.case_id,
        need_id=need.id,
        service_id=service.id,
        state=ReferralState.WAITS_FOR_YES,
        made_by_id=acting.account_id,
        made_at=now,
        answer_before=promised(session, need.lane, now=now),
    )
    session.add(referral)
    session.flush()
    wish = find_wish(session, need.id, service.id, now=now)
    if wish is not None:
        hand_to_service(session, acting, referral, need, service, until=wish.until, now=now)
    return referral


def find_wish(
    session: Session, need_id: UUID, service_id: UUID, *, now: datetime
) -> SharingWish | None:
    """Her standing yes to a service reading a need."""
    return session.scalar(
        select(SharingWish)
        .where(
            SharingWish.need_id == need_id,
            SharingWish.service_id == service_id,
            SharingWish.withdrawn_at.is_(None),
            SharingWish.until > now,
        )
        .limit(1)
    )


def services_with_her_yes(session: Session, need_id: UUID, *, now: datetime) -> frozenset[UUID]:
    """The services that may read a need, by her standing yes."""
    return frozenset(
        session.scalars(
            select(SharingWish.service_id).where(
                SharingWish.need_id == need_id,
                SharingWish.withdrawn_at.is_(None),
                SharingWish.until > now,
            )
        )
    )


def hand_to_service(
    session: Session,
    acting: SignedIn,
    referral: Referral,
    need: Need,
    service: Service,
    *,
    until: datetime,
    now: datetime,
) -> None:
    """Seal her words, the staff reading and the name to use anew, for this service's team.

    Done by whoever may read the need at this moment: the desk while it routes, or she herself.
    """
    story = needs.story(session, acting, need, purpose="referral", now=now)
    closing = needs.closing_answers(session, acting, need, purpose="referral", now=now)
    folder = _folder_of(session, acting, referral, service, until=until, now=now)
    words = "\n\n".join(
        text for text in (story.own_words, *(added for _, added in story.additions)) if text
    )
    folder.write(referral, "name", str(closing.get("name") or ""))
    folder.write(referral, "words", words)
    folder.write(referral, "readings", "\n\n".join(text for _, text in story.readings))
    referral.state, referral.sent_at, referral.seen_at = ReferralState.SENT, now, None
    referral.answer_before = promised(session, need.lane, now=now)
    audit.record(
        session,
        acting.account_id,
        "referral_sent",
        now=now,
        case_id=referral.case_id,
        facts={"referral": str(referral.id), "service": str(service.id)},
    )
    session.flush()


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
    _check_role(acting)
    states = {ReferralState.DONE} if done else WITH_THE_SERVICE - {ReferralState.DONE}
    rows = session.execute(
        select(Referral, Need, Case.number, Service)
        .join(Need, Need.id == Referral.need_id)
        .join(Case, Case.id == Referral.case_id)
        .join(Service, Service.id == Referral.service_id)
        .where(
            Referral.service_id.in_(acting.services(Role.SERVICE_STAFF)),
            Referral.state.in_(states),
            *_after(session, acting, after),
        )
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
            is_late=referral.state in WAITING and referral.answer_before < now,
            dates=tuple(date for date in dates if date.referral_id == referral.id),
            asked_again=referral.id in asked_again,
        )
        for referral, need, number, service in rows
    ]


def open_referral(
    session: Session, acting: SignedIn, referral_id: UUID, *, now: datetime
) -> ReferralStory:
    """Open a referral with the team's key; the first opening tells her that it was seen."""
    referral = get_for_service(session, acting, referral_id)
    need, service = (
        session.get_one(Need, referral.need_id),
        session.get_one(Service, referral.service_id),
    )
    folder = _open(session, acting, referral, purpose="service", now=now)
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
        need=need,
        service=service,
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


def accept(session: Session, acting: SignedIn, referral_id: UUID, *, now: datetime) -> None:
    """The service says yes; a date comes next."""
    referral = get_to_answer(session, acting, referral_id)
    _move(referral, ReferralState.ACCEPTED)
    _answered(session, acting, referral, "referral_accepted", now=now)


def not_possible(
    session: Session, acting: SignedIn, referral_id: UUID, reason: str, *, now: datetime
) -> None:
    """The service cannot help with this; she reads the reason, and the desk looks further."""
    referral = get_to_answer(session, acting, referral_id)
    text = written(reason)
    _move(referral, ReferralState.NOT_POSSIBLE)
    needs.end_dates(session, referral, now=now)
    folder = _open(session, acting, referral, purpose="service", now=now)
    folder.write(referral, "reason", text)
    service = session.get_one(Service, referral.service_id)
    end_grants(session, folder.folder, service.holder_id)
    _answered(session, acting, referral, "referral_not_possible", now=now)


def finish(session: Session, acting: SignedIn, referral_id: UUID, *, now: datetime) -> None:
    """The help was given."""
    referral = get_to_answer(session, acting, referral_id)
    _move(referral, ReferralState.DONE)
    needs.end_dates(session, referral, now=now)
    _answered(session, acting, referral, "referral_done", now=now)
    need = session.get_one(Need, referral.need_id)
    others = session.scalars(
        select(Referral.state).where(Referral.need_id == need.id, Referral.id != referral.id)
    ).all()
    over = (
        ReferralState.DONE,
        ReferralState.NOT_POSSIBLE,
        ReferralState.SAID_NO,
        ReferralState.STOPPED,
    )
    if need.state is NeedState.ROUTED and all(state in over for state in others):
        need.state = NeedState.DONE
    session.flush()


def get_for_service(session: Session, acting: SignedIn, referral_id: UUID) -> Referral:
    """A referral made to a service of this colleague. Foreign, stopped and missing: NotFound."""
    _check_role(acting)
    referral = session.scalar(
        select(Referral).where(
            Referral.id == referral_id,
            Referral.service_id.in_(acting.services(Role.SERVICE_STAFF)),
            Referral.state.in_(WITH_THE_SERVICE),
        )
    )
    if referral is None:
        raise NotFound
    return referral


def get_to_answer(session: Session, acting: SignedIn, referral_id: UUID) -> Referral:
    """The same, held: she cannot take it back at this moment. NotFound when she just did."""
    referral = get_for_service(session, acting, referral_id)
    needs.hold(session, session.get_one(Need, referral.need_id))
    session.refresh(referral)
    if referral.state not in WITH_THE_SERVICE:
        raise NotFound
    return referral


def reason_given(
    session: Session, acting: SignedIn, referrals: Sequence[Referral], *, now: datetime
) -> dict[UUID, str]:
    """Why services said "not possible here", for her or her case team."""
    refused = [referral for referral in referrals if referral.reason is not None]
    opened = open_referrals(
        session, acting, [referral.id for referral in refused], purpose="reasons", now=now
    )
    return {
        referral.id: opened[referral.id].read(referral, "reason") or ""
        for referral in refused
        if referral.id in opened and opened[referral.id].opens(referral.reason)
    }


def _turn() -> ColumnElement[int]:
    """Whose turn it is, as the order of the list."""
    she_asked = exists().where(
        Appointment.referral_id == Referral.id, Appointment.state.in_(SHE_ASKED)
    )
    return sql_case(
        (or_(she_asked, once_more.waiting()), 0),
        (Referral.state.in_(WAITING), 1),
        (Referral.state == ReferralState.ACCEPTED, 2),
        else_=3,
    )


def _after(
    session: Session, acting: SignedIn, referral_id: UUID | None
) -> list[ColumnElement[bool]]:
    if referral_id is None:
        return []
    last = session.execute(
        select(_turn(), Referral.answer_before).where(
            Referral.id == referral_id,
            Referral.service_id.in_(acting.services(Role.SERVICE_STAFF)),
        )
    ).one_or_none()
    if last is None:
        raise NotFound
    turn, before = last
    later = or_(
        Referral.answer_before > before,
        and_(Referral.answer_before == before, Referral.id > referral_id),
    )
    return [or_(_turn() > turn, and_(_turn() == turn, later))]


def _folder_of(
    session: Session,
    acting: SignedIn,
    referral: Referral,
    service: Service,
    *,
    until: datetime,
    now: datetime,
) -> OpenFolder:
    case_id = referral.case_id
    folder = find_folder(session, case_id, FolderKind.REFERRAL, referral.id) or new_folder(
        session, case_id, FolderKind.REFERRAL, referral.id
    )
    opened = OpenFolder(session, acting, folder, now=now)
    opened.start_version(
        [
            *readers(session, case_id, now=now),
            Grantee(service.holder_id, Why.SHE_SAID_YES, until),
        ]
    )
    return opened


def _open(
    session: Session, acting: SignedIn, referral: Referral, *, purpose: str, now: datetime
) -> OpenFolder:
    return open_folder(
        session,
        acting,
        referral.case_id,
        FolderKind.REFERRAL,
        purpose=purpose,
        now=now,
        referral_id=referral.id,
    )


def _move(referral: Referral, state: ReferralState) -> None:
    if state not in MOVES[referral.state]:
        raise WrongState
    referral.state = state


def _answered(
    session: Session, acting: SignedIn, referral: Referral, kind: str, *, now: datetime
) -> None:
    referral.answered_at, referral.answered_by_id = now, acting.account_id
    case_id, by = referral.case_id, acting.account_id
    audit.record_in_case(session, by, kind, case_id, now=now, referral=referral.id)
    session.flush()


def _check_role(acting: SignedIn) -> None:
    if not acting.may(Permission.ANSWER_REFERRAL):
        raise NotYours
