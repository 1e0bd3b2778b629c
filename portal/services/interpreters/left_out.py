"""Whom she left out: kept as keyed hashes, so that it counts everywhere and nobody reads who.

A service that looks for an interpreter, and the planner, must keep to it without holding any key of
hers; and a stolen database must not tell whom she fears. Each word of a name that she wrote has its
own hash: it counts also for who comes to the list, or is called so, later.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from portal.domain.interpreters import names_written, words_of
from portal.models import Interpreter, InterpreterRequest, NotThisInterpreter
from portal.services.house import key_file
from portal.vault import keyed_hash


def among(session: Session, case_id: UUID, rows: Iterable[Interpreter]) -> frozenset[UUID]:
    """Those of these interpreters whom she left out."""
    marks = set(
        session.scalars(
            select(NotThisInterpreter.mark).where(NotThisInterpreter.case_id == case_id)
        )
    )
    return frozenset(row.id for row in rows if marks and marks & _marks_of(session, case_id, row))


def among_ids(session: Session, case_id: UUID, ids: Iterable[UUID]) -> frozenset[UUID]:
    """As `among`, by who they are."""
    wanted = set(ids)
    if not wanted:
        return frozenset()
    rows = session.scalars(select(Interpreter).where(Interpreter.id.in_(wanted)))
    return among(session, case_id, rows)


def leave_out(session: Session, case_id: UUID, interpreter_id: UUID) -> None:
    """She does not want this person, now or later."""
    mark = _mark(session, case_id, interpreter_id)
    is_kept = exists().where(NotThisInterpreter.case_id == case_id, NotThisInterpreter.mark == mark)
    if not session.scalar(select(is_kept)):
        session.add(NotThisInterpreter(case_id=case_id, mark=mark))
        session.flush()


def leave_out_named(session: Session, request: InterpreterRequest, names: str | None) -> None:
    """Who is named in a request is left out; what it named before counts no more."""
    session.execute(
        delete(NotThisInterpreter)
        .where(NotThisInterpreter.request_id == request.id)
        .execution_options(synchronize_session="fetch")
    )
    for word in names_written(names or ""):
        mark = _mark_of_word(session, request.case_id, word)
        session.add(NotThisInterpreter(case_id=request.case_id, mark=mark, request_id=request.id))
    session.flush()


def _marks_of(session: Session, case_id: UUID, row: Interpreter) -> set[bytes]:
    words = (_mark_of_word(session, case_id, word) for word in words_of(row.name))
    return {_mark(session, case_id, row.id), *words}


def _mark(session: Session, case_id: UUID, interpreter_id: UUID) -> bytes:
    key = key_file(session).machine_key
    return keyed_hash(key, "left out", case_id.bytes, interpreter_id.bytes)


def _mark_of_word(session: Session, case_id: UUID, word: str) -> bytes:
    return keyed_hash(key_file(session).machine_key, "left out name", case_id.bytes, word.encode())
