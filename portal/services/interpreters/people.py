"""The interpreters that a coordinator keeps: names, languages, ways, and until when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.appointments import COMING
from portal.domain.interpreters import (
    LONGEST_DIALECT,
    LONGEST_NAME,
    SPOKEN,
    Means,
    NoLanguage,
    NoMeans,
    Sex,
)
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission
from portal.domain.words import written, written_or_none
from portal.models import Appointment, Interpreter
from portal.services import audit
from portal.services.availability.owners import Owner
from portal.services.entry.sessions import SignedIn
from portal.services.house import today_here
from portal.services.interpreters import asking, left_out


@dataclass(frozen=True)
class Kept:
    """What is kept of an interpreter."""

    name: str
    sex: Sex
    languages: tuple[str, ...]
    means: tuple[Means, ...]
    dialects: str | None = None
    town: str | None = None
    active_until: date | None = None


def add(session: Session, acting: SignedIn, kept: Kept, *, now: datetime) -> Interpreter:
    """One more interpreter. Raises NotYours, NoLanguage, NoMeans, words refusals."""
    _may(acting)
    row = Interpreter()
    _fill(row, kept)
    session.add(row)
    _account(session, acting, "interpreter_added", row, now=now)
    return row


def change(
    session: Session, acting: SignedIn, interpreter_id: UUID, kept: Kept, *, now: datetime
) -> None:
    """Change what is kept; talks to which this person may not come any more look for another one.

    Raises as `add`, and NotFound.
    """
    row = get(session, acting, interpreter_id)
    _fill(row, kept)
    asking.let_go_of(session, acting, _no_more(session, row, now=now), now=now)
    _account(session, acting, "interpreter_changed", row, now=now)


def listed(session: Session, acting: SignedIn) -> Sequence[Interpreter]:
    """All interpreters by name, those who work here no longer too. Raises NotYours."""
    _may(acting)
    return session.scalars(select(Interpreter).order_by(Interpreter.name, Interpreter.id)).all()


def get(session: Session, acting: SignedIn, interpreter_id: UUID) -> Interpreter:
    """One interpreter, for who keeps them. Raises NotYours, NotFound."""
    _may(acting)
    row = session.get(Interpreter, interpreter_id)
    if row is None:
        raise NotFound
    return row


def hours_of(session: Session, acting: SignedIn, interpreter_id: UUID) -> Owner:
    """The owner of an interpreter's hours, for who keeps them. Raises NotYours, NotFound."""
    return Owner(interpreter_id=get(session, acting, interpreter_id).id)


def active(session: Session, on: date, language: str | None = None) -> list[Interpreter]:
    """Who interprets on this day or later, perhaps only in this language, by name."""
    rows = session.scalars(
        select(Interpreter)
        .where(or_(Interpreter.active_until.is_(None), Interpreter.active_until >= on))
        .order_by(Interpreter.name, Interpreter.id)
    )
    return [row for row in rows if language is None or language in row.languages]


def may_come(session: Session, row: Interpreter, date: Appointment) -> bool:
    """Whether somebody still works here on the day of a talk, and was not left out."""
    return works_here(session, row, date) and not left_out.among(session, date.case_id, [row])


def works_here(session: Session, row: Interpreter, date: Appointment) -> bool:
    """Whether somebody still works here on the day of a talk."""
    on = today_here(session, now=date.starts_at)
    return row.active_until is None or on <= row.active_until


def names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """How interpreters are called, for who plans or gives the talks to which they come."""
    asked = select(Interpreter.id, Interpreter.name).where(Interpreter.id.in_(ids))
    return dict(session.execute(asked).all())


def _no_more(session: Session, row: Interpreter, *, now: datetime) -> list[Appointment]:
    """Talks to come for which somebody is booked who may not come any more."""
    booked = (
        Appointment.interpreter_id == row.id,
        Appointment.state.in_(COMING),
        Appointment.starts_at > now,
    )
    held = select(Appointment).where(*booked).order_by(Appointment.id).with_for_update()
    return [date for date in session.scalars(held).all() if not may_come(session, row, date)]


def _fill(row: Interpreter, kept: Kept) -> None:
    languages = [code for code in SPOKEN if code in kept.languages]
    if not languages:
        raise NoLanguage
    if not kept.means:
        raise NoMeans
    row.name = written(kept.name, limit=LONGEST_NAME)
    row.sex, row.languages = kept.sex, languages
    row.means = [one.value for one in Means if one in kept.means]
    row.dialects = written_or_none(kept.dialects, limit=LONGEST_DIALECT)
    row.town = written_or_none(kept.town, limit=LONGEST_NAME)
    row.active_until = kept.active_until


def _may(acting: SignedIn) -> None:
    if not acting.may(Permission.KEEP_INTERPRETERS):
        raise NotYours


def _account(
    session: Session, acting: SignedIn, kind: str, row: Interpreter, *, now: datetime
) -> None:
    session.flush()
    audit.record(session, acting.account_id, kind, now=now, facts={"interpreter": str(row.id)})
