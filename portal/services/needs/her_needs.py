"""Her own needs: found, added to, taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.needs import MOVES, NeedState
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, WrongState
from portal.domain.words import written
from portal.models import Addition, Need, Referral
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.moderation import at_desk, decisions
from portal.services.needs.holding import hold
from portal.services.referrals.ending import stop_referral


def open_needs(session: Session, acting: SignedIn) -> Sequence[Need]:
    """Her needs that are neither done nor taken back; nothing is unsealed."""
    return session.scalars(
        select(Need)
        .where(
            Need.case_id == acting.her_case_id,
            Need.state.not_in((NeedState.DONE, NeedState.STOPPED)),
        )
        .order_by(Need.sent_at, Need.id)
    ).all()


def get_hers(session: Session, acting: SignedIn, need_id: UUID) -> Need:
    """One of her own needs. A foreign and a missing id: NotFound."""
    need = session.scalar(
        select(Need).where(Need.id == need_id, Need.case_id == acting.her_case_id)
    )
    if need is None:
        raise NotFound
    return need


def add_words(
    session: Session, acting: SignedIn, need_id: UUID, words: str, *, now: datetime
) -> Addition:
    """She adds to a need, or answers the desk's question, which puts the need back in the queue."""
    need = get_hers(session, acting, need_id)
    hold(session, need)
    if need.state in (NeedState.DONE, NeedState.STOPPED):
        raise WrongState
    text = written(words)
    folder = at_desk.for_later_words(session, acting, need, purpose="own_needs", now=now)
    addition = Addition(need_id=need.id, added_at=now, words=b"")
    folder.write(addition, "words", text)
    session.add(addition)
    if need.state is NeedState.QUESTION:
        need.state = NeedState.SENT
        decisions.queue_need(session, acting, need, now=now)
    audit.record_in_case(
        session, acting.account_id, "need_added_to", need.case_id, now=now, need=need.id
    )
    session.flush()
    return addition


def take_back(session: Session, acting: SignedIn, need_id: UUID, *, now: datetime) -> None:
    """She stops a need: the desk and every service lose it at once."""
    need = get_hers(session, acting, need_id)
    hold(session, need)
    if NeedState.STOPPED not in MOVES[need.state]:
        raise WrongState
    need.state = NeedState.STOPPED
    decisions.withdraw_need(session, need, now=now)
    for referral in session.scalars(select(Referral).where(Referral.need_id == need.id)):
        stop_referral(session, referral, ReferralState.STOPPED, now=now)
    at_desk.end_desk_grants(session, need)
    audit.record_in_case(
        session, acting.account_id, "need_stopped", need.case_id, now=now, need=need.id
    )
    session.flush()
