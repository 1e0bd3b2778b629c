"""Needs with everything their reader may read of them, and what becomes of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind
from portal.domain.needs import NeedState
from portal.domain.referrals import OPEN, ReferralState, goes_on
from portal.domain.services import ServiceState
from portal.models import Addition, Case, Decision, Need, Reading, Referral, Service
from portal.services.entry.sessions import SignedIn
from portal.services.keys.reading import open_folder
from portal.services.needs.standing_still import stands_still


@dataclass(frozen=True)
class NeedStory:
    """A need with everything this reader may read of it."""

    need: Need
    own_words: str | None
    additions: tuple[tuple[Addition, str], ...] = ()
    readings: tuple[tuple[Reading, str], ...] = ()
    questions: tuple[tuple[Decision, str], ...] = ()
    referrals: tuple[tuple[Referral, Service], ...] = field(default=())

    @property
    def waits_for_her(self) -> bool:
        """Whether the next step is hers: a question, or a yes."""
        return self.need.state is NeedState.QUESTION or any(
            referral.state is ReferralState.WAITS_FOR_YES and service.state is ServiceState.OPEN
            for referral, service in self.referrals
        )

    @property
    def stands_still(self) -> bool:
        """Whether nobody goes on with it, and she was promised an answer."""
        return stands_still(self.need)

    @property
    def may_go_back_to_desk(self) -> bool:
        """Whether nobody goes on, one of the services does not, or the desk waits for her.

        Her no to one service leaves the need with the others.
        """
        if self.need.state is not NeedState.ROUTED:
            return self.need.state is NeedState.QUESTION
        idle = [one.state for one, at in self.referrals if not goes_on(one.state, at.state)]
        fell_out = any(one in OPEN or one is ReferralState.NOT_POSSIBLE for one in idle)
        return fell_out or len(idle) == len(self.referrals)


def hers(session: Session, acting: SignedIn, *, now: datetime) -> list[NeedStory]:
    """Her needs, newest first, with what became of each. A constant number of queries."""
    needs = session.scalars(_OF_CASE, {"case_id": acting.her_case_id}).all()
    return stories(session, acting, acting.her_case_id, needs, purpose="own_needs", now=now)


def of_case(session: Session, acting: SignedIn, case: Case, *, now: datetime) -> list[NeedStory]:
    """The needs of a case, for its team."""
    needs = session.scalars(_OF_CASE, {"case_id": case.id}).all()
    return stories(session, acting, case.id, needs, purpose="case", now=now)


def story(
    session: Session, acting: SignedIn, need: Need, *, purpose: str, now: datetime
) -> NeedStory:
    """One need with everything this reader may read of it."""
    (found,) = stories(session, acting, need.case_id, [need], purpose=purpose, now=now)
    return found


def stories(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    needs: Sequence[Need],
    *,
    purpose: str,
    now: datetime,
) -> list[NeedStory]:
    """Needs of one case with words, additions, readings, questions and referrals."""
    if not needs:
        return []
    folder = open_folder(session, acting, case_id, FolderKind.NEEDS, purpose=purpose, now=now)
    asked = {"ids": [need.id for need in needs]}
    additions = session.scalars(_ADDITIONS, asked).all()
    readings = session.scalars(_READINGS, asked).all()
    questions = session.scalars(_QUESTIONS, asked).all()
    referrals = session.execute(_REFERRALS, asked).all()
    return [
        NeedStory(
            need=need,
            own_words=folder.read(need, "own_words") if folder.opens(need.own_words) else None,
            additions=tuple(
                (row, folder.read(row, "words") or "")
                for row in additions
                if row.need_id == need.id and folder.opens(row.words)
            ),
            readings=tuple(
                (row, folder.read(row, "words") or "")
                for row in readings
                if row.need_id == need.id and folder.opens(row.words)
            ),
            questions=tuple(
                (row, folder.read(row, "note") or "")
                for row in questions
                if row.need_id == need.id and folder.opens(row.note)
            ),
            referrals=tuple(
                (referral, service)
                for referral, service in referrals
                if referral.need_id == need.id and not _needs_no_yes(need, referral)
            ),
        )
        for need in needs
    ]


def _needs_no_yes(need: Need, referral: Referral) -> bool:
    """Whether the house ended its work before she was asked: nothing came of it, or will."""
    return need.state is NeedState.DONE and referral.state is ReferralState.WAITS_FOR_YES


# Made once: building these statements for each page costs more than running them (measured).
_ids: BindParameter[Any] = bindparam("ids", expanding=True)
_OF_CASE = (
    select(Need).where(Need.case_id == bindparam("case_id")).order_by(Need.sent_at.desc(), Need.id)
)
_ADDITIONS = select(Addition).where(Addition.need_id.in_(_ids)).order_by(Addition.added_at)
_READINGS = select(Reading).where(Reading.need_id.in_(_ids)).order_by(Reading.written_at)
_QUESTIONS = (
    select(Decision)
    .where(Decision.need_id.in_(_ids), Decision.note.is_not(None))
    .order_by(Decision.decided_at)
)
_REFERRALS = (
    select(Referral, Service)
    .join(Service, Service.id == Referral.service_id)
    .where(Referral.need_id.in_(_ids))
    .order_by(Referral.made_at, Service.name)
)
