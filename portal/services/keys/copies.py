"""Copies of a key: a row for each holder who may open what it seals, under a MAC of the key file.

For what lies in no folder of a case: reasons about the house, feedback, links between people kept
apart. Each thing has a key of its own; sealing it needs public halves alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from portal.domain.holders import HolderKind
from portal.models import Holder, TeamCopy
from portal.services.house import key_file
from portal.services.keys.holders import Keys, PublicHalf
from portal.vault import (
    CannotOpen,
    KeyFile,
    KeyPair,
    check_keyed,
    keyed_hash,
    open_sealed,
    seal_to,
)

Pairs = Mapping[tuple[UUID, int], KeyPair]
"""Key pairs that were proved, by holder and version."""


class Copy(Protocol):
    """A key as it lies sealed to one holder."""

    @property
    def holder_id(self) -> UUID:
        """Who opens it."""

    @property
    def holder_version(self) -> int:
        """With which of the holder's key pairs."""

    @property
    def sealed(self) -> bytes:
        """The key, sealed to that pair's public half."""

    @property
    def mac(self) -> bytes:
        """What shows that the house made it."""


@dataclass(frozen=True)
class Copies:
    """The copies of one table: `subject` is its column of what is sealed, `purpose` of its MACs."""

    table: type[Any]
    subject: str
    purpose: str

    def give(self, session: Session, subject_id: UUID, public: PublicHalf, secret: bytes) -> None:
        """Seal a key to one more holder."""
        copy = self.table(
            **{self.subject: subject_id},
            holder_id=public.holder_id,
            holder_version=public.version,
            sealed=seal_to(public.public, secret),
        )
        copy.mac = self.mac(key_file(session), subject_id, copy)
        session.add(copy)

    def mac(self, keys: KeyFile, subject_id: UUID, copy: Copy) -> bytes:
        """The MAC of a copy."""
        return keyed_hash(keys.mac_key, self.purpose, *_parts(subject_id, copy))

    def check(self, keys: KeyFile, subject_id: UUID, copy: Copy) -> None:
        """Raises Forged for a copy that the house did not make.

        Whoever can write to the database could put a key and words of her own making there.
        """
        check_keyed(keys.mac_key, self.purpose, copy.mac, *_parts(subject_id, copy))

    def of_teams(self, member_id: UUID) -> ColumnElement[bool]:
        """Joins a copy that is a team's to how this member opens the team's key."""
        return and_(
            TeamCopy.team_id == self.table.holder_id,
            TeamCopy.version == self.table.holder_version,
            TeamCopy.member_id == member_id,
        )

    def sign_again(self, session: Session, sheets: Keys, pairs: Pairs) -> list[str]:
        """A lost key file: keep each copy that opens to the same as the sheets', under a new MAC.

        What does not is deleted: gives one sentence for each. So are those of single colleagues,
        who are all dismissed: no sentence.
        """
        faults = []
        found = [(getattr(one, self.subject), one) for one in session.scalars(select(self.table))]
        known = {
            subject_id: key_in(sheets.pair, one)
            for subject_id, one in found
            if one.holder_id == sheets.holder_id
        }
        own = {**pairs, **{(sheets.holder_id, one.holder_version): sheets.pair for _, one in found}}
        dismissed = set(session.scalars(select(Holder.id).where(Holder.kind == HolderKind.STAFF)))
        for subject_id, one in found:
            secret = key_in(own.get((one.holder_id, one.holder_version)), one)
            if secret is not None and secret == known.get(subject_id):
                one.mac = self.mac(key_file(session), subject_id, one)
                continue
            session.delete(one)
            if one.holder_id not in dismissed:
                what = self.table.__tablename__.removesuffix("_key")
                faults.append(f"{what} {subject_id}: the key of {one.holder_id} is not its own")
        session.flush()
        return faults


def key_in(pair: KeyPair | None, copy: Copy) -> bytes | None:
    """The key in a copy; None when this pair, or no pair, does not open it."""
    try:
        return None if pair is None else open_sealed(pair, copy.sealed)
    except CannotOpen:
        return None


def _parts(subject_id: UUID, copy: Copy) -> tuple[bytes, ...]:
    version = str(copy.holder_version).encode()
    return subject_id.bytes, copy.holder_id.bytes, version, copy.sealed
