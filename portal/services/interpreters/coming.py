"""Who interprets at which dates, for every page that shows dates: one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from portal.domain.interpreters import (
    SPOKEN,
    Means,
    RequestState,
    Sex,
    ends_up,
    first_name,
    own_name,
)
from portal.models import Appointment, Interpreter, InterpreterRequest


@dataclass(frozen=True)
class Coming:
    """What is known of the interpreter of a date; nothing that is sealed."""

    state: RequestState
    language: str | None
    means: Means | None
    name: str | None
    sex: Sex | None
    request: InterpreterRequest | None = None

    @property
    def is_answered(self) -> bool:
        """Whether she said afterwards how it was."""
        return self.request is not None and self.request.felt is not None

    @property
    def spoken(self) -> str:
        """The language that was asked, by its own name; nothing where none."""
        return own_name(SPOKEN.get(self.language or "", ""))

    @property
    def first_name(self) -> str:
        """What she reads of who comes."""
        return first_name(self.name or "")


# Made once: building this statement for each page costs more than running it.
_OF_DATES = (
    select(Appointment.id, Appointment.starts_at, Appointment.minutes)
    .add_columns(InterpreterRequest, Interpreter.name, Interpreter.sex)
    .outerjoin(InterpreterRequest, InterpreterRequest.appointment_id == Appointment.id)
    .outerjoin(Interpreter, Interpreter.id == Appointment.interpreter_id)
    .where(
        Appointment.id.in_(bindparam("ids", expanding=True)),
        or_(InterpreterRequest.id.is_not(None), Interpreter.id.is_not(None)),
    )
)


def of_dates(session: Session, ids: Iterable[UUID], *, now: datetime) -> dict[UUID, Coming]:
    """What is known of the interpreters of these dates, by the date."""
    wanted = list(ids)
    if not wanted:
        return {}
    found = {}
    for one, starts_at, minutes, request, name, sex in session.execute(_OF_DATES, {"ids": wanted}):
        state = request.state if request else RequestState.BOOKED
        found[one] = Coming(
            state=ends_up(state, starts_at + timedelta(minutes=minutes), now=now),
            language=request.language if request else None,
            means=request.means if request else None,
            name=name,
            sex=sex,
            request=request,
        )
    return found
