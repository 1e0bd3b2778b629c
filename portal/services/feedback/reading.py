"""What came in without a name, for those who decide: by weeks that are over, each look accounted.

Within a week it stands in the order of its random ids: no line is newer than another.
"""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain import feedback as rules
from portal.domain.feedback import AnswerState, Reminder, week_of
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission
from portal.models import Feedback, FeedbackAnswer
from portal.services.entry.sessions import SignedIn
from portal.services.house import today_here, zone_of
from portal.services.keys import for_teams
from portal.services.keys.openings import write_down_feedback

PAGE = 20


class Shown(NamedTuple):
    """One line; no words without the key of a team."""

    id: UUID
    week: date
    words: str | None


def came_in(
    session: Session,
    acting: SignedIn,
    *,
    now: datetime,
    after: UUID | None = None,
    size: int = PAGE,
) -> list[Shown]:
    """The latest week that is over first; `after` is the last line of the page before.

    Raises NotYours.
    """
    _check_reader(acting)
    found = select(Feedback).where(_is_over(session, now=now))
    last = session.get(Feedback, after) if after else None
    if last is not None:
        same = and_(Feedback.week == last.week, Feedback.id > last.id)
        found = found.where(or_(Feedback.week < last.week, same))
    rows = session.scalars(found.order_by(Feedback.week.desc(), Feedback.id).limit(size)).all()
    words = for_teams.read(session, acting, rows)
    write_down_feedback(session, acting, list(words), now=now)
    return [Shown(row.id, row.week, words.get(row.id)) for row in rows]


def get_one(session: Session, acting: SignedIn, feedback_id: UUID, *, now: datetime) -> Shown:
    """One line, to answer it. Raises NotYours, and NotFound while its week lasts."""
    _check_reader(acting)
    wanted = select(Feedback).where(Feedback.id == feedback_id, _is_over(session, now=now))
    row = session.scalar(wanted)
    if row is None:
        raise NotFound
    words = for_teams.read(session, acting, [row])
    write_down_feedback(session, acting, list(words), now=now)
    return Shown(row.id, row.week, words.get(row.id))


def find_reminder(session: Session, acting: SignedIn, *, now: datetime) -> Reminder | None:
    """Whether an answer is due; None for whoever reads nothing of it."""
    if not acting.may(Permission.READ_FEEDBACK):
        return None
    weeks = select(func.max(Feedback.week)).where(_is_over(session, now=now))
    answers = select(func.max(FeedbackAnswer.published_at)).where(
        FeedbackAnswer.state == AnswerState.PUBLISHED
    )
    came, published = session.execute(
        select(weeks.scalar_subquery(), answers.scalar_subquery())
    ).one()
    on = published.astimezone(zone_of(session)).date() if published else None
    return rules.reminder(came_in=came, published=on, today=today_here(session, now=now))


def _is_over(session: Session, *, now: datetime) -> ColumnElement[bool]:
    return Feedback.week < week_of(today_here(session, now=now))


def _check_reader(acting: SignedIn) -> None:
    if not acting.may(Permission.READ_FEEDBACK):
        raise NotYours
