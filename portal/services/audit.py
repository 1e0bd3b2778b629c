"""The account of every act: append-only chains of salted commitments under the key file.

Each case has a chain of its own, everything else goes into the chain of its day. A link is a MAC
over the link before, the place in the chain and the commitment, so that nobody without the key
file can alter, drop or move an event unseen; the commitment is salted, so that the facts can be
erased later without breaking the chain. Facts are ids and kinds, never words.
"""

import json
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from portal.domain import acts
from portal.models import AuditEvent, AuditHead, AuditMention, insert_into, plain_rows
from portal.services.house import key_file
from portal.vault import KeyFile, keyed_hash

START = b"\0" * 32
"""What the first link of a chain is joined to."""
SALT_BYTES = 16
Facts = dict[str, str | int | list[str]]


class Act(NamedTuple):
    """An act as its commitment and its place in a chain know it: an `AuditEvent` before its row."""

    id: UUID
    chain: str
    number: int
    at: datetime
    kind: str
    actor_id: UUID | None
    case_id: UUID | None
    facts: Facts
    salt: bytes


def record(
    session: Session,
    actor_id: UUID | None,
    kind: str,
    *,
    now: datetime,
    case_id: UUID | None = None,
    facts: Facts | None = None,
) -> Act:
    """Add an act to the chain of its case or of its day. ValueError for a kind without a name."""
    if kind not in acts.KINDS:
        raise ValueError(f"{kind}: name it in portal.domain.acts.KINDS, and say it in words")
    chain = chain_of(case_id) if case_id else f"day:{now.astimezone(UTC).date().isoformat()}"
    session.flush()
    last, before = _locked_head(session, chain)
    salt = secrets.token_bytes(SALT_BYTES)
    act = Act(uuid4(), chain, last + 1, now, kind, actor_id, case_id, facts or {}, salt)
    sealed = commitment(act)
    link = link_of(key_file(session), before, act, sealed)
    # Past the mapper: this stands in the way of every first look, and mapped it costs three times.
    connection = session.connection()
    connection.execute(_ADVANCE, {"of": chain, "to": act.number, "by": link})
    connection.execute(_ADD, {**act._asdict(), "commitment": sealed, "link": link})
    return act


def record_in_case(
    session: Session,
    actor_id: UUID | None,
    kind: str,
    case_id: UUID,
    *,
    now: datetime,
    **ids: UUID,
) -> Act:
    """Add an act to the chain of a case, with the ids of what it is about, by their names."""
    facts: Facts = {name: str(one) for name, one in ids.items()}
    return record(session, actor_id, kind, now=now, case_id=case_id, facts=facts)


def mention(session: Session, act: Act, case_ids: Iterable[UUID]) -> None:
    """Note which cases stood in a list of names, so that it is found from each of them."""
    rows = [{"case_id": one, "at": act.at, "event_id": act.id} for one in set(case_ids)]
    if rows:
        session.execute(insert(AuditMention), rows)


def chain_of(case_id: UUID) -> str:
    """The chain of a case."""
    return f"case:{case_id.hex}"


def commitment(event: Act | AuditEvent) -> bytes:
    """What an event says, under its own salt: without the salt it can be shown no more."""
    shown = json.dumps(
        [
            str(event.id),
            event.at.astimezone(UTC).isoformat(),
            event.kind,
            str(event.actor_id),
            str(event.case_id),
            event.facts,
        ],
        sort_keys=True,
    )
    return keyed_hash(event.salt, "audit-facts", shown.encode())


def link_of(keys: KeyFile, before: bytes, event: Act | AuditEvent, sealed: bytes) -> bytes:
    """The MAC that holds an event, by its commitment, in its place behind the one before."""
    place = f"{event.chain}:{event.number}".encode()
    return keyed_hash(keys.mac_key, "audit-link", before, place, sealed)


def rest_of(event: AuditEvent) -> str:
    """A digest of what stays when the facts are erased: when, what kind, by whom, which case."""
    at = event.at.astimezone(UTC).isoformat()
    left = [str(event.id), at, event.kind, str(event.actor_id), str(event.case_id)]
    return sha256(json.dumps(left).encode()).hexdigest()


_HEAD = (
    select(AuditHead.number, AuditHead.link)
    .where(AuditHead.chain == bindparam("of"))
    .with_for_update()
)
_ADVANCE = (
    update(AuditHead)
    .where(AuditHead.chain == bindparam("of"))
    .values(number=bindparam("to"), link=bindparam("by"))
)
_ADD = insert(AuditEvent)


def _locked_head(session: Session, chain: str) -> tuple[int, bytes]:
    """The last number and link of a chain, its row locked until the transaction ends."""
    head = plain_rows(session, _HEAD, {"of": chain}).one_or_none()
    if head is None:
        # Two first acts of a day may come at once: one makes the head, the other waits for it.
        first = insert_into(session, AuditHead)
        made = first.values(chain=chain, number=0, link=START).on_conflict_do_nothing()
        session.execute(made)
        head = plain_rows(session, _HEAD, {"of": chain}).one()
    return head.number, head.link
