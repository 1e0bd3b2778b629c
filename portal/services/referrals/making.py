"""From the desk to a service: a referral is made, and sealed for its team once she said yes."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.referrals import ReferralState
from portal.models import Need, Referral, Service, Told
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.house import promised
from portal.services.keys.folders import Grantee, find_folder, new_folder, readers
from portal.services.keys.opened_folder import OpenFolder
from portal.services.needs import standing_still
from portal.services.referrals import shared_words, wishes


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
    wish = wishes.find_wish(session, need.id, service.id, now=now)
    if wish is not None:
        hand_to_service(session, acting, referral, need, service, until=wish.until, now=now)
    return referral


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
    shared = shared_words.of_need(session, acting, need, purpose="referral", now=now)
    folder = _folder_of(session, acting, referral, service, until=until, now=now)
    folder.write(referral, "name", shared.name)
    folder.write(referral, "words", shared.words)
    folder.write(referral, "readings", shared.readings)
    referral.state, referral.sent_at, referral.seen_at = ReferralState.SENT, now, None
    referral.answered_at = referral.answered_by_id = None
    _promise(session, referral, need, now=now)
    audit.record_in_case(
        session,
        acting.account_id,
        "referral_sent",
        referral.case_id,
        now=now,
        referral=referral.id,
        service=service.id,
    )
    session.flush()
    standing_still.settle(session, need, now=now)


def _promise(session: Session, referral: Referral, need: Need, *, now: datetime) -> None:
    """A new promise, which is not late; what climbed of an older one is no answer to this."""
    referral.answer_before = promised(session, need.lane, now=now)
    referral.answer_again_before = None
    session.execute(delete(Told).where(Told.referral_id == referral.id))


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
