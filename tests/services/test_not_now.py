"""She says no to a service: what she needs stays in somebody's sight, and her pages say so."""

from datetime import timedelta
from uuid import UUID

from portal.domain.needs import NeedState
from portal.domain.referrals import ReferralState
from portal.models import Need
from portal.services import today
from portal.services.case_work import caseload, cases
from portal.services.case_work.news import New
from portal.services.needs.desk_again import ask_desk_again
from portal.services.referrals import answers
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    POLICE,
    a_shared_need,
    referral_of,
    route,
    say_no,
    say_yes,
)

SOON, LATER = NOON + timedelta(minutes=1), NOON + timedelta(minutes=5)


def look(the_house: TestHouse, her: Person) -> None:
    """Her case director looks at the file."""
    with the_house.acting(the_house.director) as (session, acting):
        cases.look(session, acting, the_house.case_of(session, her), now=NOON)


def news(the_house: TestHouse, her: Person) -> list[tuple[int, int]]:
    """If her file has something new: how often she said no, and how many services answered."""
    with the_house.acting(the_house.director, now=LATER) as (session, acting):
        page = caseload.page(session, acting, now=LATER, show=caseload.Show.NEWS)
        return [
            (line.new[New.NO], line.new[New.ANSWER])
            for line in page.lines
            if line.case.id == her.case_id
        ]


def furthest(the_house: TestHouse, her: Person) -> ReferralState | None:
    """Where the one need that she asked for stands on Today."""
    with the_house.acting(her) as (session, acting):
        (asked,) = today.show(session, acting, now=NOON).asked
        return asked.furthest[0].state if asked.furthest else None


def test_her_no_is_new_to_her_case_team_until_they_look(the_house: TestHouse, her: Person) -> None:
    need_id = the_house.a_need(her)
    route(the_house, need_id, HOUSING)
    look(the_house, her)
    assert news(the_house, her) == []
    say_no(the_house, her, need_id, now=SOON)
    assert news(the_house, her) == [(1, 0)]


def test_a_yes_that_she_took_back_is_new_and_a_later_yes_is_not(
    the_house: TestHouse, her: Person
) -> None:
    need_id = a_shared_need(the_house, her)
    look(the_house, her)
    say_no(the_house, her, need_id, now=SOON)
    assert news(the_house, her) == [(1, 0)]
    say_yes(the_house, her, need_id, now=SOON)
    assert news(the_house, her) == [], "no service has answered anything"


def test_after_help_was_given_her_no_is_no_question_to_anybody(
    the_house: TestHouse, her: Person
) -> None:
    need_id = a_shared_need(the_house, her)
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        referral_id = referral_of(the_house, need_id).id
        answers.accept(session, acting, referral_id, now=NOON)
        answers.finish(session, acting, referral_id, now=NOON)
    look(the_house, her)
    say_no(the_house, her, need_id, now=SOON)
    assert news(the_house, her) == []


def test_today_says_what_the_need_says_after_her_no(the_house: TestHouse, her: Person) -> None:
    need_id = the_house.a_need(her)
    route(the_house, need_id, HOUSING, POLICE)
    say_no(the_house, her, need_id)
    assert furthest(the_house, her) is ReferralState.SAID_NO
    say_yes(the_house, her, need_id, POLICE)
    assert furthest(the_house, her) is ReferralState.SENT


def test_the_desk_looks_further_after_her_no(the_house: TestHouse, her: Person) -> None:
    need_id: UUID = the_house.a_need(her)
    route(the_house, need_id, HOUSING)
    say_no(the_house, her, need_id)
    with the_house.acting(the_house.director) as (session, acting):
        ask_desk_again(session, acting, the_house.case_of(session, her), need_id, now=NOON)
    route(the_house, need_id, POLICE)
    say_yes(the_house, her, need_id, POLICE)
    with the_house.acting(the_house.director) as (session, _):
        assert session.get_one(Need, need_id).state is NeedState.ROUTED
    assert referral_of(the_house, need_id).state is ReferralState.SAID_NO
