"""Who can open what, tried by everybody in the house on every folder.

Twice: through the house, and with bare keys against the stolen rows. Both must say the same.
"""

import pytest

from portal.domain.needs import Category
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Folder, Grant, Half
from portal.services import drafts
from portal.services.moderation import desk
from portal.services.needs import her_needs
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    a_full_case,
    a_shared_need,
    decision_of,
    route,
    say_yes,
)
from tests.services.reach import open_with_bare_keys, read_through_the_house

REFERRAL = {"referral.name", "referral.words", "referral.readings", "appointment.details"}
CASE = REFERRAL | {
    "case.name",
    "case.language",
    "statement.body",
    "need.own_words",
    "reading.words",
    "message.body",
}
HERS = CASE | {"draft.body"}


def reach(the_house: TestHouse, person: Person, her: Person) -> set[str]:
    """What somebody can open of her, whichever way."""
    through = read_through_the_house(the_house, person, her.case_id)
    assert open_with_bare_keys(the_house, person, her.case_id) == through
    return through


def test_each_reads_what_the_design_says_and_nothing_else(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    a_full_case(the_house, her)
    stranger = the_house.a_colleague(
        "Strange", (Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id)
    )
    expected = [
        (her, HERS),
        (the_house.director, CASE | {"staff_note.words", "case.card_half"}),
        (the_house.stand_in, CASE | {"staff_note.words", "case.card_half"}),
        (the_house.workers[HOUSING], REFERRAL),
        (the_house.workers[ServiceKind.POLICE], set()),
        (the_house.workers[ServiceKind.PROSECUTOR], set()),
        (the_house.workers[ServiceKind.CENTRE_WORK], set()),
        (the_house.moderator, set()),
        (the_house.coordinator, set()),
        (the_house.auditor, set()),
        (stranger, set()),
        (another, set()),
    ]
    for person, may in expected:
        assert reach(the_house, person, her) == may, person.name


def test_the_desk_reads_what_waits_there_and_loses_it_at_routing(
    the_house: TestHouse, her: Person
) -> None:
    at_desk = {"statement.body", "need.own_words"}
    need_id = the_house.a_need(her)
    assert reach(the_house, the_house.moderator, her) == at_desk
    route(the_house, need_id, reading="Lock change")
    assert reach(the_house, the_house.moderator, her) == set()


def test_a_question_of_the_desk_does_not_take_her_words_from_it(
    the_house: TestHouse, her: Person
) -> None:
    need_id = the_house.a_need(her)
    with the_house.acting(the_house.moderator) as (session, acting):
        desk.give_back(session, acting, decision_of(the_house, need_id), "Which floor?", now=NOON)
    assert "need.own_words" in reach(the_house, the_house.moderator, her)
    assert "decision.note" in reach(the_house, her, her)


def test_nothing_reaches_a_service_before_her_yes(the_house: TestHouse, her: Person) -> None:
    need_id = the_house.a_need(her)
    for worker in the_house.workers.values():
        assert reach(the_house, worker, her) == set()
    route(the_house, need_id)
    for worker in the_house.workers.values():
        assert reach(the_house, worker, her) == set()
    say_yes(the_house, her, need_id)
    assert reach(the_house, the_house.workers[HOUSING], her) == REFERRAL - {"appointment.details"}


def test_a_yes_for_one_need_says_nothing_about_another(the_house: TestHouse, her: Person) -> None:
    a_shared_need(the_house, her, words="The lock.")
    other = the_house.a_need(her, Category.MONEY, words="My salary is taken.")
    route(the_house, other)
    worker = the_house.workers[HOUSING]
    assert reach(the_house, worker, her) == REFERRAL - {"appointment.details"}


def test_a_draft_is_hers_alone_without_paper_and_without_halves(
    the_house: TestHouse, her: Person
) -> None:
    with the_house.acting(her) as (session, acting):
        drafts.keep(session, acting, "needs", {"not_wanted": "the police"}, now=NOON)
        folder = session.query(Folder).filter_by(case_id=her.case_id, kind="draft").one()
        holders = [grant.holder_id for grant in session.query(Grant).filter_by(folder_id=folder.id)]
        assert holders == [her.holder_id]
        assert session.query(Half).filter_by(subject_id=folder.id).count() == 0


def test_an_open_door_at_the_desk_does_not_show_what_she_adds_elsewhere(
    the_house: TestHouse, her: Person
) -> None:
    """One need was routed, another waits: what she adds to the first is not for the desk."""
    routed = the_house.a_need(her)
    route(the_house, routed)
    the_house.a_need(her, Category.MONEY)
    with the_house.acting(her) as (session, acting):
        her_needs.add_words(session, acting, routed, "He has my new address.", now=NOON)
    assert "addition.words" in reach(the_house, the_house.director, her)
    assert "addition.words" not in reach(the_house, the_house.moderator, her)


@pytest.mark.parametrize("service", [ServiceKind.POLICE, ServiceKind.PROSECUTOR])
def test_police_and_prosecutor_see_nothing_of_what_others_were_told(
    the_house: TestHouse, her: Person, service: ServiceKind
) -> None:
    a_shared_need(the_house, her)
    assert reach(the_house, the_house.workers[service], her) == set()
