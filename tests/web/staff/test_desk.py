"""The lanes of the desk, and what waits for her: lists that unseal nothing."""

import re

import pytest
from sqlalchemy import select

from portal.domain.needs import Category, HowSoon
from portal.domain.services import ServiceKind
from portal.models import Decision
from portal.services.moderation import lanes
from portal.services.needs import her_needs
from tests.statements import counted
from tests.web.staff.at_desk import WORDS, item
from tests.web.staff.at_work import AtWork, Colleague


def needs_of_all_lanes(work: AtWork, each: int = 1) -> None:
    kinds = (
        (Category.LAW, HowSoon.INFORMATION),
        (Category.MONEY, HowSoon.LATER),
        (Category.HOME, HowSoon.THIS_WEEK),
        (Category.SLEEP, HowSoon.TODAY),
        (Category.SAFETY, HowSoon.TODAY),
    )
    for category, how_soon in kinds:
        for _ in range(each):
            her = work.house.a_survivor(now=work.now)
            work.house.a_need(her, category, how_soon=how_soon, now=work.now)


def test_late_and_red_come_first(work: AtWork) -> None:
    needs_of_all_lanes(work)
    work.later(minutes=10)
    work.house.a_need(
        work.house.a_survivor(now=work.now), Category.SLEEP, how_soon=HowSoon.TODAY, now=work.now
    )
    work.later(minutes=25)
    moderator = work.signs_in(work.house.moderator)
    moderator.get("/staff/desk")
    places = [
        moderator.text.index(words)
        for words in (
            "Late: answer these first",
            "Late: promised 12:30",
            "Red: within 30 minutes",
            "Today before 12:40",
            "Orange: within 1 working day",
            "Before Tuesday 17:00",
            "Green: within 3 working days",
            "Before Thursday 17:00",
            "Information: within 5 working days",
        )
    ]
    assert places == sorted(places)
    assert "Red 3 Orange 1 Green 1 Information 1" in moderator.text


def test_one_lane_can_be_looked_at_alone(work: AtWork, moderator: Colleague) -> None:
    needs_of_all_lanes(work)
    moderator.get("/staff/desk?lane=green")
    assert "Money and debts" in moderator.text
    assert moderator.page.count('class="line"') == 1
    moderator.get("/staff/desk?lane=purple")
    assert moderator.page.count('class="line"') == 5, "an unknown lane is no lane"


def test_the_list_unseals_nothing(work: AtWork, moderator: Colleague) -> None:
    needs_of_all_lanes(work)
    before = work.openings()
    moderator.get("/staff/desk")
    moderator.get("/staff/desk?lane=red")
    moderator.get("/staff/desk/waits-for-her")
    assert work.openings() == before
    assert WORDS not in moderator.page


def test_fifty_needs_cost_no_more_queries_than_five(work: AtWork, moderator: Colleague) -> None:
    needs_of_all_lanes(work)
    moderator.get("/staff/desk")
    with counted(work.database) as few:
        moderator.get("/staff/desk")
    with work.database.transaction() as session:
        decision = session.scalars(select(Decision)).first()
        assert decision is not None
        for _ in range(45):
            session.add(_copy(decision))
    with counted(work.database) as many:
        moderator.get("/staff/desk")
    assert moderator.page.count('class="line"') == 50
    assert len(many) == len(few)


def test_a_lane_is_paged_by_key(
    work: AtWork, moderator: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "PAGE", 2)
    monkeypatch.setitem(lanes.waiting.__kwdefaults__ or {}, "size", 2)
    for _ in range(3):
        work.house.a_need(work.house.a_survivor(now=work.now))
    moderator.get("/staff/desk")
    assert "1 more in this lane" in moderator.text
    shown = set(re.findall(r"/staff/desk/([0-9a-f-]{36})", moderator.page))
    moderator.get("/staff/desk?lane=orange")
    after = re.search(r"after=([0-9a-f-]{36})", moderator.page)
    assert after is not None
    moderator.get(f"/staff/desk?lane=orange&after={after.group(1)}")
    last = set(re.findall(r"/staff/desk/([0-9a-f-]{36})", moderator.page))
    assert len(last) == 1
    assert not last & shown


def test_what_waits_for_her_is_counted_and_listed(work: AtWork, moderator: Colleague) -> None:
    her, other = work.house.a_survivor("Samira"), work.house.a_survivor("Hind")
    routed, asked = work.house.a_need(her), work.house.a_need(other, Category.MONEY)
    moderator.get("/staff/desk")
    assert "Waits for her yes 0 Waits for her answer 0" in moderator.text
    work.routed(her, routed, ServiceKind.HOUSING, ServiceKind.POLICE)
    moderator.get(item(work, asked))
    moderator.post(item(work, asked), act="question", question="Which bank?")
    assert "Waits for her yes 2 Waits for her answer 1" in moderator.text
    before = work.openings()
    moderator.get("/staff/desk/waits-for-her")
    yes, answer = moderator.text.split("Waits for her answer")
    assert yes.count(her.case_number) == 2
    assert other.case_number not in yes
    assert answer.count(other.case_number) == 1
    assert "Money and debts" in answer
    assert "asked 12:00" in answer
    assert "Which bank?" not in moderator.page, "nothing is unsealed"
    assert work.openings() == before
    with work.house.acting(other) as (session, acting):
        her_needs.add_words(session, acting, asked, "The old one.", now=work.now)
    moderator.get("/staff/desk")
    assert "Waits for her answer 0" in moderator.text
    again = re.findall(r"/staff/desk/([0-9a-f-]{36})", moderator.page)
    assert len(again) == 1
    moderator.get(f"/staff/desk/{again[0]}")
    moderator.post(f"/staff/desk/{again[0]}", act="question", question="And the other?")
    moderator.get("/staff/desk/waits-for-her")
    assert moderator.text.count(other.case_number) == 1, "asked twice is one need that waits"


def test_who_does_not_moderate_finds_no_desk(work: AtWork) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    for person in (work.house.director, work.house.workers[ServiceKind.HOUSING]):
        colleague = work.signs_in(person)
        colleague.get("/staff/desk")
        assert "Lanes" not in colleague.page
        for path in (item(work, need_id), "/staff/desk/waits-for-her"):
            assert colleague.get(path).status_code == 404
        assert colleague.post(item(work, need_id), act="route").status_code == 404


def _copy(decision: Decision) -> Decision:
    kept = (
        "kind",
        "case_id",
        "need_id",
        "lane",
        "state",
        "asked_by_id",
        "asked_at",
        "answer_before",
    )
    return Decision(**{name: getattr(decision, name) for name in kept})


def test_an_empty_desk_tells_each_what_is_true_for_her(work: AtWork) -> None:
    """Whoever reads no needs does not see that they wait for a moderator."""
    work.house.a_need(work.house.a_survivor(now=work.now), Category.HOME, now=work.now)
    auditor = work.signs_in(work.house.auditor)
    auditor.get("/staff/desk")
    assert "No decision waits for you." in auditor.text
    assert "Every need has an answer." not in auditor.text
