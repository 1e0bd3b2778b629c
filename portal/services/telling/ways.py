"""A safe way of hers as it lies sealed: opened by the machine, counted, said to her case team."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.safe_contact import COUNTS, Channel, Hours, Wish
from portal.models import Folder, Grant, SafeContact
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import Grantee, find_folder, get_folder, new_folder
from portal.services.keys.machine import open_as_machine
from portal.services.keys.opened_folder import OpenFolder

FOLDERS: Mapping[Channel, FolderKind] = {
    Channel.EMAIL: FolderKind.SAFE_EMAIL,
    Channel.SMS: FolderKind.SAFE_SMS,
}


@dataclass(frozen=True)
class Way:
    """What is sealed of a way: where to, the very words, and at which hours."""

    address: str
    words: str
    hours: Hours | None = None

    @property
    def wish(self) -> Wish:
        """The yes that it is."""
        return Wish.YES if self.hours is None else Wish.ONLY_THEN

    def sealed_as(self) -> str:
        """The same as text."""
        hours = self.hours and {**vars(self.hours), "weekdays": sorted(self.hours.weekdays)}
        return json.dumps({"address": self.address, "words": self.words, "hours": hours})


def way_of(words: str) -> Way:
    """A way from its sealed text."""
    kept: dict[str, Any] = json.loads(words)
    hours = kept["hours"]
    if hours is not None:
        hours = Hours(**{**hours, "weekdays": frozenset(hours["weekdays"])})
    return Way(kept["address"], kept["words"], hours)


def seal(
    session: Session,
    acting: SignedIn,
    row: SafeContact,
    way: Way,
    others: list[Grantee],
    *,
    now: datetime,
) -> None:
    """Seal a way to her and these others only.

    A key of its own for each yes: what somebody was granted before opens nothing newer.
    """
    kind = FOLDERS[row.channel]
    folder = find_folder(session, row.case_id, kind) or new_folder(session, row.case_id, kind)
    session.execute(delete(Grant).where(Grant.folder_id == folder.id))
    opened = OpenFolder(session, acting, folder, now=now)
    opened.start_version([Grantee(acting.holder_id, Why.HER_OWN), *others])
    opened.write(row, "details", way.sealed_as())


def forget(session: Session, row: SafeContact, *, now: datetime) -> None:
    """A no: address, hours and words are gone, and with them all that others were granted."""
    row.wish, row.said_at, row.until, row.details = Wish.NO, now, None, None
    folder = get_folder(session, row.case_id, FOLDERS[row.channel])
    take_away(session, folder, Why.TO_TELL_HER, Why.DECISION)


def take_away(session: Session, folder: Folder, *whys: Why) -> None:
    """End what others were granted of a way for one of these reasons."""
    ended = delete(Grant).where(Grant.folder_id == folder.id, Grant.why.in_(whys))
    session.execute(ended.execution_options(synchronize_session="fetch"))
    folder.stale = True
    session.flush()


def read_as_machine(
    session: Session, row: SafeContact, *, now: datetime
) -> tuple[Way, datetime | None] | None:
    """What the machine may send by, and until when; None where it may not. Raises VaultError.

    Nothing that stands beside the sealed words in clear is believed.
    """
    kind = FOLDERS[row.channel]
    opened = open_as_machine(session, row.case_id, kind, row, "details", now=now)
    return None if opened is None else (way_of(opened[0]), opened[1])


def of_case(session: Session, case_id: UUID) -> list[SafeContact]:
    """What she said of each way, for her case team: state and end, nothing is unsealed."""
    asked = select(SafeContact).where(SafeContact.case_id == case_id).order_by(SafeContact.channel)
    return list(session.scalars(asked))


def lapsed(case_id: BindParameter[UUID], now: BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether a yes of hers has ended by itself, as part of a statement; nothing is opened."""
    return exists().where(
        SafeContact.case_id == case_id, SafeContact.wish.in_(COUNTS), SafeContact.until <= now
    )


def count_yeses(session: Session, *, now: datetime) -> dict[Channel, int]:
    """How many yeses count at this moment, by way."""
    rows = session.execute(
        select(SafeContact.channel, func.count())
        .where(SafeContact.wish.in_(COUNTS), SafeContact.until > now)
        .group_by(SafeContact.channel)
    )
    return dict(rows.all())
