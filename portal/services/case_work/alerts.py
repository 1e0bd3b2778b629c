"""What cannot wait today, for whoever is on duty: from what lies in clear, nothing is unsealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.domain.accounts import CardState, CaseState, Frozen
from portal.domain.decisions import DecisionState, claim_lives
from portal.domain.needs import Lane
from portal.domain.refusals import NotYours
from portal.domain.roles import Permission
from portal.models import Card, Case, Decision, Need, StaffMember
from portal.services.case_work import leave
from portal.services.entry.sessions import SignedIn

PAGE = 50
ALARMING = (Frozen.WRONG_PINS, Frozen.SOMEBODY_ELSE)
"""Why a card is frozen when somebody else may have had it."""


@dataclass(frozen=True)
class Reader:
    """Somebody of a case team, to be called."""

    name: str
    is_away: bool


@dataclass(frozen=True)
class FrozenCard:
    """A card that somebody else may have had, and nobody has lifted."""

    card: Card
    case_number: str
    team: tuple[Reader, ...]


@dataclass(frozen=True)
class RedItem:
    """What waits in the red lane, and who answers it now."""

    decision: Decision
    need: Need | None
    case_number: str
    team: tuple[Reader, ...]
    claimed_by: str | None


@dataclass(frozen=True)
class Alerts:
    """The newest frozen cards, and the red lane by promised time; fifty of each at the most."""

    cards: tuple[FrozenCard, ...]
    red: tuple[RedItem, ...]


def find(session: Session, acting: SignedIn, *, now: datetime) -> Alerts:
    """What cannot wait now. Raises NotYours."""
    if not acting.may(Permission.SEE_ALERTS):
        raise NotYours
    cards = session.execute(_FROZEN).all()
    red = session.execute(_RED).all()
    cases = [*(case for case, _ in cards), *(case for case, _, _, _ in red)]
    team_of = _teams(session, cases, now=now)
    return Alerts(
        cards=tuple(FrozenCard(card, case.number, team_of[case.id]) for case, card in cards),
        red=tuple(
            RedItem(
                decision=decision,
                need=need,
                case_number=case.number,
                team=team_of[case.id],
                claimed_by=claims if claim_lives(decision.claimed_at, now=now) else None,
            )
            for case, decision, need, claims in red
        ),
    )


_claimer = aliased(StaffMember)
_FROZEN = (
    select(Case, Card)
    .join(Card, Card.account_id == Case.survivor_id)
    .where(
        Case.state == CaseState.OPEN,
        Card.state == CardState.FROZEN,
        Card.frozen_why.in_(ALARMING),
    )
    .order_by(Card.frozen_at.desc(), Card.id)
    .limit(PAGE)
)
_RED = (
    select(Case, Decision, Need, _claimer.name)
    .join(Decision, Decision.case_id == Case.id)
    .outerjoin(Need, Need.id == Decision.need_id)
    .outerjoin(_claimer, _claimer.account_id == Decision.claimed_by_id)
    .where(Decision.state == DecisionState.WAITING, Decision.lane == Lane.RED)
    .order_by(Decision.answer_before, Decision.id)
    .limit(PAGE)
)


def _teams(
    session: Session, cases: Iterable[Case], *, now: datetime
) -> dict[UUID, tuple[Reader, ...]]:
    """Who reads each case, the case director first, and who of them is away today."""
    ids = {case.id: (case.case_director_id, case.stand_in_id) for case in cases}
    everybody = {one for pair in ids.values() for one in pair}
    away = leave.away_today(session, everybody, now=now)
    asked = select(StaffMember.account_id, StaffMember.name).where(
        StaffMember.account_id.in_(everybody)
    )
    names = {row.account_id: row.name for row in session.execute(asked)}
    return {
        case_id: tuple(Reader(names[one], one in away) for one in dict.fromkeys(pair))
        for case_id, pair in ids.items()
    }
