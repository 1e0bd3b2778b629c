"""Folders and their versions: who is granted what, why, and until when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.folders import HERS_ALONE, FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound
from portal.models import Folder, Grant
from portal.services.holding import hold_case
from portal.services.house import key_file
from portal.services.keys.holders import PublicHalf, get_one, public_halves, seal_halves
from portal.vault import check_keyed, keyed_hash, new_folder_key, seal_to


class FolderLine(NamedTuple):
    """The columns of a folder that its grants are signed with: what a page needs to read in it."""

    id: UUID
    case_id: UUID
    kind: FolderKind
    referral_id: UUID | None


class GrantLine(NamedTuple):
    """The columns of a grant that open a version of a folder, or show that they were changed."""

    version: int
    holder_id: UUID
    holder_version: int
    sealed: bytes
    given_by_id: UUID | None
    given_at: datetime
    why: Why
    until: datetime | None
    mac: bytes


class Grantee(NamedTuple):
    """Who may open a version of a folder, why, and until when."""

    holder_id: UUID
    why: Why
    until: datetime | None = None


def find_folder(
    session: Session, case_id: UUID, kind: FolderKind, referral_id: UUID | None = None
) -> Folder | None:
    """A folder of a case, if it was ever written to."""
    return session.scalar(
        select(Folder).where(
            Folder.case_id == case_id,
            Folder.kind == kind,
            Folder.referral_id == referral_id,
        )
    )


def held_folder(session: Session, case_id: UUID, kind: FolderKind) -> Folder:
    """A folder of which each writing starts a version, its case held: two at once each get one."""
    hold_case(session, case_id)
    return find_folder(session, case_id, kind) or new_folder(session, case_id, kind)


def new_folder(
    session: Session, case_id: UUID, kind: FolderKind, referral_id: UUID | None = None
) -> Folder:
    """An empty folder, without a version: nothing can be written until one is started."""
    folder = Folder(case_id=case_id, kind=kind, referral_id=referral_id, version=0, stale=False)
    session.add(folder)
    session.flush()
    return folder


def start_version(
    session: Session,
    folder: Folder,
    grantees: Iterable[Grantee],
    *,
    given_by_id: UUID | None,
    now: datetime,
) -> bytes:
    """A fresh key for what is written from now on, sealed to these holders only.

    The recovery key and the two emergency halves get it too, except for what is hers alone. Whoever
    found out who these holders are held the case before that: see `services.holding`.
    """
    key = new_folder_key()
    # As it is now: of two at one moment each gets a number of its own.
    session.refresh(folder, with_for_update=True)
    folder.version += 1
    folder.stale = False
    wanted = list(grantees)
    if folder.kind not in HERS_ALONE:
        wanted.append(Grantee(get_one(session, HolderKind.RECOVERY).id, Why.RECOVERY))
        seal_halves(session, folder.id, folder.version, key)
    publics = public_halves(session, [grantee.holder_id for grantee in wanted])
    for grantee in wanted:
        give(
            session,
            folder,
            folder.version,
            key,
            grantee,
            publics[grantee.holder_id],
            given_by_id=given_by_id,
            now=now,
        )
    session.flush()
    return key


def give(
    session: Session,
    folder: Folder,
    version: int,
    key: bytes,
    grantee: Grantee,
    public: PublicHalf,
    *,
    given_by_id: UUID | None,
    now: datetime,
) -> Grant:
    """Seal one version's key to a holder."""
    grant = Grant(
        folder_id=folder.id,
        version=version,
        holder_id=grantee.holder_id,
        holder_version=public.version,
        sealed=seal_to(public.public, key),
        given_by_id=given_by_id,
        given_at=now,
        why=grantee.why,
        until=grantee.until,
    )
    sign_grant(session, folder, grant)
    session.add(grant)
    return grant


def give_all(
    session: Session,
    folder: Folder,
    keys: Mapping[int, bytes],
    grantee: Grantee,
    public: PublicHalf,
    *,
    given_by_id: UUID | None,
    now: datetime,
) -> None:
    """Seal the keys of several versions to a holder."""
    for version, key in keys.items():
        give(session, folder, version, key, grantee, public, given_by_id=given_by_id, now=now)


def sign_grant(session: Session, folder: Folder, grant: Grant) -> None:
    """Put a grant under the MAC of the key file; only for one that was proved to be genuine."""
    grant.mac = keyed_hash(key_file(session).mac_key, "grant", *_grant_parts(folder, grant))


def check_grant(session: Session, folder: Folder | FolderLine, grant: Grant | GrantLine) -> None:
    """Raises Forged when a grant's end, reason or key was changed behind our back.

    Or the folder's case: two folders that change places would be read by each other's people.
    """
    check_keyed(key_file(session).mac_key, "grant", grant.mac, *_grant_parts(folder, grant))


def checked_grants(session: Session, folder: Folder) -> Sequence[Grant]:
    """All grants of the current version, ended or not. Raises Forged.

    Whoever can write to the database could add a row for herself, or a later end, and wait for the
    next version to be sealed to it.
    """
    grants = session.scalars(
        select(Grant).where(Grant.folder_id == folder.id, Grant.version == folder.version)
    ).all()
    for grant in grants:
        check_grant(session, folder, grant)
    return grants


def is_live(grant: Grant, *, now: datetime) -> bool:
    """Whether a grant has not ended."""
    return grant.until is None or grant.until > now


def end_grants(
    session: Session, folder: Folder, holder_id: UUID, *, version: int | None = None
) -> None:
    """Take a holder's grants away at once; the next write starts a version without them."""
    ended = delete(Grant).where(Grant.folder_id == folder.id, Grant.holder_id == holder_id)
    if version is not None:
        ended = ended.where(Grant.version == version)
    session.execute(ended.execution_options(synchronize_session="fetch"))
    if version is None or version == folder.version:
        folder.stale = True
    session.flush()


def readers(session: Session, case_id: UUID, *, now: datetime) -> list[Grantee]:
    """She and her case team: those who hold the current key of her contact card.

    Read from grants under their MAC, not from the rows of case and accounts: whoever can write to
    the database could put herself there and wait for the next version. To write for them, hold the
    case before. Raises Forged.
    """
    card = get_folder(session, case_id, FolderKind.CONTACT_CARD)
    return [
        Grantee(grant.holder_id, grant.why)
        for grant in checked_grants(session, card)
        if grant.why in (Why.HER_OWN, Why.CASE_TEAM) and is_live(grant, now=now)
    ]


def get_folder(
    session: Session, case_id: UUID, kind: FolderKind, referral_id: UUID | None = None
) -> Folder:
    """A folder of a case. Raises NotFound."""
    folder = find_folder(session, case_id, kind, referral_id)
    if folder is None:
        raise NotFound
    return folder


def _grant_parts(folder: Folder | FolderLine, grant: Grant | GrantLine) -> tuple[bytes, ...]:
    until = grant.until.astimezone(UTC).isoformat() if grant.until else "no end"
    return (
        folder.id.bytes,
        folder.case_id.bytes,
        folder.kind.value.encode(),
        str(folder.referral_id).encode(),
        str(grant.version).encode(),
        grant.holder_id.bytes,
        str(grant.holder_version).encode(),
        grant.sealed,
        str(grant.given_by_id).encode(),
        grant.given_at.astimezone(UTC).isoformat().encode(),
        grant.why.value.encode(),
        until.encode(),
    )
