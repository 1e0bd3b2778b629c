"""The house that is measured: real people with real keys, and many more cases around them.

What a measured request opens was made through the services: sealed, granted, accounted for. The
other cases, up to 100,000, are rows of the same shape, copied in bulk; they fill the same tables
and indexes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.database import Database, migrate
from portal.domain.folders import FolderKind
from portal.domain.needs import Category, HowSoon
from portal.models import (
    Account,
    Base,
    Card,
    Case,
    Decision,
    Folder,
    Grant,
    Holder,
    HolderKey,
    Message,
    Need,
    SignIn,
    Statement,
    Thread,
)
from portal.services.house import House
from portal.services.keys.reading import open_folder
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses
from tests.people import Person, TestHouse, a_house, a_sign_in

FIRST_READERS = 60
"""Each case has one chain of acts, on which those who read in it at once wait for each other."""
STOCK = (
    "Good morning. I come on Thursday. Can my son come too?",
    "Yes. There is somebody who plays with him while we talk.",
    "The letter of the court came today. I do not understand page two. Can we read it together?",
    "Bring it along. We read it together, line by line. You do not have to answer it alone.",
    "Thank you. I slept better this week.",
)


@dataclass
class People:
    """Who is measured, before anybody signs in."""

    tests: TestHouse
    survivors: dict[int, Person]
    writers: list[Person]
    first_readers: list[Person]


@dataclass
class MeasuredHouse:
    """Who is measured in one house, with live sign-ins."""

    survivors: dict[int, tuple[Person, str]]
    writers: list[tuple[Person, str]]
    director_token: str
    moderator_token: str
    fresh_tokens: list[str]


def settings_in(data: Path, url: str | None = None) -> Settings:
    """Those of a house in this directory, or in the PostgreSQL database of this address."""
    variables = {"PORTAL_DATA": str(data), "PORTAL_STAFF_HOST": "staff.localhost"}
    if url:
        variables["PORTAL_DATABASE_URL"] = url
    return Settings.from_environment(variables)


def open_new(settings: Settings) -> tuple[Database, House]:
    """An empty house in a new directory, its tables made."""
    settings.data_dir.mkdir()
    key_file = KeyFile.create(settings.key_file)
    database = Database(settings.database_url, key_file, settings)
    migrate(database)
    passes = SlowPasses(settings.data_dir / "slow-passes", settings.slow_pass_slots)
    return database, House(settings, key_file, passes)


def database_of(settings: Settings) -> Database:
    """The database of a house that is there already."""
    return Database(settings.database_url, KeyFile.load(settings.key_file), settings)


def build(database: Database, house: House, *, lengths: Iterable[int], writers: int) -> People:
    """A house with one survivor for each length of thread, and `writers` who send messages."""
    now = datetime.now(UTC)
    tests = a_house(database, house, now=now)
    made = {length: tests.a_survivor(f"Reader {length}", now=now) for length in lengths}
    for length, her in made.items():
        _fill_thread(tests, her, length, now=now)
        tests.a_need(her, Category.HOME, how_soon=HowSoon.LATER, now=now)
    readers = [tests.a_survivor(f"First reader {n}", now=now) for n in range(FIRST_READERS)]
    for her in readers:
        _fill_thread(tests, her, 50, now=now)
    writing = [tests.a_survivor(f"Writer {number}", now=now) for number in range(writers)]
    return People(tests, made, writing, readers)


def sign_everybody_in(people: People, database: Database, *, fresh: int) -> MeasuredHouse:
    """Live sign-ins in one house; `fresh` of them, of the first readers, have read nothing yet."""
    now, tests = datetime.now(UTC), replace(people.tests, database=database)
    return MeasuredHouse(
        survivors={
            length: (her, sign_in(tests, her, now)) for length, her in people.survivors.items()
        },
        writers=[(her, sign_in(tests, her, now)) for her in people.writers],
        director_token=sign_in(tests, tests.director, now),
        moderator_token=sign_in(tests, tests.moderator, now),
        fresh_tokens=_fresh_sign_ins(tests, people.first_readers, fresh, now),
    )


def grow(database: Database, survivor_id: UUID, number: int) -> None:
    """Fill the house up to this many cases, with rows of the same shape as hers."""
    with database.transaction("read") as session:
        there = int(session.scalar(select(func.count()).select_from(Case)) or 0)
        case = session.scalars(select(Case).where(Case.survivor_id == survivor_id)).one()
        rows = _rows_of(session, case)
    for start in range(there, number, 1000):
        with database.transaction() as session:
            _copy(session, case, rows, min(1000, number - start), start)
        # Else whoever writes next takes all of it into the file, and everybody waits meanwhile.
        database.overwrite_what_was_deleted()


def staff_page(token: str, path: str) -> bytes:
    """A colleague's browser asks for a page."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: staff.localhost\r\nCookie: s={token}\r\n"
        "Accept-Encoding: gzip\r\n\r\n"
    ).encode()


