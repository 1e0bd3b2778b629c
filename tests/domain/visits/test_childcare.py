"""Places for children: within the hours that the house set, and never one twice."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.spans import Span
from portal.domain.visits.childcare import PlacesOutOfReach, Stay, check_places, left

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = date(2026, 11, 23)
SET = {"places": 4, "hours": {"0": [["09:00", "12:00"], ["13:00", "16:00"]]}}


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(MONDAY, time(hour, minute), BRUSSELS).astimezone(UTC)


stays = st.lists(
    st.builds(
        lambda start, minutes, children: Stay(
            Span(at(8) + timedelta(minutes=start), at(8) + timedelta(minutes=start + minutes)),
            children,
        ),
        st.integers(0, 100).map(lambda step: step * 5),
        st.integers(1, 40).map(lambda step: step * 5),
        st.integers(1, 6),
    ),
    max_size=6,
)


@given(stays, st.integers(0, 95).map(lambda step: at(8) + timedelta(minutes=step * 5)))
def test_at_every_moment_as_many_are_free_as_nobody_keeps(
    taken: list[Stay], moment: datetime
) -> None:
    found = [one.places for one in left(SET, [MONDAY], BRUSSELS, taken) if holds(one.span, moment)]
    kept = sum(stay.children for stay in taken if holds(stay.span, moment))
    is_open = at(9) <= moment < at(12) or at(13) <= moment < at(16)
    assert found == ([4 - kept] if is_open else [])


def holds(span: Span, moment: datetime) -> bool:
    return span.starts_at <= moment < span.ends_at


def test_a_house_that_set_nothing_looks_after_nobody() -> None:
    assert left({}, [MONDAY], BRUSSELS, []) == ()
    assert left(SET, [MONDAY + timedelta(days=1)], BRUSSELS, []) == ()


@pytest.mark.parametrize("places", [-1, 41])
def test_no_house_has_so_many_places(places: int) -> None:
    with pytest.raises(PlacesOutOfReach):
        check_places(places)
