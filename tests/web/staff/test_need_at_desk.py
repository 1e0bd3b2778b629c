"""A need opened at the desk: read beside, routed, given back, and nothing seen before her yes."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.domain.needs import Category, NeedState
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound
from portal.domain.roles import Role
from portal.domain.services import ServiceKind, ServiceState
from portal.models import Decision, Grant, Holder, Need, Referral, Service
from portal.services.colleagues import staff
from portal.services.needs import her_needs, stories
from tests.web.staff.at_desk import WORDS, item, service_id
from tests.web.staff.at_work import AtWork, Colleague
from tests.web.tree import tree_of


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
        page = tree_of(moderator.page)
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


def test_a_service_that_was_not_asked_does_not_seem_to_wait_for_her(
    work: AtWork, moderator: Colleague
) -> None:
    """A need that just came in went to nobody, and to the police least of all."""
    moderator.get(item(work, work.house.a_need(work.house.a_survivor())))
    offers = tree_of(moderator.page).select(".offers label")
    assert len(offers) > 2
    assert all("not asked yet" in offer.get_text() for offer in offers)
    assert "waits for her yes" not in moderator.text


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
