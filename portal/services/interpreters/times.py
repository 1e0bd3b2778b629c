"""When interpreters have time: their hours, or those of the house, less the talks they have."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.domain.spans import Span, Spans
from portal.domain.visits.house import Interpreter as FreeInterpreter
from portal.models import Interpreter
from portal.services.availability import free as availability
from portal.services.interpreters import left_out, people


def free(
    session: Session,
    language: str,
    first: date,
    last: date,
    *,
    case_id: UUID,
    now: datetime,
) -> tuple[FreeInterpreter, ...]:
    """Who speaks this language and when each has time, for the planner of a case's visits.

    `language` is a code of `domain.interpreters.SPOKEN`. Whom she left out is not there. A constant
    number of queries.
    """
    rows = people.active(session, first, language)
    ids = [row.id for row in rows]
    out = left_out.among(session, case_id, ids)
    spans = availability.free_of_all(session, ids, first, last, now=now)
    return tuple(
        FreeInterpreter(row.id, frozenset(row.languages), _while_active(session, row, spans))
        for row in rows
        if row.id not in out
    )


def _while_active(session: Session, row: Interpreter, spans: dict[UUID, Spans]) -> Spans:
    if row.active_until is None:
        return spans[row.id]
    end = availability.end_of(session, row.active_until)
    left = (one for one in spans[row.id] if one.starts_at < end)
    return tuple(Span(one.starts_at, min(one.ends_at, end)) for one in left)
