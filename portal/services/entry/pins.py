"""PINs: changed by her, and counted when they are wrong."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState, Frozen
from portal.domain.cards import (
    WRONG_PINS_BEFORE_FREEZE,
    CardDoesNotOpen,
    check_new_pin,
    parse_card_number,
    plain_digits,
    secret,
)
from portal.models import Account, Card
from portal.services import audit
from portal.services.entry.cards import case_id_of, find_by_number, locator_hash, replace_slot
from portal.services.entry.sessions import end_all
from portal.services.entry.slots import as_slot
from portal.services.entry.stopped_cards import freeze_by_rule, void
from portal.services.holding import hold_account
from portal.services.house import House, Transactions
from portal.vault import WrongSecret


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
        tried = found[1] if fits and found is not None else None
    if tried is None:
        raise CardDoesNotOpen
    try:
        private = house.try_slot(secret(number, plain_digits(pin) or ""), as_slot(tried))
    except WrongSecret:
        with transactions("write") as session:
            count_wrong_pin(session, account_id, now=now)
        raise CardDoesNotOpen from None
    new_slot = house.new_slot(secret(number, fresh), private)
    with transactions("write") as session:
        hold_account(session, account_id)
        card = session.scalar(
            select(Card).where(Card.slot_id == tried.id, Card.state == CardState.ACTIVE)
        )
        if card is None:
            # Stopped, or opened by another PIN already, during the slow passes.
            raise CardDoesNotOpen
        replace_slot(
            session, card, session.get_one(Account, account_id).holder_id, new_slot, now=now
        )
        end_all(session, account_id, but=session_id)
        audit.record(session, account_id, "pin_changed", now=now, case_id=case_id_of(session, card))


def count_wrong_pin(session: Session, account_id: UUID, *, now: datetime) -> None:
    """Count a wrong PIN; the tenth freezes the card and ends her sign-ins."""
    hold_account(session, account_id)
    card = session.scalar(
        update(Card)
        .where(Card.account_id == account_id, Card.state == CardState.ACTIVE)
        .values(wrong_pins=Card.wrong_pins + 1)
        .returning(Card)
        .execution_options(populate_existing=True)
    )
    if card is not None and card.wrong_pins >= WRONG_PINS_BEFORE_FREEZE:
        freeze_by_rule(session, card, Frozen.WRONG_PINS, now=now)


def count_wrong_activation(session: Session, number: str, *, now: datetime) -> None:
    """Count wrong digits of a new card; after the tenth it is void, and staff give another."""
    this = Card.locator_hash == locator_hash(session, number), Card.state == CardState.NEW
    account_id = session.scalar(select(Card.account_id).where(*this))
    if account_id is None:
        return
    hold_account(session, account_id)
    card = session.scalar(
        update(Card)
        .where(*this)
        .values(wrong_pins=Card.wrong_pins + 1)
        .returning(Card)
        .execution_options(populate_existing=True)
    )
    if card is not None and card.wrong_pins >= WRONG_PINS_BEFORE_FREEZE:
        void(session, card, actor_id=None, now=now)


def forget_wrong_pins(session: Session, account_id: UUID) -> None:
    """A right PIN starts the count again."""
    session.execute(
        update(Card).where(Card.account_id == account_id, Card.wrong_pins > 0).values(wrong_pins=0)
    )
