"""A colleague tries to find out by probing whose dates make a time impossible, and learns nothing.

Three survivors have the same referral. One must not meet somebody who has a date, one cannot come
at the same hours herself, and nothing stands in the way of the third.
"""

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from portal.domain.opening import Hours
from portal.domain.refusals import Refusal
from portal.domain.roles import Role
from portal.domain.separation import TimeNotPossible
from portal.domain.spans import Span
from portal.domain.visits.house import Wishes
from portal.models import Appointment, Referral
from portal.services.dates import giving, kept_apart, own_times, separation
from portal.services.dates.shown_dates import Details
from portal.services.keys import apart, copies
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, TOMORROW, a_date, a_shared_need, referral_of
from tests.statements import counted

QUARTER = timedelta(minutes=15)
MORNING = TOMORROW - timedelta(hours=3)
STARTS = [MORNING + QUARTER * step for step in range(24)] + [
    MORNING + timedelta(days=days, hours=hours) for days in (1, 2) for hours in range(6)
]
"""Each quarter of an hour from 8 to 14 UTC on Tuesday, each hour on the two days after."""
ALWAYS: Hours = ((time.min, time.min),)
Answer = tuple[str, int, int]
"""What a probe gave: the class, how many statements it took, how many lines were logged."""


class Undone(Exception):
    """What was only tried is undone."""


class Prober:
    """A colleague of the housing desk who tries every time and never gives one."""

    def __init__(self, house: TestHouse, caplog: pytest.LogCaptureFixture) -> None:
        self.house, self.log = house, caplog

    def pattern(self, need_id: UUID, starts: list[datetime]) -> list[Answer]:
        """What every time answers, all in one sign-in."""
        worker = self.house.workers[HOUSING]
        referral_id = referral_of(self.house, need_id).id
        with self.house.acting(worker) as (session, acting):

            def try_it(starts_at: datetime) -> str:
                try:
                    with session.begin_nested():
                        giving.set_date(
                            session,
                            acting,
                            referral_id,
                            starts_at=starts_at,
                            minutes=30,
                            with_id=worker.account_id,
                            details=Details("2nd floor"),
                            now=NOON,
                            knowingly=True,
                        )
                        raise Undone
                except Undone:
                    return "possible"
                except Refusal as refusal:
                    assert not refusal.args and not vars(refusal), "it carries nothing"
                    assert refusal.__cause__ is None
                    return type(refusal).__name__

            try_it(starts[0])  # The first look of a sign-in is written down.
            return [self._answer(try_it, start) for start in starts]

    def _answer(self, try_it: Callable[[datetime], str], start: datetime) -> Answer:
        before = len(self.log.records)
        with counted(self.house.database) as statements:
            name = try_it(start)
        return name, len(statements), len(self.log.records) - before


@pytest.fixture
def prober(the_house: TestHouse, caplog: pytest.LogCaptureFixture) -> Prober:
    caplog.set_level(logging.DEBUG)
    return Prober(the_house, caplog)


@pytest.fixture
def other_date(the_house: TestHouse, her: Person, another: Person) -> UUID:
    """Another, whom she must not meet, comes on Tuesday at 11:10 UTC for half an hour."""
    with the_house.acting(the_house.coordinator) as (session, acting):
        numbers = her.case_number, another.case_number
        kept_apart.lay(session, acting, *numbers, reason="Named.", now=NOON)
    # In another service, so that no calendar of the prober's own tells of it.
    need_id = a_shared_need(the_house, another)
    second = the_house.a_colleague("Ward", (Role.SERVICE_STAFF, the_house.services[HOUSING].id))
    return a_date(
        the_house,
        need_id,
        starts_at=TOMORROW + timedelta(minutes=10),
        minutes=30,
        with_id=second.account_id,
    )


def need_of(house: TestHouse, date: Appointment) -> UUID:
    with house.database.transaction("read") as session:
        return session.get_one(Referral, date.referral_id).need_id


