"""The duty officer: what cannot wait, and whom to call, by numbers alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.accounts import Frozen
from portal.domain.needs import Category, HowSoon
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Card, Leave
from portal.services.case_work import doubt
from portal.services.entry import cards, stopped_cards
from tests.people import Person
from tests.statements import counted
from tests.web.staff.at_work import AtWork, Colleague

WORDS = "He has my telephone."


@pytest.fixture
def on_duty(work: AtWork) -> Colleague:
    return work.signs_in(work.house.a_colleague("Dunya", (Role.DUTY_OFFICER, None)))


def is_doubted(work: AtWork, her: Person, words: str | None = None) -> None:
    director = work.house.director
    with work.house.acting(director, now=work.now) as (session, acting):
        doubt.doubt(session, acting, work.house.case_of(session, her), words, now=work.now)


def test_she_sees_a_card_that_somebody_else_may_have_had_and_whom_to_call(
    work: AtWork, on_duty: Colleague
) -> None:
    her = work.house.a_survivor("Amal", now=work.now)
    is_doubted(work, her, WORDS)
    before = work.openings()
    on_duty.get("/staff/alerts")
    assert her.case_number in on_duty.text
    assert "Somebody else may be using it." in on_duty.text
    assert work.house.director.name in on_duty.text
    assert work.house.stand_in.name in on_duty.text
    assert "Amal" not in on_duty.page
    assert WORDS not in on_duty.page
    assert work.openings() == before, "nothing was unsealed"


def test_who_is_away_is_said(work: AtWork, on_duty: Colleague) -> None:
    is_doubted(work, work.house.a_survivor(now=work.now))
    today = work.now.date()
    with work.database.transaction() as session:
        away = Leave(
            account_id=work.house.director.account_id,
            from_day=today,
            until_day=today + timedelta(days=3),
            entered_by_id=work.house.director.account_id,
            entered_at=work.now,
        )
        session.add(away)
    on_duty.get("/staff/alerts")
    assert f"{work.house.director.name} (away)" in on_duty.text
    assert f"{work.house.stand_in.name} (away)" not in on_duty.text


def test_a_card_that_was_lifted_or_frozen_for_another_reason_is_no_alert(
    work: AtWork, on_duty: Colleague
) -> None:
    lifted, quiet = (work.house.a_survivor(now=work.now) for _ in range(2))
    is_doubted(work, lifted)
    with work.database.transaction() as session:
        card = cards.newest(session, lifted.account_id)
        assert card is not None
        stopped_cards.lift_freeze(
            session, card, actor_id=work.house.director.account_id, now=work.now
        )
        unused = session.scalars(select(Card).where(Card.account_id == quiet.account_id)).one()
        stopped_cards.freeze_by_rule(session, unused, Frozen.QUIET, now=work.now)
    on_duty.get("/staff/alerts")
    assert "No card is frozen for this reason." in on_duty.text


def test_what_waits_in_the_red_lane_is_there_until_it_is_answered(
    work: AtWork, on_duty: Colleague
) -> None:
    her = work.house.a_survivor(now=work.now)
    green = work.house.a_survivor(now=work.now)
    need_id = work.house.a_need(her, Category.SAFETY, how_soon=HowSoon.TODAY, now=work.now)
    work.house.a_need(green, Category.MONEY, how_soon=HowSoon.LATER, now=work.now)
    work.later(minutes=40)
    on_duty = work.signs_in(on_duty.person)
    on_duty.get("/staff/alerts")
    assert her.case_number in on_duty.text
    assert "Late: promised 12:30" in on_duty.text
    assert green.case_number not in on_duty.text
    work.routed(her, need_id, ServiceKind.HOUSING)
    on_duty.get("/staff/alerts")
    assert her.case_number not in on_duty.text


def test_nobody_without_the_duty_sees_it(work: AtWork) -> None:
    for person in (work.house.director, work.house.moderator, *work.house.workers.values()):
        colleague = work.signs_in(person)
        assert colleague.get("/staff/alerts").status_code == 404
        colleague.get("/staff/house")
        assert "/staff/alerts" not in colleague.page


def test_ten_alerts_cost_no_more_queries_than_one(work: AtWork, on_duty: Colleague) -> None:
    is_doubted(work, work.house.a_survivor(now=work.now))
    on_duty.get("/staff/alerts")
    with counted(work.database) as few:
        on_duty.get("/staff/alerts")
    for _ in range(9):
        her = work.house.a_survivor(now=work.now)
        work.house.a_need(her, Category.SAFETY, how_soon=HowSoon.TODAY, now=work.now)
        is_doubted(work, her)
    with counted(work.database) as many:
        on_duty.get("/staff/alerts")
    assert on_duty.page.count("data-line") == 19
    assert len(many) == len(few)
