"""The desk through the front door: what a moderator sees, and what nobody sees before her yes."""

import re
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from portal.domain.needs import Category, HowSoon, NeedState
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound
from portal.domain.roles import Role
from portal.domain.services import ServiceKind, ServiceState
from portal.models import Decision, Grant, Holder, Need, Referral, Service
from portal.services.colleagues import staff
from portal.services.moderation import lanes
from portal.services.needs import her_needs, stories
from portal.settings import Settings
from tests.conftest import Built
from tests.web.staff.at_work import AtWork, Colleague

WORDS = "The lock of my door is broken."


@pytest.fixture
def work(settings: Settings, built: Built) -> AtWork:
    return AtWork(settings, built.house)


@pytest.fixture
def moderator(work: AtWork) -> Colleague:
    return work.signs_in(work.house.moderator)


def item(work: AtWork, need_id: UUID) -> str:
    return f"/staff/desk/{work.decision_of(need_id)}"


def service_id(work: AtWork, kind: ServiceKind = ServiceKind.HOUSING) -> str:
    return str(work.house.services[kind].id)


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
            "Can wait until Tuesday 17:00",
            "Green: within 3 working days",
            "Can wait until Thursday 17:00",
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
    with work.queries() as few:
        moderator.get("/staff/desk")
    with work.database.transaction() as session:
        decision = session.scalars(select(Decision)).first()
        assert decision is not None
        for _ in range(45):
            session.add(_copy(decision))
    with work.queries() as many:
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


def test_a_need_shows_all_she_said(work: AtWork, moderator: Colleague) -> None:
    her = work.house.a_survivor()
    need_id = work.house.a_need(
        her,
        words=WORDS,
        most_important=Category.SLEEP,
        not_wanted="Nobody at my work",
        interpreter="Dari, a woman",
        childcare=True,
        accessibility="No stairs",
    )
    before = work.openings()
    moderator.get(item(work, need_id))
    for words in (
        WORDS,
        "Shelter, a place to sleep",
        "Nobody at my work",
        "Dari, a woman",
        "No stairs",
    ):
        assert words in moderator.text
    assert her.name not in moderator.page, "the name is not needed to find a service"
    assert work.openings() == before + 1
    quoted = re.findall(r"<blockquote[^>]*>([^<]*)</blockquote>", moderator.page)
    assert WORDS in quoted
    assert WORDS not in "".join(re.findall(r"<textarea[^>]*>([^<]*)</textarea>", moderator.page))


def test_a_reading_stands_beside_her_words(work: AtWork, moderator: Colleague) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    moderator.get(item(work, need_id))
    moderator.post(item(work, need_id), act="reading", reading="Urgent: ground floor.")
    assert "Your reading stands beside her words." in moderator.text
    assert "Urgent: ground floor." in moderator.text
    assert WORDS in moderator.text
    assert "Mona" in moderator.text


def test_keeping_a_reading_keeps_what_else_is_typed_and_chosen(
    work: AtWork, moderator: Colleague
) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    moderator.get(item(work, need_id))
    typed = {
        "act": "reading",
        "reading": "Urgent: ground floor.",
        "question": 'Which door is it?\nThe "front" one?',
        "services": [service_id(work), service_id(work, ServiceKind.POLICE)],
        "once": "a tap",
    }
    for _tap in range(2):
        answer = moderator.post(item(work, need_id), **typed)
        assert answer.status_code == 200
        page = BeautifulSoup(moderator.page, "html.parser")
        kept = {one["name"]: one.get_text().strip() for one in page.find_all("textarea")}
        assert kept == {"reading": "", "question": typed["question"]}
        chosen = {one["value"] for one in page.select("input[name=services][checked]")}
        assert chosen == set(typed["services"])
        assert "Your reading stands beside her words." in moderator.text
        assert moderator.text.count("Urgent: ground floor.") == 1, "a double tap is one reading"


def test_a_question_is_not_lost_by_routing(work: AtWork, moderator: Colleague) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    moderator.get(item(work, need_id))
    typed = {"act": "route", "services": [service_id(work)], "reading": "A lock."}
    moderator.post(item(work, need_id), **typed, question="Which door is it?")
    assert "A question stands here." in moderator.text
    for kept in ("Which door is it?", "A lock.", " checked"):
        assert kept in moderator.page
    moderator.post(item(work, need_id), **typed, question=" \u200b\n")
    assert "only after her yes" in moderator.text


