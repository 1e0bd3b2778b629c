"""She asks for somebody else on her file; a coordinator answers, never who it is about."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.refusals import NotFound, Refusal
from portal.models import Case, Decision, StaffMember
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.keys import reasons
from portal.services.moderation import deciders, decisions, own_questions

SHOWN = 5


class StillOnHerFile(Refusal):
    """The colleague whom she does not want is on the file yet."""


@dataclass(frozen=True)
class SomebodyElse:
    """What she asked for, and what became of it."""

    id: UUID
    colleague: str
    state: DecisionState
    answer_before: datetime
    note: str | None

    @property
    def waits(self) -> bool:
        """Whether she has no answer yet."""
        return self.state in (DecisionState.WAITING, DecisionState.GIVEN_BACK)

    @property
    def is_granted(self) -> bool:
        """Whether somebody else has the place now."""
        return self.state is DecisionState.ACCEPTED


def name_of(session: Session, acting: SignedIn, colleague_id: UUID) -> str:
    """The name of a colleague on her file. Raises NotFound for anybody else."""
    case = session.get_one(Case, acting.her_case_id)
    if colleague_id not in (case.case_director_id, case.stand_in_id):
        raise NotFound
    return session.get_one(StaffMember, colleague_id).name


def ask(session: Session, acting: SignedIn, colleague_id: UUID, *, now: datetime) -> Decision:
    """She wants somebody else; no reason is asked.

    Raises NotFound, WaitsAlready, and NobodyToDecide where the only coordinator is who it is about.
    """
    name_of(session, acting, colleague_id)
    kind = DecisionKind.NOT_THIS_PERSON
    deciders.check_somebody_decides(session, kind, besides=colleague_id, now=now)
    facts: audit.Facts = {"not_by": [str(colleague_id)]}
    return decisions.ask(
        session,
        acting,
        kind,
        reason=None,
        case_id=acting.her_case_id,
        subject_id=colleague_id,
        facts=facts,
        now=now,
    )


def unwanted(session: Session, colleague_id: UUID) -> frozenset[UUID]:
    """The cases whose survivor asked for somebody else than this colleague, unless she was refused.

    Such a file does not come back to the colleague, however long ago that was.
    """
    asked = select(Decision.case_id).where(
        Decision.kind == DecisionKind.NOT_THIS_PERSON,
        Decision.subject_id == colleague_id,
        Decision.state.in_((DecisionState.WAITING, DecisionState.ACCEPTED)),
    )
    return frozenset(case_id for case_id in session.scalars(asked) if case_id)


def granted(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """The effect of a yes: it is true only once the file was handed on. Raises StillOnHerFile."""
    case = session.get_one(Case, decision.case_id)
    if decision.subject_id in (case.case_director_id, case.stand_in_id):
        raise StillOnHerFile


def of_hers(session: Session, acting: SignedIn, *, now: datetime) -> list[SomebodyElse]:
    """What she asked for, newest first, until a month after she had her answer."""
    rows = session.execute(
        select(Decision, StaffMember.name)
        .join(StaffMember, StaffMember.account_id == Decision.subject_id)
        .where(
            Decision.case_id == acting.her_case_id,
            Decision.kind == DecisionKind.NOT_THIS_PERSON,
            Decision.asked_by_id == acting.account_id,
            Decision.state != DecisionState.WITHDRAWN,
            own_questions.still_shown(now),
        )
        .order_by(Decision.asked_at.desc())
        .limit(SHOWN)
    ).all()
    return [
        SomebodyElse(
            row.id,
            name,
            row.state,
            row.answer_again_before or row.answer_before,
            _note(session, acting, row, now=now),
        )
        for row, name in rows
    ]


def _note(session: Session, acting: SignedIn, row: Decision, *, now: datetime) -> str | None:
    if row.note is None:
        return None
    (note,) = reasons.read(session, acting, row, "note", now=now)
    return note
