"""Her yes and no, and the two lists that make them checkable: who can see, and who looked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.domain import acts
from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.needs import NeedState
from portal.domain.referrals import WITH_THE_SERVICE, ReferralState
from portal.domain.refusals import NotFound, WrongState
from portal.domain.sharing import TEXT_VERSION, WISH_LASTS, Asked
from portal.models import (
    Account,
    AuditEvent,
    AuditMention,
    Folder,
    Grant,
    Half,
    Holder,
    Membership,
    Need,
    Referral,
    Service,
    SharingWish,
    StaffMember,
)
from portal.services import audit, needs, referrals
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import Grantee, end_grants, give
from portal.services.keys.holders import public_halves
from portal.services.keys.reading import open_folder


@dataclass(frozen=True)
class Preview:
    """Exactly what a service would read after her yes."""

    referral: Referral
    need: Need
    service: Service
    name: str
    words: str
    readings: str


@dataclass(frozen=True)
class CanSee:
    """One line of "who can see this": read from the grants that make it true."""

    folder: FolderKind
    holder: HolderKind
    why: Why
    name: str
    until: datetime | None
    need: Need | None = None
    service_id: UUID | None = None


@dataclass(frozen=True)
class Looked:
    """One line of "who looked"."""

    id: UUID
    at: datetime
    name: str
    service: str | None
    folder: FolderKind
    purpose: str
    is_emergency: bool
    """Break-glass: two people decided that this colleague may look for an hour."""


def waiting_for_her(session: Session, acting: SignedIn) -> list[tuple[Referral, Need, Service]]:
    """Referrals that wait for her yes."""
    return list(
        session.execute(
            select(Referral, Need, Service)
            .join(Need, Need.id == Referral.need_id)
            .join(Service, Service.id == Referral.service_id)
            .where(
                Referral.case_id == acting.her_case_id,
                Referral.state == ReferralState.WAITS_FOR_YES,
                # Nobody needs her yes any more once the house has ended its work.
                Need.state.not_in((NeedState.DONE, NeedState.STOPPED)),
            )
            .order_by(Referral.made_at, Service.name, Referral.id)
        ).all()
    )


def preview(
    session: Session, acting: SignedIn, need_id: UUID, service_id: UUID, *, now: datetime
) -> Preview:
    """What this service would read of this need, before she decides."""
    need = needs.get_hers(session, acting, need_id)
    referral = _referral_of(session, need, service_id)
    story = needs.story(session, acting, need, purpose="own_needs", now=now)
    closing = needs.closing_answers(session, acting, need, purpose="own_needs", now=now)
    texts = (story.own_words, *(added for _, added in story.additions))
    return Preview(
        referral=referral,
        need=need,
        service=session.get_one(Service, service_id),
        name=str(closing.get("name") or ""),
        words="\n\n".join(text for text in texts if text),
        readings="\n\n".join(text for _, text in story.readings),
    )


def say_yes(
    session: Session,
    acting: SignedIn,
    need_id: UUID,
    service_id: UUID,
    *,
    now: datetime,
    asked: Asked = Asked.ON_SCREEN,
) -> SharingWish:
    """This service may read this need from now on, for at most six months."""
    need = needs.get_hers(session, acting, need_id)
    needs.hold(session, need)
    if need.state in (NeedState.STOPPED, NeedState.DONE):
        raise WrongState
    referral = _referral_of(session, need, service_id)
    _check_hers_to_decide(referral)
    standing = referrals.find_wish(session, need.id, service_id, now=now)
    if standing is not None:
        return standing
    service = session.get_one(Service, service_id)
    wish = SharingWish(
        case_id=need.case_id,
        need_id=need.id,
        service_id=service_id,
        said_yes_at=now,
        until=now + WISH_LASTS,
        text_version=TEXT_VERSION,
        language=acting.language,
        asked=asked,
    )
    session.add(wish)
    _account(session, acting, "sharing_yes", need, service_id, now=now)
    if referral.state in (ReferralState.WAITS_FOR_YES, ReferralState.SAID_NO):
        if referral.state is ReferralState.WAITS_FOR_YES and referral.sent_at is not None:
            # An earlier yes ended by the clock: the dates that came of it still stand.
            _grant_again(session, acting, referral, service, until=wish.until, now=now)
        referrals.hand_to_service(
            session, acting, referral, need, service, until=wish.until, now=now
        )
    elif referral.state in WITH_THE_SERVICE:
        _grant_again(session, acting, referral, service, until=wish.until, now=now)
    session.flush()
    return wish


def say_no(
    session: Session, acting: SignedIn, need_id: UUID, service_id: UUID, *, now: datetime
) -> None:
    """Not now, or not any more: the service loses what it could read, in this request."""
    need = needs.get_hers(session, acting, need_id)
    needs.hold(session, need)
    referral = _referral_of(session, need, service_id)
    _check_hers_to_decide(referral)
    for wish in session.scalars(
        select(SharingWish).where(
            SharingWish.need_id == need.id,
            SharingWish.service_id == service_id,
            SharingWish.withdrawn_at.is_(None),
        )
    ):
        wish.withdrawn_at = now
    needs.stop_referral(session, referral, ReferralState.SAID_NO, now=now)
    _account(session, acting, "sharing_no", need, service_id, now=now)
    session.flush()


def who_can_see(session: Session, acting: SignedIn, *, now: datetime) -> list[CanSee]:
    """Everyone who holds a key of hers, from the grants and halves themselves."""
    rows = session.execute(
        select(Folder.kind, Holder.kind, Grant.why, Grant.until, Holder.id, Folder.referral_id)
        .join(Grant, Grant.folder_id == Folder.id)
        .join(Holder, Holder.id == Grant.holder_id)
        .where(
            Folder.case_id == acting.her_case_id,
            or_(Grant.until.is_(None), Grant.until > now),
        )
        .distinct()
    ).all()
    names = _holder_names(session, {row[4] for row in rows})
    referred = _referred(session, {row[5] for row in rows if row[5]})
    lines = [
        CanSee(
            kind,
            holder,
            why,
            names.get(holder_id, ""),
            until,
            *(referred[referral_id] if referral_id else (None, None)),
        )
        for kind, holder, why, until, holder_id, referral_id in rows
    ]
    return lines + _emergency_halves(session, acting)


def who_looked(
    session: Session,
    acting: SignedIn,
    *,
    now: datetime,
    size: int = 50,
    older_than: UUID | None = None,
) -> list[Looked]:
    """Who opened something of hers, newest first: from the account of every look.

    Lists of names are one event with all ids, in the chain of their day; those in which she stands
    are among them. `older_than` is the last of the page before. Raises NotFound for one of another.
    """
    looks = (
        select(AuditEvent, StaffMember.name, StaffMember.account_id)
        .join(StaffMember, StaffMember.account_id == AuditEvent.actor_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(size)
    )
    last = get_look(session, acting, older_than) if older_than else None
    if last is not None:
        same = and_(AuditEvent.at == last.at, AuditEvent.id < last.id)
        looks = looks.where(or_(AuditEvent.at < last.at, same))
    own = session.execute(
        looks.where(AuditEvent.case_id == acting.her_case_id, AuditEvent.kind == acts.OPENED)
    ).all()
    lists = session.execute(
        looks.join(AuditMention, AuditMention.event_id == AuditEvent.id).where(
            AuditMention.case_id == acting.her_case_id
        )
    ).all()
    rows = sorted([*own, *lists], key=lambda row: (row[0].at, row[0].id), reverse=True)[:size]
    return _looked(session, rows)


def get_look(session: Session, acting: SignedIn, event_id: UUID) -> Looked:
    """One line of the same list. Raises NotFound."""
    row = session.execute(
        select(AuditEvent, StaffMember.name, StaffMember.account_id)
        .join(StaffMember, StaffMember.account_id == AuditEvent.actor_id)
        .outerjoin(
            AuditMention,
            and_(
                AuditMention.event_id == AuditEvent.id,
                AuditMention.case_id == acting.her_case_id,
                AuditMention.at == AuditEvent.at,
            ),
        )
        .where(
            AuditEvent.id == event_id,
            AuditEvent.kind.in_(acts.LOOKS),
            or_(AuditEvent.case_id == acting.her_case_id, AuditMention.case_id.is_not(None)),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    (found,) = _looked(session, [row])
    return found


def _looked(session: Session, rows: Iterable[Any]) -> list[Looked]:
    found = list(rows)
    services = _services_of(session, {row[2] for row in found})
    return [
        Looked(
            id=event.id,
            at=event.at,
            name=name,
            service=services.get(account_id),
            folder=FolderKind(event.facts["folder"]),
            purpose=str(event.facts["purpose"]),
            is_emergency=acts.EMERGENCY in event.facts,
        )
        for event, name, account_id in found
    ]


def _grant_again(
    session: Session,
    acting: SignedIn,
    referral: Referral,
    service: Service,
    *,
    until: datetime,
    now: datetime,
) -> None:
    """After an earlier yes ended: the service gets the keys of this referral until the new end."""
    opened = open_folder(
        session,
        acting,
        referral.case_id,
        FolderKind.REFERRAL,
        purpose="own_needs",
        now=now,
        referral_id=referral.id,
    )
    was_stale = opened.folder.stale
    end_grants(session, opened.folder, service.holder_id)
    public = public_halves(session, [service.holder_id])[service.holder_id]
    grantee = Grantee(service.holder_id, Why.SHE_SAID_YES, until)
    for version, key in opened.version_keys().items():
        give(
            session,
            opened.folder,
            version,
            key,
            grantee,
            public,
            given_by_id=acting.account_id,
            now=now,
        )
    # The service stands on the current version again: nothing has to start anew for it.
    opened.folder.stale = was_stale


def _referral_of(session: Session, need: Need, service_id: UUID) -> Referral:
    """The referral of her need to a service. Raises NotFound when nobody asked her."""
    referral = session.scalar(
        select(Referral).where(Referral.need_id == need.id, Referral.service_id == service_id)
    )
    if referral is None:
        raise NotFound
    return referral


def _check_hers_to_decide(referral: Referral) -> None:
    """A referral that is over can be neither allowed nor refused. Raises WrongState."""
    if referral.state in (ReferralState.NOT_POSSIBLE, ReferralState.STOPPED):
        raise WrongState


def _holder_names(session: Session, holder_ids: set[UUID]) -> dict[UUID, str]:
    people = session.execute(
        select(Account.holder_id, StaffMember.name)
        .join(StaffMember, StaffMember.account_id == Account.id)
        .where(Account.holder_id.in_(holder_ids))
    )
    teams = session.execute(
        select(Service.holder_id, Service.name).where(Service.holder_id.in_(holder_ids))
    )
    return dict(people.all()) | dict(teams.all())


def _referred(session: Session, referral_ids: set[UUID]) -> dict[UUID, tuple[Need, UUID]]:
    rows = session.execute(
        select(Referral.id, Need, Referral.service_id)
        .join(Need, Need.id == Referral.need_id)
        .where(Referral.id.in_(referral_ids))
    )
    return {referral_id: (need, service_id) for referral_id, need, service_id in rows}


def can_make_new_card(session: Session, acting: SignedIn) -> bool:
    """Whether two groups each hold a half of what a new card needs, when hers is lost."""
    half = select(Half.id).where(Half.subject_id == acting.holder_id)
    return session.scalar(half.limit(1)) is not None


def _emergency_halves(session: Session, acting: SignedIn) -> list[CanSee]:
    """Each folder of which two teams hold a half: neither can open it alone."""
    rows = session.execute(
        select(Folder.kind, Holder.kind)
        .join(Half, Half.subject_id == Folder.id)
        .join(Holder, Holder.id == Half.team_id)
        .where(Folder.case_id == acting.her_case_id)
        .distinct()
    )
    return [CanSee(kind, holder, Why.EMERGENCY, "", None) for kind, holder in rows]


def _services_of(session: Session, account_ids: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(
        select(Membership.account_id, Service.name)
        .join(Service, Service.id == Membership.service_id)
        .where(Membership.account_id.in_(account_ids))
    )
    return dict(rows.all())


def _account(
    session: Session,
    acting: SignedIn,
    kind: str,
    need: Need,
    service_id: UUID,
    *,
    now: datetime,
) -> None:
    audit.record(
        session,
        acting.account_id,
        kind,
        now=now,
        case_id=need.case_id,
        facts={"need": str(need.id), "service": str(service_id)},
    )
