"""The separation rule over real dates: when somebody must not be in the house, and nothing of why.

Whatever sets or moves a date asks here. Whether or not a case has a link, the same number of seals
is opened and the same two questions go to the database; what comes back are times without a cause.
All dates of the other person count, also those elsewhere: a service may move into the house.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.domain.separation import TimeNotPossible, check_time, closed_times, forbidden
from portal.domain.spans import Span, Spans
from portal.services.dates import taken_times
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
    """Whom each case must not meet, and when everybody has dates."""

    others: Mapping[UUID, list[UUID]]
    taken: Mapping[UUID, Mapping[UUID, Span]]

    def forbidden(self, case_id: UUID) -> list[Span]:
        """The times of the rule for a case, of all whom it must not meet."""
        theirs = (self.taken.get(other, {}).values() for other in self.others[case_id])
        return [span for dates in theirs for span in forbidden(dates)]

    def check(self, asked: Asked, own: Iterable[Span] = ()) -> None:
        """Raises TimeNotPossible."""
        hers = self.taken.get(asked.case_id, {}).items()
        check_time(
            asked.span,
            her_appointments=[span for date_id, span in hers if date_id not in asked.but],
            closed=closed_times(own, self.forbidden(asked.case_id)),
        )


def closed(session: Session, case_id: UUID, within: Span, *, own: Iterable[Span] = ()) -> Spans:
    """When a case must not be in the house, her own closed times melted in. Raises Forged."""
    spans = closed_times(own, _look(session, [case_id], within).forbidden(case_id))
    return tuple(span for span in spans if span.meets(within))


def check(
    session: Session,
    case_id: UUID,
    asked: Span,
    *,
    own: Iterable[Span] = (),
    but: Collection[UUID] = (),
) -> None:
    """Refuse a time at which she must not be in the house: TimeNotPossible, whatever the cause.

    `own` are her own closed times, `but` the dates of hers that the asked one replaces. Whoever
    sets a date then has called `taken_times.hold` before. Raises Forged.
    """
    _look(session, [case_id], asked).check(Asked(case_id, asked, but), own)


def impossible(session: Session, asked: Mapping[UUID, Asked]) -> set[UUID]:
    """Which of these could not be where they are asked for: two questions, however many they are.

    For dates that somebody moved in a calendar outside.
    """
    if not asked:
        return set()
    spans = [one.span for one in asked.values()]
    hull = Span(min(span.starts_at for span in spans), max(span.ends_at for span in spans))
    seen = _look(session, {one.case_id for one in asked.values()}, hull)
    return {name for name, one in asked.items() if not _is_possible(seen, one)}


def _is_possible(seen: _Seen, asked: Asked) -> bool:
    try:
        seen.check(asked)
    except TimeNotPossible:
        return False
    return True


def _look(session: Session, case_ids: Collection[UUID], within: Span) -> _Seen:
    others = apart.others(session, case_ids)
    everybody = {*case_ids, *(other for several in others.values() for other in several)}
    return _Seen(others, taken_times.of(session, everybody, within.widened(AROUND)))
