"""The one thread between a survivor and her case team."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ScalarSelect, func, literal, select, update
from sqlalchemy.orm import Session

from portal.domain.cards import MayNotBeHer
from portal.domain.folders import FolderKind
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Permission, Role
from portal.domain.words import written
from portal.models import Case, Membership, Message, Thread
from portal.services import audit, stretches
from portal.services.case_work import cases
from portal.services.entry import stopped_cards, tries
from portal.services.entry.sessions import SignedIn
from portal.services.house import at_once
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.services.stretches import Line, Wanted

PAGE = 50
MESSAGES_PER_SPAN = 60
SPAN = timedelta(minutes=10)


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

    lines: list[Line]
    folder: OpenFolder
    reader: SignedIn
    now: datetime
    older: int | None
    newer: int | None

    @cached_property
    def messages(self) -> list[ShownMessage]:
        """The messages with their words, as far as these open for the reader."""
        return [self._shown(line) for line in self.lines]

    @property
    def is_new(self) -> bool:
        """Whether some of it was never shown before."""
        return any(line.seen_at == self.now for line in self.lines)

    def _shown(self, line: Line) -> ShownMessage:
        is_seen_now = line.seen_at == self.now
        return ShownMessage(
            message=line,
            words=self.folder.read(line, "body") if self.folder.opens(line.body) else None,
            author=line.author or "",
            service=line.service,
            seen_by=line.seen_by or (self.reader.name if is_seen_now else None),
            is_own=bool(line.is_own),
        )


@dataclass(frozen=True)
class Stretch:
    """A stretch of a thread that somebody has opened, before any of its messages is fetched."""

    session: Session
    reader: SignedIn
    folder: OpenFolder
    wanted: Wanted
    most_bytes: int | None
    now: datetime

    def outline(self) -> tuple[object, ...]:
        """What a page of it depends on: of two that are the same, one says what the other does."""
        lines = stretches.outline(self.session, self.wanted)
        return self.folder.versions, self.wanted, self.most_bytes, lines

    def show(self) -> Page:
        """Its messages. What is shown to the other side for the first time is seen now."""
        oldest_first = self.wanted.after is not None
        found = stretches.find(self.session, self.wanted)
        fitting = stretches.fitting(found, most_bytes=self.most_bytes, oldest_first=oldest_first)
        lines = _mark_seen(self.session, self.reader, self.folder, fitting, now=self.now)
        first, last = (lines[0].number, lines[-1].number) if lines else (0, 0)
        return Page(
            lines=lines,
            folder=self.folder,
            reader=self.reader,
            now=self.now,
            older=first if lines and first > found[0].first_number else None,
            newer=last if lines and last < found[-1].last_number else None,
        )


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


def open_stretch(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    *,
    now: datetime,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE,
    most_bytes: int | None = None,
) -> Stretch:
    """Open a stretch of the thread, the newest unless asked otherwise.

    Its messages have at most `most_bytes` together, as they lie sealed, but there is always one.
    Raises NotFound, NotYours.
    """
    _check_reader(acting, case_id)
    folder = open_folder(
        session, acting, case_id, FolderKind.CONVERSATION, purpose="conversation", now=now
    )
    wanted = Wanted(case_id, acting.account_id, size, before, after)
    return Stretch(session, acting, folder, wanted, most_bytes, now)


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
    return stopped_cards.is_doubted(session, session.get_one(Case, case_id).survivor_id)


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