def test_what_was_typed_about_a_need_that_is_decided_meanwhile_can_be_copied(
    work: AtWork, moderator: Colleague
) -> None:
    her = work.house.a_survivor()
    need_id = work.house.a_need(her)
    moderator.get(item(work, need_id))
    work.routed(her, need_id, ServiceKind.HOUSING)
    moderator.post(item(work, need_id), act="question", question="Which door?", reading="A lock.")
    assert "Somebody else decided about this need meanwhile." in moderator.page
    assert "What you wrote was not kept" in moderator.text
    assert re.findall(r'class="reading"[^>]*>([^<]*)<', moderator.page) == [
        "A lock.",
        "Which door?",
    ]
    assert WORDS not in moderator.page


def test_nothing_reaches_a_service_before_her_yes(work: AtWork, moderator: Colleague) -> None:
    her = work.house.a_survivor("Samira")
    need_id = work.house.a_need(her)
    moderator.get(item(work, need_id))
    moderator.post(item(work, need_id), act="route", services=[service_id(work)], reading="A lock.")
    assert "only after her yes" in moderator.text
    moderator.get("/staff/desk/waits-for-her")
    assert her.case_number in moderator.text
    assert "waits for her yes" in moderator.text
    referral = work.referral(need_id, ServiceKind.HOUSING)
    worker = work.worker(ServiceKind.HOUSING)
    assert worker.get(f"/staff/referrals/{referral}").status_code == 404
    assert worker.get(f"/staff/referrals/{referral}/date").status_code == 404
    worker.get("/staff/referrals")
    for told in ("Samira", her.case_number, WORDS, "A lock."):
        assert told not in worker.page
    work.says_yes(her, need_id, ServiceKind.HOUSING)
    worker.get(f"/staff/referrals/{referral}")
    for told in ("Samira", WORDS, "A lock."):
        assert told in worker.text
    moderator.get("/staff/desk/waits-for-her")
    assert her.case_number not in moderator.text


def test_police_and_prosecutor_are_never_bundled(work: AtWork, moderator: Colleague) -> None:
    her = work.house.a_survivor()
    need_id = work.house.a_need(her, Category.SAFETY)
    moderator.get(item(work, need_id))
    assert " checked" not in moderator.page
    together, apart = moderator.text.split("Police and prosecutor: always a question of their own")
    assert "Police desk" not in together
    assert "Prosecutor's desk" not in together
    assert "Housing desk" not in apart.split("Route to the chosen services")[0]
    chosen = [service_id(work, kind) for kind in (ServiceKind.POLICE, ServiceKind.HOUSING)]
    moderator.post(item(work, need_id), act="route", services=chosen)
    work.says_yes(her, need_id, ServiceKind.HOUSING)
    police = work.referral(need_id, ServiceKind.POLICE)
    assert work.state(police) is ReferralState.WAITS_FOR_YES
    assert work.worker(ServiceKind.POLICE).get(f"/staff/referrals/{police}").status_code == 404


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


def test_paused_services_are_not_offered(work: AtWork, moderator: Colleague) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    with work.database.transaction() as session:
        session.get_one(Service, UUID(service_id(work))).state = ServiceState.PAUSED
    moderator.get(item(work, need_id))
    assert "Housing desk" not in moderator.text
    moderator.post(item(work, need_id), act="route", services=[service_id(work)], reading="Kept?")
    assert "takes no requests now" in moderator.text
    assert "Kept?" in moderator.page, "what was typed is still there"
    moderator.post(item(work, need_id), act="route", services=["not a service"])
    assert "takes no requests now" in moderator.text


def test_routing_to_nobody_is_explained(work: AtWork, moderator: Colleague) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    moderator.get(item(work, need_id))
    moderator.post(item(work, need_id), act="route")
    assert "Choose at least one service." in moderator.text


def test_the_desk_cannot_open_a_need_after_routing_it(work: AtWork, moderator: Colleague) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    address = item(work, need_id)
    moderator.get(address)
    moderator.post(address, act="route", services=[service_id(work)])
    moderator.get(address)
    assert "Somebody else decided about this need meanwhile." in moderator.text
    assert WORDS not in moderator.page
    with work.house.acting(work.house.moderator) as (session, acting):
        need = session.get_one(Need, need_id)
        assert not session.scalars(
            select(Grant.id).join(Holder, Holder.id == Grant.holder_id).where(Holder.kind == "desk")
        ).all()
        with pytest.raises(NotFound):
            stories.story(session, acting, need, purpose="desk", now=work.now)


