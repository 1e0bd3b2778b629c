"""Links between two people who must not meet: sealed to the machine, two teams and the paper.

Each side of a link is a row that is found by a hash of its case under the key file and says nothing
in clear. The machine reads whom a case must not meet; why, and who said so, only the teams.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.holders import HolderKind
from portal.models import Holder, KeptApart, KeptApartKey, TeamCopy
from portal.services.entry.sessions import SignedIn
from portal.services.house import key_file
from portal.services.keys.copies import Copies
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.keys.holders import get_one, open_team_copy, public_halves
from portal.vault import (
    Forged,
    KeyFile,
    Place,
    keyed_hash,
    new_folder_key,
    open_sealed,
    open_value,
    seal_to,
    seal_value,
)

MOST = 8
"""Links of one case. Asking about a case opens this many, real ones or made-up ones."""
STORY_BYTES = 4608
"""A thousand characters in any script, who and when: filled up, so that every row is as long."""
READERS = (HolderKind.COORDINATORS, HolderKind.DESK)
"""The two teams that open a link."""
ONLY_VERSION = 1
KEYS = Copies(KeptApartKey, "kept_apart_id", "apart-key")
_KEY = 32


class Side(NamedTuple):
    """One case of a link, and in which of its places the link lies."""

    case_id: UUID
    place: int


class Pair(NamedTuple):
    """What the machine reads of one row: whose it is, and where the other side lies."""

    own: Side
    other: Side


class Row(NamedTuple):
    """One side as the machine takes it from the database, or makes it up."""

    id: UUID
    pair: bytes
    holder_id: UUID
    holder_version: int
    sealed: bytes
    mac: bytes


@dataclass(frozen=True)
class Opened:
    """One side as a colleague of the two teams reads it."""

    id: UUID
    pair: Pair
    story: str


def mark(keys: KeyFile, side: Side) -> bytes:
    """By what the row of a side is found; nobody without the key file can make it."""
    return keyed_hash(keys.mac_key, "apart-mark", side.case_id.bytes, bytes([side.place]))


def add(session: Session, own: Side, other: Side, story: str) -> None:
    """Seal one side of a link. Raises HouseNotReady where a team has no key yet."""
    row = KeptApart(mark=mark(key_file(session), own), pair=b"", story=b"")
    first, second = new_folder_key(), new_folder_key()
    row.pair = seal_value(first, place_of(row.id, "pair"), encoded(Pair(own, other)))
    filled = story.encode().ljust(STORY_BYTES)
    row.story = seal_value(second, place_of(row.id, "story"), filled)
    session.add(row)
    session.flush()
    machine = get_one(session, HolderKind.HOUSE).id
    others = (*READERS, HolderKind.RECOVERY)
    holders = [machine, *(get_one(session, kind).id for kind in others)]
    for holder_id, public in public_halves(session, holders).items():
        # The machine opens the pair alone.
        secret = first if holder_id == machine else first + second
        KEYS.give(session, row.id, public, secret)
    session.flush()


def others(session: Session, case_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Whom each of these cases must not meet: always `MOST` ids, most of them of nobody.

    The machine opens as many rows for a case without a link as for one with eight: neither the time
    nor the number of questions tells. Raises Forged.
    """
    keys = key_file(session)
    asked = {case_id: [Side(case_id, place) for place in range(MOST)] for case_id in case_ids}
    marks = {mark(keys, side): side for sides in asked.values() for side in sides}
    found = session.execute(_OF_MACHINE.where(KeptApart.mark.in_(marks)))
    rows = {marks[one.mark]: Row(*one[1:]) for one in found}
    return {
        case_id: [_open_row(keys, side, rows.get(side)).other.case_id for side in sides]
        for case_id, sides in asked.items()
    }


def sides_of(session: Session, case_id: UUID) -> dict[int, Pair]:
    """The links of a case by their places, as the machine reads them: to add one, or end all."""
    keys = key_file(session)
    marks = {mark(keys, side): side for side in (Side(case_id, place) for place in range(MOST))}
    found = session.execute(_OF_MACHINE.where(KeptApart.mark.in_(marks)))
    sides = {marks[one.mark]: Row(*one[1:]) for one in found}
    return {side.place: _open_row(keys, side, row) for side, row in sides.items()}