def sign_in(tests: TestHouse, person: Person, now: datetime) -> str:
    """The token of a live sign-in."""
    with tests.database.transaction() as session:
        return _begin(session, person, now)


def _begin(session: Session, person: Person, now: datetime) -> str:
    proved_at = None if person.case_id else now
    return a_sign_in(session, person, now=now, second_factor_at=proved_at)


def _fresh_sign_ins(
    tests: TestHouse, readers: list[Person], number: int, now: datetime
) -> list[str]:
    """Many live sign-ins of each of some survivors: only a bench has them, a new one ends the last.

    Those that follow each other are of different people: nobody reads a second time for the first
    time while she still reads the first.
    """
    each = -(-number // len(readers))
    tokens = [_sign_ins_of(tests, her, each, now) for her in readers]
    return [token for turn in zip(*tokens, strict=True) for token in turn]


def _sign_ins_of(tests: TestHouse, her: Person, number: int, now: datetime) -> list[str]:
    tokens, rows = [], []
    with tests.database.transaction() as session:
        for _ in range(number):
            tokens.append(_begin(session, her, now))
            row = session.scalars(select(SignIn).where(SignIn.account_id == her.account_id)).one()
            # Whoever reads as soon as she has signed in does not slide her sign-in along as well;
            # the bench comes to the last of these minutes later.
            rows.append(_as_values(row) | {"last_seen_at": now + timedelta(hours=1)})
        if ended := rows[:-1]:
            session.execute(insert(SignIn), ended)
    return tokens


def _fill_thread(tests: TestHouse, her: Person, length: int, *, now: datetime) -> None:
    assert her.case_id is not None
    with tests.acting(her, now=now) as (session, acting):
        thread = session.scalars(select(Thread).where(Thread.case_id == her.case_id)).one()
        folder = open_folder(
            session, acting, her.case_id, FolderKind.CONVERSATION, purpose="bench", now=now
        )
        values: list[dict[str, Any]] = []
        for number in range(1, length + 1):
            is_hers = number % 2 == 1
            message = Message(
                thread_id=thread.id,
                number=number,
                from_survivor=is_hers,
                author_id=her.account_id if is_hers else tests.director.account_id,
                written_at=now - timedelta(minutes=length - number),
                seen_at=now,
                seen_by_id=tests.director.account_id if is_hers else her.account_id,
            )
            folder.write(message, "body", STOCK[number % len(STOCK)])
            values.append(_as_values(message))
        for start in range(0, len(values), 5000):
            session.execute(insert(Message), values[start : start + 5000])
        thread.last_number = length


def _rows_of(session: Session, case: Case) -> dict[type[Base], list[dict[str, Any]]]:
    account = session.get_one(Account, case.survivor_id)
    folders = session.scalars(select(Folder).where(Folder.case_id == case.id)).all()
    folder_ids = [folder.id for folder in folders]
    found: dict[type[Base], Iterable[Any]] = {
        Holder: [session.get_one(Holder, account.holder_id)],
        HolderKey: session.scalars(
            select(HolderKey).where(HolderKey.holder_id == account.holder_id)
        ),
        Account: [account],
        Case: [case],
        Card: session.scalars(select(Card).where(Card.account_id == account.id)),
        Folder: folders,
        Grant: session.scalars(select(Grant).where(Grant.folder_id.in_(folder_ids))),
        Thread: session.scalars(select(Thread).where(Thread.case_id == case.id)),
        Statement: session.scalars(select(Statement).where(Statement.case_id == case.id)),
        Need: session.scalars(select(Need).where(Need.case_id == case.id)),
        Decision: session.scalars(select(Decision).where(Decision.case_id == case.id)),
    }
    return {table: [_as_values(row) for row in rows] for table, rows in found.items()}


def _copy(
    session: Session,
    case: Case,
    rows: dict[type[Base], list[dict[str, Any]]],
    number: int,
    start: int,
) -> None:
    copies: dict[type[Base], list[dict[str, Any]]] = {table: [] for table in rows}
    kept = {case.case_director_id, case.stand_in_id, case.opened_by_id}
    for place in range(number):
        fresh: dict[UUID, UUID] = {}
        for originals in rows.values():
            for original in originals:
                if "id" in original:
                    fresh[original["id"]] = uuid4()
        for table, originals in rows.items():
            for original in originals:
                copy = {
                    name: fresh.get(value, value)
                    if isinstance(value, UUID) and value not in kept
                    else value
                    for name, value in original.items()
                }
                copies[table].append(_make_unlike(table, copy, start + place))
    for table, values in copies.items():
        session.execute(insert(table), values)


def _make_unlike(table: type[Base], copy: dict[str, Any], number: int) -> dict[str, Any]:
    """What must be unique, and what keeps the copies out of the measured lists."""
    if table is Case:
        copy["number"] = f"~{number:07d}"
    if table is Card:
        copy |= {"locator_hash": uuid4().bytes * 2, "slot_id": None}
    if table is Decision:
        # The desk's own queue does not grow with the number of cases in the house.
        copy["state"] = "accepted"
    return copy


def _as_values(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__mapper__.columns}
