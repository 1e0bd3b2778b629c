"""The readiness check: its answers in a new case, and a bare count where no file was opened."""

import json
from dataclasses import asdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.readiness import Outcome, Readiness, Said
from portal.domain.refusals import NotYours
from portal.domain.roles import Permission
from portal.models import CalledInstead, insert_into
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre

MONTHS = 12


def count_no(session: Session, acting: SignedIn, *, now: datetime) -> None:
    """She said "no, call me": one more in this month, and nothing else.

    No event is written either: it would hold the minute and the worker.
    """
    if not acting.may(Permission.OPEN_CASE):
        raise NotYours
    month = now.astimezone(ZoneInfo(get_centre(session).zone)).date().replace(day=1)
    first = insert_into(session, CalledInstead).values(month=month, count=1)
    one_more = {"count": CalledInstead.count + 1}
    session.execute(
        first.on_conflict_do_update(index_elements=[CalledInstead.month], set_=one_more)
    )


def called_instead(session: Session, acting: SignedIn) -> list[tuple[date, int]]:
    """How many said no, month by month, the latest first; nothing for who may not see counts."""
    if not acting.may(Permission.SEE_HOUSE):
        return []
    rows = session.scalars(select(CalledInstead).order_by(CalledInstead.month.desc()).limit(MONTHS))
    return [(row.month, row.count) for row in rows]


def as_words(readiness: Readiness) -> str:
    """The answers as they are sealed in her case."""
    return json.dumps(asdict(readiness), sort_keys=True)


def from_words(words: str) -> Readiness:
    """The answers as they were sealed."""
    found = json.loads(words)
    outcome = Outcome(found.pop("outcome"))
    return Readiness(**{name: Said(said) for name, said in found.items()}, outcome=outcome)
