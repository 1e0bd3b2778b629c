"""A lost key file, for links between people kept apart: proved with the sheets and sealed anew."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.holders import HolderKind
from portal.models import KeptApart, KeptApartKey
from portal.services.house import key_file
from portal.services.keys import apart
from portal.services.keys.copies import Pairs, key_in
from portal.services.keys.holders import Keys, get_one, public_halves
from portal.vault import CannotOpen, open_sealed, open_value


def sign_again(session: Session, sheets: Keys, pairs: Pairs) -> list[str]:
    """Give every link a mark of the new key file, and let the machine open it again.

    A row that the sheets do not open is deleted, and so is a copy that does not open to the same
    keys: gives one sentence for each.
    """
    faults = []
    copies: dict[UUID, list[KeptApartKey]] = {}
    for copy in session.scalars(select(KeptApartKey)):
        copies.setdefault(copy.kept_apart_id, []).append(copy)
    machine = get_one(session, HolderKind.HOUSE).id
    for row in session.scalars(select(KeptApart)).all():
        found = copies.get(row.id, [])
        both = _keys_of(row, found, sheets)
        for copy in found:
            if both is None or copy.holder_id == machine:
                session.delete(copy)
            elif key_in(pairs.get((copy.holder_id, copy.holder_version)), copy) != both:
                session.delete(copy)
                faults.append(f"kept apart {row.id}: the key of {copy.holder_id} does not open it")
            else:
                copy.mac = apart.KEYS.mac(key_file(session), row.id, copy)
        session.flush()
        if both is None:
            session.delete(row)
            faults.append(f"kept apart {row.id}: does not open; who must not meet is said anew")
        else:
            _mark_again(session, row, both, machine)
    session.flush()
    return faults


def _mark_again(session: Session, row: KeptApart, both: bytes, machine: UUID) -> None:
    first, _ = apart.keys_in(both)
    pair = apart.decoded(open_value(first, apart.place_of(row.id, "pair"), row.pair))
    row.mark = apart.mark(key_file(session), pair.own)
    public = public_halves(session, [machine])[machine]
    apart.KEYS.give(session, row.id, public, first)


def _keys_of(row: KeptApart, copies: Iterable[KeptApartKey], sheets: Keys) -> bytes | None:
    """What the sheets open, if it opens the row."""
    for copy in copies:
        if copy.holder_id != sheets.holder_id:
            continue
        try:
            both = open_sealed(sheets.pair, copy.sealed)
            for key, column in zip(apart.keys_in(both), ("pair", "story"), strict=True):
                open_value(key, apart.place_of(row.id, column), getattr(row, column))
        except (CannotOpen, ValueError):
            return None
        return both
    return None
