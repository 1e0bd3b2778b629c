"""What follows from a yes or a no to an answer: it is read by every survivor, or stays sealed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionKind
from portal.domain.feedback import AnswerState, Text
from portal.domain.refusals import NotFound, WrongState
from portal.models import Decision, FeedbackAnswer
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.keys import for_teams
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.moderation.deciders import deciding_teams

Texts = Mapping[str, Text]


def put_away(session: Session, answer: FeedbackAnswer, texts: Texts) -> None:
    """Seal the texts to those who decide; nothing of them stays in clear."""
    plain = json.dumps({code: text._asdict() for code, text in texts.items()})
    for_teams.seal(session, answer, plain, teams=deciding_teams(session, DecisionKind.FEEDBACK))
    answer.texts = {}


def texts_of(kept: Mapping[str, Any]) -> dict[str, Text]:
    """Texts as they are kept in the database."""
    return {code: Text(**text) for code, text in kept.items()}


def find_texts(session: Session, acting: SignedIn, answer: FeedbackAnswer) -> Texts | None:
    """What an answer says, in clear or with a team's key of this person; None without one."""
    if answer.words is None:
        return texts_of(answer.texts)
    plain = for_teams.read(session, acting, [answer]).get(answer.id)
    return None if plain is None else texts_of(json.loads(plain))


def lay_open(session: Session, acting: SignedIn, decision: Decision, *, now: datetime) -> None:
    """With the yes the words lie in clear, though they may be published later: then nobody is
    there who could open them.

    Raises KeyNotHandedOver: who cannot read an answer cannot say that all may.
    """
    answer = _waiting(session, decision)
    texts = find_texts(session, acting, answer)
    if texts is None:
        raise KeyNotHandedOver
    answer.texts = {code: text._asdict() for code, text in texts.items()}
    answer.words = None
    for_teams.forget(session, [answer.id])
    # Before `publish` reads the row again as the database has it.
    session.flush()


def publish(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """The effect of a yes: every survivor who is signed in can read it from now on."""
    answer = _waiting(session, decision)
    answer.state, answer.published_at = AnswerState.PUBLISHED, now
    answer.published_by_id = decision.decided_by_id
    actor = acting.account_id if acting else None
    audit.record(session, actor, "answer_published", now=now, facts={"answer": str(answer.id)})
    session.flush()


def never_publish(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """Declined or withdrawn: it is read by nobody but those who decide, and can be asked again."""
    answer = _waiting(session, decision)
    if answer.words is None:
        put_away(session, answer, texts_of(answer.texts))
    answer.state = AnswerState.NOT_PUBLISHED
    session.flush()


def _waiting(session: Session, decision: Decision) -> FeedbackAnswer:
    answer = session.get(
        FeedbackAnswer, decision.subject_id, with_for_update=True, populate_existing=True
    )
    if answer is None:
        raise NotFound
    if answer.state is not AnswerState.WAITING:
        raise WrongState
    return answer
