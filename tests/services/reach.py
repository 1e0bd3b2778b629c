"""What somebody can open: as the house lets them, and with bare keys against a stolen database.

Both answer with names such as "need.own_words", so that a test can say who reads what.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind
from portal.domain.refusals import NotFound
from portal.models import (
    Addition,
    Appointment,
    Case,
    Decision,
    Draft,
    Folder,
    Grant,
    HolderKey,
    Message,
    Need,
    Reading,
    Referral,
    SafeContact,
    StaffNote,
    Statement,
    TeamCopy,
    Thread,
    TimelineEntry,
)
from portal.services.entry.sessions import SignedIn
from portal.services.keys.reading import open_folder
from portal.services.telling.ways import FOLDERS
from portal.vault import CannotOpen, KeyPair, Place, open_sealed, open_value, sealed_version
from tests.people import NOON, Person, TestHouse

Keys = dict[tuple[UUID, int], set[bytes]]
"""Folder keys by folder and version."""


Where = tuple[Any, str, FolderKind, UUID | None]
"""A row, its column, and the kind (and referral) of the folder."""


class Sealed:
    """One sealed value and the folder it belongs to."""

    def __init__(self, row: Any, column: str, folder: Folder) -> None:
        self.row, self.column, self.folder = row, column, folder
        self.bytes: bytes = getattr(row, column)
        self.name = f"{row.__tablename__}.{column}"
        self.version = sealed_version(self.bytes)

    def opens_with(self, keys: Keys) -> bool:
        """Whether one of these keys opens it in its place."""
        place = Place(
            self.row.__tablename__, self.row.id, self.column, self.folder.id, self.version
        )
        return any(
            _opens(key, place, self.bytes) for key in keys.get((self.folder.id, self.version), ())
        )


def case_of(person: Person) -> UUID:
    """The case of a survivor."""
    assert person.case_id is not None
    return person.case_id


def everything_sealed(session: Session, case_id: UUID) -> list[Sealed]:
    """Every sealed value of a case, in all tables."""
    folders = {
        (folder.kind, folder.referral_id): folder
        for folder in session.scalars(select(Folder).where(Folder.case_id == case_id))
    }
    return [
        Sealed(row, column, folders[kind, referral_id])
        for row, column, kind, referral_id in _rows(session, case_id)
        if getattr(row, column) is not None
    ]


def read_through_the_house(
    the_house: TestHouse, person: Person, case_id: UUID | None, *, now: datetime = NOON
) -> set[str]:
    """What the services would let somebody read of a case, rules of their roles left aside."""
    assert case_id is not None
    found = set()
    with the_house.acting(person, now=now) as (session, acting):
        for sealed in everything_sealed(session, case_id):
            if _read(session, acting, sealed, now):
                found.add(sealed.name)
        session.rollback()
    return found


def keys_of(session: Session, person: Person) -> Keys:
    """Every folder key that somebody's private half gets out of the bare rows, ended or not."""
    pairs = [person.keys, *_team_pairs(session, person)]
    found: Keys = {}
    for grant in session.scalars(select(Grant)):
        for pair in pairs:
            key = _opened(pair, grant.sealed)
            if key is not None:
                found.setdefault((grant.folder_id, grant.version), set()).add(key)
    return found


def open_with_bare_keys(
    the_house: TestHouse, person: Person, case_id: UUID | None, *, keys: Keys | None = None
) -> set[str]:
    """What somebody's keys open of a stolen database; with `keys`, those kept from before."""
    assert case_id is not None
    with the_house.database.transaction("read") as session:
        keys = keys_of(session, person) if keys is None else keys
        return {
            sealed.name for sealed in everything_sealed(session, case_id) if sealed.opens_with(keys)
        }


def _rows(session: Session, case_id: UUID) -> Iterator[Where]:
    case = session.get_one(Case, case_id)
    yield case, "name", FolderKind.CONTACT_CARD, None
    yield case, "language", FolderKind.CONTACT_CARD, None
    yield case, "card_half", FolderKind.STAFF_NOTES, None
    for table, column, kind in (
        (Statement, "body", FolderKind.NEEDS),
        (Need, "own_words", FolderKind.NEEDS),
        (Draft, "body", FolderKind.DRAFT),
        (TimelineEntry, "words", FolderKind.TIMELINE),
    ):
        for row in session.scalars(select(table).where(table.case_id == case_id)):
            yield row, column, kind, None
    for note in session.scalars(select(StaffNote).where(StaffNote.case_id == case_id)):
        yield note, "words", FolderKind.STAFF_NOTES, None
    for decision in session.scalars(select(Decision).where(Decision.case_id == case_id)):
        kind = FolderKind.NEEDS if decision.need_id else FolderKind.DECISIONS
        yield decision, "reason", FolderKind.DECISIONS, None
        yield decision, "note", kind, None
    mine = select(Need.id).where(Need.case_id == case_id)
    for later in (Addition, Reading):
        for row in session.scalars(select(later).where(later.need_id.in_(mine))):
            yield row, "words", FolderKind.NEEDS, None
    for row in session.scalars(select(Message).join(Thread).where(Thread.case_id == case_id)):
        yield row, "body", FolderKind.CONVERSATION, None
    yield from _rows_of_ways(session, case_id)
    yield from _rows_of_referrals(session, case_id)


def _rows_of_ways(session: Session, case_id: UUID) -> Iterator[Where]:
    for way in session.scalars(select(SafeContact).where(SafeContact.case_id == case_id)):
        yield way, "details", FOLDERS[way.channel], None


def _rows_of_referrals(session: Session, case_id: UUID) -> Iterator[Where]:
    for row in session.scalars(select(Referral).where(Referral.case_id == case_id)):
        for column in ("name", "words", "readings", "reason"):
            yield row, column, FolderKind.REFERRAL, row.id
    for date in session.scalars(select(Appointment).where(Appointment.case_id == case_id)):
        yield date, "details", FolderKind.REFERRAL, date.referral_id


def _read(session: Session, acting: SignedIn, sealed: Sealed, now: datetime) -> bool:
    folder = sealed.folder
    try:
        opened = open_folder(
            session,
            acting,
            folder.case_id,
            folder.kind,
            purpose="test",
            now=now,
            referral_id=folder.referral_id,
        )
        return opened.read(sealed.row, sealed.column) is not None
    except NotFound:
        return False


def _team_pairs(session: Session, person: Person) -> list[KeyPair]:
    pairs = []
    for copy in session.scalars(select(TeamCopy)):
        private = _opened(person.keys, copy.sealed)
        if private is not None:
            key = session.get_one(HolderKey, (copy.team_id, copy.version))
            pairs.append(KeyPair(private=private, public=key.public))
    return pairs


def _opened(pair: KeyPair, sealed: bytes) -> bytes | None:
    try:
        return open_sealed(pair, sealed)
    except CannotOpen:
        return None


def _opens(key: bytes, place: Place, sealed: bytes) -> bool:
    try:
        open_value(key, place, sealed)
    except CannotOpen:
        return False
    return True
