"""The separation rule over real dates: when somebody must not be in the house, and nothing of why.

Whatever sets or moves a date asks here. Whether or not a case has a link or wishes of its own, the
same number of seals is opened and the same questions go to the database; what comes back are times
without a cause.
All dates of the other person count, also those elsewhere: a service may move into the house.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.domain.separation import (
    TimeNotPossible,
    buffer_of,
    check_time,
    closed_times,
    forbidden,
)
from portal.domain.spans import Span, Spans
from portal.services.dates import own_times, taken_times
from portal.services.house import get_centre
from portal.services.keys import apart

AROUND = timedelta(days=1)
"""How far beyond the asked time dates are looked at: no stay in the house lasts longer."""


@dataclass(frozen=True)
class Asked:
    """A time at which a case might have a date, and which dates of hers it would replace."""

    case_id: UUID
    span: Span
    but: Collection[UUID] = ()


@dataclass(frozen=True)
class _Seen:
    """Whom each case must not meet, when it cannot come, and when everybody has dates."""

    buffer: timedelta
    others: Mapping[UUID, list[UUID]]
    own: Mapping[UUID, Spans]
    taken: Mapping[UUID, Mapping[UUID, Span]]

    def closed(self, case_id: UUID, *, to_herself: bool = False) -> Spans:
        """When a case must not be in the house; to herself her own wishes are no hindrance."""
        theirs = (self.taken.get(other, {}).values() for other in self.others[case_id])
        forbidden_times = [
            span for dates in theirs for span in forbidden(dates, buffer=self.buffer)
        ]
        return closed_times(() if to_herself else self.own[case_id], forbidden_times)

    def check(self, asked: Asked, *, to_herself: bool = False) -> None:
        """Raises TimeNotPossible."""
        hers = self.taken.get(asked.case_id, {}).items()
        check_time(
            asked.span,
            her_appointments=[span for date_id, span in hers if date_id not in asked.but],
            closed=self.closed(asked.case_id, to_herself=to_herself),
        )


def buffer(session: Session) -> timedelta:
    """The time that this house keeps between any two who must not meet."""
    return buffer_of(get_centre(session).separation)


def closed(session: Session, case_id: UUID, within: Span) -> Spans:
    """When a case must not be in the house, for whatever cause. Raises Forged."""
    spans = _look(session, [case_id], within).closed(case_id)
    return tuple(span for span in spans if span.meets(within))


def check(
    session: Session,
    case_id: UUID,
    asked: Span,
    *,
    but: Collection[UUID] = (),
    to_herself: bool = False,
) -> None:
    """Refuse a time at which she must not be in the house: TimeNotPossible, whatever the cause.

    `but` are the dates of hers that the asked one replaces; `to_herself` she asks, and may come
    when she wished not to. Whoever sets a date then has called `taken_times.hold` before. Raises
    Forged.
    """
    _look(session, [case_id], asked).check(Asked(case_id, asked, but), to_herself=to_herself)


def impossible(
    session: Session, asked: Mapping[UUID, Asked], *, to_herself: bool = False
) -> set[UUID]:
    """Which of these could not be where they are asked for: as many questions for all as for one.

    For dates that somebody moved in a calendar outside, and for a visit that she says yes to.
    """
    if not asked:
        return set()
    spans = [one.span for one in asked.values()]
    hull = Span(min(span.starts_at for span in spans), max(span.ends_at for span in spans))
    seen = _look(session, {one.case_id for one in asked.values()}, hull)
    return {
        name for name, one in asked.items() if not _is_possible(seen, one, to_herself=to_herself)
    }


def _is_possible(seen: _Seen, asked: Asked, *, to_herself: bool) -> bool:
    try:
        seen.check(asked, to_herself=to_herself)
    except TimeNotPossible:
        return False
    return True


def _look(session: Session, case_ids: Collection[UUID], within: Span) -> _Seen:
    others = apart.others(session, case_ids)
    own = own_times.of(session, case_ids, within.widened(AROUND))
    everybody = {*case_ids, *(other for several in others.values() for other in several)}
    return _Seen(
        buffer(session), others, own, taken_times.of(session, everybody, within.widened(AROUND))
    )
