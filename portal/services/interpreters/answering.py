"""What she says of who comes: yes, not this person, and afterwards whether she felt safe."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING, MAX_MINUTES, AppointmentState
from portal.domain.folders import FolderKind
from portal.domain.interpreters import Felt, RequestState
from portal.domain.refusals import NotFound, WrongState
from portal.models import Appointment, Interpreter, InterpreterRequest
from portal.services import messages
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.interpreters import asking, left_out
from portal.services.interpreters.following import find, let_go
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder

ASKED_FOR = timedelta(days=14)
"""How long she is asked how it was; the answer can be given later too."""
TOOK_PLACE = frozenset({*COMING, AppointmentState.DONE})


def confirm(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> None:
    """This person may come. Raises NotFound, WrongState."""
    _, request = _booked(session, acting, appointment_id, now=now)
    if request.state is not RequestState.BOOKED:
        raise WrongState
    request.state, request.answered_at = RequestState.CONFIRMED, now
    asking.account(session, acting, "interpreter_confirmed", request, now=now)


def not_this_one(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> None:
    """Somebody else, now and later. No reason is asked. Raises NotFound, WrongState."""
    appointment, request = _booked(session, acting, appointment_id, now=now)
    assert appointment.interpreter_id is not None
    left_out.leave_out(session, appointment.case_id, appointment.interpreter_id)
    let_go(session, appointment)
    # The same act as when she asks for another language: beside the date stands who was booked, and
    # whom she fears is no secret any more once an act says that she left somebody out.
    asking.account(session, acting, "interpreter_asked", request, now=now)
    asking.let_go_left_out(session, acting, appointment.case_id, now=now)


def to_judge(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> tuple[Appointment, Interpreter]:
    """A talk that is over, and who interpreted. Raises NotFound, WrongState."""
    appointment = asking.get_date(session, acting, appointment_id)
    if appointment.interpreter_id is None:
        raise NotFound
    ends_at = appointment.starts_at + timedelta(minutes=appointment.minutes)
    if ends_at > now or appointment.state not in TOOK_PLACE:
        raise WrongState
    return appointment, session.get_one(Interpreter, appointment.interpreter_id)


def say_how_it_was(
    session: Session,
    acting: SignedIn,
    appointment_id: UUID,
    felt: Felt,
    *,
    to_director: str | None = None,
    now: datetime,
) -> None:
    """Keep her answer, sealed for her and her case team; it can be said once.

    A "no" goes to her case team as a message of hers, in these words. Raises NotFound, WrongState,
    SlowDown.
    """
    appointment, interpreter = to_judge(session, acting, appointment_id, now=now)
    hold_case(session, appointment.case_id)
    request = find(session, appointment.id) or asking.begin(session, acting, appointment, now=now)
    if request.felt is not None:
        raise WrongState
    _thread(session, acting, request, now=now).write(request, "felt", felt.value)
    request.felt_about_id, request.state = interpreter.id, RequestState.DONE
    if felt is Felt.NOT_SAFE and to_director:
        messages.write(session, acting, request.case_id, to_director, now=now)
    asking.account(session, acting, "interpreter_talk_over", request, now=now)


def not_again(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> None:
    """Who interpreted does not come again: no act says so. Raises NotFound, WrongState."""
    appointment, interpreter = to_judge(session, acting, appointment_id, now=now)
    if find(session, appointment.id) is None:
        raise WrongState
    left_out.leave_out(session, appointment.case_id, interpreter.id)
    asking.let_go_left_out(session, acting, appointment.case_id, now=now)


def waits_to_be_judged(session: Session, acting: SignedIn, *, now: datetime) -> Appointment | None:
    """Her last talk with an interpreter of which she has not said how it was."""
    rows = session.execute(
        select(Appointment, InterpreterRequest.felt)
        .outerjoin(InterpreterRequest, InterpreterRequest.appointment_id == Appointment.id)
        .where(
            Appointment.case_id == acting.her_case_id,
            Appointment.interpreter_id.is_not(None),
            Appointment.state.in_(TOOK_PLACE),
            Appointment.hidden_at.is_(None),
            Appointment.starts_at < now,
            Appointment.starts_at > now - ASKED_FOR - timedelta(minutes=MAX_MINUTES),
        )
        .order_by(Appointment.starts_at.desc())
        .limit(2)
    ).all()
    over = [
        (row, felt) for row, felt in rows if row.starts_at + timedelta(minutes=row.minutes) <= now
    ]
    return next((row for row, felt in over if felt is None), None)


def felt_of(
    session: Session, acting: SignedIn, requests: Iterable[InterpreterRequest], *, now: datetime
) -> dict[UUID, Felt]:
    """What she said of these talks of one case, by the date; nothing is opened where nothing is."""
    rows = [row for row in requests if row.felt is not None]
    if not rows:
        return {}
    folder = _thread(session, acting, rows[0], now=now)
    return {
        row.appointment_id: Felt(folder.read(row, "felt") or "")
        for row in rows
        if folder.opens(row.felt)
    }


def _booked(
    session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime
) -> tuple[Appointment, InterpreterRequest]:
    """A date of hers to which somebody was booked."""
    appointment = asking.get_date(session, acting, appointment_id)
    session.refresh(appointment, with_for_update=True)
    asking.check_stands(appointment, now=now)
    if appointment.interpreter_id is None:
        raise WrongState
    request = find(session, appointment.id) or asking.begin(session, acting, appointment, now=now)
    return appointment, request


def _thread(
    session: Session, acting: SignedIn, request: InterpreterRequest, *, now: datetime
) -> OpenFolder:
    # Not with the referral: the service that booked this person need not know what she said.
    return open_folder(
        session,
        acting,
        request.case_id,
        FolderKind.CONVERSATION,
        purpose="conversation",
        now=now,
    )
