"""Erasing a case: every row that belongs to it or to her, her keys and her account with them.

What belongs is found by following the references between the tables, so that a table that is added
later cannot be forgotten. The account of acts keeps when something was done, what kind and by whom.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, select, tuple_, update
from sqlalchemy.orm import Session

from portal.domain.refusals import Refusal
from portal.models import Account, AuditMention, Base, Case, Decision, Folder, Half, Holder
from portal.services import audit
from portal.services.dates import kept_apart
from portal.services.endings import erased_acts
from portal.services.entry.sessions import SignedIn
from portal.services.interpreters import following

Keys = set[tuple[Any, ...]]
Found = dict[Table, Keys]
AT_ONCE = 400
ERASED = "case_erased"


class OnHold(Refusal):
    """A legal hold stands: nothing of this case is deleted."""


def decided(
    session: Session, acting: SignedIn | None, decision: Decision, *, now: datetime
) -> None:
    """The effect of a decision to erase. Raises OnHold."""
    assert decision.case_id is not None
    actor = acting.account_id if acting else None
    asked: audit.Facts = {"asked_by": str(decision.asked_by_id), "why": "decision"}
    session.flush()
    erase(session, decision.case_id, actor_id=actor, facts=asked, now=now)


def erase(
    session: Session,
    case_id: UUID,
    *,
    actor_id: UUID | None,
    facts: audit.Facts,
    now: datetime,
) -> bool:
    """Erase a case; False when it is gone already. Raises OnHold."""
    case = session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        return False
    if case.held_at is not None:
        raise OnHold
    account = session.get_one(Account, case.survivor_id)
    start: Found = {
        _table(Case): {(case.id,)},
        _table(Account): {(account.id,)},
        _table(Holder): {(account.holder_id,)},
    }
    following.outlive(session, case_id, now=now)
    found = _follow(session, start)
    chain = audit.chain_of(case_id)
    erased_acts.erase_chain(session, actor_id, chain, now=now, case_id=case_id, facts=facts)
    # Said once more where no case is named, for whoever asks until when backups still hold it.
    audit.record(session, actor_id, ERASED, now=now, facts=facts)
    _delete_halves(session, found)
    kept_apart.forget(session, case_id)
    session.execute(delete(AuditMention).where(AuditMention.case_id == case_id))
    session.flush()
    session.expunge_all()
    for table in reversed(Base.metadata.sorted_tables):
        if table in found:
            _delete(session, table, found[table])
    return True


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _follow(session: Session, start: Found) -> Found:
    """The rows that refer to these, and the rows that refer to those, until there are no more."""
    found = {table: set(keys) for table, keys in start.items()}
    fresh = start
    while fresh:
        later: Found = {}
        for table, column, parent in _references():
            values = {key[0] for key in fresh.get(parent, ())}
            for key in _referring(session, table, column, values):
                if key not in found.setdefault(table, set()):
                    found[table].add(key)
                    later.setdefault(table, set()).add(key)
        fresh = later
    return found


def _references() -> Iterator[tuple[Table, str, Table]]:
    """Each table, its column and the table whose key that column names."""
    for table in Base.metadata.sorted_tables:
        for reference in table.foreign_keys:
            constraint = reference.constraint
            if constraint is not None and len(constraint.columns) == 1:
                yield table, reference.parent.name, reference.column.table


def _referring(
    session: Session, table: Table, column: str, values: Iterable[Any]
) -> Iterator[tuple[Any, ...]]:
    for some in _some(values):
        for row in session.execute(
            select(*table.primary_key.columns).where(table.c[column].in_(some))
        ):
            yield tuple(row)


def _some(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """A few at a time: a statement takes only so many values."""
    rest = iter(keys)
    while few := list(islice(rest, AT_ONCE)):
        yield few


def _delete_halves(session: Session, found: Found) -> None:
    """Halves name what they are of without a reference: folders, her private half, her card."""
    tables = (_table(Folder), _table(Holder), _table(Case))
    subjects = [key[0] for table in tables for key in found.get(table, ())]
    for some in _some(subjects):
        session.execute(delete(Half).where(Half.subject_id.in_(some)))


def _delete(session: Session, table: Table, keys: Keys) -> None:
    own = [one.parent for one in table.foreign_keys if one.column.table is table]
    names = list(table.primary_key.columns)
    for some in _some(keys):
        these = tuple_(*names).in_(some)
        if own:
            # Rows that refer to each other would hold each other.
            session.execute(update(table).where(these).values(dict.fromkeys(own)))
    for some in _some(keys):
        session.execute(delete(table).where(tuple_(*names).in_(some)))
