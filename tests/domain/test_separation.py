"""Two people who must not meet: never within the buffer, and nothing tells whose time it was."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.separation import (
    GRAIN,
    LEAST_MINUTES,
    MOST_MINUTES,
    BufferOutOfReach,
    TimeNotPossible,
    buffer_of,
    check_minutes,
    check_time,
    closed_times,
    forbidden,
    stays,
)
from portal.domain.spans import Span, Spans

MONDAY = datetime(2026, 5, 4, tzinfo=UTC)


def at(hour: float, minutes: int) -> Span:
    start = MONDAY + timedelta(hours=hour)
    return Span(start, start + timedelta(minutes=minutes))


APPOINTMENTS = st.lists(
    st.builds(at, st.integers(0, 47).map(lambda half: half / 2 + 0.1), st.integers(5, 120)),
    max_size=4,
)


@given(APPOINTMENTS, APPOINTMENTS, st.integers(0, 400), st.integers(LEAST_MINUTES, MOST_MINUTES))
def test_she_never_comes_closer_than_the_buffer(
    his: list[Span], hers: list[Span], start: int, minutes: int
) -> None:
    asked, buffer = at(start / 20, 30), buffer_of({"minutes": minutes})
    try:
        check_time(
            asked, her_appointments=hers, closed=closed_times([], forbidden(his, buffer=buffer))
        )
    except TimeNotPossible:
        return
    (stay,) = [stay for stay in stays([asked, *hers]) if stay.meets(asked)]
    for other in stays(his):
        assert stay.starts_at - other.ends_at >= buffer or other.starts_at - stay.ends_at >= buffer


def test_it_is_an_hour_unless_the_centre_sets_another() -> None:
    assert buffer_of({}) == timedelta(minutes=60)
    check_minutes(LEAST_MINUTES)
    check_minutes(MOST_MINUTES)
    for minutes in (-60, 0, LEAST_MINUTES - 1, MOST_MINUTES + 1):
        with pytest.raises(BufferOutOfReach):
            check_minutes(minutes)


def test_waiting_for_the_next_talk_counts_as_being_there() -> None:
    closed = closed_times([], forbidden([at(12, 30)]))
    check_time(at(9, 30), her_appointments=[], closed=closed)
    with pytest.raises(TimeNotPossible):
        check_time(at(9, 30), her_appointments=[at(10.75, 30)], closed=closed)


def test_he_waits_in_the_house_too() -> None:
    morning = forbidden([at(8, 30), at(9.9, 30)])
    assert morning == (Span(MONDAY + timedelta(hours=7), MONDAY + timedelta(hours=12)),)


def test_her_own_closed_times_and_the_rule_give_the_same_answer() -> None:
    refusals = []
    for closed in (closed_times([at(9, 60)], []), closed_times([], forbidden([at(9, 30)]))):
        with pytest.raises(TimeNotPossible) as refused:
            check_time(at(9.5, 30), her_appointments=[], closed=closed)
        refusals.append((type(refused.value), refused.value.args, vars(refused.value)))
    assert refusals[0] == refusals[1] == (TimeNotPossible, (), {})


@given(APPOINTMENTS, APPOINTMENTS)
def test_the_edges_of_closed_times_tell_no_appointment(own: list[Span], his: list[Span]) -> None:
    closed: Spans = closed_times(own, forbidden(his))
    for span in closed:
        for edge in span:
            assert (edge - MONDAY) % GRAIN == timedelta(0)


def test_who_probes_cannot_tell_a_short_appointment_from_a_long_one() -> None:
    def answers(his: Span) -> list[bool]:
        closed, found = closed_times([], forbidden([his])), []
        for step in range(24 * 12):
            asked = Span(
                MONDAY + timedelta(minutes=5 * step), MONDAY + timedelta(minutes=5 * step + 20)
            )
            try:
                check_time(asked, her_appointments=[], closed=closed)
                found.append(True)
            except TimeNotPossible:
                found.append(False)
        return found

    assert answers(at(10.1, 20)) == answers(at(10, 55)) == answers(at(10.5, 30))
