"""What is written about a need: for her and her case team, and for the desk while it waits there.

Every statement and every later word lies under a version of its own in the needs folder. So the
desk can be given exactly what belongs to the needs that wait, and lose exactly that at routing,
whatever she sent or added meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.needs import AT_DESK
from portal.domain.refusals import NotYours
from portal.domain.roles import Permission
from portal.models import Addition, Decision, Folder, Grant, Need, Reading, Statement
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import (
    Grantee,
    end_grants,
    get_folder,
    give_all,
    held_folder,
    readers,
)
from portal.services.keys.holders import get_one, public_halves
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.vault import sealed_version


def check_reader(acting: SignedIn) -> None:
    """Raises NotYours for whoever does not read what waits at the desk."""
    if not acting.may(Permission.READ_DESK):
        raise NotYours


def for_statement(
    session: Session, acting: SignedIn, case_id: UUID, *, now: datetime
) -> OpenFolder:
    """Her needs folder with a fresh version for a statement, which the desk may open too."""
    opened = OpenFolder(session, acting, held_folder(session, case_id, FolderKind.NEEDS), now=now)
    _start(session, opened, case_id, with_desk=True, now=now)
    return opened


def for_later_words(
    session: Session, acting: SignedIn, need: Need, *, purpose: str, now: datetime
) -> OpenFolder:
    """Her needs folder with a fresh version for words about one need, held. Raises NotFound.

    The desk reads them only if the need waits there, also when another need of hers does.
    """
    opened = open_folder(session, acting, need.case_id, FolderKind.NEEDS, purpose=purpose, now=now)
    _start(session, opened, need.case_id, with_desk=need.state in AT_DESK, now=now)
    return opened


def give_to_desk(session: Session, acting: SignedIn, need: Need, *, now: datetime) -> None:
    """Grant the desk what belongs to a need, by somebody who may read it. Raises NotFound."""
    opened = open_folder(session, acting, need.case_id, FolderKind.NEEDS, purpose="case", now=now)
    desk = get_one(session, HolderKind.DESK).id
    public = public_halves(session, [desk])[desk]
    missing = _versions_of(session, [need]) - _granted(session, opened.folder, desk)
    keys = {version: key for version, key in opened.version_keys().items() if version in missing}
    grantee, by = Grantee(desk, Why.DESK_UNROUTED), acting.account_id
    give_all(session, opened.folder, keys, grantee, public, given_by_id=by, now=now)


def end_desk_grants(session: Session, need: Need) -> None:
    """A need left the desk: take away every key that no other waiting need of hers calls for."""
    session.flush()
    waiting = session.scalars(
        select(Need).where(Need.case_id == need.case_id, Need.state.in_(AT_DESK))
    ).all()
    still = _versions_of(session, waiting)
    folder = get_folder(session, need.case_id, FolderKind.NEEDS)
    desk = get_one(session, HolderKind.DESK).id
    for version in _granted(session, folder, desk) - still:
        end_grants(session, folder, desk, version=version)


def _start(
    session: Session, opened: OpenFolder, case_id: UUID, *, with_desk: bool, now: datetime
) -> None:
    grantees = readers(session, case_id, now=now)
    if with_desk:
        grantees.append(Grantee(get_one(session, HolderKind.DESK).id, Why.DESK_UNROUTED))
    opened.start_version(grantees)


def _granted(session: Session, folder: Folder, holder_id: UUID) -> set[int]:
    return set(
        session.scalars(
            select(Grant.version).where(Grant.folder_id == folder.id, Grant.holder_id == holder_id)
        )
    )


def _versions_of(session: Session, needs: Sequence[Need]) -> set[int]:
    """The versions under which anything about these needs is sealed."""
    ids = {need.id for need in needs}
    statements = {need.statement_id for need in needs}
    later = [
        *session.scalars(select(Addition.words).where(Addition.need_id.in_(ids))),
        *session.scalars(select(Reading.words).where(Reading.need_id.in_(ids))),
        *session.scalars(
            select(Decision.note).where(Decision.need_id.in_(ids), Decision.note.is_not(None))
        ),
    ]
    return {sealed_version(words) for words in later if words} | set(
        session.scalars(select(Statement.folder_version).where(Statement.id.in_(statements)))
    )
