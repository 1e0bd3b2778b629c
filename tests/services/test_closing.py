"""A file is not closed over what she was promised, and leaves nothing that waits for her."""

from portal.domain.referrals import ReferralState
from portal.domain.safe_contact import Channel
from portal.services.case_work import not_this_person
from portal.services.endings import closing
from portal.services.moderation import deciding, her_turn
from portal.services.need_to_know import look_questions, looking
from portal.services.needs import stories
from portal.services.referrals import answers
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, POLICE, a_shared_need, referral_of, route, say_no
from tests.services.ways import types


def close(house: TestHouse, her: Person) -> None:
    assert her.case_id is not None
    with house.acting(house.director) as (session, acting):
        closing.close(session, acting, her.case_id, "She moved to her sister.", now=NOON)


def is_promised(house: TestHouse, her: Person) -> bool:
    """Whether the file stays open for an answer that she waits for."""
    try:
        close(house, her)
    except closing.StillPromised:
        return True
    return False


def test_not_while_she_is_promised_an_answer_about_its_director(
    the_house: TestHouse, her: Person
) -> None:
    with the_house.acting(her) as (session, acting):
        colleague = the_house.director.account_id
        asked = not_this_person.ask(session, acting, colleague, now=NOON).id
    assert is_promised(the_house, her)
    with the_house.acting(the_house.coordinator) as (session, acting):
        deciding.decline(session, acting, asked, reason="We spoke.", now=NOON)
    assert not is_promised(the_house, her)


def test_not_while_she_is_promised_an_answer_about_a_new_address(
    the_house: TestHouse, her: Person
) -> None:
    types(the_house, her)
    assert is_promised(the_house, her)
    asked = the_house.question_about(her, Channel.EMAIL)
    assert asked is not None
    with the_house.acting(her) as (session, acting):
        deciding.withdraw(session, acting, asked, now=NOON)
    assert not is_promised(the_house, her)


def test_not_while_she_is_promised_an_answer_about_who_looked(
    the_house: TestHouse, her: Person
) -> None:
    need_id = a_shared_need(the_house, her)
    with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
        referral_id = referral_of(the_house, need_id).id
        answers.accept(session, acting, referral_id, now=NOON)
    with the_house.acting(her) as (session, acting):
        look = looking.who_looked(session, acting, now=NOON)[0]
        asked = look_questions.ask(session, acting, look.id, "Why?", now=NOON).id
    assert is_promised(the_house, her)
    with the_house.acting(the_house.auditor) as (session, acting):
        look_questions.answer(session, acting, asked, "To find you a home.", now=NOON)
    assert not is_promised(the_house, her)


def test_what_staff_asked_for_does_not_keep_it_open(the_house: TestHouse, her: Person) -> None:
    the_house.an_entry(her, reason="She should know.")
    assert not is_promised(the_house, her)


def test_the_desk_waits_for_no_yes_in_a_file_that_was_closed(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    route(the_house, the_house.a_need(her), HOUSING)
    route(the_house, the_house.a_need(another), HOUSING)
    with the_house.acting(the_house.moderator) as (session, acting):
        assert her_turn.waiting_for_her(session, acting) == (2, 0)
    close(the_house, her)
    with the_house.acting(the_house.moderator) as (session, acting):
        assert her_turn.waiting_for_her(session, acting) == (1, 0)
        (line,) = her_turn.waits_for_her(session, acting)
        assert line[0].case_id == another.case_id


def test_she_and_her_case_team_read_of_no_yes_that_nobody_waits_for_any_more(
    the_house: TestHouse, her: Person
) -> None:
    need_id = the_house.a_need(her)
    route(the_house, need_id, HOUSING, POLICE)
    say_no(the_house, her, need_id, POLICE)
    close(the_house, her)
    with the_house.acting(her) as (session, acting):
        (hers,) = stories.hers(session, acting, now=NOON)
    with the_house.acting(the_house.director) as (session, acting):
        (theirs,) = stories.of_case(session, acting, the_house.case_of(session, her), now=NOON)
    for story in (hers, theirs):
        assert [one.state for one, _ in story.referrals] == [ReferralState.SAID_NO]
