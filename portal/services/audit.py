"""The account of every act: append-only chains of salted commitments under the key file.

Each case has a chain of its own, everything else goes into the chain of its day. A link is a MAC
over the link before, the place in the chain and the commitment, so that nobody without the key
file can alter, drop or move an event unseen; the commitment is salted, so that the facts can be
erased later without breaking the chain. Facts are ids and kinds, never words.
"""

import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from portal.domain import acts
from portal.domain.refusals import WrongState
from portal.models import AuditEvent, AuditHead, AuditMention, AuditNight
from portal.services.house import key_file
from portal.vault import KeyFile, keyed_hash

START = b"\0" * 32
SALT_BYTES = 16
ERASED = "facts_erased"
CHAIN_ERASED = "chain_erased"
Facts = dict[str, str | int | list[str]]


@dataclass(frozen=True)
class _Erased:
    """What was erased and must be left of it: single acts, and whole beginnings of chains."""

    events: dict[str, str]
    chains: dict[str, dict[int, str]]

    def reaches(self, event: "AuditEvent") -> bool:
        """Whether an act stands in the erased beginning of its chain."""
        return event.number <= max(self.chains.get(event.chain, {}), default=0)


@dataclass(frozen=True)
class Fault:
    """A place where the account does not hold."""

    chain: str
    number: int
    what: str


def record(
    session: Session,
    actor_id: UUID | None,
    kind: str,
    *,
    now: datetime,
    case_id: UUID | None = None,
    facts: Facts | None = None,
) -> AuditEvent:
    """Add an act to the chain of its case or of its day. ValueError for a kind without a name."""
    if kind not in acts.KINDS:
        raise ValueError(f"{kind}: name it in portal.domain.acts.KINDS, and say it in words")
    chain = chain_of(case_id) if case_id else f"day:{now.astimezone(UTC).date().isoformat()}"
    session.flush()
    number, link = _locked_head(session, chain)
    event = AuditEvent(
        chain=chain,
        number=number + 1,
        at=now,
        kind=kind,
        actor_id=actor_id,
        case_id=case_id,
        facts=facts or {},
        salt=secrets.token_bytes(SALT_BYTES),
    )
    event.commitment = _commitment(event)
    event.link = _link(key_file(session), link, event)
    session.execute(_ADVANCE, {"of": chain, "to": event.number, "by": event.link})
    # Plain rows: this stands in the way of every first look, and a mapped one costs twice as much.
    session.execute(_ADD, {name: getattr(event, name) for name in _COLUMNS})
    return event


def record_in_case(
    session: Session,
    actor_id: UUID | None,
    kind: str,
    case_id: UUID,
    *,
    now: datetime,
    **ids: UUID,
) -> AuditEvent:
    """Add an act to the chain of a case, with the ids of what it is about, by their names."""
    facts: Facts = {name: str(one) for name, one in ids.items()}
    return record(session, actor_id, kind, now=now, case_id=case_id, facts=facts)


def mention(session: Session, event: AuditEvent, case_ids: Iterable[UUID]) -> None:
    """Note which cases stood in a list of names, so that it is found from each of them."""
    rows = [{"case_id": one, "at": event.at, "event_id": event.id} for one in set(case_ids)]
    if rows:
        session.execute(insert(AuditMention), rows)


def erase_facts(
    session: Session, actor_id: UUID | None, event: AuditEvent, *, now: datetime
) -> AuditEvent:
    """Forget what an act was about. That this was done is an act too, and vouches for the rest.

    Raises WrongState for an act that vouches for another.
    """
    if event.kind == ERASED:
        raise WrongState
    event.facts, event.salt = {}, b""
    rest: Facts = {"event": str(event.id), "rest": _rest(event)}
    return record(session, actor_id, ERASED, now=now, case_id=event.case_id, facts=rest)


