"""Persons for tests: plain functions that make a house and the people in it through the services.

house = a_house(database, app_house)          a centre with teams that have members
house.director, house.moderator, ...          staff, each a `Person` with everything to sign in
her = house.a_survivor(name="Amal")           a case with an activated card
with house.acting(her) as (session, acting):  act as somebody, in a transaction
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import Database
from portal.domain import passphrases
from portal.domain.cards import secret
from portal.domain.decisions import DecisionState
from portal.domain.holders import HolderKind
from portal.domain.needs import Category, HowSoon, NeedAnswer, Statement
from portal.domain.promises import DEFAULT_PROMISES
from portal.domain.readiness import Outcome, Readiness, Said
from portal.domain.roles import Role
from portal.domain.safe_contact import Channel
from portal.domain.services import ServiceKind, ServiceState
from portal.domain.timeline import EntryLane
from portal.models import (
    Account,
    Case,
    Centre,
    Decision,
    Holder,
    SafeContact,
    SecondFactor,
    Service,
)
from portal.services.case_work import opening
from portal.services.colleagues import staff
from portal.services.entry import cards, sessions
from portal.services.entry.sessions import SignedIn
from portal.services.house import House
from portal.services.keys import holders
from portal.services.moderation import deciding
from portal.services.needs import statements
from portal.services.timeline import writing as timeline
from portal.vault import KeyPair, new_key_pair, new_recovery, seal_to

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""A Monday, noon in Brussels: the house is open."""
READY = Readiness(Said.YES, Said.YES, Said.NO, Said.NO, Said.NOT_KNOWN, Outcome.YES)
"""What a survivor answers for whom a portal is good."""
PIN = "274951"
PASSPHRASE = "a calm walk along the canal"


@dataclass
class Person:
    """Somebody with everything needed to sign in."""

    account_id: UUID
    holder_id: UUID
    keys: KeyPair
    name: str
    email: str = ""
    passphrase: str = ""
    totp_secret: str = ""
    card: str = ""
    pin: str = ""
    case_id: UUID | None = None
    case_number: str = ""

    def code(self, at: datetime = NOON) -> str:
        """What her authenticator shows at a moment."""
        return pyotp.TOTP(self.totp_secret).at(at)


def a_sign_in(
    session: Session, person: Person, *, now: datetime, second_factor_at: datetime | None = None
) -> str:
    """The token of somebody who is signed in, without the way through the door."""
    return sessions.start(
        session,
        person.account_id,
        keys=person.keys,
        language="en",
        now=now,
        pin=person.pin or None,
        second_factor_at=second_factor_at,
    )


