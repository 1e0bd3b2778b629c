"""The moderation desk: what waits, in lanes by promised time, and what is decided about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case as sql_case
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionState, check_proof
from portal.domain.folders import FolderKind
from portal.domain.needs import Lane, NeedState
from portal.domain.refusals import NotFound, NotYours, Refusal, WrongState
from portal.domain.roles import Permission
from portal.domain.services import ServiceState, usual_first
from portal.domain.words import written
from portal.models import Case, Decision, Need, Reading, Service
from portal.services import audit, needs, referrals
from portal.services.reading import open_folder
from portal.services.sessions import SignedIn

LANES = (Lane.RED, Lane.ORANGE, Lane.GREEN, Lane.INFORMATION)
PAGE = 50


class NobodyChosen(Refusal):
    """Routing names at least one service."""


class ServiceNotOpen(Refusal):
    """A paused or closed service takes no new requests."""


@dataclass(frozen=True)
class Waiting:
    """One line of the desk: nothing here is unsealed."""

    decision: Decision
    need: Need
    case_number: str
    is_late: bool


@dataclass(frozen=True)
class WaitingNeed:
    """A need on the moderator's screen, with her words and what she said besides."""

    decision: Decision
    story: needs.NeedStory
    closing: dict[str, object]


def lanes(
    session: Session, acting: SignedIn, *, now: datetime, lane: Lane | None = None, size: int = PAGE
) -> list[Waiting]:
    """What waits for a decision, by lane and promised time, from what is in clear."""
    _check_role(acting)
    order = sql_case({lane.value: place for place, lane in enumerate(LANES)}, value=Decision.lane)
    asked = (
        select(Decision, Need, Case.number)
        .join(Need, Need.id == Decision.need_id)
        .join(Case, Case.id == Decision.case_id)
        .where(Decision.state == DecisionState.WAITING)
        .order_by(order, Decision.answer_before, Decision.id)
        .limit(size)
    )
    if lane is not None:
        asked = asked.where(Decision.lane == lane)
    return [
        Waiting(decision, need, number, decision.answer_before < now)
        for decision, need, number in session.execute(asked).tuples()
    ]


def counts(session: Session, acting: SignedIn) -> dict[Lane, int]:
    """How many wait in each lane."""
    _check_role(acting)
    rows = session.execute(
        select(Decision.lane, func.count())
        .where(Decision.state == DecisionState.WAITING)
        .group_by(Decision.lane)
    )
    found = dict(rows.tuples().all())
    return {lane: found.get(lane, 0) for lane in LANES}


def open_need(
    session: Session, acting: SignedIn, decision_id: UUID, *, now: datetime
) -> WaitingNeed:
    """Open one waiting need with the desk's key; the opening is written down."""
    decision, need = _get_waiting(session, acting, decision_id)
    story = needs.story(session, acting, need, purpose="desk", now=now)
    closing = needs.closing_answers(session, acting, need, purpose="desk", now=now)
    return WaitingNeed(decision, story, dict(closing))


def offered_services(session: Session, need: Need) -> Sequence[Service]:
    """The services that take requests, those that usually help with this first."""
    rows = session.scalars(
        select(Service).where(Service.state == ServiceState.OPEN).order_by(Service.name)
    ).all()
    return sorted(rows, key=lambda service: usual_first(need.category, service.kind))


def add_reading(
    session: Session, acting: SignedIn, decision_id: UUID, words: str, *, now: datetime
) -> Reading:
    """Put a staff reading beside her words, never over them."""
    _, need = _get_waiting(session, acting, decision_id)
    text = written(words)
    folder = open_folder(session, acting, need.case_id, FolderKind.NEEDS, purpose="desk", now=now)
    reading = Reading(need_id=need.id, author_id=acting.account_id, written_at=now, words=b"")
    folder.write(reading, "words", text)
    session.add(reading)
    _account(session, acting, "reading_added", need, now=now)
    session.flush()
    return reading


def route(
    session: Session,
    acting: SignedIn,
    decision_id: UUID,
    service_ids: Sequence[UUID],
    *,
    now: datetime,
    reading: str | None = None,
) -> None:
    """Send a need on to services; each gets it only at her yes. Ends the desk's reading of it.

    Raises ProofTooOld, NobodyChosen, ServiceNotOpen, WrongState.
    """
    check_proof(acting.second_factor_at, now=now)
    decision, need = _get_waiting(session, acting, decision_id)
    if not service_ids:
        raise NobodyChosen
    chosen = session.scalars(select(Service).where(Service.id.in_(service_ids))).all()
    if len(chosen) != len(set(service_ids)) or any(
        service.state is not ServiceState.OPEN for service in chosen
    ):
        raise ServiceNotOpen
    if reading:
        add_reading(session, acting, decision_id, reading, now=now)
    for service in chosen:
        referrals.refer(session, acting, need, service, now=now)
    need.state = NeedState.ROUTED
    _decide(decision, acting, DecisionState.ACCEPTED, now=now)
    needs.end_desk_grants(session, need)
    _account(session, acting, "need_routed", need, now=now)
    session.flush()


def give_back(
    session: Session, acting: SignedIn, decision_id: UUID, question: str, *, now: datetime
) -> None:
    """Give a need back to her with a question; her answer puts it in the queue again."""
    check_proof(acting.second_factor_at, now=now)
    decision, need = _get_waiting(session, acting, decision_id)
    text = written(question)
    folder = open_folder(session, acting, need.case_id, FolderKind.NEEDS, purpose="desk", now=now)
    folder.write(decision, "note", text)
    need.state = NeedState.QUESTION
    _decide(decision, acting, DecisionState.GIVEN_BACK, now=now)
    _account(session, acting, "need_given_back", need, now=now)
    session.flush()


def _check_role(acting: SignedIn) -> None:
    if not acting.may(Permission.READ_DESK):
        raise NotYours


def _get_waiting(session: Session, acting: SignedIn, decision_id: UUID) -> tuple[Decision, Need]:
    _check_role(acting)
    row = session.execute(
        select(Decision, Need)
        .join(Need, Need.id == Decision.need_id)
        .where(Decision.id == decision_id)
        .with_for_update(of=Decision)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row[0].state is not DecisionState.WAITING:
        raise WrongState
    return row[0], row[1]


def _decide(decision: Decision, acting: SignedIn, state: DecisionState, *, now: datetime) -> None:
    decision.state, decision.decided_by_id, decision.decided_at = state, acting.account_id, now


def _account(session: Session, acting: SignedIn, kind: str, need: Need, *, now: datetime) -> None:
    audit.record(
        session,
        acting.account_id,
        kind,
        now=now,
        case_id=need.case_id,
        facts={"need": str(need.id)},
    )