def erase_chain(
    session: Session,
    actor_id: UUID | None,
    chain: str,
    *,
    now: datetime,
    until: datetime | None = None,
    case_id: UUID | None = None,
    facts: Facts | None = None,
) -> int:
    """Forget what the acts of a chain were about, all or those until a moment; gives how many.

    When, what kind and by whom stays, and one act vouches for all of it with a digest.
    """
    asked = select(AuditEvent).where(AuditEvent.chain == chain)
    if until is not None:
        asked = asked.where(AuditEvent.at <= until)
    events = session.scalars(asked.order_by(AuditEvent.number)).all()
    if not events:
        return 0
    digest = sha256()
    for event in events:
        event.facts, event.salt = {}, b""
        digest.update(_rest(event).encode())
    session.flush()
    vouched: Facts = {"chain": chain, "until": events[-1].number, "rest": digest.hexdigest()}
    record(
        session,
        actor_id,
        CHAIN_ERASED,
        now=now,
        case_id=case_id,
        facts={**(facts or {}), **vouched},
    )
    return len(events)


def chain_of(case_id: UUID) -> str:
    """The chain of a case."""
    return f"case:{case_id.hex}"


def verify(session: Session) -> Iterator[Fault]:
    """Every place where a chain was altered, shortened or put in another order."""
    keys, erased = key_file(session), _erased(session)
    heads = {head.chain: head for head in session.scalars(select(AuditHead))}
    events = session.scalars(
        select(AuditEvent)
        .order_by(AuditEvent.chain, AuditEvent.number)
        .execution_options(yield_per=500)
    )
    for chain, links in groupby(events, key=lambda event: event.chain):
        yield from _check_chain(keys, erased, chain, links, heads.pop(chain, None))
    for head in heads.values():
        yield Fault(head.chain, head.number, "dropped")
    yield from _check_nights(session, keys)


def close_night(session: Session, *, now: datetime) -> AuditNight:
    """Bind all heads together; the digest is printed, so that no chain can be rolled back."""
    chains, digest = _digest(session, key_file(session), now)
    night = AuditNight(at=now, chains=chains, digest=digest)
    session.add(night)
    session.flush()
    return night


def link_again(session: Session) -> list[Fault]:
    """Link every chain anew under a new key file, when the old one is lost; gives what is wrong.

    The old links cannot be checked any more, the commitments can. Digests of nights are dropped:
    those on paper stay the witness of what was before.
    """
    keys, erased = key_file(session), _erased(session)
    faults: list[Fault] = []
    session.execute(delete(AuditNight))
    heads = {head.chain: head for head in session.scalars(select(AuditHead))}
    events = session.scalars(
        select(AuditEvent)
        .order_by(AuditEvent.chain, AuditEvent.number)
        .execution_options(yield_per=500)
    )
    for chain, links in groupby(events, key=lambda event: event.chain):
        head = heads.pop(chain, None)
        if head is None:
            faults.append(Fault(chain, 0, "dropped"))
            head = AuditHead(chain=chain, number=0, link=START)
            session.add(head)
        faults += _link_chain_again(keys, erased, head, links)
    faults += [Fault(head.chain, head.number, "dropped") for head in heads.values()]
    session.flush()
    return faults


def _link_chain_again(
    keys: KeyFile, erased: _Erased, head: AuditHead, events: Iterable[AuditEvent]
) -> Iterator[Fault]:
    link, number = START, 0
    for event in events:
        if event.number != number + 1:
            yield Fault(head.chain, number + 1, "dropped")
        if not _is_whole(event, erased):
            yield Fault(head.chain, event.number, "altered")
        link, number = _link(keys, link, event), event.number
        event.link = link
    if head.number > number:
        yield Fault(head.chain, head.number, "dropped")
    head.number, head.link = number, link


_COLUMNS = tuple(column.key for column in AuditEvent.__mapper__.columns)
_HEAD = select(AuditHead.number, AuditHead.link).where(AuditHead.chain == bindparam("of"))
_ADVANCE = (
    update(AuditHead)
    .where(AuditHead.chain == bindparam("of"))
    .values(number=bindparam("to"), link=bindparam("by"))
    .execution_options(synchronize_session=False)
)
_ADD = insert(AuditEvent)