@dataclass
class TestHouse:
    """A centre and the people who work in it."""

    __test__ = False

    database: Database
    house: House
    sheets: tuple[list[str], list[str]]
    director: Person
    stand_in: Person
    moderator: Person
    coordinator: Person
    auditor: Person
    services: dict[ServiceKind, Service] = field(default_factory=dict)
    workers: dict[ServiceKind, Person] = field(default_factory=dict)

    def copied_to(self, database: Database, house: House) -> TestHouse:
        """The same people, whom a test may change, in a copy of the database."""
        people: dict[str, Any] = {
            one.name: replace(person)
            for one in fields(self)
            if isinstance(person := getattr(self, one.name), Person)
        }
        workers = {kind: replace(worker) for kind, worker in self.workers.items()}
        return replace(self, database=database, house=house, workers=workers, **people)

    @contextmanager
    def acting(
        self, person: Person, *, now: datetime = NOON, second_factor_at: datetime | None = NOON
    ) -> Iterator[tuple[Session, SignedIn]]:
        """Act as somebody in a transaction of their own, with a live sign-in."""
        with self.database.transaction() as session:
            proved_at = None if person.case_id else second_factor_at
            token = a_sign_in(session, person, now=now, second_factor_at=proved_at)
            acting = sessions.find(session, token, now=now)
            assert acting is not None
            yield session, acting

    def a_survivor(
        self,
        name: str = "Amal",
        *,
        language: str = "ar",
        director: Person | None = None,
        stand_in: Person | None = None,
        activated: bool = True,
        code_word: str | None = "blue kettle",
        pin: str = PIN,
        now: datetime = NOON,
    ) -> Person:
        """A survivor with a case; her card is activated with the PIN unless it is still new."""
        director, stand_in = director or self.director, stand_in or self.stand_in
        new = cards.prepare(self.house)
        with self.acting(director, now=now) as (session, acting):
            case, _ = opening.open_case(
                session,
                acting,
                new,
                name=name,
                language=language,
                case_director_id=director.account_id,
                stand_in_id=stand_in.account_id,
                readiness=READY,
                code_word=code_word,
                now=now,
            )
            case_id, case_number, account_id = case.id, case.number, case.survivor_id
        if activated:
            slot = self.house.new_slot(secret(new.number, pin), new.keys.private)
            with self.database.transaction() as session:
                found = cards.find_by_number(session, new.number)
                assert found is not None
                cards.activate(session, found[0], slot, now=now)
        with self.database.transaction() as session:
            account = session.get_one(Account, account_id)
            # Whoever is new reads first what the pages cannot hide: a test of its own.
            account.knows_limits_at = now if activated else None
            holder_id = account.holder_id
        return Person(
            account_id=account_id,
            holder_id=holder_id,
            keys=new.keys,
            name=name,
            card=new.number,
            pin=pin if activated else "",
            case_id=case_id,
            case_number=case_number,
        )

    def a_need(
        self,
        her: Person,
        category: Category = Category.HOME,
        *,
        words: str | None = "The lock of my door is broken.",
        how_soon: HowSoon = HowSoon.THIS_WEEK,
        now: datetime = NOON,
        **closing: Any,
    ) -> UUID:
        """A need that she sent to the desk."""
        with self.acting(her, now=now) as (session, acting):
            statement = Statement(needs=(NeedAnswer(category, how_soon, words),), **closing)
            return statements.send(session, acting, statement, now=now)[0].id

    def an_entry(
        self,
        her: Person,
        words: str = "The letter of the court has come.",
        *,
        lane: EntryLane = EntryLane.JUSTICE,
        reason: str = "She waits for it.",
        by: Person | None = None,
        now: datetime = NOON,
    ) -> UUID:
        """An entry that her case team wrote; gives the question whether she may be shown it."""
        assert her.case_id is not None
        who = by or self.director
        with self.acting(who, now=now, second_factor_at=now) as (session, acting):
            return timeline.write(
                session, acting, her.case_id, lane, words, reason=reason, now=now
            ).id

    def asks_her(
        self, her: Person, channel: Channel, *, by: Person | None = None, now: datetime = NOON
    ) -> None:
        """A colleague called her about the new address that waits, and says yes to it."""
        decision_id = self.question_about(her, channel)
        assert decision_id is not None
        who = by or self.moderator
        with self.acting(who, now=now, second_factor_at=now) as (session, acting):
            deciding.accept(session, acting, decision_id, now=now)

    def question_about(self, her: Person, channel: Channel) -> UUID | None:
        """What waits about a new address of hers; None when nothing does."""
        asked = (
            select(Decision.id)
            .join(SafeContact, SafeContact.id == Decision.subject_id)
            .where(
                SafeContact.case_id == her.case_id,
                SafeContact.channel == channel,
                Decision.state == DecisionState.WAITING,
            )
        )
        with self.database.transaction("read") as session:
            return session.scalars(asked).one_or_none()

    def case_of(self, session: Session, person: Person) -> Case:
        """The case row of a survivor."""
        case = session.scalar(select(Case).where(Case.survivor_id == person.account_id))
        assert case is not None
        return case

    def a_colleague(
        self,
        name: str,
        *roles: tuple[Role, UUID | None],
        second_factor: bool = True,
        now: datetime = NOON,
    ) -> Person:
        """One more member of staff."""
        with self.database.transaction() as session:
            return _hire(session, self.house, name, *roles, second_factor=second_factor, now=now)


