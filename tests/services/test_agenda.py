"""The agenda of staff: whose dates a colleague sees, and whether she came."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.domain.appointments import AppointmentState, NotOverYet
from portal.domain.needs import Category
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Appointment, AuditEvent
from portal.services.dates import agenda, attendance, her_dates, once_more
from portal.services.dates.agenda import Show
from portal.services.referrals import answers, listing
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    POLICE,
    TOMORROW,
    a_date,
    a_shared_need,
    referral_of,
    say_no,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
SYDNEY = ZoneInfo("Australia/Sydney")
"""Its summer ends in April, within the half year for which her yes holds."""
HOUR = timedelta(hours=1)
AFTER = TOMORROW + HOUR
"""When the talk of tomorrow is over."""


def note(
    the_house: TestHouse,
    act: Callable[..., None],
    date_id: UUID,
    *,
    by: Person | None = None,
    now: datetime = AFTER,
) -> None:
    """A colleague notes whether she came."""
    with the_house.acting(by or the_house.workers[HOUSING], now=now) as (session, acting):
        act(session, acting, date_id, now=now)


def ask_again(the_house: TestHouse, her: Person, date_id: UUID, now: datetime = AFTER) -> None:
    with the_house.acting(her, now=now) as (session, acting):
        once_more.ask(session, acting, date_id, now=now)


def seen(
    the_house: TestHouse,
    reader: Person,
    her: Person,
    show: Show = Show.COMING,
    now: datetime = NOON,
) -> list[UUID]:
    """The dates of one survivor that a colleague finds."""
    assert her.case_id is not None
    with the_house.acting(reader, now=now) as (session, acting):
        whose = agenda.of_survivor(session, acting, her.case_id, now=now)
        found = agenda.listed(session, acting, whose, show, now.date(), BRUSSELS, now=now)
    return [one.appointment.id for one in found]


class TestWhetherSheCame:
    """A note of the service, after the talk, never a word to her."""

    def test_the_referral_waits_for_another_date(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        date_id = a_date(the_house, need_id)
        note(the_house, attendance.did_not_come, date_id)
        assert referral_of(the_house, need_id).state is ReferralState.ACCEPTED
        later = a_date(the_house, need_id, starts_at=TOMORROW + 5 * HOUR, now=AFTER)
        assert referral_of(the_house, need_id).state is ReferralState.DATE_SET
        assert seen(the_house, the_house.workers[HOUSING], her) == [date_id, later]

    def test_a_mistake_is_put_right_both_ways(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        date_id = a_date(the_house, need_id)
        states = []
        for act in (attendance.did_not_come, attendance.came, attendance.did_not_come):
            note(the_house, act, date_id)
            with pytest.raises(WrongState):
                note(the_house, act, date_id)
            states.append(referral_of(the_house, need_id).state)
        expected = (ReferralState.ACCEPTED, ReferralState.DATE_SET, ReferralState.ACCEPTED)
        assert tuple(states) == expected

    def test_with_another_date_to_come_nothing_is_asked_of_the_service(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        date_id = a_date(the_house, need_id)
        a_date(the_house, need_id, starts_at=TOMORROW + 5 * HOUR)
        note(the_house, attendance.did_not_come, date_id)
        assert referral_of(the_house, need_id).state is ReferralState.DATE_SET

    def test_not_before_the_talk_is_over(self, the_house: TestHouse, her: Person) -> None:
        date_id = a_date(the_house, a_shared_need(the_house, her))
        for now in (NOON, TOMORROW, TOMORROW + timedelta(minutes=44)):
            for act in (attendance.came, attendance.did_not_come):
                with pytest.raises(NotOverYet):
                    note(the_house, act, date_id, now=now)

    def test_who_said_that_she_cannot_come_is_never_noted_as_not_come(
        self, the_house: TestHouse, her: Person
    ) -> None:
        date_id = a_date(the_house, a_shared_need(the_house, her))
        with the_house.acting(her) as (session, acting):
            her_dates.cannot_come(session, acting, date_id, now=NOON)
        with pytest.raises(WrongState):
            note(the_house, attendance.did_not_come, date_id)
        note(the_house, attendance.came, date_id)

    def test_by_her_service_alone(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        date_id = a_date(the_house, need_id)
        with pytest.raises(NotFound):
            note(the_house, attendance.did_not_come, date_id, by=the_house.workers[POLICE])
        with pytest.raises(NotYours):
            note(the_house, attendance.did_not_come, date_id, by=the_house.director)
        say_no(the_house, her, need_id)
        with pytest.raises(NotFound):
            note(the_house, attendance.came, date_id)


class TestAskingForAnother:
    """After a date that is over she can ask for another one, whatever became of it."""

    @pytest.mark.parametrize("noted", [None, attendance.did_not_come])
    def test_the_service_sees_it_first_until_it_gives_one(
        self, the_house: TestHouse, her: Person, noted: Callable[..., None] | None
    ) -> None:
        need_id = a_shared_need(the_house, her)
        date_id = a_date(the_house, need_id)
        if noted is not None:
            note(the_house, noted, date_id)
        ask_again(the_house, her, date_id)
        with pytest.raises(WrongState):
            ask_again(the_house, her, date_id)
        worker = the_house.workers[HOUSING]
        with the_house.acting(worker, now=AFTER) as (session, acting):
            (line,) = listing.of_service(session, acting, now=AFTER)
            assert line.asked_again
        a_date(the_house, need_id, starts_at=TOMORROW + 5 * HOUR, now=AFTER)
        with the_house.acting(worker, now=AFTER) as (session, acting):
            (line,) = listing.of_service(session, acting, now=AFTER)
            assert not line.waits_for_date

    def test_only_after_the_last_one_and_while_somebody_works_on_it(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        date_id = a_date(the_house, need_id)
        with pytest.raises(WrongState):
            ask_again(the_house, her, date_id, NOON)
        with pytest.raises(NotFound):
            ask_again(the_house, another, date_id)
        second = a_date(the_house, need_id, starts_at=TOMORROW + 2 * HOUR)
        with pytest.raises(WrongState):
            ask_again(the_house, her, date_id)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            answers.finish(session, acting, referral_of(the_house, need_id).id, now=NOON)
        with pytest.raises(WrongState):
            ask_again(the_house, her, second, TOMORROW + 5 * HOUR)


class TestWhoseDates:
    """Need-to-know holds for the agenda too."""

    def test_of_a_survivor_only_those_of_services_that_she_showed_to_the_reader(
        self, the_house: TestHouse, her: Person
    ) -> None:
        lead = (Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id)
        nadia = the_house.a_colleague("Nadia", lead)
        another = the_house.a_survivor("Of others", director=nadia, stand_in=the_house.stand_in)
        need_id = a_shared_need(the_house, her)
        date_id = a_date(the_house, need_id)
        assert seen(the_house, the_house.workers[HOUSING], her) == [date_id]
        assert seen(the_house, the_house.director, her) == [date_id]
        assert seen(the_house, the_house.stand_in, her) == [date_id]
        for stranger in (the_house.workers[POLICE], the_house.coordinator, the_house.auditor):
            with pytest.raises(NotFound):
                seen(the_house, stranger, her)
        say_no(the_house, her, need_id)
        with pytest.raises(NotFound):
            seen(the_house, the_house.workers[HOUSING], her)
        assert seen(the_house, the_house.director, her) == []
        with pytest.raises(NotFound):
            seen(the_house, the_house.director, another)
        with pytest.raises(NotFound):
            seen(the_house, the_house.director, replace(her, case_id=uuid4()))

    def test_a_colleague_without_the_key_of_the_team_sees_no_name(
        self, the_house: TestHouse, her: Person
    ) -> None:
        a_date(the_house, a_shared_need(the_house, her))
        newcomer = the_house.a_colleague(
            "Wim", (Role.SERVICE_STAFF, the_house.services[HOUSING].id)
        )
        with pytest.raises(NotFound):
            seen(the_house, newcomer, her)
        with the_house.acting(newcomer) as (session, acting):
            whose = agenda.of_services(session, acting)
            days = agenda.between(session, acting, whose, NOON.date(), 7, BRUSSELS, now=NOON)
        assert [(one.her_name, one.details) for one in days] == [(None, None)]

    def test_of_one_colleague(self, the_house: TestHouse, her: Person, another: Person) -> None:
        rob = the_house.a_colleague("Rob", (Role.SERVICE_STAFF, the_house.services[HOUSING].id))
        a_date(the_house, a_shared_need(the_house, her))
        his = a_date(the_house, a_shared_need(the_house, another), with_id=rob.account_id)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            whose = agenda.of_services(session, acting, with_id=rob.account_id)
            days = agenda.between(session, acting, whose, NOON.date(), 7, BRUSSELS, now=NOON)
            assert whose.colleague == "Rob"
            assert [one.appointment.id for one in days] == [his]
            foreign = agenda.of_services(
                session, acting, with_id=the_house.workers[POLICE].account_id
            )
            days = agenda.between(session, acting, foreign, NOON.date(), 7, BRUSSELS, now=NOON)
            assert days == []

    def test_a_list_of_names_is_one_event_with_all_of_them(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        a_date(the_house, a_shared_need(the_house, her))
        a_date(the_house, a_shared_need(the_house, another), starts_at=TOMORROW + 2 * HOUR)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            whose = agenda.of_services(session, acting)
            agenda.between(session, acting, whose, NOON.date(), 7, BRUSSELS, now=NOON)
            events = session.scalars(
                select(AuditEvent).where(AuditEvent.actor_id == acting.account_id)
            ).all()
        listed = [one.facts["referrals"] for one in events if "referrals" in one.facts]
        assert [len(names) for names in listed] == [2]


class TestDaysOnTheClock:
    """A day is the centre's day, also when it has 23 or 25 hours."""

    @pytest.mark.parametrize(
        ("zone", "day", "first", "last"),
        [
            (BRUSSELS, "2027-03-28", "2027-03-27T23:00Z", "2027-03-28T21:55Z"),
            (SYDNEY, "2027-04-04", "2027-04-03T13:00Z", "2027-04-04T13:55Z"),
        ],
    )
    def test_from_midnight_to_midnight(
        self, the_house: TestHouse, her: Person, zone: ZoneInfo, day: str, first: str, last: str
    ) -> None:
        need_id = a_shared_need(the_house, her)
        begins, ends = datetime.fromisoformat(first), datetime.fromisoformat(last)
        now, step = begins - timedelta(days=2), timedelta(minutes=5)
        ids = [
            a_date(the_house, need_id, starts_at=at, minutes=5, now=now)
            for at in (begins, ends, begins - step, ends + step)
        ]
        with the_house.acting(the_house.workers[HOUSING], now=now) as (session, acting):
            whose = agenda.of_services(session, acting)
            found = agenda.between(
                session, acting, whose, date.fromisoformat(day), 1, zone, now=now
            )
        assert [one.appointment.id for one in found] == ids[:2]


