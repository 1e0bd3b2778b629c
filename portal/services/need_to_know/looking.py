"""Who looked at something of hers, from the account of every look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from portal.domain import acts
from portal.domain.folders import FolderKind
from portal.domain.refusals import NotFound
from portal.models import (
    AuditEvent,
    AuditMention,
    Membership,
    Referral,
    Service,
    StaffMember,
)
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import find_folder

_STANDS = AuditEvent.salt != b""
"""After its time an act says no more what was opened and why: the house erased that."""
_AT_SERVICE = ("service", "service_list", "service_dates")
"""For what a service opens what she lets it see; a case team opens the same for other reasons."""


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
    are among them. Looks that the house has erased after their time are not.
    `older_than` is the last of the page before. Raises NotFound for one of another.
    """
    last = get_look(session, acting, older_than) if older_than else None
    if last is None:
        return _newest(session, acting, size=size)
    same = and_(AuditEvent.at == last.at, AuditEvent.id < last.id)
    return _newest(session, acting, or_(AuditEvent.at < last.at, same), size=size)


def who_looked_there(
    session: Session, acting: SignedIn, referral: Referral, *, size: int = 50
) -> list[Looked]:
    """Who opened, at a service, what she lets it see of one need: newest first, lists as well."""
    folder = find_folder(session, acting.her_case_id, FolderKind.REFERRAL, referral.id)
    if folder is None:
        return []
    is_this = or_(
        AuditEvent.facts["folder_id"].as_string() == str(folder.id),
        cast(AuditEvent.facts, Text).contains(str(referral.id)),
    )
    at_service = AuditEvent.facts["purpose"].as_string().in_(_AT_SERVICE)
    return _newest(session, acting, at_service, is_this, size=size)


def _newest(
    session: Session, acting: SignedIn, *which: ColumnElement[bool], size: int
) -> list[Looked]:
    looks = (
        select(AuditEvent, StaffMember.name, StaffMember.account_id)
        .join(StaffMember, StaffMember.account_id == AuditEvent.actor_id)
        .where(_STANDS, *which)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(size)
    )
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
            _STANDS,
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


def _services_of(session: Session, account_ids: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(
        select(Membership.account_id, Service.name)
        .join(Service, Service.id == Membership.service_id)
        .where(Membership.account_id.in_(account_ids))
    )
    return dict(rows.all())
