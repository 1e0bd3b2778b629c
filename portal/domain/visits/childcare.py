"""Where children are looked after while she talks: the hours of the house, less who is there."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from portal.domain.opening import Hours, on_the_clock
from portal.domain.profiles import hours_of
from portal.domain.refusals import Refusal
from portal.domain.spans import Span
from portal.domain.visits.house import Childcare

MOST_PLACES = 40


class PlacesOutOfReach(Refusal):
    """From none to as many children as a house looks after at one time."""


class Stay(NamedTuple):
    """A visit during which children are looked after."""

    span: Span
    children: int


def check_places(places: int) -> None:
    """Raises PlacesOutOfReach."""
    if not 0 <= places <= MOST_PLACES:
        raise PlacesOutOfReach


def hours_by_weekday(stored: Mapping[str, Any]) -> dict[int, Hours]:
    """The hours of a setting as it is stored, by weekday; none where nothing was set."""
    return {int(day): hours_of(hours) for day, hours in stored.get("hours", {}).items()}


def left(
    stored: Mapping[str, Any], days: Iterable[date], zone: ZoneInfo, stays: Iterable[Stay]
) -> tuple[Childcare, ...]:
    """How many places are free when, on these days, in pieces during which it stays the same."""
    hours, places, taken = hours_by_weekday(stored), int(stored.get("places", 0)), list(stays)
    if not places:
        return ()
    open_at = (
        span for day in days for span in on_the_clock(day, hours.get(day.weekday(), ()), zone)
    )
    return tuple(
        Childcare(piece, places - sum(stay.children for stay in taken if stay.span.meets(piece)))
        for span in open_at
        for piece in _pieces(span, taken)
    )


def _pieces(span: Span, stays: Iterable[Stay]) -> Iterable[Span]:
    ends = {moment for stay in stays for moment in stay.span}
    inner = sorted(moment for moment in ends if span.starts_at < moment < span.ends_at)
    edges = (span.starts_at, *inner, span.ends_at)
    return (Span(one, other) for one, other in pairwise(edges))
