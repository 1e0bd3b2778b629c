"""What the visit planner asks: what is wished for each talk, and when interpreters have time.

Their hours, or those of the house, less the talks they have.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.interpreters import RequestState
from portal.domain.spans import Span, Spans
from portal.domain.visits.house import Interpreter as FreeInterpreter
from portal.models import Interpreter, InterpreterRequest
from portal.services.availability import free as availability
from portal.services.entry.sessions import SignedIn
from portal.services.interpreters import asking, left_out, people
from portal.services.interpreters.asking import Wish
from portal.services.keys.reading import open_referrals


def free(
    session: Session,
    languages: Collection[str],
    first: date,
    last: date,
    *,
    case_id: UUID,
    now: datetime,
    but: Collection[UUID] = (),
) -> tuple[FreeInterpreter, ...]:
    """Who speaks one of these languages and when each has time, for the planner of a case's visits.

    Languages are codes of `domain.interpreters.SPOKEN`. Whom she left out is not there. The times
    of the dates of `but` are free too. A constant number of queries.
    """
    rows = [
        one for one in people.active(session, first) if not {*languages}.isdisjoint(one.languages)
    ]
    ids = [row.id for row in rows]
    out = left_out.among(session, case_id, rows)
    spans = availability.free_of_all(session, ids, first, last, now=now, but=but)
    return tuple(
        FreeInterpreter(
            row.id, frozenset(row.languages), _while_active(session, row, spans), row.sex
        )
        for row in rows
        if row.id not in out
    )


def wished(
    session: Session, acting: SignedIn, case_id: UUID, *, now: datetime
) -> Mapping[UUID, Wish | None]:
    """What was asked for each date of a case, and last for each referral; None: no interpreter."""
    requests = session.scalars(
        select(InterpreterRequest)
        .where(InterpreterRequest.case_id == case_id)
        .order_by(InterpreterRequest.asked_at, InterpreterRequest.id)
    ).all()
    referrals = {one.referral_id for one in requests if one.said is not None}
    opened = open_referrals(session, acting, referrals, purpose="visit", now=now)
    found: dict[UUID, Wish | None] = {}
    for one in requests:
        wish = None
        if one.state is not RequestState.NOT_WANTED:
            folder = opened.get(one.referral_id)
            wish = asking.read_wish(folder, one) if folder else Wish(one.language)
        found[one.appointment_id] = found[one.referral_id] = wish
    return found


def _while_active(session: Session, row: Interpreter, spans: dict[UUID, Spans]) -> Spans:
    if row.active_until is None:
        return spans[row.id]
    end = availability.end_of(session, row.active_until)
    left = (one for one in spans[row.id] if one.starts_at < end)
    return tuple(Span(one.starts_at, min(one.ends_at, end)) for one in left)
