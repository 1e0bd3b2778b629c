"""Times held or promised to her at which she cannot be in the house any more."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from portal.domain.opening import days_between, on_the_clock
from portal.domain.separation import (
    WHOLE_DAY,
    TimeNotPossible,
    check_time,
    closed_by_wishes,
    closed_times,
)
from portal.domain.spans import Span, Spans, joined
from portal.services.visits.proposal import Proposal
from portal.services.visits.talks import TalkToPlan
from portal.services.visits.wishes import HerWishes


def not_possible(
    held: Sequence[TalkToPlan], known: Iterable[TalkToPlan], closed: Spans
) -> tuple[TalkToPlan, ...]:
    """Which held talks cannot be sent again: by themselves, or waiting between two that stay."""
    alone = [one for one in held if not any(span.meets(one.span) for span in closed)]
    stays = [one.span for one in (*alone, *known)]
    return tuple(one for one in held if one not in alone or not _fits(one, stays, closed))


def days_of(dates: Iterable[TalkToPlan], zone: ZoneInfo) -> Spans:
    """The whole days of these dates, on which nothing new can stand beside them."""
    days = {one.span.starts_at.astimezone(zone).date() for one in dates}
    return joined(span for day in days for span in on_the_clock(day, WHOLE_DAY, zone))


def by_wishes(proposal: Proposal | None, said: HerWishes) -> bool:
    """Whether a time that is held for her lies where she said that she cannot come."""
    if proposal is None:
        return False
    spans = [Span(part.starts_at, part.ends_at) for part in proposal.parts]
    begins, ends = spans[0].starts_at, max(span.ends_at for span in spans)
    first, last = (moment.astimezone(proposal.zone).date() for moment in (begins, ends))
    wishes = said.to_plan()
    own = closed_by_wishes(wishes.hours, wishes.not_on, days_between(first, last), proposal.zone)
    closed = closed_times(own, ())
    return any(span.meets(one) for span in spans for one in closed)


def _fits(one: TalkToPlan, stays: Iterable[Span], closed: Spans) -> bool:
    try:
        check_time(one.span, her_appointments=stays, closed=closed)
    except TimeNotPossible:
        return False
    return True
