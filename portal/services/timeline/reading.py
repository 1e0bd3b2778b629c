"""Entries opened: by her, by her case team, by who decides; each opening is written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from portal.domain.folders import FolderKind
from portal.domain.refusals import NotFound
from portal.domain.timeline import HERS, EntryLane, EntryState, Programme
from portal.models import Case, Decision, StaffMember, TimelineEntry
from portal.services.entry.sessions import SignedIn
from portal.services.house import at_once
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder
from portal.services.timeline.writing import latest_decisions

PAGE = 10
MOST_BYTES = 5_000
"""Of words on one page of hers, as they lie sealed: it stays small on the way to a phone."""
ABOUT_JUSTICE = (EntryLane.JUSTICE, EntryLane.PROGRAMME)


@dataclass(frozen=True)
class ShownEntry:
    """An entry on somebody's screen; the words are None for whoever holds no key to them."""

    entry: TimelineEntry
    words: str | None
    author: str
    shown_by: str | None
    taken_back_by: str | None
    decision: Decision | None = None
    is_new: bool = False

    @property
    def stage(self) -> Programme | None:
        """How far the programme is that this entry is about."""
        if self.entry.lane is not EntryLane.PROGRAMME or self.words is None:
            return None
        return Programme(self.words)

    @property
    def is_taken_back(self) -> bool:
        """Whether she is not to count on it any more."""
        return self.entry.state is EntryState.TAKEN_BACK


@dataclass(frozen=True)
class HerPage:
    """A page of entries, newest first; `older` is the last one where more follow."""

    entries: list[ShownEntry]
    older: UUID | None


def hers(
    session: Session,
    acting: SignedIn,
    *,
    now: datetime,
    lane: EntryLane | None = None,
    older: UUID | None = None,
) -> HerPage:
    """What she is shown, the newest first; what is shown here for the first time is seen now."""
    found = _entries(TimelineEntry.case_id == acting.her_case_id, TimelineEntry.state.in_(HERS))
    if lane is not None:
        lanes = ABOUT_JUSTICE if lane in ABOUT_JUSTICE else (EntryLane.HELP,)
        found = found.where(TimelineEntry.lane.in_(lanes))
    found = _after(session, found, TimelineEntry.shown_at, acting.her_case_id, older)
    rows = session.execute(found.limit(PAGE + 1)).all()
    kept = _fitting(rows[:PAGE])
    opened = _open(session, acting, acting.her_case_id, kept, purpose="own_entries", now=now)
    fresh = [row[0].id for row in kept if row[0].seen_at is None]
    shown = [_shown(row, opened, is_new=row[0].id in fresh) for row in kept]
    _mark_seen(session, fresh, now=now)
    return HerPage(shown, kept[-1][0].id if len(rows) > len(kept) else None)


def of_case(
    session: Session,
    acting: SignedIn,
    case: Case,
    *,
    now: datetime,
    older: UUID | None = None,
    size: int = PAGE,
) -> list[ShownEntry]:
    """A page of everything that was written for her, for her case team, the newest first."""
    found = _entries(TimelineEntry.case_id == case.id)
    found = _after(session, found, TimelineEntry.written_at, case.id, older)
    rows = session.execute(found.limit(size)).all()
    opened = _open(session, acting, case.id, rows, purpose="case", now=now)
    asked = latest_decisions(session, [row[0].id for row in rows])
    return [_shown(row, opened, decision=asked.get(row[0].id)) for row in rows]


def hers_of_case(
    session: Session, acting: SignedIn, case: Case, *, purpose: str, now: datetime
) -> list[ShownEntry]:
    """All that stands on her page, the oldest first; what was taken back without its words."""
    found = _entries(TimelineEntry.case_id == case.id, TimelineEntry.state.in_(HERS))
    rows = session.execute(found.order_by(TimelineEntry.shown_at, TimelineEntry.id)).all()
    opened = _open(session, acting, case.id, rows, purpose=purpose, now=now)
    shown = [_shown(row, opened) for row in rows]
    return [replace(one, words=None) if one.is_taken_back else one for one in shown]


def to_decide(
    session: Session, acting: SignedIn, decision: Decision, *, now: datetime
) -> ShownEntry | None:
    """What a decision is about, as she would read it; None where it is about no entry."""
    row = session.execute(_entries(TimelineEntry.id == decision.subject_id)).one_or_none()
    if row is None:
        return None
    opened = _open(session, acting, row[0].case_id, [row], purpose="decision", now=now)
    return _shown(row, opened, decision=decision)


def unseen_by_her(case_id: BindParameter[UUID]) -> ScalarSelect[int]:
    """How many entries she has not been shown as they are now, as part of a statement."""
    return (
        select(func.count())
        .select_from(TimelineEntry)
        .where(
            TimelineEntry.case_id == case_id,
            TimelineEntry.state.in_(HERS),
            TimelineEntry.seen_at.is_(None),
        )
        .scalar_subquery()
    )


Asked = Select[TimelineEntry, str, str, str]


def _entries(*wanted: ColumnElement[bool]) -> Asked:
    author, shower, taker = (aliased(StaffMember) for _ in range(3))
    return (
        select(TimelineEntry, author.name, shower.name, taker.name)
        .outerjoin(author, author.account_id == TimelineEntry.author_id)
        .outerjoin(shower, shower.account_id == TimelineEntry.shown_by_id)
        .outerjoin(taker, taker.account_id == TimelineEntry.taken_back_by_id)
        .where(*wanted)
    )


def _after(
    session: Session,
    found: Asked,
    clock: InstrumentedAttribute[Any],
    case_id: UUID,
    older: UUID | None,
) -> Asked:
    """From the newest by this clock, or from the one after the last that was shown."""
    found = found.order_by(clock.desc(), TimelineEntry.id)
    last = session.get(TimelineEntry, older) if older else None
    moment = getattr(last, clock.key, None)
    if last is None or last.case_id != case_id or moment is None:
        return found
    return found.where(or_(clock < moment, and_(clock == moment, TimelineEntry.id > last.id)))


def _fitting(rows: Sequence[Any]) -> Sequence[Any]:
    """As many as are small enough for one page, and always one."""
    weight = 0
    for place, row in enumerate(rows):
        weight += len(row[0].words)
        if place and weight > MOST_BYTES:
            return rows[:place]
    return rows


def _open(
    session: Session,
    acting: SignedIn,
    case_id: UUID,
    rows: Sequence[Any],
    *,
    purpose: str,
    now: datetime,
) -> OpenFolder | None:
    if not rows:
        return None
    kind = FolderKind.TIMELINE
    try:
        return open_folder(session, acting, case_id, kind, purpose=purpose, now=now)
    except NotFound:
        # Everything was taken back, or nobody has handed the team's key over yet.
        return None


def _shown(
    row: Any, opened: OpenFolder | None, *, decision: Decision | None = None, is_new: bool = False
) -> ShownEntry:
    entry, author, shown_by, taken_back_by = row
    opens = opened is not None and opened.opens(entry.words)
    words = opened.read(entry, "words") if opened is not None and opens else None
    return ShownEntry(entry, words, author or "", shown_by, taken_back_by, decision, is_new)


def _mark_seen(session: Session, fresh: Sequence[UUID], *, now: datetime) -> None:
    if not fresh:
        return
    with at_once(session) as writing:
        writing.execute(
            update(TimelineEntry)
            .where(TimelineEntry.id.in_(fresh), TimelineEntry.seen_at.is_(None))
            .values(seen_at=now)
            .execution_options(synchronize_session=False)
        )