def read(session: Session, acting: SignedIn, case_id: UUID) -> list[Opened]:
    """The links of a case, opened with the key of a team of this person.

    Raises KeyNotHandedOver when she holds no team's key: that is not the same as no link.
    """
    _check_holds_key(session, acting)
    marks = [mark(key_file(session), Side(case_id, place)) for place in range(MOST)]
    rows = session.execute(
        select(KeptApart, KeptApartKey, TeamCopy)
        .join(KeptApartKey, KeptApartKey.kept_apart_id == KeptApart.id)
        .join(TeamCopy, KEYS.of_teams(acting.holder_id))
        .where(KeptApart.mark.in_(marks))
        .order_by(KeptApart.id)
    )
    found: dict[UUID, Opened] = {}
    for row, key, copy in rows:
        if row.id in found:
            continue
        KEYS.check(key_file(session), row.id, key)
        first, second = keys_in(open_sealed(open_team_copy(session, copy, acting.keys), key.sealed))
        pair = decoded(open_value(first, place_of(row.id, "pair"), row.pair))
        story = open_value(second, place_of(row.id, "story"), row.story).decode().rstrip()
        found[row.id] = Opened(row.id, pair, story)
    return list(found.values())


def remove(session: Session, sides: Iterable[Side]) -> None:
    """Delete the rows of these sides, with their keys."""
    marks = [mark(key_file(session), side) for side in sides]
    ids = select(KeptApart.id).where(KeptApart.mark.in_(marks))
    session.execute(delete(KeptApartKey).where(KeptApartKey.kept_apart_id.in_(ids)))
    session.execute(delete(KeptApart).where(KeptApart.mark.in_(marks)))
    session.flush()


def place_of(row_id: UUID, column: str) -> Place:
    """Where a value of a row lies, for its seal."""
    return Place("kept_apart", row_id, column, row_id, ONLY_VERSION)


def keys_in(both: bytes) -> tuple[bytes, bytes]:
    """The key of the pair and the key of the story."""
    return both[:_KEY], both[_KEY:]


def encoded(pair: Pair) -> bytes:
    """A pair in as many bytes as any other."""
    return b"".join(side.case_id.bytes + bytes([side.place]) for side in pair)


def decoded(plain: bytes) -> Pair:
    """What `encoded` wrote."""
    own, other = (Side(UUID(bytes=half[:16]), half[16]) for half in (plain[:17], plain[17:]))
    return Pair(own, other)


_OF_MACHINE = (
    select(
        KeptApart.mark,
        KeptApart.id,
        KeptApart.pair,
        KeptApartKey.holder_id,
        KeptApartKey.holder_version,
        KeptApartKey.sealed,
        KeptApartKey.mac,
    )
    .join(KeptApartKey, KeptApartKey.kept_apart_id == KeptApart.id)
    .join(Holder, Holder.id == KeptApartKey.holder_id)
    .where(Holder.kind == HolderKind.HOUSE)
)


def _open_row(keys: KeyFile, side: Side, found: Row | None) -> Pair:
    row = found or _made_up(keys)
    KEYS.check(keys, row.id, row)
    first = open_sealed(keys.house, row.sealed)
    pair = decoded(open_value(first, place_of(row.id, "pair"), row.pair))
    # Whoever can write to the database could lay one case's row under another case's mark.
    if found and pair.own != side:
        raise Forged("a link that belongs to another case")
    return pair


@lru_cache(maxsize=4)
def _made_up(keys: KeyFile) -> Row:
    """A row that ties nobody to nobody, and costs as much to open as a real one."""
    row_id, holder_id, first = uuid4(), uuid4(), new_folder_key()
    nobody = Pair(Side(uuid4(), 0), Side(uuid4(), 0))
    pair = seal_value(first, place_of(row_id, "pair"), encoded(nobody))
    sealed = seal_to(keys.house.public, first)
    unsigned = Row(row_id, pair, holder_id, 1, sealed, b"")
    return unsigned._replace(mac=KEYS.mac(keys, row_id, unsigned))


def _check_holds_key(session: Session, acting: SignedIn) -> None:
    held = (
        select(TeamCopy.id)
        .join(Holder, (Holder.id == TeamCopy.team_id) & (Holder.version == TeamCopy.version))
        .where(TeamCopy.member_id == acting.holder_id, Holder.kind.in_(READERS))
    )
    if session.scalar(held.limit(1)) is None:
        raise KeyNotHandedOver
