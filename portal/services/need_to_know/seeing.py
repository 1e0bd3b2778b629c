"""Who can see what of hers: read from the grants and halves that make it true."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.models import (
    Account,
    Folder,
    Grant,
    Half,
    Holder,
    Need,
    Referral,
    Service,
    StaffMember,
)
from portal.services.entry.sessions import SignedIn


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
