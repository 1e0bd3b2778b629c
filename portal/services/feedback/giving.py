"""She tells how it was, and nothing is kept beside her words by which they could be hers.

No act stands in the account: its moment would lie between her sign-in and her leaving. What she
sends does not take an ended case up again. What counts towards the limit is found by her sign-in
alone, which ends, and says nothing finer than the day.
"""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionKind
from portal.domain.feedback import week_of
from portal.domain.refusals import NotYours
from portal.domain.retention import Kept, days_of
from portal.domain.words import written
from portal.models import Feedback
from portal.services import audit
from portal.services.entry import tries
from portal.services.entry.sessions import SignedIn
from portal.services.house import find_centre, today_here
from portal.services.keys import for_teams
from portal.services.moderation.deciders import deciding_teams

MOST = 5
"""How much comes from one sign-in."""


def give(session: Session, acting: SignedIn, words: str, *, now: datetime) -> None:
    """Keep her words for those who decide about answers.

    Raises NotYours, NothingWritten, TooLong, SlowDown, and HouseNotReady where nobody could read.
    """
    if not acting.is_survivor:
        raise NotYours
    text = written(words)
    day = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    who, within = acting.session_id, timedelta(days=1)
    tries.limit(session, "feedback", who, limit=MOST, within=within, now=day)
    row = Feedback(week=week_of(today_here(session, now=now)))
    for_teams.seal(session, row, text, teams=deciding_teams(session, DecisionKind.FEEDBACK))
    session.add(row)
    session.flush()


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete what the centre no longer keeps; gives how many."""
    centre = find_centre(session)
    if centre is None:
        return 0
    days = days_of(centre.retention)[Kept.FEEDBACK]
    until = today_here(session, now=now) - timedelta(days=days)
    gone = session.scalars(delete(Feedback).where(Feedback.week <= until).returning(Feedback.id))
    ids = list(gone)
    for_teams.forget(session, ids)
    if ids:
        audit.record(session, None, "feedback_forgotten", now=now, facts={"count": len(ids)})
    return len(ids)
