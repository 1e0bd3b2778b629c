"""Rows in bulk: cases, colleagues and acts of the shape that the services write."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from bench import houses
from portal.database import Database
from portal.domain.holders import HolderKind
from portal.domain.roles import Role
from portal.models import (
    Account,
    AuditEvent,
    AuditMention,
    Base,
    Case,
    Holder,
    HolderKey,
    Membership,
    Need,
    StaffMember,
)
from tests.people import Person

AT_ONCE = 20_000
KINDS = ("folder_opened", "folder_opened", "folder_opened", "message_sent", "sign_in", "need_sent")
TWO_YEARS = 2 * 365 * 24 * 60
NEAR = 300
"""Acts of the colleague and of the case that are searched for: as many in either house."""


def fill(
    database: Database,
    *,
    cases: int,
    staff: int,
    acts: int,
    near: tuple[Person, Person] | None = None,
) -> None:
    """Fill a house up to these numbers; `near` are a colleague and a survivor to be searched for.

    The other cases belong to the other colleagues, and so do the acts.
    """
    with database.transaction("read") as session:
        own = set(session.scalars(select(StaffMember.account_id)))
        like = session.scalars(select(Case).join(Need, Need.case_id == Case.id)).first()
        assert like is not None
        survivor_id, there = like.survivor_id, _count(session, StaffMember)
    with database.transaction() as session:
        others = _hire(session, staff - there)
    known = _known_cases(database)
    houses.grow(database, survivor_id, cases)
    with database.transaction() as session:
        new = [one for one in session.scalars(select(Case.id)) if one not in known]
        chance = random.Random(7)
        team = others or list(own)
        session.execute(
            update(Case),
            [
                {
                    "id": one,
                    "case_director_id": chance.choice(team),
                    "stand_in_id": chance.choice(team),
                }
                for one in new
            ],
        )
        with _indexed_afterwards(session, AuditEvent):
            if near is not None:
                assert near[1].case_id is not None
                _write(session, _acts([near[1].case_id], [near[0].account_id], NEAR))
            _write(session, _acts(new, team, acts))
    database.overwrite_what_was_deleted()


@contextmanager
def _indexed_afterwards(session: Session, model: type[Base]) -> Iterator[None]:
    """Millions of random keys are sorted once instead of one by one."""
    table = model.__table__
    assert isinstance(table, Table)
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = -1000000")
    for index in table.indexes:
        index.drop(connection)
    yield
    for index in table.indexes:
        index.create(connection)


def _count(session: Session, table: Any) -> int:
    return len(session.execute(select(table.account_id)).all())


def _known_cases(database: Database) -> set[UUID]:
    with database.transaction("read") as session:
        return set(session.scalars(select(Case.id)))


def _hire(session: Session, number: int) -> list[UUID]:
    """Colleagues who can sign in to nothing, but are in every table in which one is looked for."""
    now, made = datetime.now(UTC), []
    rows: dict[Any, list[dict[str, Any]]] = {
        Holder: [], HolderKey: [], Account: [], StaffMember: [], Membership: []
    }  # fmt: skip
    for _ in range(max(0, number)):
        holder, account = uuid4(), uuid4()
        made.append(account)
        rows[Holder].append(
            {"id": holder, "kind": HolderKind.STAFF, "version": 1, "created_at": now}
        )
        rows[HolderKey].append(
            {
                "holder_id": holder,
                "version": 1,
                "public": uuid4().bytes * 2,
                "mac": uuid4().bytes * 2,
                "created_at": now,
            }
        )
        rows[Account].append({"id": account, "holder_id": holder, "created_at": now})
        rows[StaffMember].append(
            {"account_id": account, "email": f"{account.hex}@house.example", "name": account.hex}
        )
        rows[Membership].append({"id": uuid4(), "account_id": account, "role": Role.CASE_DIRECTOR})
    for table, values in rows.items():
        if values:
            session.execute(insert(table), values)
    return made


def _acts(cases: list[UUID], actors: list[UUID], number: int) -> Iterator[dict[str, Any]]:
    """Acts of two years in the chains of these cases; the last ones are of this minute."""
    chance, now = random.Random(11), datetime.now(UTC)
    a_chain = max(1, number // len(cases))
    for place in range(number):
        case = cases[(place // a_chain) % len(cases)]
        yield {
            "id": uuid4(),
            "chain": f"case:{case.hex}",
            "number": 1_000_000 + place,
            "at": now - timedelta(minutes=chance.randrange(TWO_YEARS)),
            "kind": chance.choice(KINDS),
            "actor_id": chance.choice(actors),
            "case_id": case,
            "facts": {"folder": "needs", "purpose": "case"},
            "salt": b"s" * 16,
            "commitment": b"c" * 32,
            "link": b"l" * 32,
        }


def _write(session: Session, acts: Iterator[dict[str, Any]]) -> None:
    few: list[dict[str, Any]] = []
    for act in acts:
        few.append(act)
        if len(few) == AT_ONCE:
            _write_some(session, few)
            few = []
    if few:
        _write_some(session, few)


def _write_some(session: Session, acts: list[dict[str, Any]]) -> None:
    session.execute(insert(AuditEvent), acts)
    # One in ten is a list of names, in which several cases stand.
    session.execute(
        insert(AuditMention),
        [{"case_id": one["case_id"], "at": one["at"], "event_id": one["id"]} for one in acts[::10]],
    )
