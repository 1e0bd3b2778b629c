"""What somebody asked for, and what became of it: nothing is dropped, nothing is unsealed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.decisions import UNDECIDED, DecisionState, deciding_roles
from portal.domain.roles import Role
from portal.models import Case, Decision, StaffMember
from portal.services.entry.sessions import SignedIn

PAGE = 50
SHOWN_FOR = timedelta(days=30)
"""How long a survivor reads an answer to what she asked for."""


@dataclass(frozen=True)
class Asked:
    """One line of what somebody asked for, and who is waited for; nothing is unsealed."""

    decision: Decision
    case_number: str | None
    decided_by: str | None

    @property
    def waits_for(self) -> frozenset[Role]:
        """The roles that are waited for; none once it is answered."""
        if self.decision.state is not DecisionState.WAITING:
            return frozenset()
        return deciding_roles(self.decision.kind)


def asked_by(
    session: Session, acting: SignedIn, *, after: UUID | None = None, size: int = PAGE
) -> list[Asked]:
    """What this colleague asked for, newest first: nothing is dropped, whatever became of it.

    `after` is the last one of the page before.
    """
    asked = (
        select(Decision, Case.number, StaffMember.name)
        .outerjoin(Case, Case.id == Decision.case_id)
        .outerjoin(StaffMember, StaffMember.account_id == Decision.decided_by_id)
        .where(Decision.asked_by_id == acting.account_id)
        .order_by(Decision.asked_at.desc(), Decision.id)
        .limit(size)
    )
    last = session.get(Decision, after) if after else None
    if last is not None:
        same = (Decision.asked_at == last.asked_at) & (Decision.id > last.id)
        asked = asked.where(or_(Decision.asked_at < last.asked_at, same))
    return [Asked(decision, number, name) for decision, number, name in session.execute(asked)]


def still_shown(now: datetime) -> ColumnElement[bool]:
    """What a survivor still reads of her own: what has no answer, and what had one lately."""
    answered_at = func.coalesce(Decision.decided_at, Decision.asked_at)
    return or_(Decision.state.in_(UNDECIDED), answered_at > now - SHOWN_FOR)
