"""Staff notes of a case: written for the case team, sealed apart from what she reads herself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.notes import NoteKind
from portal.domain.words import written
from portal.models import Case, StaffMember, StaffNote
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.keys.folders import Grantee, find_folder, new_folder, readers
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder

SHOWN = 50
MAX_CODE_WORD = 60


@dataclass(frozen=True)
class ShownNote:
    """A note as the case team reads it."""

    kind: NoteKind
    author: str
    written_at: datetime
    words: str


def write(
    session: Session, acting: SignedIn, case: Case, kind: NoteKind, words: str, *, now: datetime
) -> StaffNote:
    """Add a note. Raises NothingWritten, TooLong, and NotFound without the case's keys."""
    hold_case(session, case.id)
    folder = _folder(session, acting, case, now=now)
    note = StaffNote(case_id=case.id, kind=kind, author_id=acting.account_id, written_at=now)
    folder.write(note, "words", written(words))
    session.add(note)
    audit.record(
        session,
        acting.account_id,
        "note_written",
        now=now,
        case_id=case.id,
        facts={"note": str(note.id), "kind": kind.value},
    )
    session.flush()
    return note


def set_code_word(
    session: Session, acting: SignedIn, case: Case, word: str, *, now: datetime
) -> None:
    """The word by which staff know that it is her. Raises NothingWritten, TooLong."""
    fitting = written(word, limit=MAX_CODE_WORD)
    write(session, acting, case, NoteKind.CODE_WORD, fitting, now=now)


def of_case(
    session: Session, acting: SignedIn, case: Case, *, purpose: str, now: datetime
) -> list[ShownNote]:
    """The notes that this colleague may read, the newest first; reading is written down."""
    rows = _rows(session, case)
    if not rows:
        return []
    opened = open_folder(session, acting, case.id, FolderKind.STAFF_NOTES, purpose=purpose, now=now)
    return _shown(rows, opened)


def in_folder(session: Session, case: Case, opened: OpenFolder) -> list[ShownNote]:
    """The notes that lie in a folder which was opened already, the newest first."""
    return _shown(_rows(session, case), opened)


def code_word(notes: Sequence[ShownNote]) -> ShownNote | None:
    """The latest code word among these notes."""
    return next((note for note in notes if note.kind is NoteKind.CODE_WORD), None)


def _rows(session: Session, case: Case) -> Sequence[tuple[StaffNote, str]]:
    return session.execute(
        select(StaffNote, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.account_id == StaffNote.author_id)
        .where(StaffNote.case_id == case.id)
        .order_by(StaffNote.written_at.desc(), StaffNote.id)
        .limit(SHOWN)
    ).all()


def _shown(rows: Sequence[tuple[StaffNote, str]], opened: OpenFolder) -> list[ShownNote]:
    return [
        ShownNote(note.kind, author or "", note.written_at, opened.read(note, "words") or "")
        for note, author in rows
        if opened.opens(note.words)
    ]


def _folder(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> OpenFolder:
    """The staff notes of a case, begun for its team when there are none yet."""
    if find_folder(session, case.id, FolderKind.STAFF_NOTES) is None:
        return begin_for(session, acting, case, now=now)
    return open_folder(session, acting, case.id, FolderKind.STAFF_NOTES, purpose="note", now=now)


def begin_for(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> OpenFolder:
    """The folder for the case team as it is now, to write something else of staff into."""
    team = [one for one in readers(session, case.id, now=now) if one.why is Why.CASE_TEAM]
    return begin(session, acting, case, team, now=now)


def begin(
    session: Session, acting: SignedIn, case: Case, team: Sequence[Grantee], *, now: datetime
) -> OpenFolder:
    """The empty folder of staff notes, for the case team and nobody else."""
    made = new_folder(session, case.id, FolderKind.STAFF_NOTES)
    folder = OpenFolder(session, acting, made, now=now)
    folder.start_version(team)
    return folder
