"""A random sample of the looks of a week: drawn so that anybody can draw it again, and reviewed."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.acts import (
    LOOKS,
    SAMPLE_SIZES,
    Found,
    NothingToDraw,
    WeekIsNotOver,
    drawn,
    week_of,
)
from portal.domain.decisions import check_proof
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission
from portal.models import AuditEvent, AuditSample, AuditSampleItem, StaffMember
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.house import at_once, zone_of
from portal.services.need_to_know import account_of_acts
from portal.services.need_to_know.account_of_acts import Act

SEED_BYTES = 32
LATEST = 52


@dataclass(frozen=True)
class Line:
    """One sample in the list: who drew it, and how many looks were reviewed."""

    sample: AuditSample
    by: str
    reviewed: int


@dataclass(frozen=True)
class Drawn:
    """A sample with its looks in the order in which they were drawn."""

    sample: AuditSample
    looks: list[tuple[AuditSampleItem, Act | None]]
    holds: bool
    """Whether the seed draws these very looks again."""


def draw(session: Session, acting: SignedIn, week: str, *, size: int, now: datetime) -> AuditSample:
    """Draw from all looks of staff in a week that has ended.

    The seed is written into the account with the draw, so that it cannot be changed for another.
    Raises NotYours, ProofTooOld, NoSuchWeek, WeekIsNotOver, NothingToDraw.
    """
    _check(acting)
    check_proof(acting.second_factor_at, now=now)
    if week_of(week, zone_of(session))[1] > now:
        raise WeekIsNotOver
    ids = _candidates(session, week)
    if not ids:
        raise NothingToDraw
    seed = secrets.token_bytes(SEED_BYTES)
    size = min(max(size, SAMPLE_SIZES[0]), SAMPLE_SIZES[-1])
    sample = AuditSample(
        week=week,
        drawn_at=now,
        drawn_by_id=acting.account_id,
        seed=seed,
        of_how_many=len(ids),
        size=min(size, len(ids)),
    )
    session.add(sample)
    session.flush()
    session.add_all(
        AuditSampleItem(sample_id=sample.id, place=place, event_id=event_id)
        for place, event_id in enumerate(drawn(seed, ids, size), start=1)
    )
    facts: audit.Facts = {"week": week, "of": len(ids), "size": sample.size, "seed": seed.hex()}
    audit.record(session, acting.account_id, "sample_drawn", now=now, facts=facts)
    session.flush()
    return sample


def listed(session: Session, acting: SignedIn) -> list[Line]:
    """The samples of about a year, newest first. Raises NotYours."""
    _check(acting)
    reviewed = (
        select(AuditSampleItem.sample_id, func.count().label("number"))
        .where(AuditSampleItem.reviewed_at.is_not(None))
        .group_by(AuditSampleItem.sample_id)
        .subquery()
    )
    rows = session.execute(
        select(AuditSample, StaffMember.name, func.coalesce(reviewed.c.number, 0))
        .join(StaffMember, StaffMember.account_id == AuditSample.drawn_by_id)
        .outerjoin(reviewed, reviewed.c.sample_id == AuditSample.id)
        .order_by(AuditSample.drawn_at.desc(), AuditSample.id)
        .limit(LATEST)
    )
    return [Line(sample, name, number) for sample, name, number in rows]


def look_at(session: Session, acting: SignedIn, sample_id: UUID, *, now: datetime) -> Drawn:
    """One sample, drawn again to see that it holds. Raises NotYours, NotFound."""
    _check(acting)
    sample = session.get(AuditSample, sample_id)
    if sample is None:
        raise NotFound
    items = session.scalars(
        select(AuditSampleItem)
        .where(AuditSampleItem.sample_id == sample_id)
        .order_by(AuditSampleItem.place)
    ).all()
    shown = account_of_acts.of_events(session, (item.event_id for item in items))
    again = drawn(sample.seed, _candidates(session, sample.week), sample.size)
    facts: audit.Facts = {"sample": str(sample.id)}
    with at_once(session) as writing:
        audit.record(writing, acting.account_id, "account_read", now=now, facts=facts)
    return Drawn(
        sample,
        [(item, shown.get(item.event_id)) for item in items],
        holds=again == [item.event_id for item in items],
    )


def review(
    session: Session,
    acting: SignedIn,
    sample_id: UUID,
    place: int,
    found: Found,
    *,
    now: datetime,
) -> None:
    """Mark one look. Raises NotYours, NotFound."""
    _check(acting)
    item = session.get(AuditSampleItem, (sample_id, place), with_for_update=True)
    if item is None:
        raise NotFound
    item.found, item.reviewed_by_id, item.reviewed_at = found, acting.account_id, now
    facts: audit.Facts = {"sample": str(sample_id), "place": place, "found": found.value}
    audit.record(session, acting.account_id, "look_reviewed", now=now, facts=facts)
    session.flush()


def _check(acting: SignedIn) -> None:
    if not acting.may(Permission.READ_AUDIT):
        raise NotYours


def _candidates(session: Session, week: str) -> list[UUID]:
    start, end = week_of(week, zone_of(session))
    # Her own reading is hers: only looks of staff are drawn.
    ids = session.scalars(
        select(AuditEvent.id)
        .join(StaffMember, StaffMember.account_id == AuditEvent.actor_id)
        .where(AuditEvent.kind.in_(LOOKS), AuditEvent.at >= start, AuditEvent.at < end)
        .order_by(AuditEvent.at, AuditEvent.id)
    ).all()
    return list(ids)
