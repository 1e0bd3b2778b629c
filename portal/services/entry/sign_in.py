"""Coming in: with card and PIN, or with work address and pass phrase.

Every attempt costs exactly one slow pass, known or unknown, right or wrong, and no transaction is
open during it. Only a wrong check digit is answered at once: it tells nothing about any account.
"""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_address
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain import passphrases
from portal.domain.accounts import CardState
from portal.domain.cards import (
    CardDoesNotOpen,
    check_new_pin,
    locator,
    parse_card_number,
    plain_digits,
    secret,
)
from portal.domain.passphrases import SignInDoesNotOpen
from portal.domain.words import clean
from portal.models import Account, Card, KeySlot, StaffMember
from portal.services import audit
from portal.services.entry import cards, pins, sessions, slots, tries
from portal.services.holding import hold_account
from portal.services.house import House, Transactions
from portal.vault import KeyPair, Slot, WrongSecret, decoy_slot, key_pair_from

FAILURES_PER_ADDRESS = 60
"""Within a quarter of an hour: a shelter with thirty phones shares one address."""
FAILURES_PER_ACCOUNT = 10
SPAN = timedelta(minutes=15)


def sign_in_with_card(
    transactions: Transactions,
    house: House,
    *,
    card: str,
    pin: str,
    language: str,
    address: bytes,
    now: datetime,
    new_pin_again: str | None = None,
) -> str:
    """The token of a survivor's sign-in. A card that is new gets its PIN (`new_pin_again` given).

    Raises CheckDigitWrong, a Pin… refusal for a new PIN, SlowDown, Busy, and CardDoesNotOpen for
    everything else: unknown, wrong, expired, frozen and void look the same.
    """
    number = parse_card_number(card)
    is_new = new_pin_again is not None
    new_pin = check_new_pin(pin, new_pin_again) if new_pin_again is not None else ""
    with transactions("read") as session:
        _check_address(session, address, now=now)
        # A second tap, or a form sent again after its answer was lost: the card has come to life
        # with this PIN a moment ago, and this is an ordinary sign-in.
        is_new = is_new and not _is_active(session, number)
        card_tried, slot = _slot_of_card(session, number, is_new=is_new, house=house, now=now)
    tried = secret(number, "" if is_new else plain_digits(pin) or "")
    try:
        private = house.try_slot(tried, slot)
    except WrongSecret:
        private = None
    if private is None or card_tried is None:
        with transactions("write") as session:
            _count_address(session, address, now=now)
            if is_new:
                pins.count_wrong_activation(session, number, now=now)
            elif card_tried is not None:
                pins.count_wrong_pin(session, card_tried.account_id, now=now)
        raise CardDoesNotOpen
    new_slot = house.new_slot(secret(number, new_pin), private) if is_new else None
    with transactions("write") as session:
        return _come_in(
            session,
            card_tried,
            key_pair_from(private),
            new_slot=new_slot,
            pin=new_pin or plain_digits(pin) or "",
            language=language,
            now=now,
        )


def sign_in_with_passphrase(
    transactions: Transactions,
    house: House,
    *,
    email: str,
    passphrase: str,
    language: str,
    address: bytes,
    now: datetime,
) -> str:
    """The token of a staff sign-in that still lacks its second factor.

    Raises SignInDoesNotOpen, SlowDown or Busy.
    """
    who = clean(email).casefold().encode()
    with transactions("read") as session:
        _check_address(session, address, now=now)
        tries.check(session, "staff", who, limit=FAILURES_PER_ACCOUNT, within=SPAN, now=now)
        found = session.execute(
            select(StaffMember.account_id, KeySlot)
            .join(KeySlot, KeySlot.id == StaffMember.slot_id)
            .where(
                StaffMember.email == who.decode(),
                StaffMember.left_at.is_(None),
                or_(KeySlot.expires_at.is_(None), KeySlot.expires_at > now),
            )
        ).one_or_none()
    slot = slots.as_slot(found[1]) if found else decoy_slot(house.key_file.pepper, who, house.cost)
    try:
        private = house.try_slot(passphrases.secret(passphrase), slot)
    except WrongSecret:
        private = None
    with transactions("write") as session:
        # The pass phrase may have been changed, or the colleague have left, during the slow pass.
        if private is None or found is None or not _still_opens(session, *found):
            _count_address(session, address, now=now)
            tries.count(session, "staff", who, within=SPAN, now=now)
        else:
            tries.forget(session, "staff", who)
            keys = key_pair_from(private)
            token = sessions.start(session, found[0], keys=keys, language=language, now=now)
            audit.record(session, found[0], "passphrase_accepted", now=now)
            return token
    raise SignInDoesNotOpen


def _still_opens(session: Session, account_id: UUID, slot: KeySlot) -> bool:
    here = select(StaffMember.account_id).where(
        StaffMember.account_id == account_id,
        StaffMember.slot_id == slot.id,
        StaffMember.left_at.is_(None),
    )
    return session.scalar(here.with_for_update()) is not None


def _check_address(session: Session, address: bytes, *, now: datetime) -> None:
    who = _of_today(address, now)
    tries.check(session, "address", who, limit=FAILURES_PER_ADDRESS, within=SPAN, now=now)


def _count_address(session: Session, address: bytes, *, now: datetime) -> None:
    tries.count(session, "address", _of_today(address, now), within=SPAN, now=now)


def _of_today(address: bytes, now: datetime) -> bytes:
    # Hashed with the day: two days of one address cannot be told to be one.
    return b"%b %b" % (now.astimezone(UTC).date().isoformat().encode(), _network(address))


def _network(address: bytes) -> bytes:
    """What counts as one address: a line with IPv6 has 2**64 of them to try from."""
    try:
        found = ip_address(address.decode("ascii"))
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return address
    return found.ipv4_mapped.packed if found.ipv4_mapped else found.packed[:8]


def _is_active(session: Session, number: str) -> bool:
    found = cards.find_by_number(session, number)
    return found is not None and found[0].state is CardState.ACTIVE


def _slot_of_card(
    session: Session, number: str, *, is_new: bool, house: House, now: datetime
) -> tuple[Card | None, Slot]:
    """The card and its slot to try, or a decoy that never opens: the pass is always paid."""
    found = cards.find_by_number(session, number)
    if found is not None:
        card, slot = found
        if slot is not None and cards.opens_now(card, new=is_new, now=now):
            return card, slots.as_slot(slot)
    return None, decoy_slot(house.key_file.pepper, locator(number).encode(), house.cost)


def _come_in(
    session: Session,
    tried: Card,
    keys: KeyPair,
    *,
    new_slot: Slot | None,
    pin: str,
    language: str,
    now: datetime,
) -> str:
    # The card may have been voided, frozen or activated elsewhere during the slow pass, or have
    # got another PIN; from here on none of it happens.
    hold_account(session, tried.account_id)
    card = session.get(Card, tried.id)
    if card is None or card.slot_id != tried.slot_id:
        raise CardDoesNotOpen
    if not cards.opens_now(card, new=new_slot is not None, now=now):
        raise CardDoesNotOpen
    if new_slot is not None:
        cards.activate(session, card, new_slot, now=now)
    pins.forget_wrong_pins(session, card.account_id)
    account = session.get_one(Account, card.account_id)
    token = sessions.start(session, account.id, keys=keys, language=language, pin=pin, now=now)
    audit.record(
        session,
        account.id,
        "signed_in",
        now=now,
        case_id=cards.case_id_of(session, card),
    )
    return token
