"""The same talks planned apart and together: real plans, and together never more visits."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.spans import Span, Spans
from portal.domain.visits.bundling import Accepted, apart, together
from portal.domain.visits.house import House, Room, Talk, Worker

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = date(2026, 10, 5)
DAYS = tuple(MONDAY + timedelta(day) for day in range(12))
SUNDAY = MONDAY - timedelta(1)


def id_of(number: int) -> UUID:
    return UUID(int=number)


def hours(*days: tuple[int, int, int]) -> Spans:
    """Of a worker: day, from and until which hour."""
    return tuple(
        Span(*(datetime.combine(DAYS[day], time(at), BRUSSELS).astimezone(UTC) for at in (a, b)))
        for day, a, b in days
    )


def a_house(*free: Spans) -> House:
    """One worker at a desk of their own for each service."""
    return House(
        zone=BRUSSELS,
        days=DAYS,
        workers=tuple(
            Worker(id_of(place), frozenset({""}), spans) for place, spans in enumerate(free)
        ),
        rooms=tuple(
            Room(id_of(100 + place), str(place), 0, spans) for place, spans in enumerate(free)
        ),
        longest_wait=24 * 60,
    )


def accepted(who: int, service: int, number: int, on: date = SUNDAY, minutes: int = 45) -> Accepted:
    talk = Talk(id_of(1000 + number), minutes, (id_of(service),), str(service), "")
    return Accepted(id_of(500 + who), talk, on)


def test_services_apart_give_three_days_and_together_one() -> None:
    house = a_house(
        hours((0, 9, 12), (4, 9, 12)), hours((1, 13, 16), (4, 9, 12)), hours((2, 9, 12), (4, 9, 12))
    )
    wanted = [accepted(1, service, service) for service in range(3)]
    alone, bundled = apart(house, wanted), together(house, wanted)
    assert (alone.figures.visits, bundled.figures.visits) == (3, 1)
    assert alone.figures.talks == bundled.figures.talks == 3
    assert bundled.figures.waiting == 0
    assert alone.several == alone.figures


def test_a_service_gives_the_first_time_that_nobody_has() -> None:
    house = a_house(hours((0, 9, 10), (1, 9, 12)))
    wanted = [accepted(who, 0, who) for who in range(3)]
    # Who comes to the second day had no place on the first, and nobody is in two talks at once.
    for planned in (apart(house, wanted), together(house, wanted)):
        assert planned.figures.people == planned.figures.visits == 3
        assert planned.left_out == 0
    assert apart(house, [*wanted, *(accepted(9, 0, 10 + n) for n in range(9))]).left_out == 7


def test_nothing_takes_place_before_the_day_after_a_service_accepts() -> None:
    house = a_house(hours((0, 9, 12)), hours((0, 9, 12), (3, 9, 12)))
    late = [accepted(1, 0, 1, MONDAY), accepted(1, 1, 2, MONDAY)]
    for planned in (apart(house, late), together(house, late)):
        assert (planned.figures.talks, planned.left_out) == (1, 1)
    assert apart(house, []).figures.visits == together(house, []).figures.visits == 0


STRETCHES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(8, 11), st.integers(12, 16)), min_size=1, max_size=4
)


@settings(max_examples=30, deadline=None)
@given(st.lists(STRETCHES, min_size=1, max_size=4))
def test_of_one_survivor_together_are_never_more_visits(
    free: list[list[tuple[int, int, int]]],
) -> None:
    house = a_house(*(hours(*{day: (day, a, b) for day, a, b in one}.values()) for one in free))
    wanted = [accepted(1, service, service) for service in range(len(free))]
    alone, bundled = apart(house, wanted), together(house, wanted)
    assert bundled.left_out <= alone.left_out
    if bundled.left_out == alone.left_out:
        assert bundled.figures.visits <= alone.figures.visits
    for planned in (alone, bundled):
        assert planned.figures.talks + planned.left_out == len(wanted)
