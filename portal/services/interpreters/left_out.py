"""Whom she left out: kept as keyed hashes, so that it counts everywhere and nobody reads who.

A service that looks for an interpreter, and the planner, must keep to it without holding any key of
hers; and a stolen database must not tell whom she fears.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.interpreters import is_named
from portal.models import Interpreter, InterpreterRequest, NotThisInterpreter
from portal.services.house import key_file
from portal.vault import keyed_hash


def among(session: Session, case_id: UUID, ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these interpreters whom she left out."""
    marks = set(
        session.scalars(
            select(NotThisInterpreter.mark).where(NotThisInterpreter.case_id == case_id)
        )
    )
    return frozenset(one for one in ids if marks and _mark(session, case_id, one) in marks)


def leave_out(session: Session, case_id: UUID, interpreter_id: UUID) -> None:
    """She does not want this person, now or later."""
    if interpreter_id not in among(session, case_id, [interpreter_id]):
        mark = _mark(session, case_id, interpreter_id)
        session.add(NotThisInterpreter(case_id=case_id, mark=mark))
        session.flush()


def leave_out_named(session: Session, request: InterpreterRequest, names: str | None) -> None:
    """Who is named in a request is left out; what it named before counts no more."""
    session.execute(
        delete(NotThisInterpreter)
        .where(NotThisInterpreter.request_id == request.id)
        .execution_options(synchronize_session="fetch")
    )
    for row in session.scalars(select(Interpreter)) if names else ():
        if is_named(names, row.name):
            mark = _mark(session, request.case_id, row.id)
            session.add(
                NotThisInterpreter(case_id=request.case_id, mark=mark, request_id=request.id)
            )
    session.flush()


def _mark(session: Session, case_id: UUID, interpreter_id: UUID) -> bytes:
    key = key_file(session).machine_key
    return keyed_hash(key, "left out", case_id.bytes, interpreter_id.bytes)
