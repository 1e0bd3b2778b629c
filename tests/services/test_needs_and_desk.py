"""From what she asks to a service: the desk routes, asks back, and loses what it has routed."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.domain.decisions import DecisionState
from portal.domain.needs import (
    AlreadyAsked,
    Category,
    HowSoon,
    Lane,
    NeedAnswer,
    NeedState,
    NothingChosen,
    Statement,
    StayOrLeave,
)
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, NotYours, ProofTooOld, WrongState
from portal.domain.roles import Role
from portal.domain.services import ServiceKind, ServiceState
from portal.domain.words import NothingWritten, TooLong
from portal.models import Decision, Need, Service
from portal.services import drafts
from portal.services.case_work import cases
from portal.services.colleagues import staff
from portal.services.moderation import desk, lanes
from portal.services.needs import her_needs, statements, stories
from portal.services.needs.desk_again import ask_desk_again
from portal.services.referrals import answers, at_service, listing
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, POLICE, decision_of, referral_of, route, say_yes

MINUTE = timedelta(minutes=1)


def story_of(the_house: TestHouse, who: Person, need_id: UUID) -> stories.NeedStory:
    """What somebody reads of a need."""
    with the_house.acting(who) as (session, acting):
        return stories.story(session, acting, session.get_one(Need, need_id), purpose="t", now=NOON)


def ask(the_house: TestHouse, need_id: UUID, question: str = "Which floor?") -> None:
    """The moderator gives a need back."""
    decision_id = decision_of(the_house, need_id)
    with the_house.acting(the_house.moderator) as (session, acting):
        desk.give_back(session, acting, decision_id, question, now=NOON)


def add(the_house: TestHouse, her: Person, need_id: UUID, words: str) -> None:
    """She adds to a need."""
    with the_house.acting(her) as (session, acting):
        her_needs.add_words(session, acting, need_id, words, now=NOON)


def ask_again(the_house: TestHouse, her: Person, need_id: UUID) -> None:
    """The case director puts a need back at the desk."""
    with the_house.acting(the_house.director) as (session, acting):
        ask_desk_again(session, acting, the_house.case_of(session, her), need_id, now=NOON)


def open_at_desk(the_house: TestHouse, need_id: UUID) -> desk.WaitingNeed:
    """The moderator opens what waits."""
    decision_id = decision_of(the_house, need_id)
    with the_house.acting(the_house.moderator) as (session, acting):
        return desk.open_need(session, acting, decision_id, now=NOON)


class TestSending:
    """Several needs at once, in her words, to the desk."""

    def test_everything_she_said_reaches_the_desk(self, the_house: TestHouse, her: Person) -> None:
        statement = Statement(
            needs=(
                NeedAnswer(Category.HOME, HowSoon.THIS_WEEK, " القفل\x00 مكسور "),
                NeedAnswer(Category.CHILD, child_in_danger=True),
            ),
            most_important=Category.CHILD,
            stay_or_leave=StayOrLeave.DO_NOT_KNOW,
            not_wanted="No police",
            interpreter="Arabic",
            childcare=True,
            accessibility="Stairs are hard",
        )
        with the_house.acting(her) as (session, acting):
            drafts.keep(session, acting, statements.DRAFT, {"half": "way"}, now=NOON)
            home, child = statements.send(session, acting, statement, now=NOON)
            assert drafts.find(session, acting, statements.DRAFT, now=NOON) is None
        assert (home.lane, child.lane) == (Lane.ORANGE, Lane.RED)
        waiting = open_at_desk(the_house, home.id)
        assert waiting.story.own_words == "القفل مكسور"
        assert open_at_desk(the_house, child.id).story.own_words is None
        assert waiting.closing == {
            "name": "Amal",
            "most_important": "child",
            "stay_or_leave": "do_not_know",
            "not_wanted": "No police",
            "interpreter": "Arabic",
            "childcare": True,
            "accessibility": "Stairs are hard",
        }

    def test_what_cannot_be_sent_leaves_nothing(self, the_house: TestHouse, her: Person) -> None:
        the_house.a_need(her, Category.HOME)
        for refusal, asked in (
            (NothingChosen, Statement(needs=())),
            (AlreadyAsked, Statement(needs=(NeedAnswer(Category.HOME),))),
            (TooLong, Statement(needs=(NeedAnswer(Category.LAW, own_words="a" * 20_000),))),
        ):
            with pytest.raises(refusal), the_house.acting(her) as (session, acting):
                statements.send(session, acting, asked, now=NOON)
        with the_house.acting(her) as (session, acting):
            assert len(stories.hers(session, acting, now=NOON)) == 1

    def test_what_was_taken_back_can_be_asked_again(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = the_house.a_need(her)
        with the_house.acting(her) as (session, acting):
            her_needs.take_back(session, acting, need_id, now=NOON)
            with pytest.raises(WrongState):
                her_needs.take_back(session, acting, need_id, now=NOON)
            with pytest.raises(WrongState):
                her_needs.add_words(session, acting, need_id, "More", now=NOON)
        assert the_house.a_need(her)
        with the_house.database.transaction("read") as session:
            decision = session.scalars(select(Decision).where(Decision.need_id == need_id)).one()
            assert decision.state is DecisionState.WITHDRAWN

    def test_foreign_and_missing_needs_are_the_same(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        need_id = the_house.a_need(her)
        with the_house.acting(another) as (session, acting):
            acts: list[Callable[[UUID], object]] = [
                lambda wanted: her_needs.get_hers(session, acting, wanted),
                lambda wanted: her_needs.take_back(session, acting, wanted, now=NOON),
                lambda wanted: her_needs.add_words(session, acting, wanted, "Mine", now=NOON),
            ]
            for act, wanted in product(acts, (need_id, uuid4())):
                with pytest.raises(NotFound):
                    act(wanted)
            assert stories.hers(session, acting, now=NOON) == []


class TestTheDesk:
    """Lanes from what is in clear; decisions with a fresh proof."""

    def test_late_and_red_come_first(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        later = the_house.a_need(her, Category.PAPERS, how_soon=HowSoon.LATER)
        today = the_house.a_need(her, Category.SAFETY, how_soon=HowSoon.TODAY)
        week = the_house.a_need(another, Category.HOME, how_soon=HowSoon.THIS_WEEK)
        question = the_house.a_need(another, Category.LAW, how_soon=HowSoon.INFORMATION)
        with the_house.acting(the_house.moderator) as (session, acting):
            lines = lanes.waiting(session, acting, now=NOON)
            assert [line.decision.need_id for line in lines] == [today, week, later, question]
            assert not any(line.is_late for line in lines)
            counted = lanes.counts(session, acting, now=NOON)
            assert sum(counted.values()) == 4
            after = lanes.waiting(session, acting, now=NOON + 31 * MINUTE)
            assert [line.is_late for line in after] == [True, False, False, False]
            only = lanes.waiting(session, acting, now=NOON, lane=Lane.RED)
            assert [line.decision.need_id for line in only] == [today]

    def test_only_moderators_see_the_desk(self, the_house: TestHouse, her: Person) -> None:
        the_house.a_need(her)
        for person in (the_house.director, the_house.workers[HOUSING], her):
            with the_house.acting(person) as (session, acting):
                with pytest.raises(NotYours):
                    lanes.waiting(session, acting, now=NOON)
                with pytest.raises(NotYours):
                    lanes.counts(session, acting, now=NOON)
        with the_house.acting(the_house.coordinator) as (session, acting):
            assert lanes.waiting(session, acting, now=NOON) == [], "she decides about other kinds"

    def test_a_decision_needs_a_proof_of_the_last_fifteen_minutes(
        self, the_house: TestHouse, her: Person
    ) -> None:
        decision_id = decision_of(the_house, the_house.a_need(her))
        services = [the_house.services[HOUSING].id]
        for proof in (None, NOON - 16 * MINUTE):
            with the_house.acting(the_house.moderator, second_factor_at=proof) as (session, acting):
                with pytest.raises(ProofTooOld):
                    desk.route(session, acting, decision_id, services, now=NOON)
                with pytest.raises(ProofTooOld):
                    desk.give_back(session, acting, decision_id, "Why?", now=NOON)
                assert desk.open_need(session, acting, decision_id, now=NOON)

    def test_only_open_services_are_offered_and_taken(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = the_house.a_need(her, Category.HOME)
        decision_id = decision_of(the_house, need_id)
        housing, police = the_house.services[HOUSING].id, the_house.services[ServiceKind.POLICE].id
        with the_house.database.transaction() as session:
            session.get_one(Service, police).state = ServiceState.PAUSED
        with the_house.acting(the_house.moderator) as (session, acting):
            offers = desk.offers(session, session.get_one(Need, need_id), now=NOON)
            assert offers[0].service.id == housing
            assert police not in {offer.service.id for offer in offers}
            with pytest.raises(desk.NobodyChosen):
                desk.route(session, acting, decision_id, [], now=NOON)
            for chosen in ([police], [housing, police], [uuid4()], [housing, uuid4()]):
                with pytest.raises(desk.ServiceNotOpen):
                    desk.route(session, acting, decision_id, chosen, now=NOON)
            desk.route(session, acting, decision_id, [housing, housing], now=NOON)

    def test_the_second_of_two_moderators_is_told(self, the_house: TestHouse, her: Person) -> None:
        need_id = the_house.a_need(her)
        decision_id = decision_of(the_house, need_id)
        route(the_house, need_id)
        services = [the_house.services[ServiceKind.CENTRE_WORK].id]
        with the_house.acting(the_house.moderator) as (session, acting):
            with pytest.raises(WrongState):
                desk.route(session, acting, decision_id, services, now=NOON)
            with pytest.raises(WrongState):
                desk.give_back(session, acting, decision_id, "Why?", now=NOON)
            with pytest.raises(WrongState):
                desk.add_reading(session, acting, decision_id, "Late", now=NOON)
            with pytest.raises(NotFound):
                desk.open_need(session, acting, uuid4(), now=NOON)

    def test_a_reading_stands_beside_her_words(self, the_house: TestHouse, her: Person) -> None:
        need_id = the_house.a_need(her, words="The lock of my door is broken.")
        decision_id = decision_of(the_house, need_id)
        with the_house.acting(the_house.moderator) as (session, acting):
            desk.add_reading(session, acting, decision_id, "Lock change, urgent", now=NOON)
            with pytest.raises(NothingWritten):
                desk.add_reading(session, acting, decision_id, " \u200b ", now=NOON)
        for who in (her, the_house.director, the_house.moderator):
            story = story_of(the_house, who, need_id)
            assert story.own_words == "The lock of my door is broken."
            assert [words for _, words in story.readings] == ["Lock change, urgent"]

    def test_routing_asks_a_service_once_about_a_need(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = the_house.a_need(her)
        route(the_house, need_id)
        ask_again(the_house, her, need_id)
        with pytest.raises(desk.AskedBefore):
            route(the_house, need_id)
        route(the_house, need_id, ServiceKind.CENTRE_WORK)


class TestQuestions:
    """The desk asks, she answers, the desk reads the answer."""

    def test_the_round_trip(self, the_house: TestHouse, her: Person) -> None:
        need_id = the_house.a_need(her)
        ask(the_house, need_id)
        story = story_of(the_house, her, need_id)
        assert story.waits_for_her
        assert [words for _, words in story.questions] == ["Which floor?"]
        with the_house.acting(the_house.moderator) as (session, acting):
            assert lanes.waiting(session, acting, now=NOON) == []
        add(the_house, her, need_id, "The second.")
        waiting = open_at_desk(the_house, need_id)
        assert [words for _, words in waiting.story.additions] == ["The second."]
        assert [words for _, words in waiting.story.questions] == ["Which floor?"]
        assert not story_of(the_house, her, need_id).waits_for_her

    def test_it_works_while_another_statement_comes_and_goes(
        self, the_house: TestHouse, her: Person
    ) -> None:
        first = the_house.a_need(her, Category.HOME)
        ask(the_house, first)
        second = the_house.a_need(her, Category.MONEY)
        route(the_house, second)
        add(the_house, her, first, "The second.")
        assert [w for _, w in open_at_desk(the_house, first).story.additions] == ["The second."]
        ask(the_house, first, "Which street?")
        add(the_house, her, first, "The long one.")
        route(the_house, first, reading="Second floor")

    def test_two_needs_of_one_statement_leave_the_desk_one_by_one(
        self, the_house: TestHouse, her: Person
    ) -> None:
        both = Statement(needs=(NeedAnswer(Category.HOME), NeedAnswer(Category.MONEY)))
        with the_house.acting(her) as (session, acting):
            home, money = (need.id for need in statements.send(session, acting, both, now=NOON))
        route(the_house, home)
        assert open_at_desk(the_house, money)
        ask_again(the_house, her, home)
        assert open_at_desk(the_house, home)
        route(the_house, money)
        assert open_at_desk(the_house, home)
        route(the_house, home, ServiceKind.CENTRE_WORK)


class TestAtTheDeskAgain:
    """A service cannot help; the case team asks the desk again."""

    def test_the_desk_reads_it_again_with_what_was_added_meanwhile(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = the_house.a_need(her)
        route(the_house, need_id, reading="Lock change")
        say_yes(the_house, her, need_id)
        add(the_house, her, need_id, "I moved to the third floor.")
        worker = the_house.workers[HOUSING]
        with the_house.acting(worker) as (session, acting):
            referral_id = referral_of(the_house, need_id).id
            answers.not_possible(session, acting, referral_id, "We are full", now=NOON)
        ask_again(the_house, her, need_id)
        waiting = open_at_desk(the_house, need_id)
        assert [words for _, words in waiting.story.additions] == ["I moved to the third floor."]
        assert [words for _, words in waiting.story.readings] == ["Lock change"]
        ask(the_house, need_id)
        add(the_house, her, need_id, "Yes, the third.")
        route(the_house, need_id, ServiceKind.CENTRE_WORK)
        say_yes(the_house, her, need_id, ServiceKind.CENTRE_WORK)
        with the_house.acting(the_house.workers[ServiceKind.CENTRE_WORK]) as (session, acting):
            (line,) = listing.of_service(session, acting, now=NOON)
            read = at_service.open_referral(session, acting, line.referral.id, now=NOON)
        assert read.words.split("\n\n")[1:] == ["I moved to the third floor.", "Yes, the third."]

    def test_what_she_reads_stays_true(self, the_house: TestHouse, her: Person) -> None:
        need_id = the_house.a_need(her)
        route(the_house, need_id)
        ask_again(the_house, her, need_id)
        story = story_of(the_house, her, need_id)
        assert story.need.state is NeedState.SENT
        assert [referral.state for referral, _ in story.referrals] == [ReferralState.WAITS_FOR_YES]

    def test_who_asked_reads_it_and_does_not_decide_about_it(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = the_house.a_need(her)
        route(the_house, need_id)
        director = the_house.director
        with the_house.database.transaction() as session:
            staff.give_role(session, director.account_id, Role.MODERATOR, now=NOON)
        ask_again(the_house, her, need_id)
        decision_id = decision_of(the_house, need_id)
        with the_house.acting(director) as (session, acting):
            desk.open_need(session, acting, decision_id, now=NOON)
            with pytest.raises(NotYours):
                desk.give_back(session, acting, decision_id, "Which floor?", now=NOON)
            with pytest.raises(NotYours):
                desk.route(session, acting, decision_id, [the_house.services[POLICE].id], now=NOON)
        route(the_house, need_id, POLICE)

    def test_only_the_case_team_can_and_only_for_a_routed_need(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        need_id = the_house.a_need(her)
        with pytest.raises(WrongState):
            ask_again(the_house, her, need_id)
        route(the_house, need_id)
        with pytest.raises(NotFound):
            ask_again(the_house, another, need_id)
        for person in (the_house.workers[HOUSING], the_house.moderator, another):
            with the_house.acting(person) as (session, acting):
                case = the_house.case_of(session, her)
                with pytest.raises(NotFound):
                    ask_desk_again(session, acting, case, need_id, now=NOON)
                with pytest.raises(NotFound):
                    cases.get_case(session, acting, case.id)
