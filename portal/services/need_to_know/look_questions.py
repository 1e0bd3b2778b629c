"""Her questions about who looked: sealed to her, the auditors and the coordinators, and answered.

Not to her case team: the question may be about them. Who directs her file and is a coordinator too
reads none of it: another coordinator does, or an auditor, who directs no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, not_, select
from sqlalchemy.orm import Session

from portal.domain.acts import AboutYourself, AskedAlready
from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.needs import Lane
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Permission
from portal.domain.words import written
from portal.models import (
    Account,
    AuditEvent,
    Case,
    Folder,
    Holder,
    LookQuestion,
    StaffMember,
)
from portal.services import audit
from portal.services.case_work.cases import on_case
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.house import promised
from portal.services.keys.folders import Grantee, held_folder
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.services.need_to_know import looking
from portal.services.need_to_know.account_of_acts import Act, of_events

MAX_QUESTION = 1000
LISTED_AT_MOST = 100
_OF = Case.id == LookQuestion.case_id


@dataclass(frozen=True)
class Question:
    """A question with the look that it is about; words where they may be read."""

    row: LookQuestion
    look: Act | None
    words: str = ""
    answer: str | None = None
    answered_by: str | None = None
    case_number: str = ""


def ask(
    session: Session, acting: SignedIn, event_id: UUID, words: str, *, now: datetime
) -> LookQuestion:
    """She asks about one look of hers. Raises NotFound, AskedAlready, and the words refusals."""
    looking.get_look(session, acting, event_id)
    typed = written(words, limit=MAX_QUESTION)
    folder = held_folder(session, acting.her_case_id, FolderKind.DECISIONS)
    if session.scalar(
        select(LookQuestion.id).where(
            LookQuestion.case_id == acting.her_case_id, LookQuestion.event_id == event_id
        )
    ):
        raise AskedAlready
    question = LookQuestion(
        case_id=acting.her_case_id,
        event_id=event_id,
        asked_at=now,
        answer_before=promised(session, Lane.ORANGE, now=now),
    )
    _seal(session, acting, folder, question, "words", typed, acting.holder_id, now=now)
    session.add(question)
    _account(session, acting, "look_asked", question, now=now)
    return question


def of_hers(session: Session, acting: SignedIn, *, now: datetime) -> list[Question]:
    """What she asked, newest first, with the answers."""
    rows = _rows(session, LookQuestion.case_id == acting.her_case_id)
    if not rows:
        return []
    opened = open_folder(
        session,
        acting,
        acting.her_case_id,
        FolderKind.DECISIONS,
        purpose="own_questions",
        now=now,
    )
    return _read(session, opened, rows)


def waiting_count(session: Session, acting: SignedIn) -> int:
    """How many wait for an answer; 0 for whoever does not answer them."""
    if not acting.may(Permission.ANSWER_LOOK_QUESTIONS):
        return 0
    waits = select(func.count()).select_from(LookQuestion).join(Case, _OF)
    waits = waits.where(LookQuestion.answered_at.is_(None), not_hers(acting))
    return session.scalar(waits) or 0


def listed(session: Session, acting: SignedIn) -> list[Question]:
    """What waits, soonest promised first; nothing is unsealed. Raises NotYours."""
    _check(acting)
    rows = session.execute(
        select(LookQuestion, Case.number)
        .join(Case, _OF)
        .where(LookQuestion.answered_at.is_(None), not_hers(acting))
        .order_by(LookQuestion.answer_before, LookQuestion.id)
        .limit(LISTED_AT_MOST)
    ).all()
    looks = of_events(session, (row.event_id for row, _ in rows))
    return [Question(row, looks.get(row.event_id), case_number=number) for row, number in rows]


def read(session: Session, acting: SignedIn, question_id: UUID, *, now: datetime) -> Question:
    """One question, opened for who answers. Raises NotYours, NotFound, KeyNotHandedOver."""
    _check(acting)
    row = session.get(LookQuestion, question_id)
    if row is None:
        raise NotFound
    _check_not_hers(session, acting, row)
    try:
        opened = open_folder(
            session, acting, row.case_id, FolderKind.DECISIONS, purpose="look_question", now=now
        )
    except NotFound as refusal:
        raise KeyNotHandedOver from refusal
    # She may hold the key of another reason in the same folder, and not that of her team.
    found = _read(session, opened, [row])
    if not found:
        raise KeyNotHandedOver
    return found[0]


def answer(
    session: Session, acting: SignedIn, question_id: UUID, words: str, *, now: datetime
) -> LookQuestion:
    """Answer her, once; never about a look of one's own.

    Raises NotYours, NotFound, WrongState, AboutYourself, and the words refusals.
    """
    _check(acting)
    row = held(session, question_id)
    _check_not_hers(session, acting, row)
    look = session.get(AuditEvent, row.event_id)
    if look is not None and look.actor_id == acting.account_id:
        raise AboutYourself
    if row.answered_at is not None:
        raise WrongState
    typed = written(words, limit=MAX_QUESTION)
    folder = held_folder(session, row.case_id, FolderKind.DECISIONS)
    case = session.get_one(Case, row.case_id)
    hers = session.get_one(Account, case.survivor_id).holder_id
    _seal(session, acting, folder, row, "answer", typed, hers, now=now)
    row.answered_at, row.answered_by_id = now, acting.account_id
    _account(session, acting, "look_answered", row, now=now)
    return row


def held(session: Session, question_id: UUID) -> LookQuestion:
    """A question as it is now, held until this is done, and its case before it. Raises NotFound."""
    case_id = session.scalar(select(LookQuestion.case_id).where(LookQuestion.id == question_id))
    if case_id is None:
        raise NotFound
    hold_case(session, case_id)
    row = session.get(LookQuestion, question_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def _seal(
    session: Session,
    acting: SignedIn,
    folder: Folder,
    row: LookQuestion,
    column: str,
    words: str,
    hers: UUID,
    *,
    now: datetime,
) -> None:
    """A version of its own: hers, and that of the two teams that answer."""
    teams = session.scalars(
        select(Holder.id).where(
            Holder.kind.in_((HolderKind.AUDITORS, HolderKind.COORDINATORS)), Holder.version > 0
        )
    ).all()
    opened = OpenFolder(session, acting, folder, now=now)
    opened.start_version(
        [Grantee(hers, Why.HER_OWN), *(Grantee(team, Why.DECISION) for team in teams)]
    )
    opened.write(row, column, words)


def _rows(session: Session, condition: ColumnElement[bool]) -> Sequence[LookQuestion]:
    return session.scalars(
        select(LookQuestion)
        .where(condition)
        .order_by(LookQuestion.asked_at.desc(), LookQuestion.id)
        .limit(LISTED_AT_MOST)
    ).all()


def _read(session: Session, opened: OpenFolder, rows: Sequence[LookQuestion]) -> list[Question]:
    looks = of_events(session, (row.event_id for row in rows))
    by = {row.answered_by_id for row in rows if row.answered_by_id}
    named = select(StaffMember.account_id, StaffMember.name).where(StaffMember.account_id.in_(by))
    names = dict(session.execute(named).all())
    return [
        Question(
            row,
            looks.get(row.event_id),
            words=opened.read(row, "words") or "",
            answer=opened.read(row, "answer") if opened.opens(row.answer) else None,
            answered_by=names.get(row.answered_by_id) if row.answered_by_id else None,
        )
        for row in rows
        if opened.opens(row.words)
    ]


def not_hers(acting: SignedIn) -> ColumnElement[bool]:
    """Leaves out questions about files that bear this colleague's name; the case is joined."""
    return not_(on_case(acting.account_id))


def _check_not_hers(session: Session, acting: SignedIn, row: LookQuestion) -> None:
    answers = select(Case.id).where(Case.id == row.case_id, not_hers(acting))
    if session.scalar(answers) is None:
        raise NotFound


def _check(acting: SignedIn) -> None:
    if not acting.may(Permission.ANSWER_LOOK_QUESTIONS):
        raise NotYours


def _account(
    session: Session, acting: SignedIn, kind: str, row: LookQuestion, *, now: datetime
) -> None:
    facts: audit.Facts = {"question": str(row.id), "event": str(row.event_id)}
    audit.record(session, acting.account_id, kind, now=now, case_id=row.case_id, facts=facts)
    session.flush()
