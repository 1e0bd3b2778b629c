"""A new address counts only once a colleague asked her about it.

The attack: the person at home, with her unlocked phone, puts his own number there, and from then
on reads when she has a date. So who decides calls her at a number known from before.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, exists, select
from sqlalchemy.orm import Session

from portal.domain.decisions import UNDECIDED, DecisionKind, DecisionState
from portal.domain.folders import Why
from portal.domain.refusals import WrongState
from portal.domain.safe_contact import Wish
from portal.models import Decision, SafeContact
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.keys import reasons
from portal.services.keys.folders import Grantee
from portal.services.keys.reading import open_folder
from portal.services.moderation import deciders, decisions, own_questions
from portal.services.telling import ways
from portal.services.telling.ways import FOLDERS, Way, way_of

KIND = DecisionKind.CONTACT_CHANGE
_SAID_TO_HER = (DecisionState.ACCEPTED, DecisionState.GIVEN_BACK, DecisionState.DECLINED)
"""With these a colleague may have written something, and her form says that she reads it."""


@dataclass(frozen=True)
class Question:
    """What became of the latest new address by one way, as she reads it."""

    state: DecisionState
    answer_before: datetime
    note: str | None

    @property
    def is_given_back(self) -> bool:
        """Whether a colleague asked her something first."""
        return self.state is DecisionState.GIVEN_BACK

    @property
    def was_declined(self) -> bool:
        """Whether a colleague said no."""
        return self.state is DecisionState.DECLINED


def propose(
    session: Session, acting: SignedIn, row: SafeContact, way: Way, *, now: datetime
) -> None:
    """Seal a new address to her and to those who decide; the one before stops counting at once.

    Raises NobodyToDecide.
    """
    asked = find_question(session, row)
    is_the_same = asked is not None and _address(session, acting, row, now=now) == way.address
    if asked is not None and not is_the_same:
        _withdraw(session, acting, asked, now=now)
    if not is_the_same:
        facts: audit.Facts = {"channel": row.channel.value}
        case_id = row.case_id
        decisions.ask(
            session,
            acting,
            KIND,
            reason=None,
            case_id=case_id,
            subject_id=row.id,
            facts=facts,
            now=now,
        )
    deciding = [Grantee(one, Why.DECISION) for one in deciders.deciding_teams(session, KIND)]
    ways.seal(session, acting, row, way, deciding, now=now)
    row.wish, row.said_at, row.until = Wish.WAITS, now, None


def take_back(session: Session, acting: SignedIn, row: SafeContact, *, now: datetime) -> None:
    """She said no: what waits is not asked any more."""
    asked = find_question(session, row)
    if asked is not None:
        _withdraw(session, acting, asked, now=now)


def find_question(session: Session, row: SafeContact) -> Decision | None:
    """The question that waits about a way, held."""
    decision_id = session.scalar(
        select(Decision.id).where(
            Decision.kind == KIND,
            Decision.case_id == row.case_id,
            Decision.subject_id == row.id,
            Decision.state.in_(UNDECIDED),
        )
    )
    decision = decisions.held(session, decision_id) if decision_id else None
    return decision if decision is not None and decision.state in UNDECIDED else None


def answer(
    session: Session, acting: SignedIn, row: SafeContact, words: str, *, now: datetime
) -> None:
    """Her answer to what she was asked: it waits anew.

    Raises WrongState, NothingWritten, TooLong, NobodyToDecide.
    """
    asked = find_question(session, row)
    if asked is None:
        raise WrongState
    decisions.ask_again(session, acting, asked.id, reason=words, now=now)


def of_hers(
    session: Session, acting: SignedIn, rows: list[SafeContact], *, now: datetime
) -> dict[UUID | None, Question]:
    """The latest question about each of these ways, with what was said to it."""
    found = session.scalars(
        select(Decision)
        .where(
            Decision.case_id == acting.her_case_id,
            Decision.kind == KIND,
            Decision.subject_id.in_([row.id for row in rows]),
            own_questions.still_shown(now),
        )
        .order_by(Decision.asked_at)
    )
    latest = {decision.subject_id: decision for decision in found}
    return {way_id: _shown(session, acting, one, now=now) for way_id, one in latest.items()}


def unanswered(case_id: BindParameter[UUID]) -> ColumnElement[bool]:
    """Whether a colleague waits for an answer of hers about a way, as part of a statement."""
    return exists().where(
        Decision.case_id == case_id,
        Decision.kind == KIND,
        Decision.state == DecisionState.GIVEN_BACK,
    )


def write_down(
    session: Session, acting: SignedIn | None, row: SafeContact, *, now: datetime
) -> None:
    """Keep in the account of her case what counts of a way now."""
    facts: audit.Facts = {"channel": row.channel.value, "wish": row.wish.value}
    actor = acting.account_id if acting else None
    audit.record(session, actor, "safe_contact_set", now=now, case_id=row.case_id, facts=facts)
    session.flush()


def _withdraw(session: Session, acting: SignedIn, decision: Decision, *, now: datetime) -> None:
    decision.state = DecisionState.WITHDRAWN
    decisions.account(session, acting, "decision_withdrawn", decision, now=now)
    session.flush()


def _address(session: Session, acting: SignedIn, row: SafeContact, *, now: datetime) -> str | None:
    kind = FOLDERS[row.channel]
    opened = open_folder(session, acting, row.case_id, kind, purpose="own_safe_contact", now=now)
    words = opened.read(row, "details")
    return way_of(words).address if words else None


def _shown(session: Session, acting: SignedIn, row: Decision, *, now: datetime) -> Question:
    note = None
    if row.note is not None and row.state in _SAID_TO_HER:
        (note,) = reasons.read(session, acting, row, "note", now=now)
    return Question(row.state, row.answer_again_before or row.answer_before, note)
