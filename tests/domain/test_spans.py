"""Time is joined, taken away and shared without losing or inventing a minute."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.spans import Span, Spans, joined, shared, without

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_span(start: int, end: int) -> Span:
    return Span(NOON + start * MINUTE, NOON + end * MINUTE)


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6).map(
    lambda pairs: tuple(a_span(start, end) for start, end in pairs if start <= end)
)


def minutes(spans: Spans) -> set[int]:
    return {
        minute
        for minute in range(31)
        if any(span.starts_at <= NOON + minute * MINUTE < span.ends_at for span in spans)
    }


@given(SPANS, SPANS)
def test_every_minute_is_where_it_belongs(some: Spans, others: Spans) -> None:
    assert minutes(joined([*some, *others])) == minutes(some) | minutes(others)
    assert minutes(without(some, others)) == minutes(some) - minutes(others)
    assert minutes(shared(some, others)) == minutes(some) & minutes(others)


@given(SPANS, SPANS)
def test_what_comes_out_is_in_order_and_apart(some: Spans, others: Spans) -> None:
    for spans in (joined(some), without(some, others)):
        for before, after in pairwise(spans):
            assert before.starts_at < before.ends_at < after.starts_at


def test_small_gaps_can_be_closed() -> None:
    spans = [a_span(0, 10), a_span(15, 20), a_span(26, 30)]
    assert joined(spans, across=5 * MINUTE) == (a_span(0, 20), a_span(26, 30))


def test_spans_that_touch_do_not_meet() -> None:
    assert not a_span(0, 10).meets(a_span(10, 20))
    assert a_span(0, 11).meets(a_span(10, 20))
