"""One decision on the screen of who decides about it, or of who asked: opened with her own keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.domain.decisions import (
    RULES,
    DecisionState,
    claim_lives,
    deciding_roles,
)
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission, Role
from portal.models import Case, Decision, StaffMember
from portal.services.case_work.cases import on_team
from portal.services.entry.sessions import SignedIn
from portal.services.keys import reasons
from portal.services.moderation.deciding import may_decide
from portal.services.moderation.lanes import kinds_of, not_about, printed_number


@dataclass(frozen=True)
class OpenDecision:
    """Everything that this reader may know of a decision; words are None without a key to them."""

    decision: Decision
    case_number: str | None
    reason: str | None
    note: str | None
    asked_by: str | None
    decided_by: str | None
    claimed_by: str | None
    is_mine: bool
    is_my_claim: bool
    may_decide: bool
    can_give_back: bool
    """Whether who asked can answer a question and ask again."""
    asked_before: str | None = None
    """What was asked when it was given back: the reason answers it."""

    @property
    def waits(self) -> bool:
        """Whether it can be decided now."""
        return self.decision.state is DecisionState.WAITING

    @property
    def waits_for(self) -> frozenset[Role]:
        """The roles that decide about it."""
        return deciding_roles(self.decision.kind)

    @property
    def can_wait(self) -> bool:
        """Whether a yes may take effect at a later, safe moment."""
        return RULES[self.decision.kind].can_wait

    @property
    def may_withdraw(self) -> bool:
        """Whether the asker may still take it back."""
        decision = self.decision
        to_come = decision.state is DecisionState.ACCEPTED and decision.took_effect_at is None
        undecided = decision.state in (DecisionState.WAITING, DecisionState.GIVEN_BACK)
        return self.is_mine and RULES[decision.kind].can_withdraw and (undecided or to_come)


def is_need(session: Session, acting: SignedIn, decision_id: UUID) -> bool:
    """Whether a decision is about a need, which has a page of its own.

    Raises NotYours for whoever decides about nothing and did not ask, NotFound for what another
    kind of colleague decides about: the same, each time, as for an id that never was.
    """
    decision = session.get(Decision, decision_id)
    is_mine = decision is not None and decision.asked_by_id == acting.account_id
    if not is_mine and not kinds_of(acting):
        raise NotYours
    if decision is None or not (is_mine or acting.may(RULES[decision.kind].decide)):
        raise NotFound
    return decision.need_id is not None


def open_one(
    session: Session, acting: SignedIn, decision_id: UUID, *, now: datetime
) -> OpenDecision:
    """A decision with its words, for who asked and who decides.

    Anybody else: NotFound, and so for whom it is about where the case team is not told.
    """
    asker, decider, claimer = (aliased(StaffMember) for _ in range(3))
    row = session.execute(
        select(Decision, Case.number, asker.name, decider.name, claimer.name, asker.left_at)
        .outerjoin(Case, Case.id == Decision.case_id)
        .outerjoin(asker, asker.account_id == Decision.asked_by_id)
        .outerjoin(decider, decider.account_id == Decision.decided_by_id)
        .outerjoin(claimer, claimer.account_id == Decision.claimed_by_id)
        .where(Decision.id == decision_id, not_about(acting))
    ).one_or_none()
    if row is None:
        raise NotFound
    decision, number, asked_by, decided_by, claimed_by, asker_left_at = row
    is_mine = decision.asked_by_id == acting.account_id
    if not is_mine and not acting.may(RULES[decision.kind].decide):
        raise NotFound
    reason, note = _words(session, acting, decision, now=now)
    lives = claim_lives(decision.claimed_at, now=now)
    return OpenDecision(
        decision=decision,
        case_number=number,
        reason=reason,
        note=note,
        asked_by=asked_by,
        decided_by=decided_by,
        claimed_by=claimed_by if lives else None,
        is_mine=is_mine,
        is_my_claim=lives and decision.claimed_by_id == acting.account_id,
        may_decide=may_decide(acting, decision),
        can_give_back=RULES[decision.kind].can_give_back and asker_left_at is None,
        asked_before=_asked_before(session, acting, decision, now=now),
    )


def case_to_ask_about(session: Session, acting: SignedIn, number: str) -> UUID:
    """A case by its number, for somebody who may ask about it. Raises NotFound."""
    found = select(Case.id).where(Case.number == printed_number(number))
    if not acting.may(Permission.ASK_ABOUT_ANY_CASE):
        found = found.where(on_team(acting))
    case_id = session.scalar(found)
    if case_id is None:
        raise NotFound
    return case_id


def _asked_before(
    session: Session, acting: SignedIn, decision: Decision, *, now: datetime
) -> str | None:
    before = session.get(Decision, decision.follows_id) if decision.follows_id else None
    return None if before is None else _words(session, acting, before, now=now)[1]


def _words(
    session: Session, acting: SignedIn, decision: Decision, *, now: datetime
) -> tuple[str | None, str | None]:
    try:
        reason, note = reasons.read(session, acting, decision, "reason", "note", now=now)
    except NotFound:
        return None, None
    return reason, note
