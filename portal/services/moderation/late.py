"""What climbed to somebody since a promise was not kept: on her own pages until it is answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.decisions import DecisionState, Step
from portal.domain.referrals import UNANSWERED
from portal.domain.roles import Permission
from portal.models import Case, Decision, LookQuestion, Need, Referral, Service, Told
from portal.services.case_work.cases import on_team
from portal.services.entry.sessions import SignedIn
from portal.services.moderation.her_turn import ASKED_HER, asks_her
from portal.services.moderation.lanes import not_about
from portal.services.need_to_know.look_questions import not_hers
from portal.services.needs.standing_still import STANDS_STILL

PAGE = 20


@dataclass(frozen=True)
class Climbed:
    """One late item and when I was told of it; nothing is unsealed."""

    told: Told
    case: Case | None
    decision: Decision | None
    referral: Referral | None
    service: Service | None
    need: Need | None
    question: LookQuestion | None
    """Of hers, about a look; her case team is not told of it."""

    @property
    def waits_for_her(self) -> bool:
        """Whether the desk asked her something, and she has not answered."""
        return bool(self.decision and self.need and asks_her(self.decision, self.need))

    @property
    def stands_still(self) -> bool:
        """Whether it is a need with which nobody goes on."""
        return self.told.need_id is not None

    @property
    def asked_at(self) -> datetime | None:
        """When the desk asked her."""
        return self.decision.decided_at if self.decision else None

    @property
    def promised_at(self) -> datetime:
        """The first promise, which was not kept."""
        return self._item.answer_before

    @property
    def again_at(self) -> datetime | None:
        """The newest promise."""
        return self._item.answer_again_before

    @property
    def _item(self) -> Decision | Referral | LookQuestion | Need:
        item = self.decision or self.referral or self.question or self.need
        assert item is not None
        return item


def climbed_to(
    session: Session, acting: SignedIn, *, as_coordinator: bool = False, size: int = PAGE
) -> list[Climbed]:
    """Late items that climbed to this person, or to the coordinators; the oldest promise first."""
    if as_coordinator and not acting.may(Permission.SEE_LATE):
        return []
    # To a person it climbed as one of a case team, on which somebody else may sit by now.
    hers = (Told.account_id == acting.account_id) & on_team(acting)
    mine = Told.step == Step.COORDINATOR if as_coordinator else hers
    rows = session.execute(
        select(Told, Case, Decision, Referral, Service, Need, LookQuestion)
        .outerjoin(Decision, Decision.id == Told.decision_id)
        .outerjoin(Referral, Referral.id == Told.referral_id)
        .outerjoin(LookQuestion, LookQuestion.id == Told.look_question_id)
        .outerjoin(Service, Service.id == Referral.service_id)
        .outerjoin(Need, Need.id.in_((Decision.need_id, Referral.need_id, Told.need_id)))
        .outerjoin(
            Case,
            Case.id.in_((Decision.case_id, Referral.case_id, LookQuestion.case_id, Need.case_id)),
        )
        .where(
            mine,
            or_(
                and_(Decision.state == DecisionState.WAITING, not_about(acting)),
                and_(*ASKED_HER),
                # Once the need as a whole stands still, that is what was missed.
                and_(Referral.state.in_(UNANSWERED), ~and_(*STANDS_STILL)),
                and_(Told.need_id.is_not(None), *STANDS_STILL),
                and_(
                    LookQuestion.id.is_not(None),
                    LookQuestion.answered_at.is_(None),
                    not_hers(acting),
                ),
            ),
        )
        .order_by(Told.told_at, Told.id)
        .limit(size)
    )
    return [Climbed(*row) for row in rows]
