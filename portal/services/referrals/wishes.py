"""Her standing yes: which services may read a need, until when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.models import SharingWish


def find_wish(
    session: Session, need_id: UUID, service_id: UUID, *, now: datetime
) -> SharingWish | None:
    """Her standing yes to a service reading a need."""
    return session.scalar(
        select(SharingWish)
        .where(*_standing(need_id, now=now), SharingWish.service_id == service_id)
        .limit(1)
    )


def services_with_her_yes(session: Session, need_id: UUID, *, now: datetime) -> frozenset[UUID]:
    """The services that may read a need, by her standing yes."""
    return frozenset(
        session.scalars(select(SharingWish.service_id).where(*_standing(need_id, now=now)))
    )


def _standing(need_id: UUID, *, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SharingWish.need_id == need_id,
        SharingWish.withdrawn_at.is_(None),
        SharingWish.until > now,
    )
