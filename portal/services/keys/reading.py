"""The only way to plain text: opening a folder as somebody, for a reason, which is written down."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.refusals import NotFound
from portal.models import Folder, Grant, TeamCopy, plain_rows
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import (
    FolderLine,
    GrantLine,
)
from portal.services.keys.holders import CopyLine
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.openings import write_down, write_down_list
from portal.vault import KeyPair


def open_folder(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    kind: FolderKind,
    *,
    purpose: str,
    now: datetime,
    referral_id: UUID | None = None,
) -> OpenFolder:
    """Open a folder of a case, and write that down. Raises NotFound without a grant."""
    asked = {"case_id": case_id, "kind": kind}
    if referral_id is None:
        found = _granted(session, acting, _OF_CASE, asked, now=now)
    else:
        asked["referral_id"] = referral_id
        found = _granted(session, acting, _OF_REFERRAL, asked, now=now)
    if not found:
        raise NotFound
    (opened,) = found.values()
    in_emergency = opened.is_emergency
    write_down(session, acting, opened.line, purpose, now=now, in_emergency=in_emergency)
    return opened


def open_many(
    session: Session,
    acting: SignedIn,
    case_ids: Iterable[UUID],
    kind: FolderKind,
    *,
    purpose: str,
    now: datetime,
) -> dict[UUID, OpenFolder]:
    """Open one folder of each of these cases for a list, as one audit event with all ids."""
    wanted = list(case_ids)
    if not wanted:
        return {}
    asked = {"case_ids": wanted, "kind": kind}
    found = _granted(session, acting, _OF_CASES, asked, now=now)
    names = sorted(str(opened.line.case_id) for opened in found.values())
    facts: audit.Facts = {"folder": kind.value, "purpose": purpose, "cases": names}
    write_down_list(session, acting, facts, names, _cases(found), now=now)
    return {opened.line.case_id: opened for opened in found.values()}


def open_referrals(
    session: Session,
    acting: SignedIn,
    referral_ids: Iterable[UUID],
    *,
    purpose: str,
    now: datetime,
    as_list: bool = False,
) -> dict[UUID, OpenFolder]:
    """Open the folders of several referrals, each written down in its own case.

    For a list of names (`as_list`) it is one event with all ids, so that a list of fifty costs no
    more than a list of five.
    """
    wanted = list(referral_ids)
    if not wanted:
        return {}
    found = _granted(session, acting, _OF_REFERRALS, {"referral_ids": wanted}, now=now)
    if as_list:
        names = sorted(str(opened.line.referral_id) for opened in found.values())
        facts: audit.Facts = {"folder": "referral", "purpose": purpose, "referrals": names}
        write_down_list(session, acting, facts, names, _cases(found), now=now)
    else:
        for opened in found.values():
            in_emergency = opened.is_emergency
            write_down(session, acting, opened.line, purpose, now=now, in_emergency=in_emergency)
    return {
        opened.line.referral_id: opened
        for opened in found.values()
        if opened.line.referral_id is not None
    }


def case_keys(
    session: Session, acting: SignedIn, case_id: UUID, *, now: datetime
) -> dict[Folder, dict[int, bytes]]:
    """The keys of a case that this person holds as a member of its team, to hand them on.

    No word is opened, so nothing is written down as read: whoever hands them on accounts for that.
    """
    found = session.execute(_OF_TEAM, {"case_id": case_id, "me": acting.holder_id, "now": now})
    folders: dict[Folder, OpenFolder] = {}
    for folder, grant in found:
        fresh = OpenFolder(session, acting, folder, now=now)
        folders.setdefault(folder, fresh).add(grant, None)
    return {folder: opened.version_keys() for folder, opened in folders.items()}


# Made once: building these statements for each page costs more than running them (measured).
_MINE = (
    select(
        *(getattr(Folder, name) for name in FolderLine._fields),
        *(getattr(Grant, name) for name in GrantLine._fields),
        *(getattr(TeamCopy, name) for name in CopyLine._fields),
    )
    .join(Grant, Grant.folder_id == Folder.id)
    .outerjoin(
        TeamCopy,
        and_(
            TeamCopy.team_id == Grant.holder_id,
            TeamCopy.version == Grant.holder_version,
            TeamCopy.member_id == bindparam("me"),
        ),
    )
    .where(
        or_(Grant.holder_id == bindparam("me"), TeamCopy.member_id == bindparam("me")),
        or_(Grant.until.is_(None), Grant.until > bindparam("now")),
    )
)
_OF_GRANT = len(FolderLine._fields)
_OF_COPY = _OF_GRANT + len(GrantLine._fields)
_OF_CASE = _MINE.where(
    Folder.case_id == bindparam("case_id"),
    Folder.kind == bindparam("kind"),
    Folder.referral_id.is_(None),
)
_OF_REFERRAL = _MINE.where(
    Folder.case_id == bindparam("case_id"),
    Folder.kind == bindparam("kind"),
    Folder.referral_id == bindparam("referral_id"),
)
_OF_CASES = _MINE.where(
    Folder.case_id.in_(bindparam("case_ids", expanding=True)), Folder.kind == bindparam("kind")
)
_OF_TEAM = (
    select(Folder, Grant)
    .join(Grant, Grant.folder_id == Folder.id)
    .where(
        Folder.case_id == bindparam("case_id"),
        Grant.holder_id == bindparam("me"),
        # What an emergency opened for an hour is not handed on.
        Grant.why == Why.CASE_TEAM,
        or_(Grant.until.is_(None), Grant.until > bindparam("now")),
    )
)
_OF_REFERRALS = _MINE.where(Folder.referral_id.in_(bindparam("referral_ids", expanding=True)))


def _granted(
    session: Session,
    acting: SignedIn,
    wanted: Select[*tuple[Any, ...]],
    asked: dict[str, Any],
    *,
    now: datetime,
) -> dict[UUID, OpenFolder]:
    """The wanted folders of which this person, or a team of hers, holds a live grant."""
    rows = plain_rows(session, wanted, {**asked, "me": acting.holder_id, "now": now})
    found: dict[UUID, OpenFolder] = {}
    teams: dict[UUID, KeyPair] = {}
    for row in rows.all():
        folder = FolderLine(*row[:_OF_GRANT])
        copy = CopyLine(*row[_OF_COPY:]) if row[_OF_COPY] is not None else None
        if folder.id not in found:
            found[folder.id] = OpenFolder(session, acting, folder, now=now, teams=teams)
        found[folder.id].add(GrantLine(*row[_OF_GRANT:_OF_COPY]), copy)
    return found


def _cases(found: Mapping[UUID, OpenFolder]) -> list[UUID]:
    return [opened.line.case_id for opened in found.values()]
