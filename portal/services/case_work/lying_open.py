"""A case that lies open for an hour, because of an emergency: read, never written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.refusals import NotFound
from portal.models import Case, Folder, Grant, Message, Need, StaffNote, Thread
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
    messages: Sequence[tuple[Message, str]]
    notes: Sequence[tuple[StaffNote, str]]
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
    latest = select(Message).where(Message.thread_id == thread, Message.body.is_not(None))
    messages = session.scalars(latest.order_by(Message.number.desc()).limit(SHOWN)).all()
    needs = session.scalars(
        select(Need).where(Need.case_id == case_id).order_by(Need.sent_at.desc()).limit(SHOWN)
    ).all()
    notes = session.scalars(
        select(StaffNote)
        .where(StaffNote.case_id == case_id)
        .order_by(StaffNote.written_at.desc())
        .limit(SHOWN)
    ).all()
    about = _folder(session, acting, case_id, FolderKind.NEEDS, now=now)
    talk = _folder(session, acting, case_id, FolderKind.CONVERSATION, now=now)
    kept = _folder(session, acting, case_id, FolderKind.STAFF_NOTES, now=now)
    return Opened(
        case=case,
        name=card.read(case, "name") or "",
        language=card.read(case, "language") or "",
        needs=[(one, _words(about, one, "own_words")) for one in needs],
        entries=reading.hers_of_case(session, acting, case, purpose="emergency", now=now),
        messages=[(one, _words(talk, one, "body") or "") for one in reversed(messages)],
        notes=[(one, _words(kept, one, "words") or "") for one in notes],
        until=until,
    )


def _words(folder: OpenFolder | None, row: Need | Message | StaffNote, column: str) -> str | None:
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
