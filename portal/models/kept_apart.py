"""Two people who must not meet in the house, and the one time that two colleagues allowed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, WithId


class KeptApart(WithId, Base):
    """One side of a link: the other side is a row of its own, and nothing in clear ties the two.

    `mark` is a hash of the case under the key file; `pair` and `story` have the same length in
    every row; no row says when it was made or by whom.
    """

    __tablename__ = "kept_apart"
    mark: Mapped[bytes] = mapped_column(unique=True)
    pair: Mapped[bytes]
    story: Mapped[bytes]


class KeptApartKey(WithId, Base):
    """The key of one side, sealed to the machine, a team or the paper, under a MAC."""

    __tablename__ = "kept_apart_key"
    __table_args__ = (UniqueConstraint("kept_apart_id", "holder_id"),)
    kept_apart_id: Mapped[UUID] = mapped_column(ForeignKey("kept_apart.id"))
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("holder.id"))
    holder_version: Mapped[int]
    sealed: Mapped[bytes]
    mac: Mapped[bytes]


class AllowedTime(WithId, Base):
    """One time at which a date may be set although the rules say no; used once, then gone."""

    __tablename__ = "allowed_time"
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"), unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    with_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
