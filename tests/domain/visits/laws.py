"""The laws of a plan, read from the definitions: in moments and minutes, without grid or mask."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from portal.domain.spans import Span, Spans
from portal.domain.visits.house import House, Part, Talk
from portal.domain.visits.plans import Plan, Rank

FIVE = timedelta(minutes=5)


def day_of(house: House, moment: datetime) -> date:
    return moment.astimezone(house.zone).date()


def midnight(house: House, day: date) -> datetime:
    return datetime.combine(day, time(), house.zone).astimezone(UTC)


def length(minutes: int) -> timedelta:
    """Lengths count in steps of five minutes, rounded up."""
    return FIVE * -(-minutes // 5)


def walk(house: House, one: Part, other: Part) -> timedelta:
    return length(house.floors.between(one.floor, other.floor))


def ends(part: Part) -> datetime:
    return part.starts_at + length(part.minutes)


def inside(span: Span, free: Spans) -> bool:
    """Whether a span lies in free time, which may be written in several pieces."""
    at = span.starts_at
    for piece in sorted(free):
        if piece.starts_at <= at < piece.ends_at:
            at = piece.ends_at
    return at >= span.ends_at


def may_be_here(house: House, span: Span) -> bool:
    """Whether she can be in the house from beginning to end: her wishes and the closed times."""
    day = day_of(house, span.starts_at)
    if day not in house.days or day in house.wishes.not_on:
        return False
    if any(span.meets(closed) for closed in house.closed):
        return False
    if span.ends_at > midnight(house, day + timedelta(days=1)):
        return False
    return house.wishes.hours is None or inside(span, _wished(house, day))


def _wished(house: House, day: date) -> Spans:
    hours = (house.wishes.hours or {}).get(day.weekday(), ())
    return tuple(
        Span(
            datetime.combine(day, start, house.zone).astimezone(UTC),
            datetime.combine(day, end, house.zone).replace(fold=1).astimezone(UTC),
        )
        for start, end in hours
    )


def looked_after(house: House, span: Span) -> bool:
    children = house.wishes.children
    enough = tuple(care.span for care in house.childcare if care.places >= children)
    return not children or inside(span, enough)


def staffed(house: House, talk: Talk, part: Part) -> bool:
    """Worker, interpreter and room of a part: the right ones, and free."""
    span = Span(part.starts_at, ends(part))
    worker = next(one for one in house.workers if one.id == part.worker)
    room = next(one for one in house.rooms if one.id == part.room)
    if part.worker not in talk.workers or not inside(span, worker.free):
        return False
    if (room.kind, room.floor) != (talk.room_kind, part.floor) or not inside(span, room.free):
        return False
    if talk.language in worker.languages:
        return part.interpreter is None
    interpreter = next((one for one in house.interpreters if one.id == part.interpreter), None)
    return (
        interpreter is not None
        and talk.language in interpreter.languages
        and talk.interpreted_by in (None, interpreter.sex)
        and inside(span, interpreter.free)
    )


def by_day(house: House, parts: tuple[Part, ...]) -> dict[date, list[Part]]:
    found: dict[date, list[Part]] = {}
    for part in sorted(parts, key=lambda one: one.starts_at):
        found.setdefault(day_of(house, part.starts_at), []).append(part)
    return found


def broken(house: House, talks: tuple[Talk, ...], parts: tuple[Part, ...]) -> Iterator[str]:
    """Every law that these parts break, fixed ones included in them."""
    known = {talk.referral: talk for talk in talks}
    fixed = set(house.fixed)
    new = [part for part in parts if part not in fixed]
    if {part for part in parts if part in fixed} != fixed or len(set(parts)) != len(parts):
        yield "what is fixed stays"
    if len({part.referral for part in new}) != len(new):
        yield "a talk is held once"
    for part in new:
        yield from broken_alone(house, known[part.referral], part)
    for stay in by_day(house, parts).values():
        if any(part not in fixed for part in stay):
            yield from _broken_stay(house, stay)


def broken_alone(house: House, talk: Talk, part: Part) -> Iterator[str]:
    span = Span(part.starts_at, ends(part))
    if (part.starts_at - midnight(house, day_of(house, part.starts_at))) % FIVE:
        yield "starts are on the five minutes"
    if not staffed(house, talk, part):
        yield "worker, interpreter and room are free"
    if not may_be_here(house, span) or not looked_after(house, span):
        yield "she can be here, and her children looked after"
    if any(span.meets(other) for other in talk.not_at):
        yield "not when she said no"


def _broken_stay(house: House, stay: list[Part]) -> Iterator[str]:
    for before, after in pairwise(stay):
        gap = after.starts_at - ends(before) - walk(house, before, after)
        if gap < timedelta(0):
            yield "one talk at a time, and time to walk"
        if gap > timedelta(minutes=house.longest_wait):
            yield "no wait longer than the longest"
        between = Span(ends(before), after.starts_at)
        if between.starts_at < between.ends_at and not may_be_here(house, between):
            yield "she can be here between"
    longest = house.wishes.longest_visit
    if longest is not None and ends(stay[-1]) - stay[0].starts_at > timedelta(minutes=longest):
        yield "no visit longer than she wished"


def rank(house: House, talks: tuple[Talk, ...], parts: tuple[Part, ...]) -> Rank:
    """The rank of these parts, by its definition."""
    fixed = set(house.fixed)
    first = midnight(house, house.days[0])
    waiting, earliest, changes = timedelta(0), timedelta(0), 0
    days = by_day(house, parts)
    for stay in days.values():
        for before, after in pairwise(stay):
            gap = after.starts_at - ends(before) - walk(house, before, after)
            waiting += max(timedelta(0), gap)
            changes += before.floor != after.floor
        earliest += sum(part not in fixed for part in stay) * (ends(stay[-1]) - first)
    placed = sum(part not in fixed for part in parts)
    minute = timedelta(minutes=1)
    return Rank(len(talks) - placed, len(days), waiting // minute, earliest // minute, changes)


def first_new_day(house: House, plan: Plan) -> date | None:
    new = [part for part in plan.parts if part not in house.fixed]
    return day_of(house, new[0].starts_at) if new else None


def referrals(plan: Plan) -> set[UUID]:
    return {part.referral for part in plan.parts} | {one.referral for one in plan.left_out}