def _locked_head(session: Session, chain: str) -> tuple[int, bytes]:
    """The last number and link of a chain, its row locked until the transaction ends."""
    asked = _HEAD.with_for_update()
    head = session.execute(asked, {"of": chain}).one_or_none()
    if head is None:
        # Two first acts of a day may come at once: one makes the head, the other waits for it.
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        first = (insert_sqlite if is_sqlite else insert_postgresql)(AuditHead)
        made = first.values(chain=chain, number=0, link=START).on_conflict_do_nothing()
        session.execute(made)
        head = session.execute(asked, {"of": chain}).one()
    return head.number, head.link


def _check_chain(
    keys: KeyFile,
    erased: _Erased,
    chain: str,
    events: Iterable[AuditEvent],
    head: AuditHead | None,
) -> Iterator[Fault]:
    link, number = START, 0
    rests, vouched = sha256(), erased.chains.get(chain, {})
    for event in events:
        rests.update(_rest(event).encode())
        if event.number != number + 1:
            yield Fault(chain, number + 1, "dropped")
        elif _link(keys, link, event) != event.link:
            yield Fault(chain, event.number, "link")
        elif not (_is_whole(event, erased) and _vouches(vouched, event, rests.hexdigest())):
            yield Fault(chain, event.number, "altered")
        link, number = event.link, event.number
    if head is None or head.number != number or head.link != link:
        yield Fault(chain, max(number, head.number if head else 0), "dropped")


def _vouches(vouched: dict[int, str], event: AuditEvent, rests: str) -> bool:
    """Whether what was erased until here is what the act that erased it says."""
    return vouched.get(event.number, rests) == rests


def _check_nights(session: Session, keys: KeyFile) -> Iterator[Fault]:
    for night in session.scalars(select(AuditNight).order_by(AuditNight.at)):
        if _digest(session, keys, night.at)[1] != night.digest:
            yield Fault(f"night:{night.at.date().isoformat()}", night.chains, "rolled back")


def _digest(session: Session, keys: KeyFile, at: datetime) -> tuple[int, bytes]:
    """A MAC over the last link of each chain as it stood at this moment."""
    last = (
        select(AuditEvent.chain, func.max(AuditEvent.number).label("number"))
        .where(AuditEvent.at <= at)
        .group_by(AuditEvent.chain)
        .subquery()
    )
    rows = session.execute(
        select(AuditEvent.chain, AuditEvent.link)
        .join(last, (last.c.chain == AuditEvent.chain) & (last.c.number == AuditEvent.number))
        .order_by(AuditEvent.chain)
    ).all()
    parts = [part for chain, link in rows for part in (chain.encode(), link)]
    return len(rows), keyed_hash(keys.mac_key, "audit-night", *parts)


def _erased(session: Session) -> _Erased:
    """What was erased, and what must be left of it, by the acts that say so themselves."""
    found, nothing = _Erased({}, {}), _Erased({}, {})
    said = session.scalars(select(AuditEvent).where(AuditEvent.kind.in_((ERASED, CHAIN_ERASED))))
    for event in said:
        if not _is_whole(event, nothing):
            continue
        if event.kind == ERASED:
            found.events[str(event.facts["event"])] = str(event.facts["rest"])
        else:
            of_chain = found.chains.setdefault(str(event.facts["chain"]), {})
            of_chain[int(event.facts["until"])] = str(event.facts["rest"])
    return found


def _is_whole(event: AuditEvent, erased: _Erased) -> bool:
    """Whether an act says what it said when it was recorded, or was erased by an act that says so.

    An empty salt alone means nothing: whoever alters facts can empty it as well.
    """
    if len(event.salt) == SALT_BYTES:
        return _commitment(event) == event.commitment
    if event.salt or event.facts:
        return False
    return erased.reaches(event) or erased.events.get(str(event.id)) == _rest(event)


def _rest(event: AuditEvent) -> str:
    """A digest of what stays when the facts are erased: when, what kind, by whom, which case."""
    at = event.at.astimezone(UTC).isoformat()
    left = [str(event.id), at, event.kind, str(event.actor_id), str(event.case_id)]
    return sha256(json.dumps(left).encode()).hexdigest()


def _commitment(event: AuditEvent) -> bytes:
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


def _link(keys: KeyFile, before: bytes, event: AuditEvent) -> bytes:
    place = f"{event.chain}:{event.number}".encode()
    return keyed_hash(keys.mac_key, "audit-link", before, place, event.commitment)
