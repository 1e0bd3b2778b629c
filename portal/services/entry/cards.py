"""Survivors' cards: prepared, issued, found, activated."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, ScalarSelect, select
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState
from portal.domain.cards import ACTIVATION_LASTS, locator, new_card_number, secret
from portal.domain.refusals import NotFound
from portal.models import Account, Card, Case, KeySlot
from portal.services import audit
from portal.services.entry.slots import add_slot, drop_slot
from portal.services.holding import hold_account
from portal.services.house import House, key_file
from portal.vault import KeyPair, Slot, keyed_hash, new_key_pair, random_digits


@dataclass(frozen=True)
class NewCard:
    """A card on its way to her hand: the number is shown once and kept nowhere."""

    number: str = field(repr=False)
    keys: KeyPair
    slot: Slot


def prepare(house: House) -> NewCard:
    """A card number, a key pair and the slot that the new card alone opens: one slow pass."""
    number, keys = new_card_number(random_digits), new_key_pair()
    return NewCard(number, keys, house.new_slot(secret(number, ""), keys.private))


def issue(
    session: Session, account: Account, new: NewCard, *, issued_by_id: UUID, now: datetime
) -> Card:
    """Put a prepared card on an account; it waits 48 hours for its PIN."""
    slot = add_slot(session, account.holder_id, new.slot, now=now)
    slot.expires_at = now + ACTIVATION_LASTS
    card = Card(
        account_id=account.id,
        locator_hash=locator_hash(session, new.number),
        slot_id=slot.id,
        issued_by_id=issued_by_id,
        issued_at=now,
        expires_at=slot.expires_at,
        wrong_pins=0,
        state=CardState.NEW,
    )
    session.add(card)
    session.flush()
    return card


def find_by_number(session: Session, number: str) -> tuple[Card, KeySlot | None] | None:
    """The card of a number and the slot it would open."""
    row = session.execute(
        select(Card, KeySlot)
        .outerjoin(KeySlot, KeySlot.id == Card.slot_id)
        .where(Card.locator_hash == locator_hash(session, number))
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def newest(session: Session, account_id: UUID) -> Card | None:
    """The latest card of a survivor, whatever became of it."""
    return session.scalar(
        select(Card).where(Card.account_id == account_id).order_by(Card.issued_at.desc()).limit(1)
    )


def made_since(
    account_id: BindParameter[UUID], before: BindParameter[datetime | None]
) -> ScalarSelect[datetime]:
    """When a card was made since she was last here, as part of a statement; none before that."""
    fresh = select(Card.issued_at).where(
        # Nothing is later than NULL: nobody is told of the card with which she first came.
        Card.account_id == account_id,
        Card.issued_at > before,
        Card.state == CardState.ACTIVE,
    )
    return fresh.order_by(Card.issued_at.desc()).limit(1).scalar_subquery()


def opens_now(card: Card, *, new: bool, now: datetime) -> bool:
    """Whether a card may open anything at this moment, as new or as active."""
    if new:
        return card.state is CardState.NEW and card.expires_at > now
    return card.state is CardState.ACTIVE


def hold(session: Session, card: Card) -> None:
    """Read a card anew, and let nobody come in with it until this is done."""
    hold_account(session, card.account_id)
    session.refresh(card)


def activate(session: Session, card: Card, slot: Slot, *, now: datetime) -> None:
    """She chose her PIN: the slot of the card alone dies, hers takes its place."""
    account = session.get_one(Account, card.account_id)
    replace_slot(session, card, account.holder_id, slot, now=now)
    card.state, card.activated_at = CardState.ACTIVE, now
    audit.record(
        session, card.account_id, "card_activated", now=now, case_id=case_id_of(session, card)
    )


def replace_slot(
    session: Session, card: Card, holder_id: UUID, slot: Slot, *, now: datetime
) -> None:
    """Let a card open this slot instead of the one before; wrong PINs are forgotten."""
    drop_slot(session, card)
    card.slot_id = add_slot(session, holder_id, slot, now=now).id
    card.wrong_pins = 0
    session.flush()


def case_id_of(session: Session, card: Card) -> UUID:
    """The case of the survivor who holds a card."""
    case_id = session.scalar(select(Case.id).where(Case.survivor_id == card.account_id))
    if case_id is None:
        raise NotFound
    return case_id


def locator_hash(session: Session, number: str) -> bytes:
    """Under what a card is found by its number: a keyed hash of the digits that are no secret."""
    return keyed_hash(key_file(session).pepper, "card-locator", locator(number).encode())
