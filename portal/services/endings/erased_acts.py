"""Acts whose facts are erased: that each was done stays, and one act vouches for what is gone."""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import AuditEvent
from portal.services.audit import Facts, record, rest_of

CHAIN_ERASED = "chain_erased"


def erase_chain(
    session: Session,
    actor_id: UUID | None,
    chain: str,
    *,
    now: datetime,
    until: datetime | None = None,
    kept: Collection[UUID] = (),
    case_id: UUID | None = None,
    facts: Facts | None = None,
) -> int:
    """Forget what the acts of a chain were about, all or those until a moment; gives how many.

    When, what kind and by whom stays, and one act vouches for all of it with a digest. It names the
    acts that are kept whole, so that nobody empties those afterwards.
    """
    asked = select(AuditEvent).where(AuditEvent.chain == chain)
    if until is not None:
        asked = asked.where(AuditEvent.at <= until)
    events = session.scalars(asked.order_by(AuditEvent.number)).all()
    if not events:
        return 0
    # An act that vouches for another chain does so as long as that one stands.
    kept = {*kept, *(event.id for event in events if _vouches_elsewhere(event))}
    digest = sha256()
    whole = [str(event.number) for event in events if event.id in kept]
    for event in events:
        if event.id not in kept:
            event.facts, event.salt = {}, b""
        digest.update(rest_of(event).encode())
    session.flush()
    vouched: Facts = {"chain": chain, "until": events[-1].number, "rest": digest.hexdigest()}
    if whole:
        vouched["kept"] = whole
    record(
        session,
        actor_id,
        CHAIN_ERASED,
        now=now,
        case_id=case_id,
        facts={**(facts or {}), **vouched},
    )
    return len(events) - len(whole)


def _vouches_elsewhere(event: AuditEvent) -> bool:
    return event.kind == CHAIN_ERASED and event.facts.get("chain", event.chain) != event.chain
