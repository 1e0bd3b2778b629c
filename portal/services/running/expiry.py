"""What has had its time: deleted when the clock says so, whoever asks and however often.

Each deletion is one statement that gives back what it deleted, so that two workers at a time never
count, end or account for the same thing twice.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.referrals import MOVES, ReferralState
from portal.models import (
    AuditNight,
    Card,
    Case,
    Folder,
    Grant,
    KeptAnswer,
    KeySlot,
    LentHalf,
    Need,
    Referral,
    Service,
    SignIn,
    StaffMember,
    Tries,
)
from portal.services import audit, drafts
from portal.services.colleagues import invitations
from portal.services.entry import browsers, tries
from portal.services.interpreters import links
from portal.services.needs.holding import hold
from portal.services.running import chains
from portal.services.telling import outbox
from portal.settings import Settings

# A request that began before midnight may still write its event a little later.
_NIGHT_SETTLES = timedelta(minutes=10)


class Forgotten(NamedTuple):
    """How many of each were deleted."""

    drafts: int
    kept_answers: int
    tries: int
    sign_ins: int
    activation_slots: int
    grants: int
    invitations: int = 0
    browsers: int = 0
    lent_halves: int = 0
    outbox: int = 0
    talk_links: int = 0


def forget_expired(session: Session, *, now: datetime) -> Forgotten:
    """Delete everything whose end has come. Outcomes of forms go with their sign-in."""
    return Forgotten(*(end(session, now=now) for end in ENDS.values()))


def close_last_night(session: Session, *, now: datetime) -> AuditNight | None:
    """Bind the account of all days until the last midnight (UTC), once; None when it is bound.

    Raises IntegrityError when another worker was faster: nothing of this transaction is needed.
    """
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    if now - midnight < _NIGHT_SETTLES:
        return None
    if session.scalar(select(AuditNight.id).where(AuditNight.at == midnight)) is not None:
        return None
    return chains.close_night(session, now=midnight)


WasFaster = IntegrityError
"""What a worker gets when another closed the night at the same moment."""


def _delete_answers(session: Session, *, now: datetime) -> int:
    gone = delete(KeptAnswer).where(KeptAnswer.expires_at <= now).returning(KeptAnswer.key_hash)
    return len(session.execute(gone).all())


def _delete_tries(session: Session, *, now: datetime) -> int:
    gone = delete(Tries).where(Tries.since <= now - tries.KEPT).returning(Tries.key)
    return len(session.execute(gone).all())


def _end_sign_ins(session: Session, *, now: datetime) -> int:
    settings: Settings = session.info["settings"]
    staff_idle = now - timedelta(minutes=settings.staff_idle_minutes)
    survivor_idle = now - timedelta(minutes=settings.survivor_idle_minutes)
    gone = (
        delete(SignIn)
        .where(
            or_(
                SignIn.created_at <= now - timedelta(hours=settings.session_hours),
                and_(SignIn.case_id.is_(None), SignIn.last_seen_at < staff_idle),
                and_(SignIn.case_id.is_not(None), SignIn.last_seen_at < survivor_idle),
            )
        )
        .returning(SignIn.token_hash)
    )
    return len(session.execute(gone).all())


def _drop_slots(session: Session, *, now: datetime) -> int:
    """What was made for somebody and never became her own keeps nothing that it could open."""
    over = select(KeySlot.id).where(KeySlot.expires_at <= now)
    # Whoever is here with a pass phrase that was made for her came to choose her own, and cannot.
    with_one = select(StaffMember.account_id).where(StaffMember.slot_id.in_(over))
    session.execute(
        delete(SignIn)
        .where(SignIn.account_id.in_(with_one))
        .execution_options(synchronize_session=False)
    )
    for owner in (Card, StaffMember):
        session.execute(
            update(owner)
            .where(owner.slot_id.in_(over))
            .values(slot_id=None)
            .execution_options(synchronize_session=False)
        )
    gone = delete(KeySlot).where(KeySlot.expires_at <= now).returning(KeySlot.id)
    return len(session.execute(gone).all())


def _drop_lent(session: Session, *, now: datetime) -> int:
    """A half that was lent for a decision opens nothing after its end."""
    gone = delete(LentHalf).where(LentHalf.until <= now).returning(LentHalf.id)
    return len(session.execute(gone).all())


def _end_grants(session: Session, *, now: datetime) -> int:
    """Grants whose end has passed opened nothing since; the next write starts a new version."""
    with_services = _hold_ended_referrals(session, now=now)
    gone = (
        delete(Grant)
        .where(Grant.until <= now)
        .returning(Grant.folder_id, Grant.version, Grant.holder_id)
    )
    rows = session.execute(gone).all()
    for folder_id, version, holder_id in rows:
        _account_for_end(session, folder_id, version, holder_id, now=now)
    for referral in with_services:
        _ask_again(session, referral)
    return len(rows)


def _hold_ended_referrals(session: Session, *, now: datetime) -> list[Referral]:
    """The referrals of which a service's grant has ended, held: her yes comes before or after."""
    cases = select(Folder.case_id).join(Grant, Grant.folder_id == Folder.id)
    held = select(Case.id).where(Case.id.in_(cases.where(Grant.until <= now)))
    session.execute(held.order_by(Case.number).with_for_update(key_share=True))
    ended = session.execute(
        select(Referral, Need)
        .join(Need, Need.id == Referral.need_id)
        .join(Service, Service.id == Referral.service_id)
        .join(Folder, Folder.referral_id == Referral.id)
        .join(Grant, and_(Grant.folder_id == Folder.id, Grant.holder_id == Service.holder_id))
        .where(Grant.until <= now)
        .order_by(Need.id, Referral.id)
        .distinct()
    ).all()
    for referral, need in ended:
        hold(session, need)
        session.refresh(referral)
    return [referral for referral, _ in ended]


def _ask_again(session: Session, referral: Referral) -> None:
    """Her yes ended: she is asked again, and the service's list no longer shows it."""
    still_reads = session.scalar(
        select(Grant.id)
        .join(Folder, Folder.id == Grant.folder_id)
        .join(Service, Service.holder_id == Grant.holder_id)
        .where(Folder.referral_id == referral.id, Service.id == referral.service_id)
        .limit(1)
    )
    if still_reads is None and ReferralState.WAITS_FOR_YES in MOVES[referral.state]:
        referral.state = ReferralState.WAITS_FOR_YES
        session.flush()


def _account_for_end(
    session: Session, folder_id: UUID, version: int, holder_id: UUID, *, now: datetime
) -> None:
    folder = session.get_one(Folder, folder_id, with_for_update=True)
    if folder.version == version:
        folder.stale = True
        session.flush()
    audit.record(
        session,
        None,
        "grant_ended",
        now=now,
        case_id=folder.case_id,
        facts={"folder_id": str(folder_id), "version": version, "holder": str(holder_id)},
    )


ENDS: dict[str, Callable[..., int]] = {
    "drafts": drafts.forget_expired,
    "kept_answers": _delete_answers,
    "tries": _delete_tries,
    "sign_ins": _end_sign_ins,
    "activation_slots": _drop_slots,
    "grants": _end_grants,
    "invitations": invitations.forget_old,
    "browsers": browsers.forget_old,
    "lent_halves": _drop_lent,
    "outbox": outbox.forget_old,
    "talk_links": links.forget_old,
}
"""What has an end, in the order of `Forgotten`, and what deletes it then."""
