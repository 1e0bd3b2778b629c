"""Steps of tests in which two people must not meet."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from portal.domain.decisions import DecisionState
from portal.domain.opening import Hours
from portal.domain.separation import TimeNotPossible
from portal.domain.spans import Span
from portal.domain.visits.house import Wishes
from portal.services.dates import exceptions, kept_apart, own_times, separation
from portal.services.dates.exceptions import Time
from portal.services.moderation import deciding
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, a_date, referral_of

WHY = "He is named in her report of March."


def keep_apart(house: TestHouse, one: Person, other: Person, by: Person | None = None) -> None:
    with house.acting(by or house.coordinator) as (session, acting):
        kept_apart.lay(session, acting, one.case_number, other.case_number, reason=WHY, now=NOON)


def links_of(house: TestHouse, her: Person, by: Person | None = None) -> list[kept_apart.Link]:
    with house.acting(by or house.coordinator) as (session, acting):
        return kept_apart.of_case(session, acting, her.case_number, now=NOON)[1]


def closed(house: TestHouse, her: Person) -> tuple[Span, ...]:
    assert her.case_id
    with house.database.transaction("read") as session:
        week = Span(NOON, NOON + timedelta(days=7))
        return separation.closed(session, her.case_id, week)


def wish(house: TestHouse, her: Person, **wishes: Any) -> None:
    """She said when she can come, on the clock of Brussels: an hour ahead of UTC."""
    assert her.case_id
    with house.database.transaction() as session:
        own_times.keep(session, her.case_id, Wishes(**wishes))


def but_tuesday(*hours: tuple[time, time]) -> dict[int, Hours]:
    """Any time, but on Tuesdays only then."""
    return {**dict.fromkeys(range(7), ((time.min, time.min),)), 1: hours}


def refused(house: TestHouse, need_id: UUID, starts_at: datetime, **more: Any) -> bool:
    try:
        a_date(house, need_id, starts_at=starts_at, **more)
    except TimeNotPossible:
        return True
    return False


def ask(
    house: TestHouse,
    her: Person,
    need_id: UUID,
    starts_at: datetime,
    *,
    by: Person | None = None,
    with_id: UUID | None = None,
    minutes: int = 45,
) -> UUID:
    wanted = Time(
        referral_of(house, need_id).id,
        with_id or house.workers[HOUSING].account_id,
        starts_at,
        minutes,
    )
    with house.acting(by or house.director) as (session, acting):
        assert her.case_id
        reason = "The court sits on this day alone."
        return exceptions.ask(session, acting, her.case_id, wanted, reason=reason, now=NOON).id


def accept(
    house: TestHouse, decision_id: UUID, *, by: Person | None = None, now: datetime = NOON
) -> DecisionState:
    with house.acting(by or house.coordinator, now=now, second_factor_at=now) as (session, acting):
        return deciding.accept(session, acting, decision_id, now=now).state


def allow(house: TestHouse, her: Person, need_id: UUID, starts_at: datetime) -> None:
    accept(house, ask(house, her, need_id, starts_at))
