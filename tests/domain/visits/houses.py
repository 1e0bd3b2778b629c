"""Small random houses, for Hypothesis."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from portal.domain.interpreters import Sex
from portal.domain.spans import Span, Spans
from portal.domain.visits.house import (
    Childcare,
    Floors,
    House,
    Interpreter,
    Part,
    Room,
    Talk,
    Wishes,
    Worker,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
# Summer time ends in the night before the second of these days.
DAYS = (date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26))
SLOT = timedelta(minutes=10)
SLOTS = 12

Question = tuple[House, tuple[Talk, ...]]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)


def an_id(number: int) -> UUID:
    return UUID(int=number)


@st.composite
def questions(draw: st.DrawFn, most_talks: int = 4, most_days: int = 3) -> Question:
    """A house and what is to be planned in it; two hours a day, once in the night of the clock."""
    days = draw(st.sampled_from([DAYS, DAYS, DAYS[:2], DAYS[1:2]]))[:most_days]
    opens = timedelta(hours=draw(st.sampled_from([9, 9, 1])))
    floors = draw(st.sampled_from([(0, 0), (0, 1), (0, 1, 2)]))
    workers = tuple(
        Worker(
            an_id(10 + number),
            frozenset(draw(st.sampled_from([("nl",), ("nl",), ("nl", "ar")]))),
            draw(_free(days, opens)),
        )
        for number in range(draw(st.integers(1, 3)))
    )
    kinds = draw(st.sampled_from([("desk",), ("desk", "quiet")]))
    rooms = tuple(
        Room(an_id(20 + place), kinds[place % len(kinds)], floor, draw(_free(days, opens)))
        for place, floor in enumerate(floors)
    )
    interpreters = tuple(
        Interpreter(
            an_id(30 + number),
            frozenset({"ar"}),
            draw(_free(days, opens)),
            draw(st.sampled_from(Sex)),
        )
        for number in range(draw(st.integers(0, 1)))
    )
    talks = tuple(
        Talk(
            an_id(40 + number),
            draw(st.sampled_from([5, 10, 15, 20, 12])),
            tuple(draw(st.permutations([worker.id for worker in workers])))[:2],
            draw(st.sampled_from(kinds)),
            draw(st.sampled_from(["nl", "nl", "ar"])),
            draw(_holes(days, opens, 1)),
            draw(st.sampled_from([None, None, Sex.WOMAN])),
        )
        for number in range(draw(st.integers(1, most_talks)))
    )
    children = draw(st.sampled_from([0, 0, 2]))
    house = House(
        zone=BRUSSELS,
        days=days,
        workers=workers,
        rooms=rooms,
        interpreters=interpreters,
        childcare=tuple(
            Childcare(span, draw(st.integers(1, 3))) for span in draw(_free(days, opens))
        ),
        floors=Floors({(0, 2): 10}, otherwise=draw(st.sampled_from([0, 5, 7]))),
        wishes=draw(_wishes(days, opens, children)),
        closed=draw(_holes(days, opens, 2)),
        fixed=draw(_fixed(days, opens, floors)),
        longest_wait=draw(st.sampled_from([0, 10, 30, 60])),
    )
    return house, talks


@st.composite
def _free(draw: st.DrawFn, days: tuple[date, ...], opens: timedelta) -> Spans:
    late = timedelta(minutes=draw(st.sampled_from([0, 0, 3])))
    more = draw(st.sampled_from([0, 0b111100001111, 0b111111111111]))
    found = []
    for day in days:
        slots = draw(st.integers(0, 2**SLOTS - 1)) | more
        starts = [number for number in range(SLOTS) if slots >> number & 1]
        begin = midnight(day) + opens + late
        found += [Span(begin + at * SLOT, begin + (at + 1) * SLOT) for at in starts]
    return _joined(found)


def _joined(slots: list[Span]) -> Spans:
    found: list[Span] = []
    for slot in slots:
        if found and found[-1].ends_at == slot.starts_at:
            found[-1] = Span(found[-1].starts_at, slot.ends_at)
        else:
            found.append(slot)
    return tuple(found)


@st.composite
def _holes(draw: st.DrawFn, days: tuple[date, ...], opens: timedelta, most: int) -> Spans:
    found = []
    for _ in range(draw(st.integers(0, most))):
        begin = midnight(draw(st.sampled_from(days))) + opens
        begin += timedelta(minutes=draw(st.integers(-20, 110)))
        found.append(Span(begin, begin + timedelta(minutes=draw(st.integers(1, 70)))))
    return tuple(found)


@st.composite
def _wishes(draw: st.DrawFn, days: tuple[date, ...], opens: timedelta, children: int) -> Wishes:
    hour = opens // timedelta(hours=1)
    windows = (
        None,
        ((time(hour), time(hour + 1, 15)),),
        ((time(hour, 20), time(hour + 1)), (time(hour + 1, 10), time(hour + 2))),
    )
    window = draw(st.sampled_from(windows))
    return Wishes(
        hours=None if window is None else dict.fromkeys(range(7), window),
        not_on=frozenset(draw(st.sampled_from([(), (), (days[0],)]))),
        longest_visit=draw(st.sampled_from([None, None, 30, 45, 60])),
        children=children,
    )


@st.composite
def _fixed(
    draw: st.DrawFn, days: tuple[date, ...], opens: timedelta, floors: tuple[int, ...]
) -> tuple[Part, ...]:
    found: list[Part] = []
    for number in range(draw(st.sampled_from([0, 0, 1, 2, 3]))):
        begin = midnight(draw(st.sampled_from(days))) + opens
        begin += timedelta(minutes=5 * draw(st.integers(0, 23)))
        minutes = draw(st.sampled_from([10, 15]))
        floor = draw(st.sampled_from(floors))
        part = Part(an_id(60 + number), begin, minutes, an_id(98), an_id(99), floor)
        if not any(part.span.meets(other.span) for other in found):
            found.append(part)
    return tuple(found)
