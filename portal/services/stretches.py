"""A stretch of a thread as it lies in the database: read as plain columns, fifty at the most."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from portal.models import Message, Service, StaffMember, Thread, plain_rows
from portal.services.entry.sessions import SignedIn


class Line(NamedTuple):
    """The columns of a message that a page shows, and the names around it.

    A page has fifty: read as plain columns they cost a third of fifty mapped objects (measured).
    """

    id: UUID
    number: int
    from_survivor: bool
    written_at: datetime
    seen_at: datetime | None
    taken_back_at: datetime | None
    body: bytes | None
    author: str | None
    service: str | None
    seen_by: str | None
    is_own: bool
    last_number: int

    @property
    def __tablename__(self) -> str:
        return Message.__tablename__


_author, _reader = aliased(StaffMember), aliased(StaffMember)
# Known before the messages are looked for: joined to them, PostgreSQL sorts the whole thread.
_THREAD = select(Thread.id).where(Thread.case_id == bindparam("case_id")).scalar_subquery()
# Made once: building this statement for each page costs more than running it (measured).
_LINES = (
    select(
        Message.id,
        Message.number,
        Message.from_survivor,
        Message.written_at,
        Message.seen_at,
        Message.taken_back_at,
        Message.body,
        _author.name.label("author"),
        Service.name.label("service"),
        _reader.name.label("seen_by"),
        (Message.author_id == bindparam("me")).label("is_own"),
        Thread.last_number,
    )
    .join(Thread, Thread.id == Message.thread_id)
    .outerjoin(_author, _author.account_id == Message.author_id)
    .outerjoin(_reader, _reader.account_id == Message.seen_by_id)
    .outerjoin(Service, Service.id == Message.service_id)
    .where(Message.thread_id == _THREAD)
    .limit(bindparam("size"))
)
_NEWEST = _LINES.order_by(Message.number.desc())
_BEFORE = _NEWEST.where(Message.number < bindparam("edge"))
_AFTER = _LINES.where(Message.number > bindparam("edge")).order_by(Message.number)


def find(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    *,
    before: int | None,
    after: int | None,
    size: int,
) -> list[Line]:
    """The newest messages, or those before or after a number: oldest first."""
    asked = {
        "case_id": case_id,
        "me": acting.account_id,
        "size": size,
        "edge": before if after is None else after,
    }
    statement = _AFTER if after is not None else _BEFORE if before is not None else _NEWEST
    lines = [Line(*row) for row in plain_rows(session, statement, asked).all()]
    return lines if after is not None else lines[::-1]


def fitting(found: list[Line], *, most_bytes: int | None, oldest_first: bool) -> list[Line]:
    """As many of these as fit, sealed: those on the side that the reader comes from."""
    if most_bytes is None:
        return found
    kept: list[Line] = []
    for line in found if oldest_first else reversed(found):
        most_bytes -= len(line.body or b"")
        if kept and most_bytes < 0:
            break
        kept.append(line)
    return kept if oldest_first else kept[::-1]
