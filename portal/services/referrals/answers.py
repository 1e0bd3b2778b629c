"""What a service answers: yes, not possible here, the help was given."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.domain.referrals import MOVES, ReferralState
from portal.domain.refusals import WrongState
from portal.domain.words import written
from portal.models import Referral, Service
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import end_grants
from portal.services.keys.reading import open_referrals
from portal.services.referrals.at_service import get_to_answer, open_for_service
from portal.services.referrals.ending import end_by_service, end_need


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
    end_by_service(session, referral, now=now)
    folder = open_for_service(session, acting, referral, now=now)
    folder.write(referral, "reason", text)
    service = session.get_one(Service, referral.service_id)
    end_grants(session, folder.folder, service.holder_id)
    _answered(session, acting, referral, "referral_not_possible", now=now)
    end_need(session, referral, now=now)


def finish(session: Session, acting: SignedIn, referral_id: UUID, *, now: datetime) -> None:
    """The help was given."""
    referral = get_to_answer(session, acting, referral_id)
    _move(referral, ReferralState.DONE)
    end_by_service(session, referral, now=now)
    _answered(session, acting, referral, "referral_done", now=now)
    end_need(session, referral, now=now)


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
