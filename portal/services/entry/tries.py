"""Counting tries in the database, so that a limit holds across processes and restarts."""

from datetime import datetime, timedelta

from sqlalchemy import case, delete
from sqlalchemy.orm import Session

from portal.domain.refusals import SlowDown
from portal.models import Tries, insert_into
from portal.services.house import key_file
from portal.vault import keyed_hash

KEPT = timedelta(days=1)


def check(
    session: Session, what: str, who: bytes, *, limit: int, within: timedelta, now: datetime
) -> None:
    """Raises SlowDown when `who` has used up `limit` tries within the span."""
    row = session.get(Tries, _key(session, what, who), populate_existing=True)
    if row is not None and now - row.since < within and row.count >= limit:
        raise SlowDown(max(1, int((row.since + within - now).total_seconds())))


def count(session: Session, what: str, who: bytes, *, within: timedelta, now: datetime) -> int:
    """Count one try and give the number in the current span: one statement, exact under load."""
    fresh = insert_into(session, Tries).values(key=_key(session, what, who), since=now, count=1)
    is_over = Tries.since <= now - within
    upsert = fresh.on_conflict_do_update(
        index_elements=[Tries.key],
        set_={
            "count": case((is_over, 1), else_=Tries.count + 1),
            "since": case((is_over, now), else_=Tries.since),
        },
    ).returning(Tries.count)
    return int(session.execute(upsert).scalar_one())


def forget(session: Session, what: str, who: bytes) -> None:
    """Start again from nothing, after a success."""
    session.execute(delete(Tries).where(Tries.key == _key(session, what, who)))


def limit(
    session: Session, what: str, who: bytes, *, limit: int, within: timedelta, now: datetime
) -> None:
    """Count a try and raise SlowDown when it is one too many.

    Counted first: of many at once, each waits for the number of the one before.
    """
    if count(session, what, who, within=within, now=now) > limit:
        check(session, what, who, limit=limit, within=within, now=now)


def _key(session: Session, what: str, who: bytes) -> bytes:
    # A keyed hash: neither an address nor an account can be read from the table.
    return keyed_hash(key_file(session).pepper, "tries", what.encode(), who)
