"""A statement: some needs said in one go, sent to the desk with what she said besides."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind
from portal.domain.needs import (
    Category,
    NeedAnswer,
    NeedState,
    Statement,
    check_statement,
    clean_statement,
    lane_of,
)
from portal.models import Case, Need
from portal.models import Statement as StatementRow
from portal.services import audit, drafts
from portal.services.case_work import cases
from portal.services.entry.sessions import SignedIn
from portal.services.house import promised
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.services.moderation import at_desk, decisions
from portal.services.needs.her_needs import open_needs

DRAFT = "needs"


def send(session: Session, acting: SignedIn, statement: Statement, *, now: datetime) -> list[Need]:
    """Send a statement to the desk: sealed to her, her case team and the desk, and queued.

    The draft is forgotten. Raises NothingChosen, AlreadyAsked or TooLong.
    """
    case = session.get_one(Case, acting.her_case_id)
    statement = clean_statement(statement)
    open_now = frozenset(need.category for need in open_needs(session, acting))
    check_statement(statement, open_categories=open_now)
    cases.wake(session, case.id, actor_id=acting.account_id, now=now)
    folder = at_desk.for_statement(session, acting, case.id, now=now)
    name_to_use = _name_to_use(session, acting, case, now=now)
    row = StatementRow(case_id=case.id, sent_at=now, folder_version=folder.folder.version, body=b"")
    folder.write(row, "body", json.dumps(_closing_answers(statement, name_to_use)))
    session.add(row)
    session.flush()
    needs = [_send_one(session, acting, folder, row, answer, now=now) for answer in statement.needs]
    drafts.forget(session, acting, DRAFT)
    session.flush()
    return needs


def closing_answers(
    session: Session, acting: SignedIn, need: Need, *, purpose: str, now: datetime
) -> dict[str, Any]:
    """What she said besides the needs: most important, stay or leave, help at the talk."""
    folder = open_folder(session, acting, need.case_id, FolderKind.NEEDS, purpose=purpose, now=now)
    row = session.get_one(StatementRow, need.statement_id)
    return dict(json.loads(folder.read(row, "body") or "{}"))


def _send_one(
    session: Session,
    acting: SignedIn,
    folder: OpenFolder,
    row: StatementRow,
    answer: NeedAnswer,
    *,
    now: datetime,
) -> Need:
    lane = lane_of(answer.category, answer.how_soon, child_in_danger=answer.child_in_danger)
    need = Need(
        case_id=row.case_id,
        statement_id=row.id,
        category=answer.category,
        how_soon=answer.how_soon,
        lane=lane,
        state=NeedState.SENT,
        sent_at=now,
        answer_before=promised(session, lane, now=now),
    )
    folder.write(need, "own_words", answer.own_words)
    session.add(need)
    session.flush()
    decisions.queue_need(session, acting, need, now=now)
    audit.record(
        session,
        acting.account_id,
        "need_sent",
        now=now,
        case_id=need.case_id,
        facts={"need": str(need.id), "category": need.category.value},
    )
    return need


def _name_to_use(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> str:
    card = open_folder(
        session, acting, case.id, FolderKind.CONTACT_CARD, purpose="own_needs", now=now
    )
    return card.read(case, "name") or ""


def _closing_answers(statement: Statement, name: str) -> dict[str, Any]:
    most: Category | None = statement.most_important
    return {
        "name": name,
        "most_important": most.value if most else None,
        "stay_or_leave": statement.stay_or_leave.value if statement.stay_or_leave else None,
        "not_wanted": statement.not_wanted,
        "interpreter": statement.interpreter,
        "childcare": statement.childcare,
        "accessibility": statement.accessibility,
    }