def own_hours(house: TestHouse, her: Person, *tuesday: tuple[time, time]) -> None:
    assert her.case_id
    hours = {**dict.fromkeys(range(7), ALWAYS), 1: tuesday}
    with house.database.transaction() as session:
        own_times.keep(session, her.case_id, Wishes(hours=hours))


@pytest.mark.real
def test_every_cause_answers_alike(
    the_house: TestHouse, her: Person, prober: Prober, other_date: UUID
) -> None:
    wisher, free = the_house.a_survivor("Bibi"), the_house.a_survivor("Cato")
    # 10 to 13 UTC, which is 11 to 14 in Brussels: what 11:10 and an hour around it round to.
    own_hours(the_house, wisher, (time.min, time(11)), (time(14), time.min))
    needs = [a_shared_need(the_house, one) for one in (her, wisher, free)]
    by_link, by_wish, by_nothing = (prober.pattern(need_id, STARTS) for need_id in needs)
    assert by_link == by_wish
    blocked = [start for start, answer in zip(STARTS, by_link, strict=True) if "NotP" in answer[0]]
    assert {name for name, _, _ in by_link} == {"possible", TimeNotPossible.__name__}
    # The edges of the hole are whole hours: 9:45 would end in it, 13:00 begins after it.
    assert blocked[0].time() == time(9, 45)
    assert blocked[-1].time() == time(12, 45)
    assert len(blocked) == 13
    assert {name for name, _, _ in by_nothing} == {"possible"}
    for linked, unlinked in zip(by_link, by_nothing, strict=True):
        if linked[0] == unlinked[0]:
            assert linked == unlinked, "as many questions and lines with a link as without"
    assert len({answer[1:] for answer in by_link if "NotP" in answer[0]}) == 1


@pytest.mark.real
def test_the_edges_do_not_move_with_the_minutes_of_the_other(
    the_house: TestHouse, her: Person, another: Person, prober: Prober, other_date: UUID
) -> None:
    need_id = a_shared_need(the_house, her)
    edges = [TOMORROW + timedelta(minutes=minutes) for minutes in (-90, -75, 105, 120)]
    before = ["possible", "TimeNotPossible", "TimeNotPossible", "possible"]
    assert [answer[0] for answer in prober.pattern(need_id, edges)] == before
    with the_house.database.transaction("read") as session:
        date = session.get_one(Appointment, other_date)
    for minutes, length in ((0, 45), (25, 30), (0, 60)):
        other_date = a_date(
            the_house,
            need_of(the_house, date),
            starts_at=TOMORROW + timedelta(minutes=minutes),
            minutes=length,
            with_id=date.with_id,
            instead_of=other_date,
        )
        assert [answer[0] for answer in prober.pattern(need_id, edges)] == before


def test_as_many_seals_are_opened_with_eight_links_as_with_none(
    the_house: TestHouse, her: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    for module, name in (
        (apart, "open_sealed"),
        (apart, "open_value"),
        (copies, "check_keyed"),
        (own_times, "open_value"),
    ):
        real = getattr(module, name)

        def count(*args: Any, real: Callable[..., Any] = real, name: str = name) -> Any:
            opened.append(name)
            return real(*args)

        monkeypatch.setattr(module, name, count)

    def work() -> list[str]:
        assert her.case_id
        opened.clear()
        with the_house.database.transaction("read") as session:
            separation.check(session, her.case_id, Span(TOMORROW, TOMORROW + QUARTER))
        return sorted(opened)

    with_none = work()
    for number in range(apart.MOST):
        other = the_house.a_survivor(f"Other {number}", activated=False)
        with the_house.acting(the_house.coordinator) as (session, acting):
            kept_apart.lay(
                session, acting, her.case_number, other.case_number, reason="So.", now=NOON
            )
    assert work() == with_none
    assert with_none.count("open_sealed") == apart.MOST
    own_hours(the_house, her, (time(9), time(14)))
    assert work() == with_none
