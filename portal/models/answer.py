"""Answers that wait, and tries that are counted: nothing here outlives a day."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base


class FormOutcome(Base):
    """What came of a form, so that a double tap gets the same answer. Gone with the session."""

    __tablename__ = "form_outcome"
    session_id: Mapped[bytes] = mapped_column(
        ForeignKey("sign_in.token_hash", ondelete="CASCADE"), primary_key=True
    )
    form_key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    sealed: Mapped[bytes | None]


class KeptAnswer(Base):
    """An answer for a browser without JavaScript: read once, within thirty seconds."""

    __tablename__ = "kept_answer"
    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Tries(Base):
    """How often something was tried in a span of time; the key is a keyed hash."""

    __tablename__ = "tries"
    key: Mapped[bytes] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
