"""Survivors' cards: issued, activated, counted, frozen, voided."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, ScalarSelect, delete, select, update
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState, Frozen
from portal.domain.cards import (
    ACTIVATION_LASTS,
    WRONG_PINS_BEFORE_FREEZE,
    CardDoesNotOpen,
    check_new_pin,
    locator,
    new_card_number,
    parse_card_number,
    plain_digits,
    secret,
)
from portal.domain.refusals import NotFound, WrongState
from portal.models import Account, Card, Case, KeySlot, SignIn
from portal.services import audit
from portal.services.house import House, Transactions, key_file
from portal.vault import KeyPair, Slot, WrongSecret, keyed_hash, new_key_pair, random_digits


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
        locator_hash=_locator_hash(session, new.number),
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
        .where(Card.locator_hash == _locator_hash(session, number))
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


def activate(session: Session, card: Card, slot: Slot, *, now: datetime) -> None:
    """She chose her PIN: the slot of the card alone dies, hers takes its place."""
    account = session.get_one(Account, card.account_id)
    _replace_slot(session, card, account.holder_id, slot, now=now)
    card.state, card.activated_at = CardState.ACTIVE, now
    audit.record(
        session, card.account_id, "card_activated", now=now, case_id=case_id_of(session, card)
    )


def change_pin(
    transactions: Transactions,
    house: House,
    account_id: UUID,
    session_id: bytes,
    *,
    card_number: str,
    pin: str,
    new_pin: str,
    new_pin_again: str,
    now: datetime,
) -> None:
    """Change the PIN, asked with the card again. Raises CardDoesNotOpen, Pin… refusals, Busy.

    Her other sign-ins end. Two slow passes, none inside a transaction.
    """
    fresh = check_new_pin(new_pin, new_pin_again)
    number = parse_card_number(card_number)
    with transactions("read") as session:
        found = find_by_number(session, number)
        fits = found is not None and found[0].account_id == account_id
        slot = as_slot(found[1]) if fits and found is not None and found[1] else None
    if slot is None:
        raise CardDoesNotOpen
    try:
        private = house.try_slot(secret(number, plain_digits(pin) or ""), slot)
    except WrongSecret:
        with transactions("write") as session:
            count_wrong_pin(session, account_id, now=now)
        raise CardDoesNotOpen from None
    new_slot = house.new_slot(secret(number, fresh), private)
    with transactions("write") as session:
        again = find_by_number(session, number)
        if again is None or again[0].state is not CardState.ACTIVE:
            raise CardDoesNotOpen
        card = again[0]
        _replace_slot(
            session, card, session.get_one(Account, account_id).holder_id, new_slot, now=now
        )
        session.execute(
            delete(SignIn).where(SignIn.account_id == account_id, SignIn.token_hash != session_id)
        )
        audit.record(session, account_id, "pin_changed", now=now, case_id=case_id_of(session, card))


def count_wrong_pin(session: Session, account_id: UUID, *, now: datetime) -> None:
    """Count a wrong PIN; the tenth freezes the card and ends her sign-ins."""
    card = session.scalar(
        update(Card)
        .where(Card.account_id == account_id, Card.state == CardState.ACTIVE)
        .values(wrong_pins=Card.wrong_pins + 1)
        .returning(Card)
        .execution_options(populate_existing=True)
    )
    if card is not None and card.wrong_pins >= WRONG_PINS_BEFORE_FREEZE:
        _freeze(session, card, Frozen.WRONG_PINS, actor_id=None, now=now)


def count_wrong_activation(session: Session, number: str, *, now: datetime) -> None:
    """Count wrong digits of a new card; after the tenth it is void, and staff give another."""
    card = session.scalar(
        update(Card)
        .where(
            Card.locator_hash == _locator_hash(session, number),
            Card.state == CardState.NEW,
        )
        .values(wrong_pins=Card.wrong_pins + 1)
        .returning(Card)
        .execution_options(populate_existing=True)
    )
    if card is not None and card.wrong_pins >= WRONG_PINS_BEFORE_FREEZE:
        void(session, card, actor_id=None, now=now)


def hold(session: Session, account_id: UUID) -> None:
    """Let no other PIN of hers be tried until this one is counted."""
    session.execute(select(Card.id).where(Card.account_id == account_id).with_for_update())


def forget_wrong_pins(session: Session, account_id: UUID) -> None:
    """A right PIN starts the count again."""
    session.execute(
        update(Card).where(Card.account_id == account_id, Card.wrong_pins > 0).values(wrong_pins=0)
    )


def freeze(session: Session, card: Card, *, actor_id: UUID, now: datetime) -> None:
    """Staff stop a card for now; nothing is lost."""
    if card.state is not CardState.ACTIVE:
        raise WrongState
    _freeze(session, card, Frozen.BY_STAFF, actor_id=actor_id, now=now)


def freeze_for_doubt(session: Session, card: Card, *, actor_id: UUID, now: datetime) -> None:
    """Somebody else may be using it: nobody comes in, and nothing is written to her, until lifted.

    Whoever tries gets the same answer as for a wrong PIN.
    """
    if card.state not in (CardState.ACTIVE, CardState.FROZEN):
        raise WrongState
    _freeze(session, card, Frozen.SOMEBODY_ELSE, actor_id=actor_id, now=now)


def is_doubted(session: Session, account_id: UUID) -> bool:
    """Whether staff think that somebody else uses her card."""
    doubted = select(Card.id).where(
        Card.account_id == account_id,
        Card.state == CardState.FROZEN,
        Card.frozen_why == Frozen.SOMEBODY_ELSE,
    )
    return session.scalar(doubted.limit(1)) is not None


def lift_freeze(session: Session, card: Card, *, actor_id: UUID, now: datetime) -> None:
    """Staff let a frozen card open again."""
    if card.state is not CardState.FROZEN:
        raise WrongState
    card.state, card.frozen_at, card.frozen_why, card.wrong_pins = CardState.ACTIVE, None, None, 0
    audit.record(
        session, actor_id, "card_freeze_lifted", now=now, case_id=case_id_of(session, card)
    )


def void(session: Session, card: Card, *, actor_id: UUID | None, now: datetime) -> None:
    """A wrongly issued card opens nothing any more, and whoever came in with it is out."""
    if card.state is CardState.VOID:
        raise WrongState
    card.state, card.voided_at = CardState.VOID, now
    _drop_slot(session, card)
    session.execute(delete(SignIn).where(SignIn.account_id == card.account_id))
    audit.record(session, actor_id, "card_voided", now=now, case_id=case_id_of(session, card))


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


def freeze_by_clock(session: Session, card: Card, why: Frozen, *, now: datetime) -> None:
    """Freeze a card that nobody used for long, or whose case was closed; staff can lift it."""
    _freeze(session, card, why, actor_id=None, now=now)


def _freeze(
    session: Session, card: Card, why: Frozen, *, actor_id: UUID | None, now: datetime
) -> None:
    card.state, card.frozen_at, card.frozen_why = CardState.FROZEN, now, why
    session.execute(delete(SignIn).where(SignIn.account_id == card.account_id))
    audit.record(
        session,
        actor_id,
        "card_frozen",
        now=now,
        case_id=case_id_of(session, card),
        facts={"why": why.value},
    )


def _replace_slot(
    session: Session, card: Card, holder_id: UUID, slot: Slot, *, now: datetime
) -> None:
    _drop_slot(session, card)
    card.slot_id = add_slot(session, holder_id, slot, now=now).id
    card.wrong_pins = 0
    session.flush()


def _drop_slot(session: Session, card: Card) -> None:
    old, card.slot_id = card.slot_id, None
    session.flush()
    if old is not None:
        session.execute(delete(KeySlot).where(KeySlot.id == old))


def case_id_of(session: Session, card: Card) -> UUID:
    """The case of the survivor who holds a card."""
    case_id = session.scalar(select(Case.id).where(Case.survivor_id == card.account_id))
    if case_id is None:
        raise NotFound
    return case_id


def _locator_hash(session: Session, number: str) -> bytes:
    return keyed_hash(key_file(session).pepper, "card-locator", locator(number).encode())
