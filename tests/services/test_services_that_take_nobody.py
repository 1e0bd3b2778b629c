"""A service is paused or closed: she is asked for nothing there, and her case team learns of it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from portal.domain.appointments import AppointmentState
from portal.domain.centre import Topic
from portal.domain.needs import Category, NeedState
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, WrongState
from portal.domain.services import ServiceKind
from portal.models import Appointment, Need
from portal.services import today
from portal.services.case_work import caseload, cases
from portal.services.case_work.news import New
from portal.services.centre import house_settings
from portal.services.colleagues import roles
from portal.services.dates import once_more
from portal.services.endings import closing
from portal.services.moderation import her_turn
from portal.services.need_to_know import sharing
from portal.services.needs import her_needs, stories
from portal.services.needs.desk_again import ask_desk_again
from portal.services.referrals import at_service
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    a_date,
    a_shared_need,
    referral_of,
    route,
    say_no,
    say_yes,
)
from tests.services.planned import accepted, agree, plan, send
from tests.services.planned import states as planned_states
from tests.services.ways import says_yes, take_all

LATER = NOON + timedelta(minutes=5)
STATES = ("paused", "closed")


def becomes(the_house: TestHouse, state: str, *, now: datetime = LATER) -> None:
    """The coordinator pauses, closes or opens the housing desk."""
    about = str(the_house.services[HOUSING].id)
    cora = the_house.coordinator
    with the_house.acting(cora, now=now, second_factor_at=now) as (session, acting):
        house_settings.change(
            session, acting, Topic.SERVICE, {"state": state}, now=now, about=about
        )


def asked_of_her(the_house: TestHouse, her: Person, need_id: UUID) -> list[bool]:
    """Whether her yes is asked for: among what she shares, on Today, on the need, by the desk."""
    with the_house.acting(her) as (session, acting):
        story = stories.story(
            session, acting, session.get_one(Need, need_id), purpose="own_needs", now=NOON
        )
        found = [
            bool(sharing.waiting_for_her(session, acting)),
            bool(today.show(session, acting, now=NOON).waiting_for_her),
            story.waits_for_her,
        ]
    with the_house.acting(the_house.moderator) as (session, acting):
        return [*found, her_turn.waiting_for_her(session, acting) == (1, 0)]


def look(the_house: TestHouse, her: Person, *, now: datetime = NOON) -> None:
    """Her case director looks at the file."""
    with the_house.acting(the_house.director, now=now) as (session, acting):
        cases.look(session, acting, the_house.case_of(session, her), now=now)


def news(the_house: TestHouse, *, now: datetime = LATER) -> list[tuple[UUID, int]]:
    """The files with something new for the case director, and how many services stopped."""
    with the_house.acting(the_house.director, now=now) as (session, acting):
        page = caseload.page(session, acting, now=now, show=caseload.Show.NEWS)
        return [(line.case.id, line.new[New.SERVICE]) for line in page.lines]


def ask_again(the_house: TestHouse, her: Person, need_id: UUID) -> None:
    """Her case team asks the desk for another place."""
    with the_house.acting(the_house.director, now=LATER) as (session, acting):
        ask_desk_again(session, acting, the_house.case_of(session, her), need_id, now=LATER)


@pytest.mark.parametrize("state", STATES)
def test_she_is_not_asked_for_a_yes_there_until_it_is_open_again(
    the_house: TestHouse, her: Person, state: str
) -> None:
    need_id = the_house.a_need(her)
    route(the_house, need_id, HOUSING)
    assert asked_of_her(the_house, her, need_id) == [True] * 4
    becomes(the_house, state)
    assert asked_of_her(the_house, her, need_id) == [False] * 4
    with pytest.raises(WrongState):
        say_yes(the_house, her, need_id)
    becomes(the_house, "open")
    assert asked_of_her(the_house, her, need_id) == [True] * 4
    say_yes(the_house, her, need_id)


@pytest.mark.parametrize("state", STATES)
def test_her_words_go_to_no_service_that_takes_nobody(
    the_house: TestHouse, her: Person, state: str
) -> None:
    need_id = a_shared_need(the_house, her)
    say_no(the_house, her, need_id)
    becomes(the_house, state)
    with pytest.raises(WrongState):
        say_yes(the_house, her, need_id)
    assert referral_of(the_house, need_id).state is ReferralState.SAID_NO


@pytest.mark.parametrize("state", STATES)
def test_she_can_still_take_her_yes_back(the_house: TestHouse, her: Person, state: str) -> None:
    need_id = a_shared_need(the_house, her)
    becomes(the_house, state)
    say_no(the_house, her, need_id)
    assert referral_of(the_house, need_id).state is ReferralState.SAID_NO


@pytest.mark.parametrize("state", STATES)
def test_it_is_news_for_each_file_that_has_something_there(
    the_house: TestHouse, her: Person, another: Person, state: str
) -> None:
    a_date(the_house, a_shared_need(the_house, her), starts_at=NOON + timedelta(days=10))
    elsewhere = the_house.a_need(another)
    route(the_house, elsewhere, ServiceKind.CENTRE_WORK)
    look(the_house, her)
    look(the_house, another)
    assert news(the_house) == []
    becomes(the_house, state)
    assert news(the_house) == [(her.case_id, 1)]
    look(the_house, her, now=LATER + timedelta(minutes=1))
    assert news(the_house) == []
    again = LATER + timedelta(hours=1)
    becomes(the_house, "open", now=again)
    assert news(the_house, now=again) == []


def test_what_lies_with_a_closed_service_goes_elsewhere_and_its_dates_end(
    the_house: TestHouse, her: Person
) -> None:
    says_yes(the_house, her)
    need_id = a_shared_need(the_house, her)
    date_id = a_date(the_house, need_id, starts_at=NOON + timedelta(days=10))
    take_all(the_house)
    becomes(the_house, "closed")
    ask_again(the_house, her, need_id)
    assert referral_of(the_house, need_id).state is ReferralState.NOT_POSSIBLE
    with the_house.database.transaction("read") as session:
        assert session.get_one(Appointment, date_id).state is AppointmentState.CANCELLED
        assert session.get_one(Need, need_id).state is NeedState.SENT
    assert len(take_all(the_house, now=LATER)) == 1, "she is told that she need not come"
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting), pytest.raises(NotFound):
        at_service.open_referral(session, acting, referral_of(the_house, need_id).id, now=LATER)
    route(the_house, need_id, ServiceKind.CENTRE_WORK, now=LATER)


def test_what_waited_for_her_yes_there_goes_elsewhere(the_house: TestHouse, her: Person) -> None:
    need_id = the_house.a_need(her)
    route(the_house, need_id, HOUSING)
    becomes(the_house, "closed")
    ask_again(the_house, her, need_id)
    assert referral_of(the_house, need_id).state is ReferralState.NOT_POSSIBLE


def test_what_lies_with_a_paused_service_stays_there_too(the_house: TestHouse, her: Person) -> None:
    need_id = a_shared_need(the_house, her)
    becomes(the_house, "paused")
    ask_again(the_house, her, need_id)
    assert referral_of(the_house, need_id).state is ReferralState.SENT, "its staff can answer"


def test_her_file_can_be_closed_though_a_service_left_the_house_without_an_answer(
    the_house: TestHouse, her: Person
) -> None:
    need_id = a_shared_need(the_house, her)
    becomes(the_house, "closed")
    with the_house.acting(the_house.coordinator) as (session, acting):
        worker = the_house.workers[HOUSING].account_id
        roles.close(session, acting, worker, now=NOON, even_the_last=True)
    ask_again(the_house, her, need_id)
    with the_house.acting(her) as (session, acting):
        her_needs.take_back(session, acting, need_id, now=LATER)
    assert her.case_id is not None
    with the_house.acting(the_house.director, now=LATER) as (session, acting):
        closing.close(session, acting, her.case_id, "She moved away.", now=LATER)


class TestDatesWithAClosedService:
    """Who works here no more gets no new date, whoever would give it."""

    def test_no_visit_is_planned_with_it(self, the_house: TestHouse, her: Person) -> None:
        accepted(the_house, her, HOUSING, Category.HOME)
        assert len(plan(the_house, her).talks.open) == 1
        becomes(the_house, "closed")
        assert plan(the_house, her).talks.open == ()

    def test_her_yes_makes_no_date_with_it(self, the_house: TestHouse, her: Person) -> None:
        accepted(the_house, her, HOUSING, Category.HOME)
        visit_id = send(the_house, her)
        becomes(the_house, "closed")
        assert plan(the_house, her).talks.proposed == ()
        agree(the_house, her, visit_id, 1)
        assert planned_states(the_house, visit_id) == ["not_agreed"]

    def test_she_asks_it_for_no_other_date(self, the_house: TestHouse, her: Person) -> None:
        date_id = a_date(the_house, a_shared_need(the_house, her))
        becomes(the_house, "closed")
        over = NOON + timedelta(days=2)
        with the_house.acting(her, now=over) as (session, acting), pytest.raises(WrongState):
            once_more.ask(session, acting, date_id, now=over)
