"""What waits for a person's decision, who may read why, and who was told that it is late."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.decisions import DecisionKind, DecisionState, Step
from portal.domain.needs import Lane
from portal.models.base import Base, WithId, named


class Decision(WithId, Base):
    """Something that waits for a person's decision, and what became of it; rows are never deleted.

    `reason` and `note` are sealed: in the needs folder for a need, in the folder of decisions for
    anything else about a case, under a key of its own (`DecisionKey`) where there is no case.
    `facts` hold ids and codes that say what exactly is asked, never words.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_waiting", "state", "lane", "answer_before"),
        Index("ix_decision_asked", "asked_by_id", "asked_at"),
        Index("ix_decision_decided", "kind", "decided_at"),
    )
    kind: Mapped[DecisionKind] = mapped_column(named(DecisionKind))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("need.id"), index=True)
    subject_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    lane: Mapped[Lane] = mapped_column(named(Lane))
    state: Mapped[DecisionState] = mapped_column(
        named(DecisionState), default=DecisionState.WAITING
    )
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"))
    answer_before: Mapped[datetime]
    answer_again_before: Mapped[datetime | None]
    vanishes_at: Mapped[datetime | None]
    claimed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    claimed_at: Mapped[datetime | None]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    takes_effect_at: Mapped[datetime | None]
    took_effect_at: Mapped[datetime | None]
    reason: Mapped[bytes | None]
    note: Mapped[bytes | None]


class DecisionKey(WithId, Base):
    """The key of a reason that belongs to no case, sealed to one holder under a MAC."""

    __tablename__ = "decision_key"
    __table_args__ = (UniqueConstraint("decision_id", "holder_id"),)
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"))
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"))
    holder_version: Mapped[int]
    sealed: Mapped[bytes]
    mac: Mapped[bytes]


class Told(WithId, Base):
    """A late item climbed: who was told of it, and when; without an account, the coordinators.

    An item is something to decide, a referral that a service has not answered, a need with which
    nobody goes on, or her question about a look.
    """

    __tablename__ = "told"
    __table_args__ = (Index("ix_told_account", "account_id", "told_at"),)
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"), index=True)
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referral.id"), index=True)
    look_question_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("look_question.id"), index=True
    )
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("need.id"), index=True)
    step: Mapped[Step] = mapped_column(named(Step))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    told_at: Mapped[datetime]
