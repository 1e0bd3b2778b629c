"""Writing an entry, which asks in the same step that it be shown; and taking one back.

Sealing needs public halves alone: a partner-contact worker writes into a case of which she can
open nothing, not even what she has just written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.accounts import CaseState
from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.folders import FolderKind, Why
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Permission
from portal.domain.timeline import WRITTEN, ContractSaysNo, EntryLane, EntryState, Programme
from portal.domain.words import written
from portal.models import Case, Decision, TimelineEntry
from portal.services import audit
from portal.services.case_work import cases
from portal.services.case_work.cases import on_case, on_team
from portal.services.entry.sessions import SignedIn
from portal.services.keys.folders import Grantee, held_folder, readers
from portal.services.keys.opened_folder import OpenFolder
from portal.services.moderation import deciders, decisions
from portal.services.moderation.lanes import printed_number
from portal.services.timeline import keys_of_entry, showing

PAGE = 20


@dataclass(frozen=True)
class OwnEntry:
    """An entry as its author finds it again: nothing is unsealed for it."""

    entry: TimelineEntry
    case_number: str
    decision: Decision | None
    """The latest question whether it may be shown."""


def write(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    lane: EntryLane,
    words: str,
    *,
    reason: str,
    now: datetime,
) -> Decision:
    """The case team writes about help or justice, and asks that she be shown it.

    Work on a case that had ended begins again. Raises NotYours, NotFound, the words refusals for
    the words, and what `decisions.ask` raises.
    """
    if not acting.may(Permission.WRITE_TO_SURVIVOR) or lane not in WRITTEN:
        raise NotYours
    cases.get_case(session, acting, case_id)
    text = written(words)
    cases.wake(session, case_id, actor_id=acting.account_id, now=now)
    return _put(session, acting, case_id, lane, text, reason=reason, now=now)


def write_programme(
    session: Session,
    acting: SignedIn,
    number: str,
    stage: Programme,
    *,
    contract_allows: bool,
    reason: str,
    now: datetime,
) -> Decision:
    """A partner-contact worker says how far a programme is, and asks that it be shown.

    The case is found by its number. Raises NotYours, ContractSaysNo, what `decisions.ask` raises,
    and NotFound, the same for a case that is not there, has ended, or is one's own: nobody works
    for both sides.
    """
    if not acting.may(Permission.WRITE_PROGRAMME):
        raise NotYours
    if not contract_allows:
        raise ContractSaysNo
    open_case = select(Case.id).where(
        Case.number == printed_number(number),
        Case.state == CaseState.OPEN,
        ~on_case(acting.account_id),
    )
    case_id = session.scalar(open_case)
    if case_id is None:
        raise NotFound
    return _put(session, acting, case_id, EntryLane.PROGRAMME, stage.value, reason=reason, now=now)


def take_back(session: Session, acting: SignedIn, entry_id: UUID, *, now: datetime) -> None:
    """Take an entry back that she is shown: her key to it is gone, and that it was there stays.

    By who wrote it, or the case team. Raises NotFound, WrongState.
    """
    entry = session.scalar(
        select(TimelineEntry)
        .join(Case, Case.id == TimelineEntry.case_id)
        .where(TimelineEntry.id == entry_id, _may_take_back(acting))
        .with_for_update(of=TimelineEntry)
    )
    if entry is None or not acting.may(Permission.ASK_RELEASE):
        raise NotFound
    if entry.state is not EntryState.SHOWN:
        raise WrongState
    entry.state, entry.seen_at = EntryState.TAKEN_BACK, None
    entry.taken_back_at, entry.taken_back_by_id = now, acting.account_id
    keys_of_entry.end(session, entry, Why.HER_OWN)
    audit.record_in_case(
        session, acting.account_id, "entry_taken_back", entry.case_id, now=now, entry=entry.id
    )
    session.flush()


def stop(session: Session, acting: SignedIn, entry_id: UUID, *, now: datetime) -> None:
    """The case team takes an entry of its own back before she is shown it, whoever asked.

    Also one that waits for its moment while its author is away. Raises NotFound, WrongState.
    """
    decision_id = session.scalar(
        select(Decision.id)
        .join(TimelineEntry, TimelineEntry.id == Decision.subject_id)
        .join(Case, Case.id == TimelineEntry.case_id)
        .where(TimelineEntry.id == entry_id, TimelineEntry.lane.in_(WRITTEN), on_team(acting))
        .order_by(Decision.asked_at.desc())
        .limit(1)
    )
    if decision_id is None or not acting.may(Permission.WRITE_TO_SURVIVOR):
        raise NotFound
    decision = decisions.held(session, decision_id)
    showing.never_show(session, acting, decision, now=now)
    decision.state = DecisionState.WITHDRAWN
    decisions.account(session, acting, "decision_withdrawn", decision, now=now)
    session.flush()


def of_mine(
    session: Session, acting: SignedIn, *, before: UUID | None = None, size: int = PAGE
) -> list[OwnEntry]:
    """What this colleague wrote of programmes, the newest first. Raises NotYours."""
    if not acting.may(Permission.WRITE_PROGRAMME):
        raise NotYours
    mine = (
        select(TimelineEntry, Case.number)
        .join(Case, Case.id == TimelineEntry.case_id)
        .where(
            TimelineEntry.author_id == acting.account_id,
            TimelineEntry.lane == EntryLane.PROGRAMME,
        )
        .order_by(TimelineEntry.written_at.desc(), TimelineEntry.id)
        .limit(size)
    )
    last = session.get(TimelineEntry, before) if before else None
    if last is not None and last.author_id == acting.account_id:
        mine = mine.where(
            or_(
                TimelineEntry.written_at < last.written_at,
                and_(TimelineEntry.written_at == last.written_at, TimelineEntry.id > last.id),
            )
        )
    rows = session.execute(mine).all()
    asked = latest_decisions(session, [entry.id for entry, _ in rows])
    return [OwnEntry(entry, number, asked.get(entry.id)) for entry, number in rows]


def latest_decisions(session: Session, entry_ids: Sequence[UUID]) -> dict[UUID | None, Decision]:
    """The latest question about each of these entries."""
    rows = session.scalars(
        select(Decision)
        .where(Decision.subject_id.in_(entry_ids), Decision.kind == DecisionKind.RELEASE)
        .order_by(Decision.asked_at)
    )
    return {row.subject_id: row for row in rows}


def _put(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    lane: EntryLane,
    text: str,
    *,
    reason: str,
    now: datetime,
) -> Decision:
    kind = DecisionKind.RELEASE
    entry = TimelineEntry(case_id=case_id, lane=lane, author_id=acting.account_id, written_at=now)
    decision = decisions.ask(
        session, acting, kind, reason=reason, case_id=case_id, subject_id=entry.id, now=now
    )
    team = [one for one in readers(session, case_id, now=now) if one.why is Why.CASE_TEAM]
    # Who decides reads this entry, and nothing else of the timeline: a version of its own.
    deciding = [Grantee(one, Why.DECISION) for one in deciders.deciding_teams(session, kind)]
    opened = OpenFolder(
        session, acting, held_folder(session, case_id, FolderKind.TIMELINE), now=now
    )
    opened.start_version([*team, *deciding])
    opened.write(entry, "words", text)
    session.add(entry)
    session.flush()
    return decision


def _may_take_back(acting: SignedIn) -> ColumnElement[bool]:
    return or_(TimelineEntry.author_id == acting.account_id, on_team(acting))
