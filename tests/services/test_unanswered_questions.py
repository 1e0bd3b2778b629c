"""The desk asked her something and she does not answer: the house does not lose sight of it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal import worker
from portal.domain.decisions import Step
from portal.domain.needs import Category, HowSoon, NeedAnswer, NeedState, Statement
from portal.domain.safe_contact import Channel
from portal.models import AuditEvent, Need, SafeContact, Told
from portal.services import today
from portal.services.case_work import not_this_person
from portal.services.endings import closing
from portal.services.moderation import deciding, desk, her_turn, lanes, late
from portal.services.needs import her_needs, statements
from portal.services.needs.desk_again import ask_desk_again
from portal.services.telling import new_address
from tests.people import NOON, Person, TestHouse
from tests.services.journey import decision_of
from tests.services.ways import types

A_MINUTE = timedelta(minutes=1)
HALF_AN_HOUR = timedelta(minutes=30)


def ask(the_house: TestHouse, need_id: UUID, *, now: datetime = NOON) -> None:
    """The desk asks her, before it routes."""
    decision_id, moderator = decision_of(the_house, need_id), the_house.moderator
    with the_house.acting(moderator, now=now, second_factor_at=now) as (session, acting):
        desk.give_back(session, acting, decision_id, "Where is she now?", now=now)


def asked(the_house: TestHouse, her: Person) -> UUID:
    """A child is in danger, and the desk asked her something."""
    need = NeedAnswer(Category.CHILD, HowSoon.TODAY, "He took her.", child_in_danger=True)
    with the_house.acting(her) as (session, acting):
        need_id = statements.send(session, acting, Statement(needs=(need,)), now=NOON)[0].id
    ask(the_house, need_id)
    return need_id


def answer(the_house: TestHouse, her: Person, need_id: UUID, *, now: datetime) -> None:
    """She answers the question."""
    with the_house.acting(her, now=now) as (session, acting):
        her_needs.add_words(session, acting, need_id, "With his mother.", now=now)


def go_on(the_house: TestHouse, her: Person, need_id: UUID, *, now: datetime = NOON) -> None:
    """Her case team asks the desk to go on without her answer."""
    with the_house.acting(the_house.director, now=now) as (session, acting):
        ask_desk_again(session, acting, the_house.case_of(session, her), need_id, now=now)


def work(the_house: TestHouse, *, after: timedelta) -> None:
    """One round of the worker, so long after noon."""
    worker.run_once(the_house.database, now=NOON + after)


def told(the_house: TestHouse) -> list[Step]:
    """Who was told, in order."""
    with the_house.database.transaction("read") as session:
        return list(session.scalars(select(Told.step).order_by(Told.told_at)))


def of_director(the_house: TestHouse) -> list[UUID]:
    """The needs that stand as late on the page of the case director."""
    with the_house.acting(the_house.director) as (session, acting):
        return [one.need.id for one in late.climbed_to(session, acting) if one.need]


def test_it_climbs_as_the_need_itself_would(the_house: TestHouse, her: Person) -> None:
    need_id = asked(the_house, her)
    work(the_house, after=HALF_AN_HOUR)
    assert told(the_house) == []
    work(the_house, after=HALF_AN_HOUR + A_MINUTE)
    assert of_director(the_house) == [need_id]
    with the_house.acting(the_house.director) as (session, acting):
        (line,) = late.climbed_to(session, acting)
        assert line.waits_for_her
        assert line.asked_at == NOON
    for missed in (2, 3, 4):
        work(the_house, after=missed * HALF_AN_HOUR + A_MINUTE)
    assert told(the_house) == [Step.CASE_DIRECTOR, Step.STAND_IN, Step.COORDINATOR]
    with the_house.acting(the_house.coordinator) as (session, acting):
        assert len(late.climbed_to(session, acting, as_coordinator=True)) == 1
    with the_house.database.transaction("read") as session:
        kinds = list(session.scalars(select(AuditEvent.kind)))
        assert "promise_missed" not in kinds, "nobody in the house was late"
        assert kinds.count("answer_missed") == 4


def test_a_question_after_a_missed_promise_begins_anew(the_house: TestHouse, her: Person) -> None:
    need_id = the_house.a_need(her, Category.SAFETY, how_soon=HowSoon.TODAY)
    work(the_house, after=HALF_AN_HOUR + A_MINUTE)
    assert of_director(the_house) == [need_id]
    asked_at = NOON + timedelta(hours=1)
    ask(the_house, need_id, now=asked_at)
    assert of_director(the_house) == [], "the desk has answered"
    work(the_house, after=timedelta(hours=1) + HALF_AN_HOUR + A_MINUTE)
    assert told(the_house) == [Step.CASE_DIRECTOR]


def test_once_she_answered_only_the_newest_question_climbs(
    the_house: TestHouse, her: Person
) -> None:
    need_id = asked(the_house, her)
    work(the_house, after=HALF_AN_HOUR + A_MINUTE)
    later = NOON + timedelta(hours=1)
    answer(the_house, her, need_id, now=later)
    assert of_director(the_house) == []
    ask(the_house, need_id, now=later)
    assert of_director(the_house) == [], "what climbed was answered"
    work(the_house, after=timedelta(hours=1, minutes=31))
    assert of_director(the_house) == [need_id]


def test_what_she_takes_back_climbs_no_more(the_house: TestHouse, her: Person) -> None:
    need_id = asked(the_house, her)
    work(the_house, after=HALF_AN_HOUR + A_MINUTE)
    with the_house.acting(her) as (session, acting):
        her_needs.take_back(session, acting, need_id, now=NOON)
    assert of_director(the_house) == []
    work(the_house, after=3 * HALF_AN_HOUR)
    assert told(the_house) == [Step.CASE_DIRECTOR]


def test_the_desk_goes_on_without_her_answer(the_house: TestHouse, her: Person) -> None:
    need_id = asked(the_house, her)
    work(the_house, after=HALF_AN_HOUR + A_MINUTE)
    later = NOON + timedelta(minutes=40)
    go_on(the_house, her, need_id, now=later)
    assert of_director(the_house) == []
    with the_house.acting(the_house.moderator, now=later) as (session, acting):
        (line,) = lanes.waiting(session, acting, now=later)
        assert not line.is_late, "a new promise, which she reads"
        found = desk.open_need(session, acting, line.decision.id, now=later)
        assert found.story.own_words == "He took her."
        assert [words for _, words in found.story.questions] == ["Where is she now?"]
        assert her_turn.waiting_for_her(session, acting) == (0, 0)
    answer(the_house, her, need_id, now=later)
    ask(the_house, need_id, now=later)
    assert of_director(the_house) == [], "a question anew is waited for anew"


@pytest.mark.parametrize("after", [timedelta(), timedelta(days=300)])
def test_the_file_of_who_never_answers_can_be_closed(
    the_house: TestHouse, her: Person, after: timedelta
) -> None:
    need_id = asked(the_house, her)
    assert her.case_id is not None
    now = NOON + after
    with the_house.acting(the_house.director, now=now) as (session, acting):
        closing.close(session, acting, her.case_id, "She did not come again.", now=now)
        assert session.get_one(Need, need_id).state is NeedState.DONE
    with the_house.acting(the_house.moderator, now=now) as (session, acting):
        assert her_turn.waiting_for_her(session, acting) == (0, 0)
    work(the_house, after=after + timedelta(days=3))
    assert told(the_house) == []


def test_what_she_was_asked_about_a_new_address_stands_there_until_she_answers(
    the_house: TestHouse, her: Person
) -> None:
    """Today says for as long that she was asked something."""
    types(the_house, her)
    question = the_house.question_about(her, Channel.EMAIL)
    assert question is not None
    with the_house.acting(the_house.moderator) as (session, acting):
        deciding.give_back(session, acting, question, note="Is it yours?", now=NOON)
    later = NOON + timedelta(days=40)
    with the_house.acting(her, now=later) as (session, acting):
        assert today.show(session, acting, now=later).asks_about_way
        rows = session.scalars(select(SafeContact).where(SafeContact.case_id == her.case_id))
        (shown,) = new_address.of_hers(session, acting, list(rows), now=later).values()
        assert shown.is_given_back and shown.note == "Is it yours?"


def test_that_she_asked_for_somebody_else_stands_there_until_she_has_an_answer(
    the_house: TestHouse, her: Person
) -> None:
    els, later = the_house.director.account_id, NOON + timedelta(days=40)
    with the_house.acting(her) as (session, acting):
        question = not_this_person.ask(session, acting, els, now=NOON).id
    with the_house.acting(her, now=later) as (session, acting):
        (shown,) = not_this_person.of_hers(session, acting, now=later)
        assert shown.waits
    with the_house.acting(the_house.coordinator) as (session, acting):
        deciding.decline(session, acting, question, reason="Nobody else is here.", now=NOON)
    with the_house.acting(her, now=later) as (session, acting):
        assert not not_this_person.of_hers(session, acting, now=later)
