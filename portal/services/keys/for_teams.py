"""Words of no case, sealed to the teams that decide about them and to the paper, and nobody else.

Each row has a key of its own. Sealing needs public halves alone, so whoever seals keeps no key.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.holders import HolderKind
from portal.models import Feedback, FeedbackAnswer, FeedbackKey, TeamCopy
from portal.services.entry.sessions import SignedIn
from portal.services.house import HouseNotReady, key_file
from portal.services.keys.copies import Copies
from portal.services.keys.holders import get_one, open_team_copy, public_halves
from portal.vault import (
    KeyPair,
    Place,
    new_folder_key,
    open_sealed,
    open_value,
    seal_value,
)

ONLY_VERSION = 1
KEYS = Copies(FeedbackKey, "subject_id", "feedback-key")
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
    for public in public_halves(session, wanted).values():
        KEYS.give(session, row.id, public, key)
    row.words = seal_value(key, _place(row), words.encode())


def read(session: Session, acting: SignedIn, rows: Iterable[Row]) -> dict[UUID, str]:
    """The words of these rows, as far as this person is in a team that holds their keys.

    Whoever calls this writes down that they were read. Raises Forged, CannotOpen.
    """
    by_id = {row.id: row for row in rows if row.words is not None}
    found = session.execute(
        select(FeedbackKey, TeamCopy)
        .join(TeamCopy, KEYS.of_teams(acting.holder_id))
        .where(FeedbackKey.subject_id.in_(by_id))
    )
    pairs: dict[UUID, KeyPair] = {}
    opened: dict[UUID, str] = {}
    for key, copy in found:
        row = by_id[key.subject_id]
        if row.id in opened or row.words is None:
            continue
        KEYS.check(key_file(session), row.id, key)
        if copy.id not in pairs:
            pairs[copy.id] = open_team_copy(session, copy, acting.keys)
        secret = open_sealed(pairs[copy.id], key.sealed)
        opened[row.id] = open_value(secret, _place(row), row.words).decode()
    return opened


def forget(session: Session, row_ids: Iterable[UUID]) -> None:
    """Delete the keys of these rows."""
    gone = delete(FeedbackKey).where(FeedbackKey.subject_id.in_(list(row_ids)))
    session.execute(gone.execution_options(synchronize_session="fetch"))


def _place(row: Row) -> Place:
    return Place(row.__tablename__, row.id, "words", row.id, ONLY_VERSION)
