"""The slots in which a private half lies wrapped, one for each way to unlock it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.models import Card, KeySlot
from portal.vault import Slot


def add_slot(session: Session, holder_id: UUID, slot: Slot, *, now: datetime) -> KeySlot:
    """Store a slot of a holder."""
    row = KeySlot(
        holder_id=holder_id,
        salt=slot.salt,
        ops=slot.ops,
        mem=slot.mem,
        verifier=slot.verifier,
        wrapped=slot.wrapped,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def as_slot(row: KeySlot) -> Slot:
    """The stored slot as the vault knows it."""
    return Slot(row.salt, row.ops, row.mem, row.verifier, row.wrapped)


def drop_slot(session: Session, card: Card) -> None:
    """Take away the slot that a card opens; the private half stays in every other one."""
    old, card.slot_id = card.slot_id, None
    session.flush()
    if old is not None:
        session.execute(delete(KeySlot).where(KeySlot.id == old))
