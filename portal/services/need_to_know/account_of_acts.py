"""Reading the account of acts: ids and kinds, for auditors, and written down itself.

However large the account is, a page of it is found by one index and a handful of queries.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from portal.domain import acts
from portal.domain.acts import week_of
from portal.domain.decisions import check_proof
from portal.domain.refusals import NotYours
from portal.domain.roles import Permission
from portal.domain.words import clean
from portal.models import AuditEvent, AuditMention, Case, StaffMember
from portal.services import audit
from portal.services.entry.sessions import SignedIn
from portal.services.house import at_once, zone_of

PAGE = 50
MOST_EXPORTED = 20_000
"""Rows of one file: more is for a narrower question."""


@dataclass(frozen=True)
class Asked:
    """What an auditor looks for; empty means all."""

    number: str = ""
    who: str = ""
    """A colleague by work address or whole name."""
    week: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Act:
    """One act: when, what kind, and by whom; without a name it was she herself or the machine."""

    event: AuditEvent
    colleague: str | None
    email: str | None
    case_number: str | None

    @property
    def is_emergency(self) -> bool:
        """Whether an emergency access made this look possible."""
        return acts.EMERGENCY in self.event.facts


@dataclass(frozen=True)
class _Where:
    case_id: UUID | None
    actor_id: UUID | None
    start: datetime | None
    end: datetime | None
    kind: str
    is_empty: bool
    """Something was asked for that does not exist."""


def search(
    session: Session,
    acting: SignedIn,
    asked: Asked,
    *,
    now: datetime,
    size: int = PAGE,
    older_than: UUID | None = None,
) -> list[Act]:
    """Acts, newest first. Raises NotYours for whoever is no auditor, NoSuchWeek."""
    if not acting.may(Permission.READ_AUDIT):
        raise NotYours
    where = _where(session, asked)
    found = _page(session, where, size=size, older_than=older_than)
    _written_down(session, acting, "account_read", where, asked, now=now)
    return found


def export(
    session: Session, acting: SignedIn, asked: Asked, *, now: datetime
) -> tuple[list[Act], bool]:
    """The same for a file, and whether there is more than fits. Raises ProofTooOld besides."""
    if not acting.may(Permission.READ_AUDIT):
        raise NotYours
    check_proof(acting.second_factor_at, now=now)
    where = _where(session, asked)
    found = _page(session, where, size=MOST_EXPORTED + 1, older_than=None)
    _written_down(session, acting, "account_exported", where, asked, now=now, count=len(found))
    return found[:MOST_EXPORTED], len(found) > MOST_EXPORTED


def _where(session: Session, asked: Asked) -> _Where:
    number, who, kind = clean(asked.number).upper(), clean(asked.who), clean(asked.kind)
    start = end = case_id = actor_id = None
    if asked.week:
        start, end = week_of(asked.week, zone_of(session))
    if number:
        case_id = session.scalar(select(Case.id).where(Case.number == number))
    if who:
        named = or_(
            StaffMember.email == who.casefold(), func.lower(StaffMember.name) == who.lower()
        )
        actor_id = session.scalar(select(StaffMember.account_id).where(named).limit(1))
    missing = bool(number and case_id is None) or bool(who and actor_id is None)
    return _Where(case_id, actor_id, start, end, kind, missing)


def _page(session: Session, where: _Where, *, size: int, older_than: UUID | None) -> list[Act]:
    if where.is_empty:
        return []
    wanted = _narrowed(select(AuditEvent), where)
    last = session.get(AuditEvent, older_than) if older_than else None
    if last is not None:
        same = (AuditEvent.at == last.at) & (AuditEvent.id < last.id)
        wanted = wanted.where((AuditEvent.at < last.at) | same)
    wanted = wanted.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(size)
    if where.case_id is None:
        return _named(session, session.scalars(wanted).all())
    # The case's own chain, and the lists of names in which it stood: two indexes, so two queries.
    own = session.scalars(wanted.where(AuditEvent.case_id == where.case_id)).all()
    stood_in = session.scalars(
        wanted.join(AuditMention, AuditMention.event_id == AuditEvent.id).where(
            AuditMention.case_id == where.case_id
        )
    ).all()
    both = sorted([*own, *stood_in], key=lambda event: (event.at, event.id), reverse=True)
    return _named(session, both[:size])


def _narrowed(wanted: Select[AuditEvent], where: _Where) -> Select[AuditEvent]:
    if where.actor_id is not None:
        wanted = wanted.where(AuditEvent.actor_id == where.actor_id)
    if where.start is not None and where.end is not None:
        wanted = wanted.where(AuditEvent.at >= where.start, AuditEvent.at < where.end)
    if where.kind:
        # Beside a case or a colleague the kind is looked at row by row: its index, which SQLite
        # might take instead, leads through a million acts of others.
        narrow = where.case_id is not None or where.actor_id is not None
        kind = AuditEvent.kind.concat("") if narrow else AuditEvent.kind
        wanted = wanted.where(kind == where.kind)
    return wanted


def _named(session: Session, events: Iterable[AuditEvent]) -> list[Act]:
    found = list(events)
    people = {
        account_id: (name, email)
        for account_id, name, email in session.execute(
            select(StaffMember.account_id, StaffMember.name, StaffMember.email).where(
                StaffMember.account_id.in_({event.actor_id for event in found if event.actor_id})
            )
        )
    }
    cases = {event.case_id for event in found if event.case_id}
    numbers = dict(session.execute(select(Case.id, Case.number).where(Case.id.in_(cases))).all())
    acted = []
    for event in found:
        name, email = people.get(event.actor_id, (None, None)) if event.actor_id else (None, None)
        number = numbers.get(event.case_id) if event.case_id else None
        acted.append(Act(event, name, email, number))
    return acted


def of_events(session: Session, ids: Iterable[UUID]) -> dict[UUID, Act]:
    """These acts, by their ids."""
    found = session.scalars(select(AuditEvent).where(AuditEvent.id.in_(list(ids))))
    return {act.event.id: act for act in _named(session, found)}


def _written_down(
    session: Session,
    acting: SignedIn,
    kind: str,
    where: _Where,
    asked: Asked,
    *,
    now: datetime,
    count: int | None = None,
) -> None:
    facts: audit.Facts = {}
    if where.actor_id:
        facts["of"] = str(where.actor_id)
    if where.start:
        facts["week"] = asked.week
    if count is not None:
        facts["rows"] = count
    with at_once(session) as writing:
        audit.record(writing, acting.account_id, kind, now=now, case_id=where.case_id, facts=facts)


def rows_of(found: Iterable[Act]) -> Iterator[tuple[str, ...]]:
    """Lines of a table for a file: times in UTC, ids and kinds, no words."""
    for act in found:
        event = act.event
        yield (
            event.at.isoformat(),
            event.kind,
            act.colleague or ("machine" if event.actor_id is None else "not of staff"),
            act.case_number or "",
            str(event.facts.get("folder", "")),
            str(event.facts.get("purpose", "")),
            "yes" if act.is_emergency else "",
            event.chain,
            str(event.number),
            str(event.id),
        )


COLUMNS = (
    "at (UTC)", "kind", "by", "case", "folder", "purpose", "emergency", "chain", "number", "id"
)  # fmt: skip
