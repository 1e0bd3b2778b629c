"""What the machine may open without a person: a safe way of hers, as long as her yes counts.

Its private half comes from the key file, so whoever has key file and database can send what she
allowed; nothing else of hers was ever sealed to it. Each use is an act in the account of her case.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.models import Folder, Grant, Holder
from portal.services.house import key_file
from portal.services.keys.folders import check_grant, is_live
from portal.services.keys.opened_folder import SealedRow
from portal.vault import Place, open_sealed, open_value, sealed_version


def open_as_machine(
    session: Session,
    case_id: UUID,
    kind: FolderKind,
    row: SealedRow,
    column: str,
    *,
    now: datetime,
) -> tuple[str, datetime | None] | None:
    """The words of a sealed column and until when they are the machine's; None without a grant.

    Raises Forged or CannotOpen when somebody changed the grant, its end or the words.
    """
    sealed: bytes | None = getattr(row, column)
    if sealed is None:
        return None
    version = sealed_version(sealed)
    found = session.execute(
        select(Folder, Grant)
        .join(Grant, Grant.folder_id == Folder.id)
        .join(Holder, Holder.id == Grant.holder_id)
        .where(
            Folder.case_id == case_id,
            Folder.kind == kind,
            Grant.version == version,
            Grant.why == Why.TO_TELL_HER,
            Holder.kind == HolderKind.HOUSE,
        )
    ).one_or_none()
    if found is None or not is_live(found[1], now=now):
        return None
    folder, grant = found
    check_grant(session, folder, grant)
    key = open_sealed(key_file(session).house, grant.sealed)
    assert isinstance(row.id, UUID)
    place = Place(row.__tablename__, row.id, column, folder.id, version)
    return open_value(key, place, sealed).decode(), grant.until
