"""The separation rule: two people who must not meet are never in the house within a buffer.

Whoever plans gets *closed times*: her own (days on which she cannot come unseen) and those of this
rule, melted into one list that no longer says which is which. Three things keep the rule from
telling on the other person:

- the spans carry no identity, and neighbouring ones are joined;
- they are rounded outwards to whole hours of the clock, so that the edge of a hole in the free
  times is not the edge of an appointment widened by the buffer;
- the refusal is the same for every cause and carries nothing, and every check looks at every span.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.domain.opening import Hours, on_the_clock
from portal.domain.refusals import Refusal
from portal.domain.spans import Span, Spans, joined, without

BUFFER = timedelta(minutes=60)
"""Between the one's leaving and the other's arriving, unless the centre sets another."""

LEAST_MINUTES, MOST_MINUTES = 15, 240
"""Less is no time to be gone; more would close whole days, and tell by that."""

LONGEST_WAIT = timedelta(minutes=90)
"""Who has two talks no further apart stays in the house between them."""

GRAIN = timedelta(hours=1)
WHOLE_DAY: Hours = ((time.min, time.min),)


class BufferOutOfReach(Refusal):
    """The minutes between two who must not meet are too few or too many."""

    def __init__(self) -> None:
        super().__init__()
        self.least, self.most = LEAST_MINUTES, MOST_MINUTES


class TimeNotPossible(Refusal):
    """She cannot be in the house at this time. Nobody is told why, or because of whom."""


def buffer_of(setting: Mapping[str, Any]) -> timedelta:
    """What the centre set, one for every pair; the usual hour where it set nothing."""
    return timedelta(minutes=setting["minutes"]) if setting else BUFFER


def check_minutes(minutes: int) -> None:
    """Raises BufferOutOfReach."""
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise BufferOutOfReach


def stays(appointments: Iterable[Span], *, longest_wait: timedelta = LONGEST_WAIT) -> Spans:
    """When somebody is in the house, waiting between two talks included."""
    return joined(appointments, across=longest_wait)


def forbidden(
    appointments: Iterable[Span],
    *,
    buffer: timedelta = BUFFER,
    longest_wait: timedelta = LONGEST_WAIT,
) -> Spans:
    """When she must not be in the house, because of the other person's appointments."""
    there = stays(appointments, longest_wait=longest_wait)
    return joined(_rounded_outwards(stay.widened(buffer)) for stay in there)


def closed_times(own: Iterable[Span], forbidden_times: Iterable[Span]) -> Spans:
    """Her own closed times and the forbidden ones, no longer to be told apart."""
    return joined([*(_rounded_outwards(span) for span in own), *forbidden_times])


def closed_by_wishes(
    hours: Mapping[int, Hours] | None,
    not_on: Collection[date],
    days: Iterable[date],
    zone: ZoneInfo,
) -> Spans:
    """When she cannot come on these days: outside her hours by weekday (None: always hers), and on
    whole days that she named."""
    closed: list[Span] = []
    for day in days:
        whole = on_the_clock(day, WHOLE_DAY, zone)
        hers = WHOLE_DAY if hours is None else hours.get(day.weekday(), ())
        closed += without(whole, () if day in not_on else on_the_clock(day, hers, zone))
    return joined(closed)


def check_time(
    asked: Span,
    *,
    her_appointments: Iterable[Span],
    closed: Iterable[Span],
    longest_wait: timedelta = LONGEST_WAIT,
) -> None:
    """Refuse a time that would have her in the house when she must not be: TimeNotPossible.

    The stay counts and not only the talk: what she has on that day already, and the waiting
    between. The spans in `closed` are those of `closed_times`.
    """
    in_the_house = stays([asked, *her_appointments], longest_wait=longest_wait)
    mine = [stay for stay in in_the_house if stay.meets(asked)]
    # A list and not a generator in any(): each span is looked at, whichever of them blocks.
    blocks = [span.meets(stay) for span in closed for stay in mine]
    if any(blocks):
        raise TimeNotPossible


def _rounded_outwards(span: Span) -> Span:
    """Whole hours in UTC: those of the clock in every zone that keeps whole hours."""
    starts_at, ends_at = span.starts_at.astimezone(UTC), span.ends_at.astimezone(UTC)
    past = (ends_at - _EPOCH) % GRAIN
    return Span(
        starts_at - (starts_at - _EPOCH) % GRAIN,
        ends_at + (GRAIN - past if past else timedelta(0)),
    )


_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
