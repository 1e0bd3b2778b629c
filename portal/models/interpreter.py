"""Interpreters of the house, what she asks of one, and the link by which one finds a talk."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.interpreters import Means, RequestState, Sex
from portal.models.base import Base, WithId, named


class Interpreter(WithId, Base):
    """Somebody who interprets and opens no file: who, which languages, how, from where."""

    __tablename__ = "interpreter"
    name: Mapped[str]
    sex: Mapped[Sex] = mapped_column(named(Sex))
    languages: Mapped[list[str]]
    dialects: Mapped[str | None]
    means: Mapped[list[str]]
    town: Mapped[str | None]
    active_until: Mapped[date | None]


class InterpreterRequest(WithId, Base):
    """Her request about one date. `said` is sealed with the referral, `felt` with the thread.

    Who comes stands with the date: `Appointment.interpreter_id`. When the date moves, the request
    goes along and begins again.
    """

    __tablename__ = "interpreter_request"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"), unique=True)
    state: Mapped[RequestState] = mapped_column(named(RequestState))
    language: Mapped[str | None]
    said: Mapped[bytes | None]
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    means: Mapped[Means | None] = mapped_column(named(Means))
    booked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    booked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    felt: Mapped[bytes | None]
    felt_about_id: Mapped[UUID | None] = mapped_column(ForeignKey("interpreter.id"))
    """About whom she said it."""


class NotTold(WithId, Base):
    """An interpreter who still believes to be coming: staff tell, and say so."""

    __tablename__ = "interpreter_not_told"
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    """Whose talk it was: who works there tells."""
    request_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("interpreter_request.id"), index=True
    )
    """None where the file was erased since: nothing says then for whom it was."""
    interpreter_id: Mapped[UUID] = mapped_column(ForeignKey("interpreter.id"))
    starts_at: Mapped[datetime]
    """The talk to which that person does not come any more."""


class NotThisInterpreter(WithId, Base):
    """Somebody she left out. `mark` is a keyed hash: the database alone does not say who."""

    __tablename__ = "not_this_interpreter"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    mark: Mapped[bytes]
    request_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("interpreter_request.id"), index=True
    )
    """The request in which she wrote the name; none where she said it of who was booked."""


class TalkLink(Base):
    """What an interpreter may read of one talk, sealed under the token of the link."""

    __tablename__ = "talk_link"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("interpreter_request.id"), unique=True)
    sealed: Mapped[bytes]
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    opened: Mapped[int] = mapped_column(default=0)
