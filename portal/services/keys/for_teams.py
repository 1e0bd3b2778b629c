"""Words of no case, sealed to the teams that decide about them and to the paper, and nobody else.

Each row has a key of its own. Sealing needs public halves alone, so whoever seals keeps no key.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from portal.domain.holders import HolderKind
from portal.models import Feedback, FeedbackAnswer, FeedbackKey, TeamCopy
from portal.services.entry.sessions import SignedIn
from portal.services.house import HouseNotReady, key_file
from portal.services.keys.holders import Keys, get_one, open_team_copy, public_halves
from portal.vault import (
    CannotOpen,
    KeyFile,
    KeyPair,
    Place,
    check_keyed,
    keyed_hash,
    new_folder_key,
    open_sealed,
    open_value,
    seal_to,
    seal_value,
)

ONLY_VERSION = 1
Row = Feedback | FeedbackAnswer


def seal(session: Session, row: Row, words: str, *, teams: Iterable[UUID]) -> None:
    """Seal the words of a row; a key that it had before opens nothing any more.

    Raises HouseNotReady where no team has a key yet, Forged.
    """
    holders = set(teams)
    if not holders:
        raise HouseNotReady
    forget(session, [row.id])
    key = new_folder_key()
    wanted = holders | {get_one(session, HolderKind.RECOVERY).id}
    for holder_id, public in public_halves(session, wanted).items():
        copy = FeedbackKey(
            subject_id=row.id,
            holder_id=holder_id,
            holder_version=public.version,
            sealed=seal_to(public.public, key),
        )
        copy.mac = _mac(key_file(session), copy)
        session.add(copy)
    row.words = seal_value(key, _place(row), words.encode())


def read(session: Session, acting: SignedIn, rows: Iterable[Row]) -> dict[UUID, str]:
    """The words of these rows, as far as this person is in a team that holds their keys.

    Whoever calls this writes down that they were read. Raises Forged, CannotOpen.
    """
    by_id = {row.id: row for row in rows if row.words is not None}
    copies = and_(
        TeamCopy.team_id == FeedbackKey.holder_id,
        TeamCopy.version == FeedbackKey.holder_version,
        TeamCopy.member_id == acting.holder_id,
    )
    found = session.execute(
        select(FeedbackKey, TeamCopy)
        .join(TeamCopy, copies)
        .where(FeedbackKey.subject_id.in_(by_id))
    )
    pairs: dict[UUID, KeyPair] = {}
    opened: dict[UUID, str] = {}
    for key, copy in found:
        row = by_id[key.subject_id]
        if row.id in opened or row.words is None:
            continue
        check_keyed(key_file(session).mac_key, "feedback-key", key.mac, *_parts(key))
        if copy.id not in pairs:
            pairs[copy.id] = open_team_copy(session, copy, acting.keys)
        secret = open_sealed(pairs[copy.id], key.sealed)
        opened[row.id] = open_value(secret, _place(row), row.words).decode()
    return opened


def forget(session: Session, row_ids: Iterable[UUID]) -> None:
    """Delete the keys of these rows."""
    gone = delete(FeedbackKey).where(FeedbackKey.subject_id.in_(list(row_ids)))
    session.execute(gone.execution_options(synchronize_session="fetch"))


def sign_again(
    session: Session, sheets: Keys, pairs: Mapping[tuple[UUID, int], KeyPair]
) -> list[str]:
    """A lost key file: keep each key that opens to the same as the sheets', under a new MAC.

    What does not is deleted: gives one sentence for each.
    """
    faults = []
    copies = session.scalars(select(FeedbackKey)).all()
    own = {
        one.subject_id: _opened(sheets.pair, one)
        for one in copies
        if one.holder_id == sheets.holder_id
    }
    for one in copies:
        known = own.get(one.subject_id)
        is_paper = one.holder_id == sheets.holder_id
        pair = sheets.pair if is_paper else pairs.get((one.holder_id, one.holder_version))
        if known is None or pair is None or _opened(pair, one) != known:
            faults.append(f"feedback {one.subject_id}: the key of {one.holder_id} is not its own")
            session.delete(one)
        else:
            one.mac = _mac(key_file(session), one)
    session.flush()
    return faults


def _opened(pair: KeyPair, copy: FeedbackKey) -> bytes | None:
    try:
        return open_sealed(pair, copy.sealed)
    except CannotOpen:
        return None


def _mac(keys: KeyFile, copy: FeedbackKey) -> bytes:
    return keyed_hash(keys.mac_key, "feedback-key", *_parts(copy))


def _parts(copy: FeedbackKey) -> tuple[bytes, ...]:
    version = str(copy.holder_version).encode()
    return copy.subject_id.bytes, copy.holder_id.bytes, version, copy.sealed


def _place(row: Row) -> Place:
    return Place(row.__tablename__, row.id, "words", row.id, ONLY_VERSION)