def test_two_moderators_decide_once(work: AtWork, moderator: Colleague) -> None:
    second = work.house.a_colleague("Noor", (Role.MODERATOR, None))
    with work.house.acting(work.house.moderator) as (session, acting):
        for membership, _ in staff.waiting_for_key(session, acting):
            staff.hand_over(session, acting, membership.id, now=work.now)
    other = work.signs_in(second)
    need_id = work.house.a_need(work.house.a_survivor())
    moderator.get(item(work, need_id))
    other.get(item(work, need_id))
    moderator.post(item(work, need_id), act="route", services=[service_id(work)])
    other.post(item(work, need_id), act="question", question="Is it the front door?")
    assert "Somebody else decided about this need meanwhile." in other.text
    with work.database.transaction("read") as session:
        assert session.get_one(Need, need_id).state is NeedState.ROUTED
        assert len(session.scalars(select(Referral)).all()) == 1


def test_a_question_is_shown_as_she_will_see_it_and_comes_back_with_her_answer(
    work: AtWork, moderator: Colleague
) -> None:
    her = work.house.a_survivor()
    need_id = work.house.a_need(her)
    moderator.get(item(work, need_id))
    moderator.post(item(work, need_id), act="show", question="Which door is it?")
    phone = moderator.page.split("What she will read", 1)[1].split("</figure>")[0]
    assert "Which door is it?" in phone
    moderator.post(item(work, need_id), act="question", question="   ")
    assert "Nothing is written here yet." in moderator.text
    moderator.post(item(work, need_id), act="question", question="Which door is it?")
    assert "She will read your question." in moderator.text
    # She sends more meanwhile, and that is routed first: her answer still comes to the desk.
    other = work.house.a_need(her, Category.MONEY)
    work.routed(her, other, ServiceKind.CENTRE_WORK)
    with work.house.acting(her) as (session, acting):
        her_needs.add_words(session, acting, need_id, "The front door.", now=work.now)
        asked = session.scalars(select(Decision.id).where(Decision.need_id == need_id)).all()
    again = next(one for one in asked if one != work.decision_of(need_id))
    moderator.get(f"/staff/desk/{again}")
    assert "Which door is it?" in moderator.text
    assert "The front door." in moderator.text
    moderator.post(f"/staff/desk/{again}", act="reading", reading="Front door.")
    assert "Front door." in moderator.text


def test_a_stale_proof_is_asked_again_and_nothing_typed_is_lost(
    work: AtWork, moderator: Colleague
) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    for _ in range(2):
        work.later(minutes=8)
        moderator.get(item(work, need_id))
    assert "Your last code is older than 15 minutes." in moderator.text
    question = "Which door is it? \N{BLACK HEART SUIT} «front»"
    answer = moderator.post(item(work, need_id), act="question", question=question)
    assert answer.status_code == 403
    carried = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', moderator.page))
    assert carried["question"] == question
    moderator.post(item(work, need_id), **{**carried, "proof_code": "000000"})
    assert "This code does not fit" in moderator.text
    code = work.house.moderator.code(work.now)
    carried = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', moderator.page))
    moderator.post(item(work, need_id), **{**carried, "proof_code": code})
    assert "She will read your question." in moderator.text
    with work.database.transaction("read") as session:
        assert session.get_one(Need, need_id).state is NeedState.QUESTION


def test_who_does_not_moderate_finds_no_desk(work: AtWork) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    for person in (work.house.director, work.house.workers[ServiceKind.HOUSING]):
        colleague = work.signs_in(person)
        colleague.get("/staff/desk")
        assert "Lanes" not in colleague.page
        for path in (item(work, need_id), "/staff/desk/waits-for-her"):
            assert colleague.get(path).status_code == 404
        assert colleague.post(item(work, need_id), act="route").status_code == 404


def test_who_asked_reads_that_a_colleague_decides(work: AtWork, moderator: Colleague) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    with work.database.transaction() as session:
        decision = session.scalars(select(Decision).where(Decision.need_id == need_id)).one()
        decision.asked_by_id = work.house.moderator.account_id
    moderator.get(item(work, need_id))
    assert "You asked for this yourself: a colleague decides." in moderator.text
    for act in ("route", "question"):
        assert f'value="{act}"' not in moderator.page
    answer = moderator.post(item(work, need_id), act="question", question="Which?")
    assert answer.status_code == 200
    assert "You asked for this yourself: a colleague decides." in moderator.text


def test_words_of_20000_characters_are_refused_whole(work: AtWork, moderator: Colleague) -> None:
    need_id = work.house.a_need(work.house.a_survivor())
    moderator.get(item(work, need_id))
    moderator.post(item(work, need_id), act="reading", reading="x" * 20_000)
    assert "longer than 4,000 characters" in moderator.text
    assert "x" * 20_000 in moderator.page


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
