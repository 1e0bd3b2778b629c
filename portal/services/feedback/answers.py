"""Answers as staff write them: each asks in the same step that a second person lets it be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.feedback import AnswerState, Text, checked
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Permission
from portal.models import Decision, FeedbackAnswer, StaffMember
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.feedback.publishing import find_texts, put_away, texts_of
from portal.services.keys.openings import write_down_feedback
from portal.services.moderation import decisions

PAGE = 20
HER_PAGE = 4
"""How many fit into one small page of hers, in any language."""
AGAIN = frozenset({AnswerState.NOT_PUBLISHED, AnswerState.TAKEN_DOWN})
"""States from which it can be asked again."""
Typed = Mapping[str, tuple[str | None, str | None]]


@dataclass(frozen=True)
class ShownAnswer:
    """An answer on the screen of staff; no texts without a key to them."""

    answer: FeedbackAnswer
    texts: Mapping[str, Text] | None
    author: str
    published_by: str | None
    taken_down_by: str | None
    decision: Decision | None
    """The latest question whether it may be published."""

    @property
    def may_be_changed(self) -> bool:
        """Whether it can be written anew and asked again."""
        given_back = self.decision and self.decision.state is DecisionState.GIVEN_BACK
        return self.answer.state in AGAIN or bool(given_back)


def check_writer(acting: SignedIn) -> None:
    """Raises NotYours for whoever may ask for no answer."""
    _check(acting, Permission.ASK_FEEDBACK)


def write(
    session: Session, acting: SignedIn, typed: Typed, *, reason: str, now: datetime
) -> Decision:
    """Write an answer and ask that it be published.

    Raises NotYours, NothingWritten, PartMissing, TooLong, and what `decisions.ask` raises.
    """
    check_writer(acting)
    texts = checked(typed)
    answer = FeedbackAnswer(written_by_id=acting.account_id, written_at=now, texts={})
    asked = decisions.ask(
        session, acting, DecisionKind.FEEDBACK, reason=reason, subject_id=answer.id, now=now
    )
    put_away(session, answer, texts)
    session.add(answer)
    session.flush()
    return asked


def write_again(
    session: Session,
    acting: SignedIn,
    answer_id: UUID,
    typed: Typed,
    *,
    reason: str,
    now: datetime,
) -> Decision:
    """Write one anew that is not read by anybody, and ask again.

    Raises NotFound, WrongState while a question about it waits, and what `write` raises.
    """
    check_writer(acting)
    texts = checked(typed)
    answer = _held(session, answer_id)
    if answer.state in AGAIN:
        asked = decisions.ask(
            session, acting, DecisionKind.FEEDBACK, reason=reason, subject_id=answer.id, now=now
        )
    else:
        before = _latest(session, [answer.id]).get(answer.id)
        if before is None or before.state is not DecisionState.GIVEN_BACK:
            raise WrongState
        asked = decisions.ask_again(session, acting, before.id, reason=reason, now=now)
    put_away(session, answer, texts)
    answer.state, answer.written_at = AnswerState.WAITING, now
    answer.written_by_id = acting.account_id
    answer.published_at = answer.published_by_id = None
    answer.taken_down_at = answer.taken_down_by_id = None
    session.flush()
    return asked


def take_down(session: Session, acting: SignedIn, answer_id: UUID, *, now: datetime) -> None:
    """Nobody reads it from now on, and its words lie sealed again.

    Raises NotYours, NotFound, WrongState.
    """
    _check(acting, Permission.TAKE_DOWN_ANSWER)
    answer = _held(session, answer_id)
    if answer.state is not AnswerState.PUBLISHED:
        raise WrongState
    put_away(session, answer, texts_of(answer.texts))
    answer.state = AnswerState.TAKEN_DOWN
    answer.taken_down_at, answer.taken_down_by_id = now, acting.account_id
    facts: audit.Facts = {"answer": str(answer.id)}
    audit.record(session, acting.account_id, "answer_taken_down", now=now, facts=facts)
    session.flush()


def listed(
    session: Session, acting: SignedIn, *, after: UUID | None = None, size: int = PAGE
) -> list[ShownAnswer]:
    """All of them, the newest first; only what is published with its texts. Raises NotYours."""
    _check(acting, Permission.READ_FEEDBACK)
    found = _ANSWERS.order_by(FeedbackAnswer.written_at.desc(), FeedbackAnswer.id).limit(size)
    last = session.get(FeedbackAnswer, after) if after else None
    if last is not None:
        same = and_(FeedbackAnswer.written_at == last.written_at, FeedbackAnswer.id > last.id)
        found = found.where(or_(FeedbackAnswer.written_at < last.written_at, same))
    rows = session.execute(found).all()
    asked = _latest(session, [row[0].id for row in rows])
    return [ShownAnswer(row[0], texts_of(row[0].texts), *row[1:], asked.get(row[0].id))
            for row in rows]  # fmt: skip


def get_one(session: Session, acting: SignedIn, answer_id: UUID, *, now: datetime) -> ShownAnswer:
    """One with its texts, for those who decide; reading sealed ones is written down.

    Raises NotYours, NotFound.
    """
    _check(acting, Permission.READ_FEEDBACK)
    row = session.execute(_ANSWERS.where(FeedbackAnswer.id == answer_id)).one_or_none()
    if row is None:
        raise NotFound
    answer = row[0]
    texts = find_texts(session, acting, answer)
    if answer.words is not None and texts is not None:
        write_down_feedback(session, acting, [answer.id], now=now)
    return ShownAnswer(answer, texts, *row[1:], _latest(session, [answer.id]).get(answer.id))


def published(
    session: Session, *, older: UUID | None = None, size: int = HER_PAGE
) -> tuple[list[FeedbackAnswer], UUID | None]:
    """What every survivor reads, the newest first, and the key of the page after it."""
    found = select(FeedbackAnswer).where(FeedbackAnswer.state == AnswerState.PUBLISHED)
    last = session.get(FeedbackAnswer, older) if older else None
    if last is not None and last.published_at is not None:
        clock = FeedbackAnswer.published_at
        same = and_(clock == last.published_at, FeedbackAnswer.id > last.id)
        found = found.where(or_(clock < last.published_at, same))
    found = found.order_by(FeedbackAnswer.published_at.desc(), FeedbackAnswer.id)
    rows = session.scalars(found.limit(size + 1)).all()
    shown = list(rows[:size])
    return shown, shown[-1].id if len(rows) > size else None


_AUTHOR, _SHOWER, _TAKER = (aliased(StaffMember) for _ in range(3))
_ANSWERS = (
    select(FeedbackAnswer, _AUTHOR.name, _SHOWER.name, _TAKER.name)
    .join(_AUTHOR, _AUTHOR.account_id == FeedbackAnswer.written_by_id)
    .outerjoin(_SHOWER, _SHOWER.account_id == FeedbackAnswer.published_by_id)
    .outerjoin(_TAKER, _TAKER.account_id == FeedbackAnswer.taken_down_by_id)
)


def _latest(session: Session, answer_ids: Sequence[UUID]) -> dict[UUID | None, Decision]:
    rows = session.scalars(
        select(Decision)
        .where(Decision.subject_id.in_(answer_ids), Decision.kind == DecisionKind.FEEDBACK)
        .order_by(Decision.asked_at)
    )
    return {row.subject_id: row for row in rows}


def _held(session: Session, answer_id: UUID) -> FeedbackAnswer:
    answer = session.get(FeedbackAnswer, answer_id, with_for_update=True, populate_existing=True)
    if answer is None:
        raise NotFound
    return answer


def _check(acting: SignedIn, permission: Permission) -> None:
    if not acting.may(permission):
        raise NotYours
