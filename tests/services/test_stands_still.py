"""A need with which nobody goes on is promised an answer anew, and climbs when none comes."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal import worker
from portal.domain.decisions import Step
from portal.domain.needs import Category, HowSoon
from portal.domain.services import ServiceKind, ServiceState
from portal.models import Need, Service, Told
from portal.services import today
from portal.services.case_work import caseload
from portal.services.endings import closing, erasure
from portal.services.moderation import late
from portal.services.needs import her_needs
from portal.services.needs.desk_again import ask_desk_again
from portal.services.referrals import answers
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, POLICE, referral_of, route, say_no, say_yes

A_MINUTE = timedelta(minutes=1)
HALF_AN_HOUR = timedelta(minutes=30)
LATER = NOON + timedelta(hours=1)


def routed(the_house: TestHouse, her: Person, *kinds: ServiceKind) -> UUID:
    """A need that is promised an answer within half an hour, and waits for her yes."""
    need_id = the_house.a_need(her, Category.SAFETY, how_soon=HowSoon.TODAY)
    route(the_house, need_id, *(kinds or (HOUSING,)))
    return need_id


def refuse(the_house: TestHouse, need_id: UUID, *, now: datetime = LATER) -> None:
    """The housing desk cannot help with it."""
    referral_id = referral_of(the_house, need_id).id
    with the_house.acting(the_house.workers[HOUSING], now=now) as (session, acting):
        answers.not_possible(session, acting, referral_id, "Nothing is free.", now=now)


def becomes(the_house: TestHouse, state: ServiceState) -> None:
    """The housing desk is paused, closed or open again."""
    with the_house.database.transaction() as session:
        session.get_one(Service, the_house.services[HOUSING].id).state = state


def ask_again(the_house: TestHouse, her: Person, need_id: UUID, *, now: datetime) -> None:
    """Her case team puts it back at the desk."""
    with the_house.acting(the_house.director, now=now) as (session, acting):
        ask_desk_again(session, acting, the_house.case_of(session, her), need_id, now=now)


def work(the_house: TestHouse, now: datetime) -> None:
    """One round of the worker."""
    worker.run_once(the_house.database, now=now)


def told(the_house: TestHouse) -> list[Step]:
    """Who was told, in order."""
    with the_house.database.transaction("read") as session:
        return list(session.scalars(select(Told.step).order_by(Told.told_at)))


def of_director(the_house: TestHouse) -> list[late.Climbed]:
    """What stands as late on the page of the case director."""
    with the_house.acting(the_house.director) as (session, acting):
        return late.climbed_to(session, acting)


def she_reads(the_house: TestHouse, her: Person, *, now: datetime) -> datetime | None:
    """The time that she was promised for the one need she asked for."""
    with the_house.acting(her, now=now) as (session, acting):
        (asked,) = today.show(session, acting, now=now).asked
        return asked.promised.answer_before if asked.promised else None


def listed_promise(
    the_house: TestHouse, her: Person, *, now: datetime
) -> tuple[datetime | None, int]:
    """The time that stands on the caseload of her case director, and how many files are late."""
    with the_house.acting(the_house.director, now=now) as (session, acting):
        lines = caseload.page(session, acting, now=now).lines
        (line,) = (one for one in lines if one.case.id == her.case_id)
        counts = caseload.counts(session, acting, now=now)
        return line.next_promise, counts[caseload.Show.LATE]


def test_after_her_no_to_the_only_service_it_climbs(the_house: TestHouse, her: Person) -> None:
    need_id = routed(the_house, her)
    assert she_reads(the_house, her, now=LATER) is None, "it waits for her yes"
    say_no(the_house, her, need_id, now=LATER)
    assert she_reads(the_house, her, now=LATER) == LATER + HALF_AN_HOUR
    assert listed_promise(the_house, her, now=LATER) == (LATER + HALF_AN_HOUR, 0)
    work(the_house, LATER + HALF_AN_HOUR)
    assert told(the_house) == []
    for missed in (1, 2, 3, 4):
        work(the_house, LATER + missed * HALF_AN_HOUR + A_MINUTE)
        work(the_house, LATER + missed * HALF_AN_HOUR + 2 * A_MINUTE)
    assert told(the_house) == [Step.CASE_DIRECTOR, Step.STAND_IN, Step.COORDINATOR]
    (line,) = of_director(the_house)
    assert line.stands_still
    assert line.need is not None and line.need.id == need_id
    assert line.promised_at == LATER + HALF_AN_HOUR
    assert line.again_at == LATER + 5 * HALF_AN_HOUR
    assert listed_promise(the_house, her, now=LATER + HALF_AN_HOUR + A_MINUTE)[1] == 1
    with the_house.acting(the_house.coordinator) as (session, acting):
        assert len(late.climbed_to(session, acting, as_coordinator=True)) == 1


def test_where_a_service_cannot_help_it_climbs(the_house: TestHouse, her: Person) -> None:
    need_id = routed(the_house, her)
    say_yes(the_house, her, need_id)
    refuse(the_house, need_id)
    assert she_reads(the_house, her, now=LATER) == LATER + HALF_AN_HOUR
    work(the_house, LATER + HALF_AN_HOUR + A_MINUTE)
    assert [one.told.step for one in of_director(the_house)] == [Step.CASE_DIRECTOR]


def test_asked_again_the_desk_promises_and_it_climbs_no_more(
    the_house: TestHouse, her: Person
) -> None:
    need_id = routed(the_house, her)
    say_no(the_house, her, need_id, now=LATER)
    work(the_house, LATER + HALF_AN_HOUR + A_MINUTE)
    asked_at = LATER + timedelta(minutes=45)
    ask_again(the_house, her, need_id, now=asked_at)
    assert of_director(the_house) == []
    assert she_reads(the_house, her, now=asked_at) == asked_at + HALF_AN_HOUR
    route(the_house, need_id, POLICE, now=asked_at)
    work(the_house, asked_at + timedelta(days=2))
    assert of_director(the_house) == [], "it waits for her yes to somebody else"
    assert told(the_house) == []


def test_it_stands_still_anew_after_the_second_service_too(
    the_house: TestHouse, her: Person
) -> None:
    need_id = routed(the_house, her)
    say_no(the_house, her, need_id, now=LATER)
    work(the_house, LATER + HALF_AN_HOUR + A_MINUTE)
    ask_again(the_house, her, need_id, now=LATER)
    route(the_house, need_id, POLICE, now=LATER)
    again = LATER + timedelta(hours=2)
    say_no(the_house, her, need_id, POLICE, now=again)
    assert she_reads(the_house, her, now=again) == again + HALF_AN_HOUR
    work(the_house, again + HALF_AN_HOUR + A_MINUTE)
    assert told(the_house) == [Step.CASE_DIRECTOR]


@pytest.mark.parametrize("shares", [False, True])
def test_with_another_service_still_at_work_nothing_climbs(
    the_house: TestHouse, her: Person, shares: bool
) -> None:
    need_id = routed(the_house, her, HOUSING, POLICE)
    if shares:
        say_yes(the_house, her, need_id, POLICE)
        referral_id = referral_of(the_house, need_id, POLICE).id
        with the_house.acting(the_house.workers[POLICE]) as (session, acting):
            answers.accept(session, acting, referral_id, now=NOON)
    say_no(the_house, her, need_id, now=LATER)
    assert she_reads(the_house, her, now=LATER) is None
    work(the_house, LATER + timedelta(days=2))
    assert told(the_house) == []


def test_her_yes_after_all_is_the_promise_of_the_service(the_house: TestHouse, her: Person) -> None:
    need_id = routed(the_house, her)
    say_no(the_house, her, need_id, now=LATER)
    work(the_house, LATER + HALF_AN_HOUR + A_MINUTE)
    later = LATER + timedelta(hours=1)
    say_yes(the_house, her, need_id, now=later)
    assert of_director(the_house) == []
    assert she_reads(the_house, her, now=later) == later + HALF_AN_HOUR
    work(the_house, later + A_MINUTE)
    assert told(the_house) == []


def test_a_second_no_is_no_new_promise(the_house: TestHouse, her: Person) -> None:
    need_id = routed(the_house, her)
    for minutes in (0, 20):
        say_no(the_house, her, need_id, now=LATER + timedelta(minutes=minutes))
    assert she_reads(the_house, her, now=LATER) == LATER + HALF_AN_HOUR


@pytest.mark.parametrize("state", [ServiceState.PAUSED, ServiceState.CLOSED])
@pytest.mark.parametrize("shares", [False, True])
def test_what_lies_with_a_service_that_takes_nobody_climbs_once(
    the_house: TestHouse, her: Person, state: ServiceState, shares: bool
) -> None:
    need_id = routed(the_house, her)
    if shares:
        say_yes(the_house, her, need_id, now=LATER)
    becomes(the_house, state)
    work(the_house, LATER)
    assert she_reads(the_house, her, now=LATER) == LATER + HALF_AN_HOUR
    work(the_house, LATER + HALF_AN_HOUR + A_MINUTE)
    (line,) = of_director(the_house)
    assert line.stands_still
    becomes(the_house, ServiceState.OPEN)
    work(the_house, LATER + HALF_AN_HOUR + 2 * A_MINUTE)
    assert not any(one.stands_still for one in of_director(the_house))


def test_a_paused_service_goes_on_with_what_it_has_begun(the_house: TestHouse, her: Person) -> None:
    need_id = routed(the_house, her)
    say_yes(the_house, her, need_id)
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        answers.accept(session, acting, referral_of(the_house, need_id).id, now=NOON)
    becomes(the_house, ServiceState.PAUSED)
    work(the_house, LATER)
    work(the_house, LATER + timedelta(days=2))
    assert told(the_house) == []


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_she_takes_back_or_the_house_ends_climbs_no_more(
    the_house: TestHouse, her: Person, is_closed: bool
) -> None:
    need_id = routed(the_house, her)
    say_no(the_house, her, need_id, now=LATER)
    work(the_house, LATER + HALF_AN_HOUR + A_MINUTE)
    assert her.case_id is not None
    if is_closed:
        with the_house.acting(the_house.director) as (session, acting):
            closing.close(session, acting, her.case_id, "She has moved.", now=LATER)
    else:
        with the_house.acting(her) as (session, acting):
            her_needs.take_back(session, acting, need_id, now=LATER)
    assert of_director(the_house) == []
    work(the_house, LATER + timedelta(days=2))
    assert told(the_house) == [Step.CASE_DIRECTOR]


def test_what_stood_still_before_is_found_by_the_worker(the_house: TestHouse, her: Person) -> None:
    """In a house that is older than this promise."""
    need_id = routed(the_house, her)
    say_no(the_house, her, need_id)
    with the_house.database.transaction() as session:
        session.get_one(Need, need_id).still_since = None
    assert she_reads(the_house, her, now=LATER) is None
    work(the_house, LATER)
    assert she_reads(the_house, her, now=LATER) == LATER + HALF_AN_HOUR


def test_who_was_told_goes_with_the_file(the_house: TestHouse, her: Person) -> None:
    need_id = routed(the_house, her)
    say_no(the_house, her, need_id)
    work(the_house, LATER)
    assert told(the_house) == [Step.CASE_DIRECTOR]
    assert her.case_id is not None
    with the_house.database.transaction() as session:
        erasure.erase(session, her.case_id, actor_id=None, facts={}, now=LATER)
    assert told(the_house) == []
