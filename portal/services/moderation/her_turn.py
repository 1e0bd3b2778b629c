"""What the desk has sent back to her: a yes that it waits for, or an answer to its question."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.needs import NeedState
from portal.domain.referrals import ReferralState
from portal.domain.safe_contact import Channel
from portal.domain.services import ServiceState
from portal.models import Case, Decision, Need, Referral, SafeContact, Service
from portal.services.entry.sessions import SignedIn
from portal.services.moderation.at_desk import check_reader

PAGE = 50
ASKED_HER = (Decision.state == DecisionState.GIVEN_BACK, Need.state == NeedState.QUESTION)
"""A question of the desk about a need that she has not answered yet, as a condition."""
# Through the services, since the index of a service's list begins with them. Of one that takes
# nobody she is not asked.
_WAITS_FOR_YES = (
    Referral.service_id.in_(select(Service.id).where(Service.state == ServiceState.OPEN)),
    Referral.state == ReferralState.WAITS_FOR_YES,
    # Nobody needs her yes any more once the house has ended its work.
    Need.state.not_in((NeedState.DONE, NeedState.STOPPED)),
)
_ASKED_BESIDES = (
    Decision.kind == DecisionKind.CONTACT_CHANGE,
    Decision.state == DecisionState.GIVEN_BACK,
)


def asks_her(decision: Decision, need: Need) -> bool:
    """Whether this question of the desk waits for her answer."""
    return decision.state is DecisionState.GIVEN_BACK and need.state is NeedState.QUESTION


def waits_for_her(
    session: Session, acting: SignedIn, *, size: int = PAGE
) -> list[tuple[Referral, Need, Service, str]]:
    """What was routed and waits for her yes, with its case number: no service sees it yet."""
    check_reader(acting)
    rows = session.execute(
        select(Referral, Need, Service, Case.number)
        .join(Need, Need.id == Referral.need_id)
        .join(Service, Service.id == Referral.service_id)
        .join(Case, Case.id == Referral.case_id)
        .where(*_WAITS_FOR_YES)
        .order_by(Referral.made_at, Referral.id)
        .limit(size)
    )
    return list(rows)


def waits_for_answer(
    session: Session, acting: SignedIn, *, size: int = PAGE
) -> list[tuple[Need, datetime, str]]:
    """What was given back to her with a question, since when, with its case number."""
    check_reader(acting)
    given_back = _given_back().subquery()
    rows = session.execute(
        select(Need, given_back.c.at, Case.number)
        .join(given_back, given_back.c.need_id == Need.id)
        .join(Case, Case.id == Need.case_id)
        .order_by(given_back.c.at, Need.id)
        .limit(size)
    )
    return [(need, at, number) for need, at, number in rows]


def asked_besides(
    session: Session, acting: SignedIn, *, size: int = PAGE
) -> list[tuple[Decision, Channel, str]]:
    """New addresses about which she was asked, with the way and the case number; none is opened."""
    check_reader(acting)
    rows = session.execute(
        select(Decision, SafeContact.channel, Case.number)
        .join(SafeContact, SafeContact.id == Decision.subject_id)
        .join(Case, Case.id == Decision.case_id)
        .where(*_ASKED_BESIDES)
        .order_by(Decision.decided_at, Decision.id)
        .limit(size)
    )
    return list(rows)


def waiting_for_her(session: Session, acting: SignedIn) -> tuple[int, int]:
    """How many questions wait for her yes, and how many for her answer."""
    check_reader(acting)
    row = session.execute(_HOW_MANY).one()
    return int(row[0]), int(row[1]) + int(row[2])


def _given_back() -> Select[UUID | None, datetime | None]:
    """Needs that are hers to answer, each once: a second question may have followed the first."""
    return (
        select(Decision.need_id, func.max(Decision.decided_at).label("at"))
        .join(Need, Need.id == Decision.need_id)
        .where(*ASKED_HER)
        .group_by(Decision.need_id)
    )


# Made once: every first page of the desk asks this.
_HOW_MANY = select(
    select(func.count())
    .select_from(Referral)
    .join(Need, Need.id == Referral.need_id)
    .where(*_WAITS_FOR_YES)
    .scalar_subquery(),
    select(func.count()).select_from(_given_back().subquery()).scalar_subquery(),
    select(func.count()).select_from(Decision).where(*_ASKED_BESIDES).scalar_subquery(),
)
