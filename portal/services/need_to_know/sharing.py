"""Her yes and no to a service that would read a need of hers, and what it would read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.needs import NeedState
from portal.domain.referrals import WITH_THE_SERVICE, ReferralState
from portal.domain.refusals import NotFound, WrongState
from portal.domain.services import ServiceState
from portal.domain.sharing import TEXT_VERSION, WISH_LASTS, Asked
from portal.models import (
    Membership,
    Need,
    Referral,
    Service,
    SharingWish,
)
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import Grantee, end_grants, give_all
from portal.services.keys.holders import public_halves
from portal.services.keys.reading import open_folder
from portal.services.needs import her_needs
from portal.services.needs.holding import hold
from portal.services.referrals import ending, making, shared_words, wishes
from portal.services.referrals.shared_words import SharedWords


@dataclass(frozen=True)
class Preview:
    """Exactly what a service would read after her yes."""

    referral: Referral
    need: Need
    service: Service
    shared: SharedWords


def waiting_for_her(session: Session, acting: SignedIn) -> list[tuple[Referral, Need, Service]]:
    """Referrals that wait for her yes, to services that take somebody."""
    return list(
        session.execute(
            select(Referral, Need, Service)
            .join(Need, Need.id == Referral.need_id)
            .join(Service, Service.id == Referral.service_id)
            .where(
                Referral.case_id == acting.her_case_id,
                Referral.state == ReferralState.WAITS_FOR_YES,
                Service.state == ServiceState.OPEN,
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
    need = her_needs.get_hers(session, acting, need_id)
    referral = _referral_of(session, need, service_id)
    return Preview(
        referral=referral,
        need=need,
        service=session.get_one(Service, service_id),
        shared=shared_words.of_need(session, acting, need, purpose="own_needs", now=now),
    )


def who_works_at(session: Session, service_id: UUID, account_ids: set[UUID]) -> set[UUID]:
    """Those of these colleagues who work at a service."""
    return set(
        session.scalars(
            select(Membership.account_id).where(
                Membership.service_id == service_id, Membership.account_id.in_(account_ids)
            )
        )
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
    """This service may read this need from now on, for at most six months.

    Raises NotFound, and WrongState where nothing is asked of her any more: the need is over, or
    the service is paused or closed since.
    """
    need = her_needs.get_hers(session, acting, need_id)
    hold(session, need)
    if need.state in (NeedState.STOPPED, NeedState.DONE):
        raise WrongState
    referral = _referral_of(session, need, service_id)
    _check_hers_to_decide(referral)
    standing = wishes.find_wish(session, need.id, service_id, now=now)
    if standing is not None:
        return standing
    service = session.get_one(Service, service_id)
    if service.state is not ServiceState.OPEN:
        raise WrongState
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
    audit.record_in_case(
        session,
        acting.account_id,
        "sharing_yes",
        need.case_id,
        now=now,
        need=need.id,
        service=service_id,
    )
    if referral.state in (ReferralState.WAITS_FOR_YES, ReferralState.SAID_NO):
        if referral.state is ReferralState.WAITS_FOR_YES and referral.sent_at is not None:
            # An earlier yes ended by the clock: the dates that came of it still stand.
            _grant_again(session, acting, referral, service, until=wish.until, now=now)
        making.hand_to_service(session, acting, referral, need, service, until=wish.until, now=now)
    elif referral.state in WITH_THE_SERVICE:
        _grant_again(session, acting, referral, service, until=wish.until, now=now)
    session.flush()
    return wish


def say_no(
    session: Session, acting: SignedIn, need_id: UUID, service_id: UUID, *, now: datetime
) -> None:
    """Not now, or not any more: the service loses what it could read, in this request."""
    need = her_needs.get_hers(session, acting, need_id)
    hold(session, need)
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
    ending.stop_referral(session, referral, ReferralState.SAID_NO, now=now)
    if referral.state is ReferralState.SAID_NO:
        # Her case team learns of it: perhaps nobody goes on with this need now.
        referral.answered_at, referral.answered_by_id = now, acting.account_id
    ending.end_need(session, referral, now=now)
    audit.record_in_case(
        session,
        acting.account_id,
        "sharing_no",
        need.case_id,
        now=now,
        need=need.id,
        service=service_id,
    )
    session.flush()


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
    keys, by = opened.version_keys(), acting.account_id
    give_all(session, opened.folder, keys, grantee, public, given_by_id=by, now=now)
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
