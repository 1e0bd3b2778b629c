"""What is late climbs in the worker, and promises a new time once."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal import worker
from portal.domain.decisions import BREAK_GLASS_WAITS, DecisionKind, DecisionState, Step, next_step
from portal.domain.needs import Category, HowSoon
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import AuditEvent, Decision, LookQuestion, Need, Told
from portal.services.case_work import cover
from portal.services.colleagues import staff
from portal.services.moderation import deciding, decisions, late
from portal.services.need_to_know import look_questions, looking
from portal.services.referrals import answers, at_service
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    a_shared_need,
    decision_of,
    referral_of,
    say_no,
    say_yes,
)

HALF_AN_HOUR = timedelta(minutes=30)
A_MINUTE = timedelta(minutes=1)


def red(the_house: TestHouse, her: Person, *, now: datetime = NOON) -> UUID:
    """A need that somebody promised to see within half an hour."""
    return the_house.a_need(her, Category.SAFETY, how_soon=HowSoon.TODAY, now=now)


def told(the_house: TestHouse) -> list[tuple[Step, UUID | None]]:
    """Who was told, in order."""
    with the_house.database.transaction("read") as session:
        rows = session.scalars(select(Told).order_by(Told.told_at)).all()
        return [(row.step, row.account_id) for row in rows]


def a_question_about_a_look(the_house: TestHouse, her: Person) -> UUID:
    """She asks why the housing desk read what she let it read."""
    need_id = a_shared_need(the_house, her)
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        referral_id = referral_of(the_house, need_id).id
        at_service.open_referral(session, acting, referral_id, now=NOON)
        answers.accept(session, acting, referral_id, now=NOON)
    with the_house.acting(her) as (session, acting):
        look = looking.who_looked(session, acting, now=NOON)[0]
        return look_questions.ask(session, acting, look.id, "Why?", now=NOON).id


def work(the_house: TestHouse, *, after: timedelta) -> None:
    """One round of the worker, so long after noon."""
    worker.run_once(the_house.database, now=NOON + after)


def test_it_climbs_from_case_director_to_stand_in_to_coordinators(
    the_house: TestHouse, her: Person
) -> None:
    red(the_house, her)
    work(the_house, after=HALF_AN_HOUR)
    assert told(the_house) == []
    expected = [
        (Step.CASE_DIRECTOR, the_house.director.account_id),
        (Step.STAND_IN, the_house.stand_in.account_id),
        (Step.COORDINATOR, None),
    ]
    for missed in range(1, 5):
        work(the_house, after=missed * HALF_AN_HOUR + A_MINUTE)
        work(the_house, after=missed * HALF_AN_HOUR + 2 * A_MINUTE)
        assert told(the_house) == expected[:missed]
    with the_house.database.transaction("read") as session:
        kinds = session.scalars(select(AuditEvent.kind)).all()
        assert kinds.count("promise_missed") == 4


def test_the_new_time_is_promised_once_and_stands_on_her_need(
    the_house: TestHouse, her: Person
) -> None:
    need_id = red(the_house, her)
    for minutes in (31, 45, 59):
        work(the_house, after=timedelta(minutes=minutes))
        with the_house.database.transaction("read") as session:
            need = session.get_one(Need, need_id)
            assert need.answer_before == NOON + HALF_AN_HOUR
            assert need.answer_again_before == NOON + 2 * HALF_AN_HOUR


@pytest.mark.parametrize("gone", ["away", "left", "untrained"])
def test_who_is_not_there_is_passed_over(the_house: TestHouse, her: Person, gone: str) -> None:
    with the_house.acting(the_house.director) as (session, acting):
        if gone == "left":
            staff.get_member(session, the_house.director.account_id).left_at = NOON
        elif gone == "untrained":
            member = staff.get_member(session, the_house.director.account_id)
            member.trained_until = date(2026, 11, 22)
        else:
            cover.plan_leave(session, acting, None, date(2026, 11, 30), now=NOON)
    red(the_house, her)
    work(the_house, after=HALF_AN_HOUR + A_MINUTE)
    assert told(the_house) == [(Step.STAND_IN, the_house.stand_in.account_id)]


def test_what_belongs_to_no_case_climbs_to_the_coordinators(the_house: TestHouse) -> None:
    the_house.a_colleague("Ada", (Role.COORDINATOR, None))
    with the_house.acting(the_house.coordinator) as (session, acting):
        decisions.ask(session, acting, DecisionKind.ROLE_CHANGE, reason="New", now=NOON)
    work(the_house, after=timedelta(days=2))
    assert told(the_house) == [(Step.COORDINATOR, None)]


def test_a_service_that_does_not_answer_is_late_too(the_house: TestHouse, her: Person) -> None:
    need_id = a_shared_need(the_house, her)
    before = referral_of(the_house, need_id).answer_before
    worker.run_once(the_house.database, now=before + A_MINUTE)
    assert told(the_house) == [(Step.CASE_DIRECTOR, the_house.director.account_id)]
    again = referral_of(the_house, need_id).answer_again_before
    assert again is not None and again > before
    with the_house.acting(the_house.director) as (session, acting):
        (line,) = late.climbed_to(session, acting)
        assert (line.promised_at, line.again_at) == (before, again)
        assert line.service is not None and line.service.id == the_house.services[HOUSING].id


def test_a_new_yes_is_a_new_promise_and_climbs_from_the_beginning(
    the_house: TestHouse, her: Person
) -> None:
    """The service was late once, she said no, and a month later yes again."""
    need_id = a_shared_need(the_house, her)
    worker.run_once(
        the_house.database, now=referral_of(the_house, need_id).answer_before + A_MINUTE
    )
    later = NOON + timedelta(days=29)
    say_no(the_house, her, need_id, now=later)
    say_yes(the_house, her, need_id, now=later)
    promised = referral_of(the_house, need_id).answer_before
    assert promised > later
    worker.run_once(the_house.database, now=later + A_MINUTE)
    assert told(the_house) == []
    with the_house.acting(the_house.director) as (session, acting):
        assert late.climbed_to(session, acting) == []
    worker.run_once(the_house.database, now=promised + A_MINUTE)
    assert told(the_house) == [(Step.CASE_DIRECTOR, the_house.director.account_id)]


def test_it_stands_on_ones_page_until_it_is_answered(the_house: TestHouse, her: Person) -> None:
    need_id = red(the_house, her)
    work(the_house, after=HALF_AN_HOUR + A_MINUTE)
    with the_house.acting(the_house.director) as (session, acting):
        (line,) = late.climbed_to(session, acting)
        assert line.need is not None and line.need.id == need_id
        assert line.case is not None and line.case.id == her.case_id
    with the_house.acting(the_house.stand_in) as (session, acting):
        assert late.climbed_to(session, acting) == []
    with the_house.acting(the_house.coordinator) as (session, acting):
        assert late.climbed_to(session, acting, as_coordinator=True) == []
    with the_house.acting(the_house.moderator) as (session, acting):
        decision = session.get_one(Decision, decision_of(the_house, need_id))
        decision.state = DecisionState.ACCEPTED
    with the_house.acting(the_house.director) as (session, acting):
        assert late.climbed_to(session, acting) == []


def test_her_question_about_a_look_climbs_past_her_case_team(
    the_house: TestHouse, her: Person
) -> None:
    """It may be about them; they are not even told that she asked."""
    asked = a_question_about_a_look(the_house, her)
    with the_house.database.transaction("read") as session:
        before = session.get_one(LookQuestion, asked).answer_before
    worker.run_once(the_house.database, now=before)
    assert told(the_house) == []
    for days in range(1, 4):
        worker.run_once(the_house.database, now=before + timedelta(days=days))
    assert told(the_house) == [(Step.COORDINATOR, None)]
    with the_house.acting(the_house.coordinator) as (session, acting):
        (line,) = late.climbed_to(session, acting, as_coordinator=True)
        assert line.question is not None and line.question.id == asked
        assert line.promised_at == before
        assert line.again_at is not None and line.again_at > before + timedelta(days=3)
    later = before + timedelta(days=3)
    with the_house.acting(the_house.coordinator, now=later) as (session, acting):
        look_questions.answer(session, acting, asked, "He helps you.", now=later)
        assert late.climbed_to(session, acting, as_coordinator=True) == []
    worker.run_once(the_house.database, now=later + timedelta(days=9))
    assert len(told(the_house)) == 1


def test_a_moderator_sees_no_list_of_the_whole_house(the_house: TestHouse, her: Person) -> None:
    red(the_house, her)
    for missed in (1, 2, 3):
        work(the_house, after=missed * HALF_AN_HOUR + A_MINUTE)
    with the_house.acting(the_house.moderator) as (session, acting):
        assert late.climbed_to(session, acting, as_coordinator=True) == []
    with the_house.acting(the_house.coordinator) as (session, acting):
        assert len(late.climbed_to(session, acting, as_coordinator=True)) == 1


def test_the_worker_lets_emergencies_vanish_and_chosen_moments_come(
    the_house: TestHouse, her: Person
) -> None:
    with the_house.acting(the_house.coordinator) as (session, acting):
        emergency = decisions.ask(
            session, acting, DecisionKind.BREAK_GLASS, reason="Ill", case_id=her.case_id, now=NOON
        ).id
    release = the_house.an_entry(her)
    moment = NOON + timedelta(hours=3)
    with the_house.acting(the_house.moderator) as (session, acting):
        deciding.accept(session, acting, release, takes_effect_at=moment, now=NOON)
    work(the_house, after=timedelta(hours=2))
    with the_house.database.transaction("read") as session:
        assert session.get_one(Decision, release).took_effect_at is None
    work(the_house, after=BREAK_GLASS_WAITS)
    work(the_house, after=BREAK_GLASS_WAITS)
    with the_house.database.transaction("read") as session:
        assert session.get_one(Decision, release).took_effect_at == NOON + BREAK_GLASS_WAITS
        assert session.get_one(Decision, emergency).state is DecisionState.LAPSED
        kinds = session.scalars(select(AuditEvent.kind)).all()
        assert kinds.count("decision_took_effect") == 1


def test_a_promise_over_the_end_of_summer_time_is_a_clock_time(
    the_house: TestHouse, her: Person
) -> None:
    friday = datetime(2026, 10, 23, 14, 50, tzinfo=UTC)  # 16:50 in Brussels, summer time
    need_id = red(the_house, her, now=friday)
    with the_house.database.transaction("read") as session:
        promised = session.get_one(Need, need_id).answer_before
        # Ten minutes on Friday, twenty on Monday after nine: an hour later by UTC than before.
        assert promised == datetime(2026, 10, 26, 8, 20, tzinfo=UTC)
    worker.run_once(the_house.database, now=promised + A_MINUTE)
    with the_house.database.transaction("read") as session:
        assert session.get_one(Need, need_id).answer_again_before == promised + HALF_AN_HOUR


def test_a_step_is_never_told_twice() -> None:
    both = [Step.CASE_DIRECTOR, Step.COORDINATOR]
    assert next_step([], both) is Step.CASE_DIRECTOR
    assert next_step([Step.CASE_DIRECTOR], both) is Step.COORDINATOR
    assert next_step([Step.STAND_IN], both) is Step.COORDINATOR
    assert next_step(both, Step) is None


def test_two_workers_at_once_tell_once(the_house: TestHouse, her: Person) -> None:
    red(the_house, her)
    for _ in range(2):
        work(the_house, after=HALF_AN_HOUR + A_MINUTE)
    assert len(told(the_house)) == 1


def test_who_is_no_longer_on_the_file_sees_nothing_of_it_among_what_is_late(
    the_house: TestHouse, her: Person
) -> None:
    red(the_house, her)
    work(the_house, after=HALF_AN_HOUR + A_MINUTE)
    with the_house.acting(the_house.director) as (session, acting):
        (seen,) = late.climbed_to(session, acting)
        assert seen.case is not None
        assert seen.case.number == her.case_number
    lead = (Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id)
    leaves, comes = the_house.director.account_id, the_house.a_colleague("Nadia", lead).account_id
    with the_house.acting(the_house.coordinator) as (session, acting):
        case = the_house.case_of(session, her)
        cover.replace(session, acting, case, leaves, comes, now=NOON)
    with the_house.acting(the_house.director) as (session, acting):
        assert late.climbed_to(session, acting) == []
