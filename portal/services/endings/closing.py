"""Closing a case, opening it again, and the legal hold that stops every clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts import CaseState
from portal.domain.appointments import STANDING
from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.folders import FolderKind
from portal.domain.needs import NeedState
from portal.domain.referrals import UNANSWERED, WITH_THE_SERVICE, ReferralState
from portal.domain.refusals import NotYours, Refusal, WrongState
from portal.domain.retention import Kept, days_of
from portal.domain.roles import Permission
from portal.domain.words import written
from portal.models import Appointment, Case, Decision, LookQuestion, Need, Referral
from portal.services import audit
from portal.services.case_work import notes
from portal.services.case_work.cases import get_case, wake
from portal.services.dates import kept_apart
from portal.services.entry import cards
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre
from portal.services.keys.folders import find_folder
from portal.services.keys.reading import open_folder
from portal.services.moderation import at_desk, decisions
from portal.services.needs.holding import hold
from portal.services.referrals import ending

SET, LIFT = "set", "lift"


class StillPromised(Refusal):
    """She waits for an answer or for a date: a house that ends then has broken a promise."""


def close(session: Session, acting: SignedIn, case_id: UUID, why: str, *, now: datetime) -> Case:
    """The house ends its work on a case: no service reads it any more, and the clocks begin.

    Her card opens her pages for some time yet, and her team reads on until the end. From whom she
    was kept apart is forgotten: she has no date here any more. Raises NotFound, NotYours,
    WrongState, StillPromised, and the words refusals for why.
    """
    case = _held(session, acting, case_id)
    if case.state is not CaseState.OPEN:
        raise WrongState
    words = written(why)
    # Held first: nobody may promise her something between the look and the end.
    needs_of_hers = _hold_needs(session, case)
    _check_nothing_promised(session, case, now=now)
    if find_folder(session, case.id, FolderKind.STAFF_NOTES) is None:
        notes.begin_for(session, acting, case, now=now)
    folder = open_folder(session, acting, case.id, FolderKind.STAFF_NOTES, purpose="note", now=now)
    folder.write(case, "closed_why", words)
    _end_needs(session, needs_of_hers, now=now)
    kept_apart.forget(session, case.id)
    case.state, case.closed_at, case.closed_by_id = CaseState.CLOSED, now, acting.account_id
    audit.record(session, acting.account_id, "case_closed", now=now, case_id=case.id)
    session.flush()
    return case


def reopen(session: Session, acting: SignedIn, case_id: UUID, *, now: datetime) -> Case:
    """The house works on it again. Raises NotFound, NotYours, WrongState."""
    case = _held(session, acting, case_id)
    if case.state is CaseState.OPEN:
        raise WrongState
    wake(session, case.id, actor_id=acting.account_id, now=now)
    return case


def why_closed(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> str | None:
    """What was written when it was closed. Raises NotFound without the case's keys."""
    if case.closed_why is None:
        return None
    folder = open_folder(session, acting, case.id, FolderKind.STAFF_NOTES, purpose="case", now=now)
    return folder.read(case, "closed_why") if folder.opens(case.closed_why) else None


def strikes(case: Case, days: Mapping[Kept, int]) -> dict[Kept, datetime]:
    """When each clock of a case strikes on which the work has ended; nothing before that."""
    if case.closed_at is None:
        return {}
    kinds = (Kept.HER_PAGES, Kept.MESSAGES, Kept.FILE)
    return {kind: case.closed_at + timedelta(days=days[kind]) for kind in kinds}


def strikes_of(session: Session, case: Case) -> dict[Kept, datetime]:
    """The same with the days that the centre sets, and what staff did with her card since."""
    days = days_of(get_centre(session).retention)
    ends = strikes(case, days)
    card = cards.newest(session, case.survivor_id)
    if ends and card is not None:
        # Made after the end, or opened again by staff: it is stopped as long after that.
        for opened_at in filter(None, (card.activated_at, card.opens_again_at)):
            later = opened_at + timedelta(days=days[Kept.HER_PAGES])
            ends[Kept.HER_PAGES] = max(ends[Kept.HER_PAGES], later)
    return ends


def ask_hold(
    session: Session, acting: SignedIn, case_id: UUID, *, reason: str, now: datetime
) -> Decision:
    """Ask for a legal hold, or for its end where one stands. Raises what `decisions.ask` raises."""
    held_at = session.scalar(select(Case.held_at).where(Case.id == case_id))
    facts: audit.Facts = {"act": SET if held_at is None else LIFT}
    return decisions.ask(
        session,
        acting,
        DecisionKind.LEGAL_HOLD,
        reason=reason,
        case_id=case_id,
        facts=facts,
        now=now,
    )


def hold_decided(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """The effect of a decision about a legal hold: it is set or lifted, as was asked."""
    assert decision.case_id is not None
    case = session.get_one(Case, decision.case_id, with_for_update=True, populate_existing=True)
    is_lifted = decision.facts.get("act") == LIFT
    case.held_at = None if is_lifted else case.held_at or now
    actor = acting.account_id if acting else None
    audit.record(
        session, actor, "hold_lifted" if is_lifted else "hold_set", now=now, case_id=case.id
    )
    session.flush()


def _held(session: Session, acting: SignedIn, case_id: UUID) -> Case:
    if not acting.may(Permission.CLOSE_CASE):
        raise NotYours
    case = get_case(session, acting, case_id)
    session.refresh(case, with_for_update=True)
    return case


def _check_nothing_promised(session: Session, case: Case, *, now: datetime) -> None:
    owed = (
        select(Need.id).where(Need.case_id == case.id, Need.state == NeedState.SENT),
        select(Referral.id).where(Referral.case_id == case.id, Referral.state.in_(UNANSWERED)),
        select(Appointment.id).where(
            Appointment.case_id == case.id,
            Appointment.state.in_(STANDING),
            Appointment.starts_at > now,
        ),
        # What she asked herself, also about her case team: it learns that, and not what.
        select(Decision.id).where(
            Decision.case_id == case.id,
            Decision.asked_by_id == case.survivor_id,
            Decision.state == DecisionState.WAITING,
        ),
        select(LookQuestion.id).where(
            LookQuestion.case_id == case.id, LookQuestion.answered_at.is_(None)
        ),
    )
    if any(session.scalar(one.limit(1)) is not None for one in owed):
        raise StillPromised


def _hold_needs(session: Session, case: Case) -> list[Need]:
    hers = select(Need).where(Need.case_id == case.id).order_by(Need.id)
    found = list(session.scalars(hers))
    for need in found:
        hold(session, need)
    return found


def _end_needs(session: Session, hers: Iterable[Need], *, now: datetime) -> None:
    for need in hers:
        for referral in session.scalars(select(Referral).where(Referral.need_id == need.id)):
            if referral.state in WITH_THE_SERVICE:
                ending.stop_referral(session, referral, ReferralState.DONE, now=now)
        if need.state in (NeedState.ROUTED, NeedState.QUESTION):
            need.state = NeedState.DONE
            at_desk.end_desk_grants(session, need)
