"""Asking for an interpreter for a date: said by her, or by the service that gave it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING
from portal.domain.folders import FolderKind
from portal.domain.interpreters import SPOKEN, RequestState, Said, said_from
from portal.domain.refusals import NotFound, WrongState
from portal.models import Appointment, InterpreterRequest, Service
from portal.services import audit
from portal.services.dates import giving
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.interpreters import left_out
from portal.services.interpreters.following import find, let_go
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.services.telling import outbox

_COMES = frozenset({RequestState.BOOKED, RequestState.CONFIRMED})


@dataclass(frozen=True)
class Wish:
    """What is asked: a language in clear, since work is routed by it, and what is sealed."""

    language: str | None = None
    said: Said = field(default_factory=Said)


def ask(
    session: Session, acting: SignedIn, appointment_id: UUID, wish: Wish, *, now: datetime
) -> InterpreterRequest:
    """Ask, or say anew what is wanted; who was booked for something else is free again.

    Raises NotFound, WrongState when the date does not stand or is over, TooLong.
    """
    appointment = get_date(session, acting, appointment_id)
    check_stands(appointment, now=now)
    said = wish.said.cleaned()
    language = wish.language if wish.language in SPOKEN else None
    hold_case(session, appointment.case_id)
    folder = open_of(session, acting, appointment, now=now)
    request = find(session, appointment.id)
    if request is None:
        request = begin(session, acting, appointment, now=now)
    elif request.state in _COMES and (language, said) != (request.language, _read(folder, request)):
        _does_not_come(session, acting, appointment, now=now)
    if request.state is RequestState.NOT_WANTED:
        request.state = RequestState.ASKED
    request.language = language
    folder.write(request, "said", json.dumps(asdict(said)))
    session.flush()
    left_out.leave_out_named(session, request, said.not_these)
    let_go_left_out(session, acting, appointment.case_id, now=now)
    account(session, acting, "interpreter_asked", request, now=now)
    return request


def take_back(session: Session, acting: SignedIn, appointment_id: UUID, *, now: datetime) -> None:
    """No interpreter is needed for this date. Raises NotFound, WrongState."""
    appointment = get_date(session, acting, appointment_id)
    check_stands(appointment, now=now)
    request = find(session, appointment.id)
    if request is None:
        raise WrongState
    _does_not_come(session, acting, appointment, now=now)
    request.state = RequestState.NOT_WANTED
    account(session, acting, "interpreter_not_wanted", request, now=now)


def let_go_left_out(session: Session, acting: SignedIn, case_id: UUID, *, now: datetime) -> None:
    """Whom she left out comes to none of her dates; somebody else is looked for.

    Called when it is written down whom: who books this person at the same moment waits for these
    rows, and is refused then.
    """
    coming = select(Appointment).where(
        Appointment.case_id == case_id, Appointment.state.in_(COMING), Appointment.starts_at > now
    )
    held = coming.order_by(Appointment.id).with_for_update()
    dates = session.scalars(held.execution_options(populate_existing=True)).all()
    booked = {date.interpreter_id for date in dates if date.interpreter_id is not None}
    out = left_out.among_ids(session, case_id, booked)
    let_go_of(session, acting, [one for one in dates if one.interpreter_id in out], now=now)


def let_go_of(
    session: Session, acting: SignedIn, dates: Iterable[Appointment], *, now: datetime
) -> None:
    """Who is booked for these dates does not come."""
    for appointment in dates:
        request = find(session, appointment.id) or begin(session, acting, appointment, now=now)
        _does_not_come(session, acting, appointment, now=now)
        # Of hers no act says why: see `answering.not_this_one`.
        kind = "interpreter_asked" if acting.is_survivor else "interpreter_let_go"
        account(session, acting, kind, request, now=now)


def _does_not_come(
    session: Session, acting: SignedIn, appointment: Appointment, *, now: datetime
) -> None:
    """Whoever was booked is let go; she is told, unless she said it herself."""
    is_news = appointment.interpreter_id is not None and not acting.is_survivor
    let_go(session, appointment)
    if is_news:
        outbox.plan_interpreter(session, appointment, now=now)


def begin(
    session: Session, acting: SignedIn, appointment: Appointment, *, now: datetime
) -> InterpreterRequest:
    """A request in which nothing is said yet."""
    is_booked = appointment.interpreter_id is not None
    request = InterpreterRequest(
        case_id=appointment.case_id,
        referral_id=appointment.referral_id,
        appointment_id=appointment.id,
        state=RequestState.BOOKED if is_booked else RequestState.ASKED,
        asked_by_id=acting.account_id,
        asked_at=now,
    )
    session.add(request)
    session.flush()
    return request


def wish_of(
    session: Session, acting: SignedIn, appointment: Appointment, *, now: datetime
) -> Wish | None:
    """What was asked for a date, for her, her case team and the service; None: nothing."""
    request = find(session, appointment.id)
    if request is None:
        return None
    return read_wish(open_of(session, acting, appointment, now=now), request)


def read_wish(folder: OpenFolder, request: InterpreterRequest) -> Wish:
    """What a request says, for whom its folder is open."""
    return Wish(request.language, _read(folder, request))


def last_wish(session: Session, acting: SignedIn, *, now: datetime) -> Wish | None:
    """What she asked last, so that she need not say it all again."""
    found = session.execute(
        select(InterpreterRequest, Appointment)
        .join(Appointment, Appointment.id == InterpreterRequest.appointment_id)
        .where(
            InterpreterRequest.case_id == acting.her_case_id, InterpreterRequest.said.is_not(None)
        )
        .order_by(InterpreterRequest.asked_at.desc(), InterpreterRequest.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    request, appointment = found
    return read_wish(open_of(session, acting, appointment, now=now), request)


def needs_interpreter(session: Session, appointment: Appointment, language: str) -> bool:
    """Whether somebody could interpret from this language: the service does not speak it itself."""
    service = session.get_one(Service, appointment.service_id)
    return language in SPOKEN and language not in service.languages


def get_date(session: Session, acting: SignedIn, appointment_id: UUID) -> Appointment:
    """A date of hers, or of a service of this colleague. Foreign and missing: NotFound."""
    if acting.is_survivor:
        found = session.scalar(
            select(Appointment).where(
                Appointment.id == appointment_id, Appointment.case_id == acting.her_case_id
            )
        )
        if found is None:
            raise NotFound
    else:
        found = giving.get_for_staff(session, acting, appointment_id)
    return found


def check_stands(appointment: Appointment, *, now: datetime) -> None:
    """Raises WrongState for a date to which nobody can come any more."""
    if appointment.state not in COMING or appointment.starts_at <= now:
        raise WrongState


def open_of(
    session: Session, acting: SignedIn, appointment: Appointment, *, now: datetime
) -> OpenFolder:
    """The folder in which the request of a date is sealed. Raises NotFound without a grant."""
    return open_folder(
        session,
        acting,
        appointment.case_id,
        FolderKind.REFERRAL,
        purpose="own_dates" if acting.is_survivor else "service",
        now=now,
        referral_id=appointment.referral_id,
    )


def account(
    session: Session, acting: SignedIn, kind: str, request: InterpreterRequest, *, now: datetime
) -> None:
    """An act about an interpreter, in the account of its case."""
    case_id, date_id = request.case_id, request.appointment_id
    audit.record_in_case(session, acting.account_id, kind, case_id, now=now, appointment=date_id)
    session.flush()


def _read(folder: OpenFolder, request: InterpreterRequest) -> Said:
    if not folder.opens(request.said):
        return Said()
    return said_from(json.loads(folder.read(request, "said") or "{}"))
