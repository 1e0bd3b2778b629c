"""A case that lies open for an hour, because of an emergency: read, never written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.refusals import NotFound
from portal.models import Case, Folder, Grant, Message, Need, StaffMember, Thread
from portal.services.case_work import notes
from portal.services.case_work.notes import ShownNote
from portal.services.dates import her_dates
from portal.services.dates.shown_dates import Shown
from portal.services.entry.sessions import SignedIn
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.services.timeline import reading
from portal.services.timeline.reading import ShownEntry

SHOWN = 100


@dataclass(frozen=True)
class Opened:
    """What lies open for an hour: read, never written."""

    case: Case
    name: str
    language: str
    needs: Sequence[tuple[Need, str | None]]
    entries: Sequence[ShownEntry]
    messages: Sequence[tuple[Message, str, str]]
    """Each with who wrote it and its words; she is named by her own name."""
    notes: Sequence[ShownNote]
    next_date: Shown | None
    until: datetime


def read_case(session: Session, acting: SignedIn, case_id: UUID, *, now: datetime) -> Opened:
    """The case that lies open, for who asked: each folder is written down as an emergency.

    Raises NotFound without a live emergency grant.
    """
    case = session.get(Case, case_id)
    until = _opens_until(session, acting.holder_id, case_id, now=now)
    if case is None or until is None:
        raise NotFound
    card = _folder(session, acting, case_id, FolderKind.CONTACT_CARD, now=now)
    if card is None:
        raise NotFound
    thread = select(Thread.id).where(Thread.case_id == case_id).scalar_subquery()
    messages = session.execute(
        select(Message, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.account_id == Message.author_id)
        .where(Message.thread_id == thread, Message.body.is_not(None))
        .order_by(Message.number.desc())
        .limit(SHOWN)
    ).all()
    needs = session.scalars(
        select(Need).where(Need.case_id == case_id).order_by(Need.sent_at.desc()).limit(SHOWN)
    ).all()
    about = _folder(session, acting, case_id, FolderKind.NEEDS, now=now)
    talk = _folder(session, acting, case_id, FolderKind.CONVERSATION, now=now)
    kept = _folder(session, acting, case_id, FolderKind.STAFF_NOTES, now=now)
    name = card.read(case, "name") or ""
    return Opened(
        case=case,
        name=name,
        language=card.read(case, "language") or "",
        needs=[(one, _words(about, one, "own_words")) for one in needs],
        entries=reading.hers_of_case(session, acting, case, purpose="emergency", now=now),
        messages=[
            (one, author or name, _words(talk, one, "body") or "")
            for one, author in reversed(messages)
        ],
        notes=notes.in_folder(session, case, kept) if kept else [],
        next_date=her_dates.next_of_case(session, acting, case_id, purpose="emergency", now=now),
        until=until,
    )


def _words(folder: OpenFolder | None, row: Need | Message, column: str) -> str | None:
    """The words of a row, where they were sealed before the opening."""
    if folder is None or not folder.opens(getattr(row, column)):
        return None
    return folder.read(row, column)


def _folder(
    session: Session, acting: SignedIn, case_id: UUID, kind: FolderKind, *, now: datetime
) -> OpenFolder | None:
    try:
        return open_folder(session, acting, case_id, kind, purpose="emergency", now=now)
    except NotFound:
        return None


def _opens_until(
    session: Session, holder_id: UUID, case_id: UUID, *, now: datetime
) -> datetime | None:
    return session.scalar(
        select(func.max(Grant.until))
        .join(Folder, Folder.id == Grant.folder_id)
        .where(
            Folder.case_id == case_id,
            Grant.holder_id == holder_id,
            Grant.why == Why.EMERGENCY,
            Grant.until > now,
        )
    )
