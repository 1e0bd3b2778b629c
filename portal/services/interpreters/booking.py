"""A service chooses who interprets: who fits, who has time, and who is not asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING
from portal.domain.interpreters import (
    InterpreterTaken,
    Means,
    NobodyInterprets,
    NotThisPerson,
    RequestState,
    is_named,
)
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission, Role
from portal.domain.spans import Span
from portal.models import Appointment, Interpreter, InterpreterRequest, NotTold
from portal.services import audit
from portal.services.availability import free as availability
from portal.services.dates import taken_times
from portal.services.dates.giving import get_for_staff
from portal.services.entry.sessions import SignedIn
from portal.services.house import today_here
from portal.services.interpreters import asking, following, left_out, people
from portal.services.interpreters.asking import Wish
from portal.services.interpreters.following import find, let_go
from portal.services.telling import outbox

SHOWN = 50


class Fit(StrEnum):
    """Whether somebody can come, the best first."""

    FREE = "free"
    NOT_THERE = "not_there"
    TAKEN = "taken"
    NOT_THIS_PERSON = "not_this_person"


@dataclass(frozen=True)
class Candidate:
    """Somebody who speaks the language. `unlike` counts wishes that are not met."""

    interpreter: Interpreter
    fit: Fit
    other_sex: bool = False
    other_means: bool = False

    @property
    def may_come(self) -> bool:
        """Whether this person can be booked; hours are a warning, no lock."""
        return self.fit in (Fit.FREE, Fit.NOT_THERE)

    @property
    def unlike(self) -> int:
        """How many of her wishes this person does not meet."""
        return self.other_sex + self.other_means


@dataclass(frozen=True)
class Choice:
    """What a service sees before it books."""

    appointment: Appointment
    request: InterpreterRequest | None
    wish: Wish
    candidates: tuple[Candidate, ...]


def choice(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> Choice:
    """Her wish for a date, and who could come. Raises NotYours, NotFound."""
    appointment = get_for_staff(session, acting, appointment_id)
    wish = asking.wish_of(session, acting, appointment, now=now) or Wish()
    on = today_here(session, now=appointment.starts_at)
    rows = people.active(session, on, wish.language)
    found = _candidates(session, appointment, wish, rows)
    order = list(Fit)
    found.sort(key=lambda one: (order.index(one.fit), one.unlike, one.interpreter.name))
    return Choice(appointment, find(session, appointment.id), wish, tuple(found))


def book(
    session: Session,
    acting: SignedIn,
    appointment_id: UUID,
    interpreter_id: UUID,
    means: Means,
    *,
    now: datetime,
) -> InterpreterRequest:
    """Somebody comes to a date; whoever was to come before is free.

    Raises NotFound, WrongState, NobodyInterprets, NotThisPerson and InterpreterTaken.
    """
    appointment = get_for_staff(session, acting, appointment_id)
    asking.check_stands(appointment, now=now)
    session.refresh(appointment, with_for_update=True)
    asking.check_stands(appointment, now=now)
    _check_may_come(session, acting, appointment, interpreter_id, now=now)
    request = find(session, appointment.id) or asking.begin(session, acting, appointment, now=now)
    if appointment.interpreter_id is not None:
        let_go(session, appointment)
    taken_times.take_interpreter(session, appointment, interpreter_id)
    appointment.interpreter_id = interpreter_id
    request.state, request.means = RequestState.BOOKED, means
    request.booked_by_id, request.booked_at = acting.account_id, now
    following.comes_again(session, request, appointment)
    outbox.plan_interpreter(session, appointment, now=now)
    asking.account(session, acting, "interpreter_booked", request, now=now)
    return request


def let_go_by_staff(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> None:
    """Who was booked does not come; somebody else is looked for. Raises NotFound, WrongState."""
    appointment = get_for_staff(session, acting, appointment_id)
    asking.check_stands(appointment, now=now)
    request = find(session, appointment.id)
    if request is None or appointment.interpreter_id is None:
        raise NotFound
    let_go(session, appointment)
    outbox.plan_interpreter(session, appointment, now=now)
    asking.account(session, acting, "interpreter_let_go", request, now=now)


@dataclass(frozen=True)
class Waits:
    """A request that nobody has answered yet."""

    request: InterpreterRequest
    appointment: Appointment


@dataclass(frozen=True)
class ToTell:
    """An interpreter who has to be told that a talk is not, or not then."""

    row: NotTold
    name: str
    referral_id: UUID | None
    """None where the file was erased since."""


def waiting(session: Session, acting: SignedIn, *, now: datetime) -> list[Waits]:
    """Requests of the services of this colleague for dates to come, the soonest first."""
    rows = session.execute(
        select(InterpreterRequest, Appointment)
        .join(Appointment, Appointment.id == InterpreterRequest.appointment_id)
        .where(
            Appointment.service_id.in_(_services(acting)),
            Appointment.starts_at > now,
            Appointment.state.in_(COMING),
            InterpreterRequest.state == RequestState.ASKED,
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(SHOWN)
    )
    return [Waits(request, appointment) for request, appointment in rows]


def not_told(session: Session, acting: SignedIn) -> list[ToTell]:
    """Interpreters whom somebody of these services has to tell, the soonest talk first."""
    rows = session.execute(
        select(NotTold, Interpreter.name, InterpreterRequest.referral_id)
        .join(Interpreter, Interpreter.id == NotTold.interpreter_id)
        .outerjoin(InterpreterRequest, InterpreterRequest.id == NotTold.request_id)
        .where(NotTold.service_id.in_(_services(acting)))
        .order_by(NotTold.starts_at, NotTold.id)
        .limit(SHOWN)
    )
    return [ToTell(row, name, referral_id) for row, name, referral_id in rows]


def have_told(session: Session, acting: SignedIn, row_id: UUID, *, now: datetime) -> None:
    """Somebody told the interpreter. Foreign, missing and told already: NotFound."""
    found = next((one.row for one in not_told(session, acting) if one.row.id == row_id), None)
    if found is None:
        raise NotFound
    session.delete(found)
    kind = "interpreter_told"
    facts: audit.Facts = {"interpreter": str(found.interpreter_id)}
    if found.request_id is None:
        audit.record(session, acting.account_id, kind, now=now, facts=facts)
    else:
        request = session.get_one(InterpreterRequest, found.request_id)
        asking.account(session, acting, kind, request, now=now)
    session.flush()


def _services(acting: SignedIn) -> frozenset[UUID]:
    if not acting.may(Permission.ANSWER_REFERRAL):
        raise NotYours
    return acting.services(Role.SERVICE_STAFF)


def _candidates(
    session: Session, appointment: Appointment, wish: Wish, rows: Sequence[Interpreter]
) -> list[Candidate]:
    ids = [row.id for row in rows]
    ends_at = appointment.starts_at + timedelta(minutes=appointment.minutes)
    span, said = Span(appointment.starts_at, ends_at), wish.said
    out = left_out.among(session, appointment.case_id, rows)
    absent = availability.not_there(session, ids, span)
    taken = taken_times.taken_then(session, ids, appointment)

    def fit(row: Interpreter) -> Fit:
        if row.id in out or is_named(said.not_these, row.name):
            return Fit.NOT_THIS_PERSON
        if row.id in taken:
            return Fit.TAKEN
        return Fit.NOT_THERE if row.id in absent else Fit.FREE

    return [
        Candidate(
            row,
            fit(row),
            other_sex=said.sex is not None and row.sex is not said.sex,
            other_means=said.means is not None and said.means.value not in row.means,
        )
        for row in rows
    ]


def _check_may_come(
    session: Session,
    acting: SignedIn,
    appointment: Appointment,
    interpreter_id: UUID,
    *,
    now: datetime,
) -> None:
    candidates = choice(session, acting, appointment.id, now=now).candidates
    found = next((one for one in candidates if one.interpreter.id == interpreter_id), None)
    if found is None:
        raise NobodyInterprets
    if found.fit is Fit.NOT_THIS_PERSON:
        raise NotThisPerson
    if found.fit is Fit.TAKEN:
        raise InterpreterTaken