class TestTheList:
    """Page by page, forwards from a day or back from it, and counted by month."""

    def test_pages_by_key_and_counts(
        self, the_house: TestHouse, her: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(agenda, "PAGE", 2)
        need_id = a_shared_need(the_house, her, Category.HOME)
        ids = [a_date(the_house, need_id, starts_at=TOMORROW + n * HOUR) for n in range(5)]
        now = TOMORROW + timedelta(days=1)
        note(the_house, attendance.came, ids[0], now=now)
        note(the_house, attendance.did_not_come, ids[1], now=now)
        with the_house.acting(the_house.workers[HOUSING], now=now) as (session, acting):
            whose = agenda.of_services(session, acting)

            def page(show: Show, after: UUID | None = None) -> list[UUID]:
                day = now.date()
                found = agenda.listed(
                    session, acting, whose, show, day, BRUSSELS, now=now, after=after
                )
                return [one.appointment.id for one in found]

            assert page(Show.TO_NOTE) == [ids[4], ids[3]]
            assert page(Show.TO_NOTE, ids[3]) == [ids[2]]
            assert page(Show.COMING) == []
            counted = agenda.counts(session, whose, now.date(), BRUSSELS, now=now)
            assert counted[Show.TO_NOTE] == 3
            assert (counted[Show.CAME], counted[Show.NOT_COME]) == (1, 1)
            with pytest.raises(NotFound):
                page(Show.COMING, uuid4())
            assert session.get_one(Appointment, ids[1]).state is AppointmentState.NOT_COME
