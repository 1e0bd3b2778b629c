"""Half-way answers: sealed to her alone, gone after a day, forgotten in one tap."""

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.models import Draft, plain_rows
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import Grantee, find_folder, new_folder
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder

KEPT = timedelta(hours=24)
_ONE = select(Draft).where(Draft.case_id == bindparam("case_id"), Draft.kind == bindparam("kind"))
_KEPT = (
    select(Draft.id, Draft.body)
    .where(Draft.case_id == bindparam("case_id"), Draft.kind == bindparam("kind"))
    .where(Draft.expires_at > bindparam("now", type_=Draft.expires_at.type))
)


class Kept(NamedTuple):
    """The columns of a draft that a page shows: most pages ask, and find none."""

    id: UUID
    body: bytes

    @property
    def __tablename__(self) -> str:
        return Draft.__tablename__


def keep(
    session: Session, acting: SignedIn, kind: str, answers: dict[str, Any], *, now: datetime
) -> None:
    """Keep what she has not sent yet."""
    folder = _open(session, acting, now=now)
    draft = _find(session, acting, kind)
    if draft is None:
        draft = Draft(case_id=acting.her_case_id, kind=kind, body=b"", expires_at=now)
        session.add(draft)
    folder.write(draft, "body", json.dumps(answers))
    draft.expires_at = now + KEPT
    session.flush()


def find(session: Session, acting: SignedIn, kind: str, *, now: datetime) -> dict[str, Any] | None:
    """What she kept, if it is not a day old."""
    case_id, kind_of_folder = acting.her_case_id, FolderKind.DRAFT
    kept = plain_rows(session, _KEPT, {"case_id": case_id, "kind": kind, "now": now}).one_or_none()
    if kept is None:
        return None
    folder = open_folder(session, acting, case_id, kind_of_folder, purpose="draft", now=now)
    words = folder.read(Kept(*kept), "body")
    return None if words is None else dict(json.loads(words))


def unsent(session: Session, acting: SignedIn, *, now: datetime) -> list[str]:
    """Of which kinds she has something that she has not sent; nothing is opened for it."""
    asked = {"case_id": acting.her_case_id, "now": now}
    return list(plain_rows(session, _UNSENT, asked).scalars())


# Made once: every first page asks this.
_UNSENT = (
    select(Draft.kind)
    .where(
        Draft.case_id == bindparam("case_id"),
        Draft.expires_at > bindparam("now", type_=Draft.expires_at.type),
    )
    .order_by(Draft.kind)
)


def forget(session: Session, acting: SignedIn, kind: str | None = None) -> None:
    """Delete one draft, or all of hers."""
    gone = delete(Draft).where(Draft.case_id == acting.her_case_id)
    if kind is not None:
        gone = gone.where(Draft.kind == kind)
    session.execute(gone.execution_options(synchronize_session="fetch"))


def forget_expired(session: Session, *, now: datetime) -> int:
    """Delete every draft that is a day old; gives how many."""
    gone = session.execute(delete(Draft).where(Draft.expires_at <= now).returning(Draft.id))
    return len(gone.all())


def _open(session: Session, acting: SignedIn, *, now: datetime) -> OpenFolder:
    case_id = acting.her_case_id
    if find_folder(session, case_id, FolderKind.DRAFT) is None:
        folder = new_folder(session, case_id, FolderKind.DRAFT)
        OpenFolder(session, acting, folder, now=now).start_version(
            [Grantee(acting.holder_id, Why.HER_OWN)]
        )
    return open_folder(session, acting, case_id, FolderKind.DRAFT, purpose="draft", now=now)


def _find(session: Session, acting: SignedIn, kind: str) -> Draft | None:
    return session.scalar(_ONE, {"case_id": acting.her_case_id, "kind": kind})
