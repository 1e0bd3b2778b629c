"""Stretches of time, and what is left of them when others are taken away."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple


class Span(NamedTuple):
    """From a moment until just before another, both aware."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Span") -> bool:
        """Whether the two share a moment; one may begin where the other ends."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def widened(self, by: timedelta) -> "Span":
        """The same stretch, begun earlier and ended later."""
        return Span(self.starts_at - by, self.ends_at + by)


Spans = tuple[Span, ...]


def joined(spans: Iterable[Span], *, across: timedelta = timedelta(0)) -> Spans:
    """The same time in order and without overlap; gaps of at most `across` are closed."""
    found: list[Span] = []
    for span in sorted(span for span in spans if span.starts_at < span.ends_at):
        if found and span.starts_at - found[-1].ends_at <= across:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return tuple(found)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> Spans:
    """What is left of some time when other time is taken from it."""
    left: list[Span] = []
    ordered = joined(taken)
    for span in joined(spans):
        begins = span.starts_at
        for gone in ordered:
            if not gone.meets(span):
                continue
            if begins < gone.starts_at:
                left.append(Span(begins, gone.starts_at))
            begins = gone.ends_at
        if begins < span.ends_at:
            left.append(Span(begins, span.ends_at))
    return tuple(left)


def shared(spans: Iterable[Span], others: Iterable[Span]) -> Spans:
    """The time that lies in both."""
    theirs = joined(others)
    return tuple(
        Span(max(span.starts_at, other.starts_at), min(span.ends_at, other.ends_at))
        for span in joined(spans)
        for other in theirs
        if span.meets(other)
    )
