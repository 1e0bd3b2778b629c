"""The people of the demo with their keys in hand, so that they act through the real services."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from portal.demo.centre import STAFF, SURVIVORS, Colleague
from portal.domain import passphrases
from portal.domain.cards import check_new_pin, new_card_number, secret
from portal.domain.refusals import Refusal
from portal.domain.roles import Role
from portal.services import audit
from portal.services.entry import sessions
from portal.services.entry.cards import NewCard
from portal.services.entry.sessions import SignedIn
from portal.services.running.founding import one_time_passphrase
from portal.vault import (
    Cost,
    KeyPair,
    Slot,
    make_slot,
    new_key_pair,
    random_digits,
    token_hash,
)

T = TypeVar("T")
R = TypeVar("R")

PAGES_IN = {"nl": "nl", "fr": "fr", "ar": "ar", "tr": "nl"}
"""The language of her pages, where it is not English."""
STAFF_SITS = timedelta(hours=4)
SURVIVOR_SITS = timedelta(minutes=10)


@dataclass
class Person:
    """Somebody who can act: keys, and the sign-in that is open just now."""

    name: str
    language: str
    keys: KeyPair
    account_id: UUID = field(init=False)
    holder_id: UUID = field(init=False)
    token: str = ""
    since: datetime | None = None


@dataclass
class StaffPerson(Person):
    """A colleague with a pass phrase and, mostly, an authenticator."""

    colleague: Colleague = field(kw_only=True)
    passphrase: str = field(kw_only=True)
    slot: Slot = field(kw_only=True)
    totp_secret: str = ""
    roles: set[tuple[Role, UUID | None]] = field(default_factory=set)


@dataclass
class Survivor(Person):
    """A survivor with her card; `pin_slot` is the slot she makes when she chooses her PIN."""

    card: NewCard = field(kw_only=True)
    pin: str = field(kw_only=True)
    pin_slot: Slot = field(kw_only=True)
    case_id: UUID = field(init=False)
    director: StaffPerson = field(init=False)
    stand_in: StaffPerson = field(init=False)


def make_staff(pepper: bytes, cost: Cost) -> list[StaffPerson]:
    """The colleagues, each behind one slow pass."""

    def make(colleague: Colleague) -> StaffPerson:
        keys, passphrase = new_key_pair(), one_time_passphrase()
        slot = make_slot(passphrases.secret(passphrase), pepper, keys.private, cost)
        return StaffPerson(
            colleague.name, "nl", keys, colleague=colleague, passphrase=passphrase, slot=slot
        )

    return _on_all_cores(make, STAFF)


def make_survivors(pepper: bytes, cost: Cost, rng: Random) -> list[Survivor]:
    """The survivors with card and PIN, each behind two slow passes."""

    def make(who: tuple[str, str, str]) -> Survivor:
        name, language, pin = who
        number, keys = new_card_number(random_digits), new_key_pair()
        new = make_slot(secret(number, ""), pepper, keys.private, cost)
        chosen = make_slot(secret(number, pin), pepper, keys.private, cost)
        card = NewCard(number, keys, new)
        return Survivor(name, language, keys, card=card, pin=pin, pin_slot=chosen)

    return _on_all_cores(make, [(name, language, _pin(rng)) for name, language in SURVIVORS])


def sign_in(session: Session, person: Person, *, at: datetime) -> SignedIn:
    """This person, signed in at this moment: the open sign-in, or a new one."""
    sits = SURVIVOR_SITS if isinstance(person, Survivor) else STAFF_SITS
    if person.since is None or at - person.since > sits:
        _start(session, person, at=at)
    hers = isinstance(person, Survivor)
    return SignedIn(
        account_id=person.account_id,
        holder_id=person.holder_id,
        session_id=token_hash(person.token),
        keys=person.keys,
        language=PAGES_IN.get(person.language, "en"),
        case_id=person.case_id if isinstance(person, Survivor) else None,
        name="" if hers else person.name,
        roles=frozenset(person.roles) if isinstance(person, StaffPerson) else frozenset(),
        second_factor_at=None if hers else at,
    )


def sign_out(session: Session, people: Iterable[Person]) -> None:
    """Nobody is left signed in when the house opens."""
    for person in people:
        if person.token:
            sessions.end(session, person.token)


def _start(session: Session, person: Person, *, at: datetime) -> None:
    pin = None
    if isinstance(person, Survivor):
        pin = person.pin
        audit.record(session, person.account_id, "signed_in", now=at, case_id=person.case_id)
    else:
        audit.record(session, person.account_id, "passphrase_accepted", now=at)
    sign_out(session, [person])
    language = PAGES_IN.get(person.language, "en")
    person.token = sessions.start(
        session, person.account_id, keys=person.keys, language=language, now=at, pin=pin
    )
    person.since = at


def _pin(rng: Random) -> str:
    while True:
        pin = f"{rng.randrange(10**6):06d}"
        try:
            return check_new_pin(pin, pin)
        except Refusal:
            continue


def _on_all_cores(function: Callable[[T], R], items: Iterable[T]) -> list[R]:
    # The slow pass lets go of the interpreter, so threads really run side by side.
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
        return list(threads.map(function, items))
