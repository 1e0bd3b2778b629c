"""What was promised and not kept: it climbs, whether or not anybody opens a page.

So does a question of the desk that she does not answer: she may have no way to, and what she needs
waits with it. And so does a need with which nobody goes on, which she was promised an answer to.

At each promise that passes somebody further up is told (case director, stand-in, coordinators; who
is away, gone or may only read is passed over), and a new time is promised, which she reads. Both
are rows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.decisions import RULES, DecisionState, Step, next_step
from portal.domain.leave import Days
from portal.domain.needs import Lane
from portal.domain.referrals import UNANSWERED
from portal.models import Case, Decision, LookQuestion, Need, Referral, Told
from portal.services import audit
from portal.services.case_work import readers
from portal.services.house import promised_again, today_here
from portal.services.moderation.decisions import held
from portal.services.moderation.her_turn import ASKED_HER, asks_her
from portal.services.need_to_know import look_questions
from portal.services.needs.holding import hold
from portal.services.needs.standing_still import STANDS_STILL, changed, settle_one, stands_still


class Missed(NamedTuple):
    """Of what the promise has passed, to climb one by one."""

    decisions: Sequence[UUID]
    referrals: Sequence[UUID]
    look_questions: Sequence[UUID]
    needs: Sequence[UUID]


NOTHING = Missed((), (), (), ())


def missed(session: Session, *, now: datetime) -> Missed:
    """Everything of which the promise has passed."""
    waiting = select(Decision.id).where(
        Decision.state == DecisionState.WAITING, _latest(Decision) < now
    )
    asked_her = (
        select(Decision.id)
        .join(Need, Need.id == Decision.need_id)
        .where(*ASKED_HER, _latest(Decision) < now)
    )
    # Of a need that stands still as a whole, the need climbs: its team is told once.
    unanswered = (
        select(Referral.id)
        .join(Need, Need.id == Referral.need_id)
        .where(Referral.state.in_(UNANSWERED), _latest(Referral) < now, ~and_(*STANDS_STILL))
    )
    about_looks = select(LookQuestion.id).where(
        LookQuestion.answered_at.is_(None), _latest(LookQuestion) < now
    )
    standing_still = select(Need.id).where(*STANDS_STILL, _latest(Need) < now)
    return Missed(
        session.scalars(waiting.union_all(asked_her).order_by(Decision.id)).all(),
        session.scalars(unanswered.order_by(Referral.id)).all(),
        session.scalars(about_looks.order_by(LookQuestion.id)).all(),
        session.scalars(standing_still.order_by(Need.id)).all(),
    )


def climb(session: Session, *, now: datetime) -> int:
    """Let everything climb at once whose promise has passed; gives how many did."""
    for one in changed(session, now=now):
        settle_one(session, one, now=now)
    late = missed(session, now=now)
    decided = [climb_decision(session, one, now=now) for one in late.decisions]
    answered = [climb_referral(session, one, now=now) for one in late.referrals]
    looked = [climb_look_question(session, one, now=now) for one in late.look_questions]
    stood = [climb_need(session, one, now=now) for one in late.needs]
    return sum(decided) + sum(answered) + sum(looked) + sum(stood)


def climb_decision(session: Session, decision_id: UUID, *, now: datetime) -> bool:
    """Let one question climb; False when it was answered, or another worker was faster."""
    # A need is held before its decision, as everywhere.
    need_id = session.scalar(select(Decision.need_id).where(Decision.id == decision_id))
    need = session.get_one(Need, need_id) if need_id else None
    if need is not None:
        hold(session, need)
    decision = held(session, decision_id)
    missed = decision.answer_again_before or decision.answer_before
    waits_for_her = need is not None and asks_her(decision, need)
    if not (decision.state is DecisionState.WAITING or waits_for_her) or missed >= now:
        return False
    again = promised_again(session, decision.lane, missed, now=now)
    decision.answer_again_before = again
    if need is not None and not waits_for_her:
        need.answer_again_before = again
    # What is about the case team is not told to it.
    told_of = decision.case_id if RULES[decision.kind].team_reads else None
    step = _tell(session, told_of, Told.decision_id, decision.id, now=now)
    kind = "answer_missed" if waits_for_her else "promise_missed"
    _account(session, kind, decision.case_id, {"decision": str(decision.id)}, step, now=now)
    return True


def climb_referral(session: Session, referral_id: UUID, *, now: datetime) -> bool:
    """Let one request to a service climb; False when it needs to no more."""
    referral = session.get_one(Referral, referral_id)
    need = session.get_one(Need, referral.need_id)
    hold(session, need)
    session.refresh(referral)
    missed = referral.answer_again_before or referral.answer_before
    if referral.state not in UNANSWERED or stands_still(need) or missed >= now:
        return False
    referral.answer_again_before = promised_again(session, need.lane, missed, now=now)
    step = _tell(session, referral.case_id, Told.referral_id, referral.id, now=now)
    _account(
        session, "promise_missed", referral.case_id, {"referral": str(referral.id)}, step, now=now
    )
    return True


def climb_need(session: Session, need_id: UUID, *, now: datetime) -> bool:
    """Let one need climb with which nobody goes on; False when somebody does again."""
    need = session.get_one(Need, need_id)
    hold(session, need)
    missed = need.answer_again_before or need.answer_before
    if not stands_still(need) or missed >= now:
        return False
    need.answer_again_before = promised_again(session, need.lane, missed, now=now)
    step = _tell(session, need.case_id, Told.need_id, need.id, now=now)
    _account(session, "promise_missed", need.case_id, {"need": str(need.id)}, step, now=now)
    return True


def climb_look_question(session: Session, question_id: UUID, *, now: datetime) -> bool:
    """Let one question about a look climb; False when it was answered, or a worker was faster.

    Not to her case team: it may be about them.
    """
    question = look_questions.held(session, question_id)
    missed = question.answer_again_before or question.answer_before
    if question.answered_at is not None or missed >= now:
        return False
    question.answer_again_before = promised_again(session, Lane.ORANGE, missed, now=now)
    step = _tell(session, None, Told.look_question_id, question.id, now=now)
    facts: audit.Facts = {"question": str(question.id)}
    _account(session, "promise_missed", question.case_id, facts, step, now=now)
    return True


def _tell(
    session: Session,
    case_id: UUID | None,
    column: InstrumentedAttribute[UUID | None],
    item_id: UUID,
    *,
    now: datetime,
) -> Step | None:
    """Tell whoever is next and there; None when it has reached the coordinators before."""
    told = session.scalars(select(Told.step).where(column == item_id))
    whom = _reachable(session, case_id, now=now)
    step = next_step(told, whom)
    if step is not None:
        about = {column.key: item_id}
        session.add(Told(**about, step=step, account_id=whom[step], told_at=now))
    session.flush()
    return step


def _reachable(session: Session, case_id: UUID | None, *, now: datetime) -> dict[Step, UUID | None]:
    """Who is there to be told; the coordinators are, as a group, always."""
    found: dict[Step, UUID | None] = {Step.COORDINATOR: None}
    if case_id is None:
        return found
    case = session.get_one(Case, case_id)
    today = today_here(session, now=now)
    team = {Step.CASE_DIRECTOR: case.case_director_id, Step.STAND_IN: case.stand_in_id}
    not_there = readers.not_answering(session, team.values(), Days(today, today))
    return found | {step: one for step, one in team.items() if one not in not_there}


def _latest(
    kind: type[Decision] | type[Referral] | type[LookQuestion] | type[Need],
) -> ColumnElement[datetime]:
    return func.coalesce(kind.answer_again_before, kind.answer_before)


def _account(
    session: Session,
    kind: str,
    case_id: UUID | None,
    what: audit.Facts,
    step: Step | None,
    *,
    now: datetime,
) -> None:
    facts: audit.Facts = {**what, "told": step.value if step else "nobody"}
    audit.record(session, None, kind, now=now, case_id=case_id, facts=facts)