SERVICES = (
    (ServiceKind.POLICE, "Police desk", "1st floor, desk 2"),
    (ServiceKind.PROSECUTOR, "Prosecutor's desk", "1st floor, desk 4"),
    (ServiceKind.HOUSING, "Housing desk", "2nd floor, desk 1"),
    (ServiceKind.CENTRE_WORK, "Centre work", "Ground floor, desk 1"),
)


def a_house(database: Database, house: House, *, now: datetime = NOON) -> TestHouse:
    """A centre with four services, each with one worker, and everybody a case needs."""
    public, one, two = new_recovery()
    with database.transaction() as session:
        _centre(session, now)
        holders.new_holder(session, HolderKind.RECOVERY, now=now, public=public)
        holders.new_holder(session, HolderKind.HOUSE, now=now, public=house.key_file.house.public)
        for team in (HolderKind.DESK, HolderKind.COORDINATORS, HolderKind.AUDITORS):
            holders.new_holder(session, team, now=now)
        services = {kind: _service(session, kind, name, at, now) for kind, name, at in SERVICES}
        centre_work = services[ServiceKind.CENTRE_WORK]
        lead = (Role.CASE_DIRECTOR, centre_work.id)
        made = TestHouse(
            database=database,
            house=house,
            sheets=(one, two),
            director=_hire(session, house, "Els", lead, now=now),
            stand_in=_hire(session, house, "Karim", lead, now=now),
            moderator=_hire(session, house, "Mona", (Role.MODERATOR, None), now=now),
            coordinator=_hire(session, house, "Cora", (Role.COORDINATOR, None), now=now),
            auditor=_hire(session, house, "Adil", (Role.AUDITOR, None), now=now),
            services=services,
        )
        for kind, service in services.items():
            name = f"Worker {kind.value.replace('_', ' ')}"
            made.workers[kind] = _hire(
                session, house, name, (Role.SERVICE_STAFF, service.id), now=now
            )
    return made


def _centre(session: Session, now: datetime) -> None:
    session.add(
        Centre(
            id=1,
            name="Test house",
            country="BE",
            zone="Europe/Brussels",
            languages=["nl", "fr", "en", "ar"],
            opens=time(9),
            closes=time(17),
            weekdays=[0, 1, 2, 3, 4],
            promises={
                lane.value: [promise.amount, promise.span.value]
                for lane, promise in DEFAULT_PROMISES.items()
            },
            is_demo=False,
            created_at=now,
        )
    )
    session.flush()


def _service(session: Session, kind: ServiceKind, name: str, place: str, now: datetime) -> Service:
    holder: Holder = holders.new_holder(session, HolderKind.SERVICE, now=now)
    service = Service(
        kind=kind,
        name=name,
        state=ServiceState.OPEN,
        holder_id=holder.id,
        languages=["nl", "en"],
        place=place,
    )
    session.add(service)
    session.flush()
    return service


def _hire(
    session: Session,
    house: House,
    name: str,
    *roles: tuple[Role, UUID | None],
    second_factor: bool = True,
    now: datetime,
) -> Person:
    keys, secret_32 = new_key_pair(), pyotp.random_base32()
    email = f"{name.casefold().replace(' ', '.')}@house.example"
    member = staff.add_member(
        session,
        email=email,
        name=name,
        keys=keys,
        slot=house.new_slot(passphrases.secret(PASSPHRASE), keys.private),
        now=now,
    )
    for role, service_id in roles:
        staff.give_role(session, member.account_id, role, now=now, service_id=service_id)
    if second_factor:
        session.add(
            SecondFactor(
                account_id=member.account_id,
                sealed=seal_to(keys.public, secret_32.encode()),
                last_step=0,
                created_at=now,
                confirmed_at=now,
            )
        )
        session.flush()
    account = session.get_one(Account, member.account_id)
    account.knows_limits_at = now
    return Person(
        account_id=member.account_id,
        holder_id=account.holder_id,
        keys=keys,
        name=name,
        email=email,
        passphrase=PASSPHRASE,
        totp_secret=secret_32,
    )
