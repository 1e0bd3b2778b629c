"""A lost card: two people, the same key, and whoever held the old one is out."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from portal import worker
from portal.domain.cards import CardDoesNotOpen
from portal.domain.decisions import AskedByYourself
from portal.domain.folders import FolderKind
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.retention import DEFAULT_DAYS, Kept
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Decision
from portal.services import drafts
from portal.services.case_work import card_again, cases, opening
from portal.services.colleagues import staff
from portal.services.endings import closing, her_clocks
from portal.services.entry import cards, sessions, stopped_cards
from portal.services.keys import reasons
from portal.services.keys.reading import open_folder
from portal.services.moderation import deciding
from portal.vault import CannotOpen
from tests.people import NOON, PIN, Person, TestHouse
from tests.services.test_cards import come_in

SOON = NOON + timedelta(minutes=5)


def ask(house: TestHouse, her: Person, *, by: Person | None = None) -> UUID:
    assert her.case_id is not None
    with house.acting(by or house.director) as (session, acting):
        reason = "She lost it on the bus; code word compared."
        return card_again.ask(session, acting, her.case_id, reason=reason, now=NOON).id


def accept(house: TestHouse, asked: UUID, *, by: Person | None = None) -> None:
    with house.acting(by or house.coordinator) as (session, acting):
        deciding.accept(session, acting, asked, now=NOON)


def make(house: TestHouse, her: Person, *, by: Person | None = None, now: datetime = SOON) -> str:
    assert her.case_id is not None
    with house.acting(by or house.director, now=now) as (_, acting):
        pass
    made = card_again.make(
        house.database.transaction,
        house.house,
        acting,
        her.case_id,
        now=now,
    )
    return made[2]


def test_the_new_card_opens_the_same_key_and_the_old_one_nothing(
    the_house: TestHouse, her: Person
) -> None:
    with the_house.acting(her) as (session, acting):
        drafts.keep(session, acting, "message", {"words": "only mine"}, now=NOON)
    token = come_in(the_house, her.card)
    accept(the_house, ask(the_house, her))
    number = make(the_house, her)
    with the_house.database.transaction() as session:
        assert sessions.find(session, token, now=NOON) is None, "the old session is dead"
    with pytest.raises(CardDoesNotOpen):
        come_in(the_house, her.card)
    token = come_in(the_house, number, again=PIN)
    with the_house.database.transaction() as session:
        she = sessions.find(session, token, now=NOON)
        assert she is not None
        assert she.keys == her.keys
        kept = drafts.find(session, she, "message", now=NOON)
        assert kept == {"words": "only mine"}, "nothing is lost, not even what only she reads"


def test_a_frozen_or_void_card_too(the_house: TestHouse, her: Person) -> None:
    with the_house.acting(the_house.director) as (session, acting):
        card = cards.newest(session, her.account_id)
        assert card is not None
        stopped_cards.void(session, card, actor_id=acting.account_id, now=NOON)
    accept(the_house, ask(the_house, her))
    assert come_in(the_house, make(the_house, her), again=PIN)


def test_it_is_made_once_and_only_by_who_asked(the_house: TestHouse, her: Person) -> None:
    asked = ask(the_house, her)
    with pytest.raises(WrongState):
        make(the_house, her)
    accept(the_house, asked)
    with pytest.raises(WrongState):
        make(the_house, her, by=the_house.stand_in)
    make(the_house, her)
    with pytest.raises(WrongState):
        make(the_house, her)


def test_neither_of_the_two_makes_it_alone(the_house: TestHouse, her: Person) -> None:
    asked = ask(the_house, her)
    with pytest.raises(NotYours):
        accept(the_house, asked, by=the_house.director)
    with the_house.acting(the_house.coordinator) as (session, acting), pytest.raises(NotFound):
        assert her.case_id is not None
        card_again.ask(session, acting, her.case_id, reason="Me", now=NOON)


def test_a_coordinator_who_directs_the_case_needs_another_one(
    the_house: TestHouse,
) -> None:
    lead = (Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id)
    both = the_house.a_colleague("Both", lead, (Role.COORDINATOR, None))
    with the_house.acting(the_house.coordinator) as (session, acting):
        for membership, _ in staff.waiting_for_key(session, acting):
            staff.hand_over(session, acting, membership.id, now=NOON)
    hers = the_house.a_survivor("Hers", director=both)
    asked = ask(the_house, hers, by=both)
    with pytest.raises(AskedByYourself):
        accept(the_house, asked, by=both)
    accept(the_house, asked)
    assert come_in(the_house, make(the_house, hers, by=both), again=PIN)


def test_after_four_hours_it_is_asked_again(the_house: TestHouse, her: Person) -> None:
    accept(the_house, ask(the_house, her))
    with pytest.raises(WrongState):
        make(the_house, her, now=NOON + card_again.LASTS)
    accept(the_house, ask(the_house, her))
    assert make(the_house, her)


def test_a_card_that_never_came_to_life_needs_nobody_else(the_house: TestHouse) -> None:
    new = the_house.a_survivor("New", activated=False)
    with pytest.raises(WrongState):
        ask(the_house, new)


def test_after_a_first_card_that_expired_the_halves_are_of_the_new_key(
    the_house: TestHouse,
) -> None:
    late = the_house.a_survivor("Late", activated=False)
    after = NOON + timedelta(days=2)
    new = cards.prepare(the_house.house)
    assert late.case_id is not None
    with the_house.acting(the_house.director, now=after) as (session, acting):
        case = cases.get_case(session, acting, late.case_id)
        opening.issue_again(session, acting, case, new, now=after)
        card = cards.newest(session, late.account_id)
        assert card is not None
        card.activated_at = after
    accept(the_house, ask(the_house, late))
    assert make(the_house, late)


def test_halves_of_two_keys_make_no_card(the_house: TestHouse, her: Person) -> None:
    accept(the_house, ask(the_house, her))
    with the_house.acting(the_house.director) as (session, acting):
        case = the_house.case_of(session, her)
        folder = open_folder(
            session, acting, case.id, FolderKind.STAFF_NOTES, purpose="test", now=NOON
        )
        folder.write(case, "card_half", bytes(32).hex())
    with pytest.raises(CannotOpen):
        make(the_house, her)
    assert come_in(the_house, her.card), "the old card still opens"


def test_who_decides_reads_the_reason(the_house: TestHouse, her: Person) -> None:
    asked = ask(the_house, her)
    with the_house.acting(the_house.coordinator) as (session, acting):
        decision = session.get_one(Decision, asked)
        (reason,) = reasons.read(session, acting, decision, "reason", now=NOON)
        assert reason == "She lost it on the bus; code word compared."
    with the_house.acting(the_house.moderator) as (session, acting), pytest.raises(NotFound):
        reasons.read(session, acting, session.get_one(Decision, asked), "reason", now=NOON)


def test_a_card_made_after_the_work_has_ended_opens_her_pages_as_long_as_a_lifted_one(
    the_house: TestHouse, her: Person
) -> None:
    assert her.case_id is not None
    long_ago = NOON - timedelta(days=70)
    with the_house.acting(the_house.director) as (session, acting):
        closing.close(session, acting, her.case_id, "She moved.", now=long_ago)
    accept(the_house, ask(the_house, her))
    number = make(the_house, her)
    token = come_in(the_house, number, again=PIN)
    worker.run_once(the_house.database, now=SOON)
    with the_house.database.transaction() as session:
        she = sessions.find(session, token, now=SOON)
        assert she is not None, "nobody gave her a card for a minute"
        ends = her_clocks.of_hers(session, she).ends
        assert ends[Kept.HER_PAGES] == NOON + timedelta(days=DEFAULT_DAYS[Kept.HER_PAGES])
    worker.run_once(the_house.database, now=NOON + timedelta(days=61))
    with pytest.raises(CardDoesNotOpen):
        come_in(the_house, number)
