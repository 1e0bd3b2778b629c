"""What waits at the desk, in lanes by promised time: listed, counted and filtered, never unsealed.

Everybody sees the kinds that she decides about. A page asks a constant number of questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from portal.domain.decisions import (
    CLAIM_LASTS,
    RULES,
    DecisionKind,
    DecisionState,
    claim_lives,
)
from portal.domain.needs import Category, Lane
from portal.domain.refusals import NotYours
from portal.models import Case, Decision, Need, StaffMember
from portal.services.entry.sessions import SignedIn

LANES = (Lane.RED, Lane.ORANGE, Lane.GREEN, Lane.INFORMATION)
PAGE = 50


class Whose(StrEnum):
    """Who answers it now."""

    MINE = "mine"
    CLAIMED = "claimed"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; all of it lies in clear."""

    kind: DecisionKind | None = None
    category: Category | None = None
    number: str = ""
    whose: Whose | None = None
    late: bool = False

    @property
    def are_set(self) -> bool:
        """Whether something is left out."""
        return self != Filters()


@dataclass(frozen=True)
class Waiting:
    """One line of the desk: nothing here is unsealed."""

    decision: Decision
    need: Need | None
    case_number: str | None
    asked_by: str | None
    claimed_by: str | None
    is_late: bool


def kinds_of(acting: SignedIn) -> list[DecisionKind]:
    """The kinds that this colleague decides about."""
    return [kind for kind in DecisionKind if acting.may(RULES[kind].decide)]


def not_about(acting: SignedIn) -> ColumnElement[bool]:
    """Leaves out what is asked about this colleague herself and kept from the case team.

    She may direct the file and decide at the desk: whom a survivor does not want is not told of it.
    """
    kept = [kind for kind, rule in RULES.items() if not rule.team_reads]
    return or_(Decision.kind.not_in(kept), Decision.subject_id != acting.account_id)


def waiting(
    session: Session,
    acting: SignedIn,
    *,
    now: datetime,
    lane: Lane | None = None,
    filters: Filters | None = None,
    after: UUID | None = None,
    size: int = PAGE,
) -> list[Waiting]:
    """The first of each lane, or of one lane, from what is in clear: late and red come first.

    `after` is the last one of the page before, of the same lane. Raises NotYours.
    """
    conditions = _conditions(acting, filters or Filters(), now=now)
    before = session.get(Decision, after) if after else None
    firsts = [_first(one, conditions, before, size) for one in ([lane] if lane else LANES)]
    rows = session.execute(_WAITING.where(Decision.id.in_(union_all(*firsts))))
    found = [
        Waiting(
            decision=decision,
            need=need,
            case_number=number,
            asked_by=asker,
            claimed_by=claims if claim_lives(decision.claimed_at, now=now) else None,
            is_late=decision.answer_before < now,
        )
        for decision, need, number, asker, claims in rows
    ]
    return sorted(found, key=_urgency)


_claimer = aliased(StaffMember)
# Made once: its many columns cost the desk more than its rows (measured).
_WAITING = (
    select(Decision, Need, Case.number, StaffMember.name, _claimer.name)
    .outerjoin(Need, Need.id == Decision.need_id)
    .outerjoin(Case, Case.id == Decision.case_id)
    .outerjoin(StaffMember, StaffMember.account_id == Decision.asked_by_id)
    .outerjoin(_claimer, _claimer.account_id == Decision.claimed_by_id)
)


def counts(
    session: Session, acting: SignedIn, *, now: datetime, filters: Filters | None = None
) -> dict[Lane, int]:
    """How many wait in each lane, of what the filters leave. Raises NotYours."""
    rows = session.execute(
        select(Decision.lane, func.count())
        .where(
            Decision.state == DecisionState.WAITING,
            *_conditions(acting, filters or Filters(), now=now),
        )
        .group_by(Decision.lane)
    )
    found = dict(rows.all())
    return {lane: found.get(lane, 0) for lane in LANES}


def _conditions(acting: SignedIn, filters: Filters, *, now: datetime) -> list[ColumnElement[bool]]:
    mine = kinds_of(acting)
    if not mine:
        raise NotYours
    conditions: list[ColumnElement[bool]] = [
        Decision.kind.in_([filters.kind] if filters.kind in mine else mine),
        not_about(acting),
    ]
    if filters.category is not None:
        in_category = select(Need.id).where(Need.category == filters.category)
        conditions.append(Decision.need_id.in_(in_category))
    if filters.number:
        of_case = select(Case.id).where(Case.number == printed_number(filters.number))
        conditions.append(Decision.case_id.in_(of_case))
    if filters.late:
        conditions.append(Decision.answer_before < now)
    if filters.whose is not None:
        conditions.append(_claimed(acting, filters.whose, now=now))
    return conditions


def printed_number(typed: str) -> str:
    """A case number as it is printed, however it was typed."""
    plain = "".join(letter for letter in typed.upper() if letter.isalnum())
    return f"{plain[:2]}-{plain[2:]}"


def _claimed(acting: SignedIn, whose: Whose, *, now: datetime) -> ColumnElement[bool]:
    lives = Decision.claimed_at > now - CLAIM_LASTS
    if whose is Whose.MINE:
        return lives & (Decision.claimed_by_id == acting.account_id)
    return lives if whose is Whose.CLAIMED else or_(Decision.claimed_at.is_(None), ~lives)


def _first(
    lane: Lane, conditions: Sequence[ColumnElement[bool]], before: Decision | None, size: int
) -> Select[UUID]:
    # A limit for each lane lets the index answer; one order over all lanes would sort everything.
    asked = (
        select(Decision.id)
        .where(Decision.state == DecisionState.WAITING, Decision.lane == lane, *conditions)
        .order_by(Decision.answer_before, Decision.id)
        .limit(size)
    )
    if before is not None:
        same = (Decision.answer_before == before.answer_before) & (Decision.id > before.id)
        asked = asked.where(or_(Decision.answer_before > before.answer_before, same))
    part = asked.subquery()
    return select(part.c.id)


def _urgency(waiting: Waiting) -> tuple[bool, int, datetime, UUID]:
    decision = waiting.decision
    return (
        not waiting.is_late,
        LANES.index(decision.lane),
        decision.answer_before,
        decision.id,
    )
