"""What the visit planner asks: who has time when, and which rooms are free. A constant number of
queries, however many workers and rooms there are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.availability import CalendarBusy, IsAway, NotThere, free_spans
from portal.domain.opening import Opening, Pattern, days_between, on_the_clock, open_spans
from portal.domain.spans import Span, Spans, joined, without
from portal.domain.visits.house import Worker
from portal.models import Leave, Service, StaffMember
from portal.services.availability import hours
from portal.services.calendars import busy
from portal.services.dates import taken_times
from portal.services.house import get_centre, opening_hours, zone_of

OF_HOUSE = "house"
"""The kind of the rooms that every service may use."""


def workers(
    session: Session,
    service_id: UUID,
    members: Sequence[StaffMember],
    first: date,
    last: date,
    *,
    now: datetime,
) -> tuple[Worker, ...]:
    """When these colleagues of a service are free, from the first day until the last.

    Theirs and the service's hours (those of the house, where nobody set any), less what calendars,
    days away and standing dates take.
    """
    ids = [member.account_id for member in members]
    service = session.get_one(Service, service_id)
    zone = zone_of(session)
    there = openings(session, [service_id, *ids], now=now)
    busy_at = taken(session, [service_id, *ids], ids, first, last)
    languages = frozenset(service.languages)
    return tuple(
        Worker(who, languages, free_of(there, (service_id, who), first, last, zone, busy_at))
        for who in ids
    )


def taken(
    session: Session,
    owners: Sequence[UUID],
    with_dates: Sequence[UUID],
    first: date,
    last: date,
    *,
    but: Collection[UUID] = (),
) -> dict[UUID, list[Span]]:
    """When calendars, days away and standing dates take these, by whose the time is.

    `owners` are colleagues and services, `with_dates` colleagues and rooms; the dates of `but`
    take nothing.
    """
    within = _within(first, last, zone_of(session))
    found = busy.of_owners(session, owners, within, but=but)
    for who, dates in taken_times.of(session, with_dates, within).items():
        spans = (span for date_id, span in dates.items() if date_id not in but)
        found.setdefault(who, []).extend(spans)
    for who, away in _leaves(session, owners, first, last):
        found.setdefault(who, []).extend(away)
    return found


def free_of(
    there: Mapping[UUID, Opening],
    whose: Sequence[UUID],
    first: date,
    last: date,
    zone: ZoneInfo,
    busy_at: Mapping[UUID, Sequence[Span]],
) -> Spans:
    """When all of these are there and none of them is taken."""
    busy_spans = [span for one in whose for span in busy_at.get(one, ())]
    return free_spans([there[one] for one in whose], first, last, zone, busy=busy_spans)


def room_kind(has_own: bool, service_id: UUID) -> str:
    """What `Talk.room_kind` says for a service."""
    return str(service_id) if has_own else OF_HOUSE


def check_free(
    session: Session,
    service: Service,
    member: StaffMember,
    span: Span,
    *,
    now: datetime,
    but: Collection[UUID] = (),
) -> None:
    """Raises IsAway, NotThere or CalendarBusy where leave, hours or calendars say no.

    A warning, not a lock: what is known of a calendar may be minutes old, and only people know
    whether "busy" gives way. `but` are dates whose own places in calendars do not count.
    """
    first, last = _days_of(span, zone_of(session))
    for _, away in _leaves(session, [member.account_id], first, last):
        if any(one.meets(span) for one in away):
            raise IsAway(member.name)
    for owner, name in ((member.account_id, member.name), (service.id, service.name)):
        if not_there(session, [owner], span):
            raise NotThere(name)
        known = busy.of_owners(session, [owner], span, but=but)
        if any(one.meets(span) for one in known.get(owner, ())):
            raise CalendarBusy(name)


def free_of_all(
    session: Session,
    ids: Sequence[UUID],
    first: date,
    last: date,
    *,
    now: datetime,
    but: Collection[UUID] = (),
) -> dict[UUID, Spans]:
    """When people of whom no calendar is known have time: their hours, less standing dates.

    The dates of `but` take nothing.
    """
    zone = zone_of(session)
    there = openings(session, ids, now=now)
    dates = taken_times.of(session, ids, _within(first, last, zone))
    busy_at = {
        who: [span for date_id, span in of_one.items() if date_id not in but]
        for who, of_one in dates.items()
    }
    return {
        who: free_spans((there[who],), first, last, zone, busy=busy_at.get(who, ())) for who in ids
    }


def end_of(session: Session, day: date) -> datetime:
    """The first moment after a day of the centre."""
    return _within(day, day, zone_of(session)).ends_at


def not_there(session: Session, owners: Sequence[UUID], span: Span) -> frozenset[UUID]:
    """Those of these owners whose own hours do not reach over a time.

    Who has set none is not asked. A week of hours does not hold on public holidays.
    """
    patterns, days = hours.known(session, owners)
    holidays = opening_hours(get_centre(session), now=span.starts_at).closed_days
    zone = zone_of(session)
    first, last = _days_of(span, zone)

    def is_away(owner: UUID) -> bool:
        if owner not in patterns and not {first, last} & set(days.get(owner, {})):
            return False
        own, closed = patterns.get(owner), holidays
        if own is None:
            # Single days alone: on all others this owner is there.
            own, closed = [Pattern(dict.fromkeys(range(7), ((time.min, time.min),)))], frozenset()
        opening = Opening(tuple(own), days.get(owner, {}), closed)
        there = open_spans(opening, days_between(first, last), zone)
        return bool(without((span,), there))

    return frozenset(owner for owner in owners if is_away(owner))


def openings(session: Session, ids: Sequence[UUID], *, now: datetime) -> dict[UUID, Opening]:
    """When these people and services are there; the hours of the house, where nobody set any."""
    house = of_house(session, now=now)
    patterns, days = hours.known(session, ids)
    return {
        one: Opening(tuple(patterns.get(one, house.patterns)), days.get(one, {}), house.holidays)
        for one in ids
    }


def of_house(session: Session, *, now: datetime) -> Opening:
    """The hours of the house itself."""
    centre = get_centre(session)
    week = dict.fromkeys(centre.weekdays, ((centre.opens, centre.closes),))
    return Opening((Pattern(week),), {}, opening_hours(centre, now=now).closed_days)


def _leaves(
    session: Session, ids: Sequence[UUID], first: date, last: date
) -> Iterable[tuple[UUID, Spans]]:
    zone = zone_of(session)
    rows = session.scalars(
        select(Leave).where(
            Leave.account_id.in_(ids),
            Leave.from_day <= last,
            or_(Leave.until_day.is_(None), Leave.until_day >= first),
        )
    )
    whole_day = ((time.min, time.min),)
    for row in rows:
        away = days_between(max(row.from_day, first), min(row.until_day or last, last))
        spans = (span for day in away for span in on_the_clock(day, whole_day, zone))
        yield row.account_id, joined(spans)


def _days_of(span: Span, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day of a time, on the clock of the centre."""
    return span.starts_at.astimezone(zone).date(), span.ends_at.astimezone(zone).date()


def _within(first: date, last: date, zone: ZoneInfo) -> Span:
    ends = datetime.combine(last + timedelta(days=1), time(), zone)
    return Span(datetime.combine(first, time(), zone).astimezone(UTC), ends.astimezone(UTC))
