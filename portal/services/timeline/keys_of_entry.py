"""Who holds the key of one entry: given and taken away by its version of the timeline."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.refusals import NotFound
from portal.models import Folder, Grant, TimelineEntry
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import end_grants, get_folder, give, readers
from portal.services.keys.holders import public_halves
from portal.services.keys.reading import open_folder
from portal.vault import sealed_version


def give_her(session: Session, acting: SignedIn, entry: TimelineEntry, *, now: datetime) -> None:
    """Seal the key of an entry to her, by somebody who can read it. Raises NotFound for others."""
    opened = open_folder(
        session, acting, entry.case_id, FolderKind.TIMELINE, purpose="decision", now=now
    )
    version = sealed_version(entry.words)
    key = opened.version_keys().get(version)
    # Her holder as a grant under its MAC names it, not as a row says that could be changed.
    hers = [one for one in readers(session, entry.case_id, now=now) if one.why is Why.HER_OWN]
    if key is None or not hers:
        raise NotFound
    public = public_halves(session, [hers[0].holder_id])[hers[0].holder_id]
    give(
        session,
        opened.folder,
        version,
        key,
        hers[0],
        public,
        given_by_id=acting.account_id,
        now=now,
    )
    session.flush()


def end(session: Session, entry: TimelineEntry, *whys: Why) -> None:
    """Take the key of an entry away from those who hold it for one of these reasons."""
    folder: Folder = get_folder(session, entry.case_id, FolderKind.TIMELINE)
    version = sealed_version(entry.words)
    holders = session.scalars(
        select(Grant.holder_id).where(
            Grant.folder_id == folder.id, Grant.version == version, Grant.why.in_(whys)
        )
    ).all()
    for holder_id in holders:
        end_grants(session, folder, holder_id, version=version)
