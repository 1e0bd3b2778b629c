"""A stretch of a thread as it lies in the database: read as plain columns, fifty at the most."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Integer, Select, Text, bindparam, func, select
from sqlalchemy import cast as cast_as
from sqlalchemy.orm import Session, aliased

from portal.models import Message, Service, StaffMember, Thread, plain_rows


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
    first_number: int
    """Of the thread: its oldest messages may be gone."""
    last_number: int

    @property
    def __tablename__(self) -> str:
        return Message.__tablename__


_author, _reader = aliased(StaffMember), aliased(StaffMember)
# Known before the messages are looked for: joined to them, PostgreSQL sorts the whole thread.
_OF_CASE = Thread.case_id == bindparam("case_id")
_THREAD = select(Thread.id).where(_OF_CASE).scalar_subquery()
_FIRST = select(func.min(Message.number)).where(Message.thread_id == _THREAD).scalar_subquery()
_LAST = select(Thread.last_number).where(_OF_CASE).scalar_subquery()
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
        _FIRST.label("first_number"),
        _LAST.label("last_number"),
    )
    .outerjoin(_author, _author.account_id == Message.author_id)
    .outerjoin(_reader, _reader.account_id == Message.seen_by_id)
    .outerjoin(Service, Service.id == Message.service_id)
    .where(Message.thread_id == _THREAD)
    .limit(bindparam("size", type_=Integer))
)
_NEWEST = _LINES.order_by(Message.number.desc())
_BEFORE = _NEWEST.where(Message.number < bindparam("edge"))
_AFTER = _LINES.where(Message.number > bindparam("edge")).order_by(Message.number)


class Wanted(NamedTuple):
    """Which messages somebody asks for: the newest, or those before or after a number."""

    case_id: UUID
    reader_id: UUID
    size: int
    before: int | None = None
    after: int | None = None

    @property
    def statement(self) -> Select[*tuple[Any, ...]]:
        """The statement that finds them, the nearest first."""
        if self.after is not None:
            return _AFTER
        return _BEFORE if self.before is not None else _NEWEST

    @property
    def asked(self) -> dict[str, Any]:
        """What that statement is asked with."""
        return {
            "case_id": self.case_id,
            "me": self.reader_id,
            "size": self.size,
            "edge": self.before if self.after is None else self.after,
        }


def find(session: Session, wanted: Wanted) -> list[Line]:
    """The wanted messages, the oldest first."""
    lines = [Line(*row) for row in plain_rows(session, wanted.statement, wanted.asked).all()]
    return lines if wanted.after is not None else lines[::-1]


def outline(session: Session, wanted: Wanted) -> str | None:
    """All that may ever change in the lines of these messages, as one text.

    It is the same as long as `find` gives the same: whoever knows what was made of those lines
    need not fetch them again (measured: a third of the time). Words never change, they only go;
    whose a message is and when it was written never does. The first number of a thread changes
    only when all of its messages go, and these with them.
    """
    statement = _outline_of(wanted.statement, session.get_bind().dialect.name)
    return cast(str | None, plain_rows(session, statement, wanted.asked).scalar_one())


@cache
def _outline_of(statement: Select[*tuple[Any, ...]], dialect: str) -> Select[str]:
    lines = statement.subquery().c
    changing = (
        lines.number,
        lines.seen_at,
        lines.taken_back_at,
        func.length(lines.body),
        lines.author,
        lines.service,
        lines.seen_by,
        lines.last_number,
    )
    if dialect == "sqlite":
        rows = func.json_group_array(func.json_array(*changing))
    else:
        rows = func.json_agg(func.json_build_array(*changing))
    return select(cast_as(rows, Text))


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
