"""Dates: set by a service, answered by her without a reason, never two at a time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from portal.domain.appointments import (
    AppointmentState,
    ColleagueTaken,
    LengthImpossible,
    Overlaps,
    TimeHasPassed,
    TimeTooFar,
)
from portal.domain.needs import Category
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.domain.words import NothingWritten, TooLong
from portal.models import Appointment
from portal.services.colleagues import roles
from portal.services.dates import agenda, giving, her_dates, shown_dates
from portal.services.dates.shown_dates import Details
from portal.services.referrals import answers, listing
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    POLICE,
    TOMORROW,
    a_date,
    a_shared_need,
    referral_of,
)

Act = Callable[..., object]
HOUR = timedelta(hours=1)
BRUSSELS = ZoneInfo("Europe/Brussels")


def hers(the_house: TestHouse, her: Person, now: datetime = NOON) -> list[shown_dates.Shown]:
    """Her list of dates to come."""
    with the_house.acting(her, now=now) as (session, acting):
        return her_dates.listed(session, acting, now=now)


def state_of(the_house: TestHouse, date_id: UUID) -> AppointmentState:
    """Where a date is."""
    with the_house.database.transaction("read") as session:
        return session.get_one(Appointment, date_id).state


def answer(
    the_house: TestHouse,
    her: Person,
    act: Callable[..., object],
    date_id: UUID,
    now: datetime = NOON,
) -> None:
    """She answers a date."""
    with the_house.acting(her, now=now) as (session, acting):
        act(session, acting, date_id, now=now)


class TestSetting:
    """By the service that she let read the need."""

    def test_she_sees_when_where_and_with_whom(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        a_date(the_house, need_id)
        (shown,) = hers(the_house, her)
        assert shown.details == Details("2nd floor, desk 1", "Arabic", None)
        assert (shown.with_name, shown.service.name) == ("Worker housing", "Housing desk")
        assert (shown.appointment.starts_at, shown.ends_at) == (TOMORROW, TOMORROW + HOUR * 0.75)
        assert referral_of(the_house, need_id).state is ReferralState.DATE_SET
        with the_house.acting(her) as (session, acting):
            following = her_dates.next_one(session, acting, now=NOON)
            assert following is not None
            assert following.appointment.id == shown.appointment.id

    @pytest.mark.parametrize(
        ("starts_at", "minutes", "refusal"),
        [
            (NOON, 45, TimeHasPassed),
            (NOON - timedelta(days=1), 45, TimeHasPassed),
            (NOON + timedelta(days=367), 45, TimeTooFar),
            (TOMORROW, 0, LengthImpossible),
            (TOMORROW, -5, LengthImpossible),
            (TOMORROW, 481, LengthImpossible),
        ],
    )
    def test_an_impossible_date_is_refused(
        self,
        the_house: TestHouse,
        her: Person,
        starts_at: datetime,
        minutes: int,
        refusal: type[Exception],
    ) -> None:
        need_id = a_shared_need(the_house, her)
        with pytest.raises(refusal):
            a_date(the_house, need_id, starts_at=starts_at, minutes=minutes)
        assert hers(the_house, her) == []

    def test_place_and_help_are_cleaned_and_short(self, the_house: TestHouse, her: Person) -> None:
        worker = the_house.workers[HOUSING]
        referral_id = referral_of(the_house, a_shared_need(the_house, her)).id

        def give(details: Details) -> None:
            with the_house.acting(worker) as (session, acting):
                giving.set_date(
                    session,
                    acting,
                    referral_id,
                    starts_at=TOMORROW,
                    minutes=30,
                    with_id=worker.account_id,
                    details=details,
                    now=NOON,
                )

        with pytest.raises(NothingWritten):
            give(Details(" \x00 "))
        with pytest.raises(TooLong):
            give(Details("a" * 301))
        give(Details(" Room\x00 2 ", "  ", "Your\u202e key"))
        assert hers(the_house, her)[0].details == Details("Room 2", None, "Your key")

    def test_she_sits_in_one_place_at_a_time(self, the_house: TestHouse, her: Person) -> None:
        first = a_shared_need(the_house, her)
        second = a_shared_need(the_house, her, Category.MONEY)
        date_id = a_date(the_house, first, minutes=60)
        for minutes in (-30, 0, 55):
            with pytest.raises(Overlaps):
                a_date(the_house, second, starts_at=TOMORROW + timedelta(minutes=minutes))
        a_date(the_house, second, starts_at=TOMORROW + HOUR)
        a_date(the_house, second, starts_at=TOMORROW - 0.75 * HOUR)
        answer(the_house, her, her_dates.cannot_come, date_id)
        a_date(the_house, second, starts_at=TOMORROW, minutes=60)

    def test_two_survivors_may_come_at_the_same_time_but_not_to_the_same_colleague(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        colleague = the_house.a_colleague(
            "Rob", (Role.SERVICE_STAFF, the_house.services[HOUSING].id)
        )
        a_date(the_house, a_shared_need(the_house, her))
        hers_too = a_shared_need(the_house, another)
        with pytest.raises(ColleagueTaken):
            a_date(the_house, hers_too)
        a_date(the_house, hers_too, with_id=colleague.account_id)

    def test_a_time_that_was_given_away_is_not_taken_back(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        date_id = a_date(the_house, a_shared_need(the_house, her))
        answer(the_house, her, her_dates.cannot_come, date_id)
        a_date(the_house, a_shared_need(the_house, another))
        with pytest.raises(WrongState):
            answer(the_house, her, her_dates.keep, date_id)

    def test_only_with_a_colleague_of_that_service(self, the_house: TestHouse, her: Person) -> None:
        worker = the_house.workers[HOUSING]
        referral_id = referral_of(the_house, a_shared_need(the_house, her)).id
        for with_id in (the_house.workers[POLICE].account_id, her.account_id, uuid4()):
            with the_house.acting(worker) as (session, acting), pytest.raises(NotFound):
                giving.set_date(
                    session,
                    acting,
                    referral_id,
                    starts_at=TOMORROW,
                    minutes=30,
                    with_id=with_id,
                    details=Details("Room 2"),
                    now=NOON,
                )

    def test_another_service_sets_moves_and_cancels_nothing(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        date_id = a_date(the_house, need_id)
        for kind in (POLICE, ServiceKind.CENTRE_WORK):
            worker = the_house.workers[kind]
            with the_house.acting(worker) as (session, acting):
                with pytest.raises(NotFound):
                    giving.cancel(session, acting, date_id, now=NOON)
                with pytest.raises(NotFound):
                    shown_dates.of_referral(
                        session, acting, referral_of(the_house, need_id).id, now=NOON
                    )
                whose = agenda.of_services(session, acting)
                span = (NOON.date(), 9, BRUSSELS)
                assert agenda.between(session, acting, whose, *span, now=NOON) == []
        with the_house.acting(the_house.director) as (session, acting), pytest.raises(NotYours):
            giving.cancel(session, acting, date_id, now=NOON)


class TestMovingAndCancelling:
    """What the service does with a date."""

    def test_another_date_instead(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        first = a_date(the_house, need_id)
        second = a_date(
            the_house, need_id, starts_at=TOMORROW + timedelta(minutes=10), instead_of=first
        )
        assert [shown.appointment.id for shown in hers(the_house, her)] == [second]
        with the_house.database.transaction("read") as session:
            assert session.get_one(Appointment, first).moved_to_id == second
        with pytest.raises(WrongState):
            a_date(the_house, need_id, starts_at=TOMORROW + 5 * HOUR, instead_of=first)
        with pytest.raises(NotFound):
            a_date(the_house, need_id, starts_at=TOMORROW + 5 * HOUR, instead_of=uuid4())

    def test_a_date_of_another_referral_is_not_moved(
        self, the_house: TestHouse, her: Person
    ) -> None:
        one = a_date(the_house, a_shared_need(the_house, her))
        other = a_shared_need(the_house, her, Category.MONEY)
        with pytest.raises(NotFound):
            a_date(the_house, other, starts_at=TOMORROW + 5 * HOUR, instead_of=one)

    def test_without_a_date_the_referral_is_accepted_again(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        dates = [a_date(the_house, need_id, starts_at=TOMORROW + n * HOUR) for n in (0, 2)]
        states = []
        for date_id in dates:
            with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
                giving.cancel(session, acting, date_id, now=NOON)
                with pytest.raises(WrongState):
                    giving.cancel(session, acting, date_id, now=NOON)
            states.append(referral_of(the_house, need_id).state)
        assert states == [ReferralState.DATE_SET, ReferralState.ACCEPTED]

    def test_what_is_finished_gets_no_date(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        a_date(the_house, need_id)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            answers.finish(session, acting, referral_of(the_house, need_id).id, now=NOON)
        with pytest.raises(WrongState):
            a_date(the_house, need_id, starts_at=TOMORROW + 5 * HOUR)


class TestHerAnswer:
    """She cannot come, wants another time, or comes after all."""

    def test_the_service_sees_it_and_nobody_asks_why(
        self, the_house: TestHouse, her: Person
    ) -> None:
        date_id = a_date(the_house, a_shared_need(the_house, her))
        answer(the_house, her, her_dates.another_time, date_id)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            (line,) = listing.of_service(session, acting, now=NOON)
            assert [date.id for date in line.asked] == [date_id]
        answer(the_house, her, her_dates.cannot_come, date_id)
        answer(the_house, her, her_dates.keep, date_id)
        assert state_of(the_house, date_id) is AppointmentState.PLANNED

    @pytest.mark.parametrize("twice", [her_dates.cannot_come, her_dates.another_time])
    def test_a_second_tap_is_told(self, the_house: TestHouse, her: Person, twice: Act) -> None:
        date_id = a_date(the_house, a_shared_need(the_house, her))
        answer(the_house, her, twice, date_id)
        with pytest.raises(WrongState):
            answer(the_house, her, twice, date_id)

    def test_a_date_that_began_cannot_be_answered(self, the_house: TestHouse, her: Person) -> None:
        date_id = a_date(the_house, a_shared_need(the_house, her))
        for act in (her_dates.cannot_come, her_dates.another_time, her_dates.keep):
            with pytest.raises(WrongState):
                answer(the_house, her, act, date_id, TOMORROW)

    def test_she_does_not_come_after_all_when_she_sits_elsewhere_by_now(
        self, the_house: TestHouse, her: Person
    ) -> None:
        first = a_date(the_house, a_shared_need(the_house, her))
        answer(the_house, her, her_dates.cannot_come, first)
        a_date(the_house, a_shared_need(the_house, her, Category.MONEY))
        with pytest.raises(WrongState):
            answer(the_house, her, her_dates.keep, first)
        assert state_of(the_house, first) is AppointmentState.CANNOT_COME

    def test_another_survivors_date_is_not_found(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        date_id = a_date(the_house, a_shared_need(the_house, her))
        for wanted in (date_id, uuid4()):
            for act in (her_dates.cannot_come, her_dates.keep):
                with pytest.raises(NotFound):
                    answer(the_house, another, act, wanted)


class TestHerList:
    """What comes and what was, from all services."""

    def test_a_talk_is_to_come_until_it_ends(self, the_house: TestHouse, her: Person) -> None:
        a_date(the_house, a_shared_need(the_house, her), minutes=60)
        for minutes, coming in ((-5, 1), (59, 1), (60, 0)):
            now = TOMORROW + timedelta(minutes=minutes)
            assert len(hers(the_house, her, now)) == coming
            with the_house.acting(her, now=now) as (session, acting):
                assert len(her_dates.listed(session, acting, now=now, past=True)) == 1 - coming
                following = her_dates.next_one(session, acting, now=now)
                assert (following is not None) is bool(coming)

    def test_the_next_date_is_the_first_to_which_she_comes(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        dates = [a_date(the_house, need_id, starts_at=TOMORROW + n * HOUR) for n in (4, 0, 2)]
        answer(the_house, her, her_dates.cannot_come, dates[1])
        order = [shown.appointment.id for shown in hers(the_house, her)]
        assert order == [dates[1], dates[2], dates[0]]
        with the_house.acting(her) as (session, acting):
            following = her_dates.next_one(session, acting, now=NOON)
        assert following is not None
        assert following.appointment.id == dates[2]

    def test_the_case_team_sees_her_dates_too(self, the_house: TestHouse, her: Person) -> None:
        a_date(the_house, a_shared_need(the_house, her))
        with the_house.acting(the_house.director) as (session, acting):
            case = the_house.case_of(session, her)
            (shown,) = shown_dates.of_case(session, acting, case, now=NOON)
        assert shown.details is not None


def test_she_cannot_keep_a_date_with_a_colleague_who_left_meanwhile(
    the_house: TestHouse, her: Person
) -> None:
    date_id = a_date(the_house, a_shared_need(the_house, her))
    with the_house.acting(her) as (session, acting):
        her_dates.cannot_come(session, acting, date_id, now=NOON)
    with the_house.acting(the_house.coordinator) as (session, acting):
        gone = the_house.workers[HOUSING].account_id
        roles.close(session, acting, gone, now=NOON, even_the_last=True)
    with the_house.acting(her) as (session, acting), pytest.raises(WrongState):
        her_dates.keep(session, acting, date_id, now=NOON)
