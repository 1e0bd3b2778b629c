"""The desk's work with a need: opened, read beside, routed to services, given back to her."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.decisions import DecidedMeanwhile, DecisionState, claim_lives
from portal.domain.needs import NeedState
from portal.domain.refusals import NotFound, NotYours, Refusal
from portal.domain.roles import Permission
from portal.domain.services import NEVER_BUNDLED, USUAL, ServiceState, usual_first
from portal.domain.words import written
from portal.models import Case, Decision, Need, Reading, Referral, Service, Told
from portal.services import audit
from portal.services.colleagues import staff
from portal.services.entry.sessions import SignedIn
from portal.services.house import promised
from portal.services.moderation import at_desk, deciding
from portal.services.needs import statements, stories
from portal.services.needs.holding import hold
from portal.services.referrals import making, wishes


class NobodyChosen(Refusal):
    """Routing names at least one service."""


class ServiceNotOpen(Refusal):
    """A paused or closed service takes no new requests."""


class AskedBefore(Refusal):
    """A service is asked once about a need: it answered, or she did."""


@dataclass(frozen=True)
class WaitingNeed:
    """A need on the moderator's screen, with her words and what she said besides."""

    decision: Decision
    case_number: str
    story: stories.NeedStory
    closing: dict[str, object]
    besides: tuple[Need, ...]
    authors: dict[UUID, str]
    claimed_by: str | None
    is_my_claim: bool


@dataclass(frozen=True)
class Offer:
    """A service that a need could go to, and what stands between."""

    service: Service
    is_usual: bool
    has_her_yes: bool
    referral: Referral | None

    @property
    def is_alone(self) -> bool:
        """Whether this is never one of several ticks: a question of its own."""
        return self.service.kind in NEVER_BUNDLED


def open_need(
    session: Session, acting: SignedIn, decision_id: UUID, *, now: datetime
) -> WaitingNeed:
    """Open one waiting need with the desk's key; the opening is written down."""
    decision, need = _get_waiting(session, acting, decision_id)
    story = stories.story(session, acting, need, purpose="desk", now=now)
    closing = statements.closing_answers(session, acting, need, purpose="desk", now=now)
    besides = session.scalars(
        select(Need)
        .where(Need.statement_id == need.statement_id, Need.id != need.id)
        .order_by(Need.answer_before, Need.id)
    ).all()
    wrote = {reading.author_id for reading, _ in story.readings}
    asked = {question.decided_by_id for question, _ in story.questions if question.decided_by_id}
    claimed_by = decision.claimed_by_id if claim_lives(decision.claimed_at, now=now) else None
    names = staff.names(session, wrote | asked | ({claimed_by} if claimed_by else set()))
    return WaitingNeed(
        decision=decision,
        case_number=session.get_one(Case, need.case_id).number,
        story=story,
        closing=closing,
        besides=tuple(besides),
        authors=names,
        claimed_by=names.get(claimed_by) if claimed_by else None,
        is_my_claim=claimed_by == acting.account_id,
    )


def offers(session: Session, need: Need, *, now: datetime) -> list[Offer]:
    """The services that take requests, those that usually help with this first.

    A paused or closed one is not offered; one that was asked before is shown as such.
    """
    rows = session.execute(
        select(Service, Referral)
        .outerjoin(Referral, (Referral.service_id == Service.id) & (Referral.need_id == need.id))
        .where(Service.state == ServiceState.OPEN)
        .order_by(Service.name)
    )
    yes = wishes.services_with_her_yes(session, need.id, now=now)
    found = [
        Offer(service, service.kind in USUAL[need.category], service.id in yes, referral)
        for service, referral in rows
    ]
    return sorted(found, key=lambda offer: usual_first(need.category, offer.service.kind))


def add_reading(
    session: Session, acting: SignedIn, decision_id: UUID, words: str, *, now: datetime
) -> Reading:
    """Put a staff reading beside her words, never over them."""
    _, need = _get_waiting(session, acting, decision_id)
    text = written(words)
    folder = at_desk.for_later_words(session, acting, need, purpose="desk", now=now)
    reading = Reading(need_id=need.id, author_id=acting.account_id, written_at=now, words=b"")
    folder.write(reading, "words", text)
    session.add(reading)
    audit.record_in_case(
        session, acting.account_id, "reading_added", need.case_id, now=now, need=need.id
    )
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

    Raises ProofTooOld, NobodyChosen, ServiceNotOpen, AskedBefore, WrongState.
    """
    decision, need = _get_to_decide(session, acting, decision_id, now=now)
    if not service_ids:
        raise NobodyChosen
    chosen = session.scalars(select(Service).where(Service.id.in_(service_ids))).all()
    if len(chosen) != len(set(service_ids)) or any(
        service.state is not ServiceState.OPEN for service in chosen
    ):
        raise ServiceNotOpen
    if session.scalar(
        select(Referral.id)
        .where(Referral.need_id == need.id, Referral.service_id.in_(service_ids))
        .limit(1)
    ):
        raise AskedBefore
    if reading:
        add_reading(session, acting, decision_id, reading, now=now)
    for service in chosen:
        making.refer(session, acting, need, service, now=now)
    need.state = NeedState.ROUTED
    decision.takes_effect_at = decision.took_effect_at = now
    deciding.settle(session, acting, decision, DecisionState.ACCEPTED, now=now)
    at_desk.end_desk_grants(session, need)
    audit.record_in_case(
        session, acting.account_id, "need_routed", need.case_id, now=now, need=need.id
    )
    session.flush()


def give_back(
    session: Session, acting: SignedIn, decision_id: UUID, question: str, *, now: datetime
) -> None:
    """Give a need back to her with a question; her answer puts it in the queue again.

    Without an answer it climbs, after the time that her need itself was promised.
    """
    decision, need = _get_to_decide(session, acting, decision_id, now=now)
    text = written(question)
    folder = at_desk.for_later_words(session, acting, need, purpose="desk", now=now)
    folder.write(decision, "note", text)
    need.state = NeedState.QUESTION
    deciding.settle(session, acting, decision, DecisionState.GIVEN_BACK, now=now)
    _wait_for_her(session, decision, now=now)
    audit.record_in_case(
        session, acting.account_id, "need_given_back", need.case_id, now=now, need=need.id
    )
    session.flush()


def _wait_for_her(session: Session, decision: Decision, *, now: datetime) -> None:
    """What climbed before was answered by this question; the clock begins anew."""
    decision.answer_again_before = promised(session, decision.lane, now=now)
    session.execute(delete(Told).where(Told.decision_id == decision.id))


def _get_waiting(session: Session, acting: SignedIn, decision_id: UUID) -> tuple[Decision, Need]:
    at_desk.check_reader(acting)
    row = session.execute(
        select(Decision, Need)
        .join(Need, Need.id == Decision.need_id)
        .where(Decision.id == decision_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    decision, need = row
    hold(session, need)
    session.refresh(decision)
    if decision.state is not DecisionState.WAITING:
        raise DecidedMeanwhile
    return decision, need


def _get_to_decide(
    session: Session, acting: SignedIn, decision_id: UUID, *, now: datetime
) -> tuple[Decision, Need]:
    """What waits, for somebody who may decide about it: the need is held before the decision."""
    if not acting.may(Permission.DECIDE_AT_DESK):
        raise NotYours
    _, need = _get_waiting(session, acting, decision_id)
    return deciding.to_decide(session, acting, decision_id, now=now), need
