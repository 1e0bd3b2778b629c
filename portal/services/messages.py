"""The one thread between a survivor and her case team."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ScalarSelect, bindparam, func, literal, select, update
from sqlalchemy.orm import Session, aliased

from portal.domain.cards import MayNotBeHer
from portal.domain.folders import FolderKind
from portal.domain.leave import Days
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Permission, Role
from portal.domain.words import written
from portal.models import (
    Case,
    Centre,
    Leave,
    Membership,
    Message,
    Service,
    StaffMember,
    Thread,
    plain_rows,
)
from portal.services import audit
from portal.services.case_work import cases
from portal.services.entry import cards, tries
from portal.services.entry.sessions import SignedIn
from portal.services.house import at_once
from portal.services.keys.reading import OpenFolder, open_folder

PAGE = 50
MESSAGES_PER_SPAN = 60
SPAN = timedelta(minutes=10)


class Line(NamedTuple):
    """The columns of a message that a page shows.

    A page has fifty: read as plain columns they cost a third of fifty mapped objects (measured).
    """

    id: UUID
    number: int
    from_survivor: bool
    written_at: datetime
    seen_at: datetime | None
    taken_back_at: datetime | None
    body: bytes | None

    @property
    def __tablename__(self) -> str:
        return Message.__tablename__


class ShownMessage(NamedTuple):
    """A message as one of the two sides sees it."""

    message: Line
    words: str | None
    author: str
    service: str | None
    seen_by: str | None
    is_own: bool

    @property
    def may_be_taken_back(self) -> bool:
        """Whether nobody on the other side has read it yet."""
        return self.message.seen_at is None and self.message.taken_back_at is None


@dataclass(frozen=True)
class Page:
    """A stretch of a thread, oldest first; `older` and `newer` are keys of the next stretches."""

    messages: list[ShownMessage]
    older: int | None
    newer: int | None


@dataclass(frozen=True)
class Team:
    """Who answers her, and who stands in."""

    case_director: str
    case_director_id: UUID
    stand_in: str
    stand_in_id: UUID
    director_is_away: bool
    away_until: date | None

    @property
    def answers_now(self) -> str:
        """The name of the one who answers at this moment."""
        return self.stand_in if self.director_is_away else self.case_director


def write(
    session: Session, acting: SignedIn, case_id: UUID, words: str, *, now: datetime
) -> Message:
    """Add a message. Staff may write while her card is frozen, unless they doubt who uses it.

    Raises MayNotBeHer, NothingWritten, TooLong, SlowDown, NotFound.
    """
    thread = _get_thread(session, acting, case_id)
    if not acting.is_survivor and _is_doubted(session, case_id):
        raise MayNotBeHer
    text = written(words)
    cases.wake(session, case_id, actor_id=acting.account_id, now=now)
    tries.limit(
        session,
        "message",
        acting.account_id.bytes,
        limit=MESSAGES_PER_SPAN,
        within=SPAN,
        now=now,
    )
    folder = open_folder(
        session, acting, case_id, FolderKind.CONVERSATION, purpose="conversation", now=now
    )
    number = session.execute(
        update(Thread)
        .where(Thread.id == thread.id)
        .values(last_number=Thread.last_number + 1)
        .returning(Thread.last_number)
    ).scalar_one()
    message = Message(
        thread_id=thread.id,
        number=number,
        from_survivor=acting.is_survivor,
        author_id=acting.account_id,
        service_id=None if acting.is_survivor else _service_of(session, acting),
        written_at=now,
    )
    folder.write(message, "body", text)
    session.add(message)
    audit.record(
        session,
        acting.account_id,
        "message_written",
        now=now,
        case_id=case_id,
        facts={"message": str(message.id)},
    )
    session.flush()
    return message


def show(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    *,
    now: datetime,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE,
    most_bytes: int | None = None,
) -> Page:
    """Show a stretch of the thread, the newest unless asked otherwise.

    Its messages have at most `most_bytes` together, as they lie sealed, but there is always one.
    What is shown to the other side for the first time is seen now: only these, not the rest.
    """
    _check_reader(acting, case_id)
    folder = open_folder(
        session, acting, case_id, FolderKind.CONVERSATION, purpose="conversation", now=now
    )
    found = _stretch(session, acting, case_id, before=before, after=after, size=size)
    found = _fitting(found, most_bytes=most_bytes, oldest_first=after is not None)
    lines = _mark_seen(session, acting, folder, [row.line for row in found], now=now)
    shown = [
        ShownMessage(
            message=line,
            words=folder.read(line, "body") if folder.opens(line.body) else None,
            author=row.author or "",
            service=row.service,
            seen_by=row.seen_by or (acting.name if line.seen_at == now else None),
            is_own=bool(row.is_own),
        )
        for line, row in zip(lines, found, strict=True)
    ]
    if not shown:
        return Page([], None, None)
    first, last = lines[0].number, lines[-1].number
    return Page(
        messages=shown,
        older=first if first > 1 else None,
        newer=last if last < found[-1].last_number else None,
    )


def take_back(session: Session, acting: SignedIn, message_id: UUID, *, now: datetime) -> None:
    """Take back an own message that nobody has read: its words are gone for good."""
    message = session.scalar(
        select(Message).where(Message.id == message_id, Message.author_id == acting.account_id)
    )
    if message is None:
        raise NotFound
    taken = session.execute(
        update(Message)
        .where(
            Message.id == message.id,
            Message.seen_at.is_(None),
            Message.taken_back_at.is_(None),
        )
        .values(taken_back_at=now, body=None)
        .returning(Message.id)
        .execution_options(synchronize_session="fetch")
    ).first()
    if taken is None:
        raise WrongState
    thread = session.get_one(Thread, message.thread_id)
    audit.record(
        session,
        acting.account_id,
        "message_taken_back",
        now=now,
        case_id=thread.case_id,
        facts={"message": str(message.id)},
    )


def unseen_by_her(case_id: BindParameter[UUID]) -> ScalarSelect[int]:
    """How many messages of her case team she has not been shown yet, as part of a statement."""
    return (
        select(func.count())
        .select_from(Message)
        .join(Thread, Thread.id == Message.thread_id)
        .where(
            Thread.case_id == case_id,
            Message.from_survivor.is_(False),
            Message.seen_at.is_(None),
            Message.taken_back_at.is_(None),
        )
        .scalar_subquery()
    )


def team(session: Session, case_id: UUID, *, now: datetime) -> Team:
    """Who answers in this thread, and who stands in while the case director is away."""
    rows = plain_rows(session, _TEAM, {"case_id": case_id}).all()
    director, director_id, stand_in, stand_in_id, _first, _last, zone = rows[0]
    here = now.astimezone(ZoneInfo(zone)).date()
    away = [row for row in rows if row[4] and Days(row[4], row[5]).includes(here)]
    return Team(
        case_director=director,
        case_director_id=director_id,
        stand_in=stand_in,
        stand_in_id=stand_in_id,
        director_is_away=bool(away),
        # An illness has no last day that anybody knows.
        away_until=None if any(row[5] is None for row in away) else _last_day(away),
    )


def _last_day(away: list[Any]) -> date | None:
    return max((row[5] for row in away), default=None)


def _get_thread(session: Session, acting: SignedIn, case_id: UUID) -> Thread:
    """The thread of her own case, or of a case whose conversation this colleague may open."""
    _check_reader(acting, case_id)
    thread = session.scalar(select(Thread).where(Thread.case_id == case_id))
    if thread is None:
        raise NotFound
    return thread


def _check_reader(acting: SignedIn, case_id: UUID) -> None:
    """A first door before the grants: her own case, or a role that writes to survivors."""
    if acting.is_survivor:
        if case_id != acting.her_case_id:
            raise NotFound
    elif not acting.may(Permission.WRITE_TO_SURVIVOR):
        raise NotYours


_director, _stand_in = aliased(StaffMember), aliased(StaffMember)
_TEAM = (
    select(
        _director.name,
        Case.case_director_id,
        _stand_in.name,
        Case.stand_in_id,
        Leave.from_day,
        Leave.until_day,
        Centre.zone,
    )
    .select_from(Case)
    .join(Centre, Centre.id == 1)
    .join(_director, _director.account_id == Case.case_director_id)
    .join(_stand_in, _stand_in.account_id == Case.stand_in_id)
    .outerjoin(Leave, Leave.account_id == Case.case_director_id)
    .where(Case.id == bindparam("case_id"))
)


class _Found(NamedTuple):
    line: Line
    author: str | None
    service: str | None
    seen_by: str | None
    is_own: bool
    last_number: int


_author, _reader = aliased(StaffMember), aliased(StaffMember)
# Made once: building this statement for each page costs more than running it (measured).
_LINES = (
    select(
        *(getattr(Message, name) for name in Line._fields),
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
    .where(Thread.case_id == bindparam("case_id"))
    .limit(bindparam("size"))
)
_NEWEST = _LINES.order_by(Message.number.desc())
_BEFORE = _NEWEST.where(Message.number < bindparam("edge"))
_AFTER = _LINES.where(Message.number > bindparam("edge")).order_by(Message.number)


def _stretch(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    *,
    before: int | None,
    after: int | None,
    size: int,
) -> list[_Found]:
    asked = {
        "case_id": case_id,
        "me": acting.account_id,
        "size": size,
        "edge": before if after is None else after,
    }
    statement = _AFTER if after is not None else _BEFORE if before is not None else _NEWEST
    width = len(Line._fields)
    found = plain_rows(session, statement, asked)
    rows = [_Found(Line(*row[:width]), *row[width:]) for row in found]
    return rows if after is not None else rows[::-1]


def _fitting(found: list[_Found], *, most_bytes: int | None, oldest_first: bool) -> list[_Found]:
    """As many of these as fit, sealed: those on the side that the reader comes from."""
    if most_bytes is None:
        return found
    fitting: list[_Found] = []
    for row in found if oldest_first else reversed(found):
        most_bytes -= len(row.line.body or b"")
        if fitting and most_bytes < 0:
            break
        fitting.append(row)
    return fitting if oldest_first else fitting[::-1]


def _mark_seen(
    session: Session, acting: SignedIn, folder: OpenFolder, shown: list[Line], *, now: datetime
) -> list[Line]:
    """The same lines; those shown to the other side for the first time are seen from now on.

    One that its author took back at this moment is not shown any more: she was told so.
    """
    fresh = {
        line.id
        for line in shown
        if line.seen_at is None
        and folder.opens(line.body)
        and line.from_survivor is not acting.is_survivor
    }
    if not fresh:
        return shown
    with at_once(session) as writing:
        stay = set(
            writing.scalars(
                update(Message)
                .where(Message.id.in_(fresh), Message.taken_back_at.is_(None))
                .values(
                    seen_at=func.coalesce(Message.seen_at, literal(now, Message.seen_at.type)),
                    seen_by_id=func.coalesce(Message.seen_by_id, acting.account_id),
                )
                .returning(Message.id)
                .execution_options(synchronize_session=False)
            )
        )
    gone = fresh - stay
    return [
        line._replace(seen_at=now)
        if line.id in stay
        else line._replace(taken_back_at=now, body=None)
        if line.id in gone
        else line
        for line in shown
    ]


def _is_doubted(session: Session, case_id: UUID) -> bool:
    return cards.is_doubted(session, session.get_one(Case, case_id).survivor_id)


def _service_of(session: Session, acting: SignedIn) -> UUID | None:
    return session.scalar(
        select(Membership.service_id)
        .where(
            Membership.account_id == acting.account_id,
            Membership.service_id.is_not(None),
            Membership.role == Role.CASE_DIRECTOR,
        )
        .limit(1)
    )
