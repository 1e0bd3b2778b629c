"""Whether the account of acts still holds: every chain checked, bound each night, linked anew."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, AuditHead, AuditNight
from portal.services.audit import SALT_BYTES, START, commitment, link_of, rest_of
from portal.services.endings.erased_acts import CHAIN_ERASED
from portal.services.house import key_file
from portal.vault import KeyFile, keyed_hash


class _Left(NamedTuple):
    """What an erasure left until an act: a digest of what all still say, and what it kept whole."""

    until: int
    rest: str
    kept: frozenset[int]


_Erased = dict[str, list[_Left]]
"""By chain: what must be left of the acts that were erased."""


@dataclass(frozen=True)
class Fault:
    """A place where the account does not hold."""

    chain: str
    number: int
    what: str


def verify(session: Session) -> Iterator[Fault]:
    """Every place where a chain was altered, shortened or put in another order."""
    keys, erased = key_file(session), _erased(session)
    heads = {head.chain: head for head in session.scalars(select(AuditHead))}
    for chain, links in _by_chain(session):
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
    for chain, links in _by_chain(session):
        head = heads.pop(chain, None)
        if head is None:
            faults.append(Fault(chain, 0, "dropped"))
            head = AuditHead(chain=chain, number=0, link=START)
            session.add(head)
        faults += _link_chain_again(keys, erased, head, links)
    faults += [Fault(head.chain, head.number, "dropped") for head in heads.values()]
    session.flush()
    return faults


def _by_chain(session: Session) -> Iterator[tuple[str, Iterator[AuditEvent]]]:
    """Every act, chain by chain, in order."""
    events = session.scalars(
        select(AuditEvent)
        .order_by(AuditEvent.chain, AuditEvent.number)
        .execution_options(yield_per=500)
    )
    return groupby(events, key=lambda event: event.chain)


def _link_chain_again(
    keys: KeyFile, erased: _Erased, head: AuditHead, events: Iterable[AuditEvent]
) -> Iterator[Fault]:
    link, number = START, 0
    for event in events:
        if event.number != number + 1:
            yield Fault(head.chain, number + 1, "dropped")
        if not _is_whole(event, erased):
            yield Fault(head.chain, event.number, "altered")
        link, number = link_of(keys, link, event, event.commitment), event.number
        event.link = link
    if head.number > number:
        yield Fault(head.chain, head.number, "dropped")
    head.number, head.link = number, link


def _check_chain(
    keys: KeyFile,
    erased: _Erased,
    chain: str,
    events: Iterable[AuditEvent],
    head: AuditHead | None,
) -> Iterator[Fault]:
    link, number = START, 0
    rests, vouched = sha256(), erased.get(chain, [])
    for event in events:
        rests.update(rest_of(event).encode())
        if event.number != number + 1:
            yield Fault(chain, number + 1, "dropped")
        elif link_of(keys, link, event, event.commitment) != event.link:
            yield Fault(chain, event.number, "link")
        elif not (_is_whole(event, erased) and _vouches(vouched, event, rests.hexdigest())):
            yield Fault(chain, event.number, "altered")
        link, number = event.link, event.number
    if head is None or head.number != number or head.link != link:
        yield Fault(chain, max(number, head.number if head else 0), "dropped")


def _vouches(vouched: list[_Left], event: AuditEvent, rests: str) -> bool:
    """Whether what was erased until here is what the act that erased it says."""
    return all(left.rest == rests for left in vouched if left.until == event.number)


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
    """What was erased, by the acts that say so themselves."""
    found: _Erased = {}
    for event in session.scalars(select(AuditEvent).where(AuditEvent.kind == CHAIN_ERASED)):
        if _is_whole(event, {}):
            of_chain = found.setdefault(str(event.facts["chain"]), [])
            kept = frozenset(map(int, list(event.facts.get("kept", []))))
            left = _Left(int(event.facts["until"]), str(event.facts["rest"]), kept)
            of_chain.append(left)
    return found


def _is_whole(event: AuditEvent, erased: _Erased) -> bool:
    """Whether an act says what it said when it was recorded, or stands where its chain was erased.

    An empty salt alone means nothing: whoever alters facts can empty it as well.
    """
    if len(event.salt) == SALT_BYTES:
        return commitment(event) == event.commitment
    if event.salt or event.facts:
        return False
    of_chain = erased.get(event.chain, [])
    return any(event.number <= left.until and event.number not in left.kept for left in of_chain)
