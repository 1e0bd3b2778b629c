"""Her yes lets a service read a need, her no takes it away; the service answers."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.domain.appointments import AppointmentState
from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.needs import Category, NeedState
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.services import ServiceKind
from portal.domain.sharing import TEXT_VERSION, WISH_LASTS, Asked
from portal.domain.words import NothingWritten
from portal.models import Appointment, Need, Referral, SharingWish
from portal.services import messages
from portal.services.keys.folders import end_grants, get_folder
from portal.services.moderation import desk
from portal.services.need_to_know import looking, seeing, sharing
from portal.services.needs import her_needs
from portal.services.referrals import answers, at_service, listing, wishes
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    POLICE,
    a_date,
    a_shared_need,
    decision_of,
    referral_of,
    route,
    say_no,
    say_yes,
)


def helps(house: TestHouse, her: Person, need_id: UUID) -> None:
    """The housing desk gave its help."""
    with house.acting(house.workers[HOUSING]) as (session, acting):
        referral_id = referral_of(house, need_id).id
        answers.accept(session, acting, referral_id, now=NOON)
        answers.finish(session, acting, referral_id, now=NOON)


def say_no_to_police(house: TestHouse, her: Person, need_id: UUID) -> None:
    """She does not want the police to read it any more."""
    say_no(house, her, need_id, POLICE)


def police_cannot(house: TestHouse, her: Person, need_id: UUID) -> None:
    """The police say that they cannot help with it."""
    with house.acting(house.workers[POLICE]) as (session, acting):
        referral_id = referral_of(house, need_id, POLICE).id
        answers.not_possible(session, acting, referral_id, "Not ours.", now=NOON)


class TestHerYes:
    """Nothing reaches a service before it."""

    def test_what_she_previews_is_what_the_service_reads(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = the_house.a_need(her, words="The lock is broken.")
        route(the_house, need_id, reading="Lock change")
        service = the_house.services[HOUSING]
        with the_house.acting(her) as (session, acting):
            her_needs.add_words(session, acting, need_id, "And the window.", now=NOON)
            shown = sharing.preview(session, acting, need_id, service.id, now=NOON).shared
            wish = sharing.say_yes(session, acting, need_id, service.id, now=NOON)
        assert (wish.text_version, wish.language, wish.asked) == (
            TEXT_VERSION,
            "en",
            Asked.ON_SCREEN,
        )
        assert wish.until == NOON + WISH_LASTS
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            (line,) = listing.of_service(session, acting, now=NOON)
            read = at_service.open_referral(session, acting, line.referral.id, now=NOON)
        assert (read.name, read.words, read.readings) == (shown.name, shown.words, shown.readings)
        assert (shown.name, shown.readings) == ("Amal", "Lock change")
        assert shown.words == "The lock is broken.\n\nAnd the window."

    def test_each_service_is_a_question_of_its_own(self, the_house: TestHouse, her: Person) -> None:
        need_id = the_house.a_need(her)
        route(the_house, need_id, HOUSING, POLICE)
        with the_house.acting(her) as (session, acting):
            waiting = sharing.waiting_for_her(session, acting)
            assert {service.kind for _, _, service in waiting} == {HOUSING, POLICE}
        say_yes(the_house, her, need_id)
        with the_house.acting(her) as (session, acting):
            assert [s.kind for _, _, s in sharing.waiting_for_her(session, acting)] == [POLICE]
        with the_house.acting(the_house.workers[POLICE]) as (session, acting):
            assert listing.of_service(session, acting, now=NOON) == []
            with pytest.raises(NotFound):
                referral_id = referral_of(the_house, need_id, POLICE).id
                at_service.open_referral(session, acting, referral_id, now=NOON)

    def test_yes_twice_is_yes_once(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        say_yes(the_house, her, need_id)
        with the_house.database.transaction("read") as session:
            assert len(session.scalars(select(SharingWish)).all()) == 1

    def test_she_is_asked_only_about_services_that_the_desk_named(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        need_id = the_house.a_need(her)
        for who, service_id in (
            (her, the_house.services[HOUSING].id),
            (her, uuid4()),
            (another, the_house.services[HOUSING].id),
        ):
            with the_house.acting(who) as (session, acting):
                for act in (sharing.say_yes, sharing.say_no, sharing.preview):
                    with pytest.raises(NotFound):
                        act(session, acting, need_id, service_id, now=NOON)

    def test_with_an_earlier_yes_it_goes_at_once(self, the_house: TestHouse, her: Person) -> None:
        need_id = the_house.a_need(her)
        with the_house.database.transaction() as session:
            session.add(
                SharingWish(
                    case_id=her.case_id,
                    need_id=need_id,
                    service_id=the_house.services[HOUSING].id,
                    said_yes_at=NOON,
                    until=NOON + timedelta(days=1),
                    text_version=TEXT_VERSION,
                    language="ar",
                    asked=Asked.READ_ALOUD,
                )
            )
        route(the_house, need_id, HOUSING, reading="Urgent")
        assert referral_of(the_house, need_id).state is ReferralState.SENT
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            (line,) = listing.of_service(session, acting, now=NOON)
            read = at_service.open_referral(session, acting, line.referral.id, now=NOON)
            assert read.readings == "Urgent"

    def test_an_ended_wish_is_no_wish(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        service_id = the_house.services[HOUSING].id
        with the_house.database.transaction("read") as session:
            end = NOON + WISH_LASTS
            assert wishes.find_wish(session, need_id, service_id, now=end - timedelta(seconds=1))
            assert wishes.find_wish(session, need_id, service_id, now=end) is None

    def test_a_new_wish_does_not_forget_that_somebody_else_lost_a_key(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id, later = a_shared_need(the_house, her), NOON + WISH_LASTS
        referral_id = referral_of(the_house, need_id).id
        assert her.case_id is not None
        with the_house.database.transaction() as session:
            folder = get_folder(session, her.case_id, FolderKind.REFERRAL, referral_id)
            end_grants(session, folder, the_house.stand_in.holder_id)
            before = folder.version
        say_yes(the_house, her, need_id, now=later)
        with the_house.acting(the_house.workers[HOUSING], now=later) as (session, acting):
            answers.not_possible(session, acting, referral_id, "We are full.", now=later)
            folder = get_folder(session, her.case_id, FolderKind.REFERRAL, referral_id)
            assert folder.version == before + 1


class TestHerNo:
    """Not now, or not any more."""

    def test_no_to_a_waiting_referral_and_yes_later(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = the_house.a_need(her)
        route(the_house, need_id)
        say_no(the_house, her, need_id)
        assert referral_of(the_house, need_id).state is ReferralState.SAID_NO
        say_yes(the_house, her, need_id)
        assert referral_of(the_house, need_id).state is ReferralState.SENT

    def test_no_after_a_date_takes_the_date_too(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        date_id = a_date(the_house, need_id)
        say_no(the_house, her, need_id)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            assert session.get_one(Appointment, date_id).state is AppointmentState.CANCELLED
            assert listing.of_service(session, acting, now=NOON) == []
            referral_id = referral_of(the_house, need_id).id
            for act in (at_service.open_referral, answers.accept, answers.finish):
                with pytest.raises(NotFound):
                    act(session, acting, referral_id, now=NOON)

    def test_what_is_over_stays_over(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        with the_house.acting(her) as (session, acting):
            her_needs.take_back(session, acting, need_id, now=NOON)
        with pytest.raises(WrongState):
            say_yes(the_house, her, need_id)
        with pytest.raises(WrongState):
            say_no(the_house, her, need_id)
        assert referral_of(the_house, need_id).state is ReferralState.STOPPED


class TestTheServiceAnswers:
    """Seen, accepted, done; or not possible here."""

    def test_the_first_opening_tells_her_that_it_was_seen(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            (line,) = listing.of_service(session, acting, now=NOON)
            assert (line.name, line.referral.state) == ("Amal", ReferralState.SENT), "listed only"
            at_service.open_referral(session, acting, line.referral.id, now=NOON)
        referral = referral_of(the_house, need_id)
        assert (referral.state, referral.seen_at) == (ReferralState.SEEN, NOON)

    def test_accepted_and_done(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        referral_id = referral_of(the_house, need_id).id
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            with pytest.raises(WrongState):
                answers.finish(session, acting, referral_id, now=NOON)
            answers.accept(session, acting, referral_id, now=NOON)
            with pytest.raises(WrongState):
                answers.accept(session, acting, referral_id, now=NOON)
            answers.finish(session, acting, referral_id, now=NOON)
            assert session.get_one(Need, need_id).state is NeedState.DONE
            (line,) = listing.of_service(session, acting, now=NOON, done=True)
            assert line.referral.state is ReferralState.DONE
            assert listing.of_service(session, acting, now=NOON) == []

    def test_a_need_is_done_when_the_last_service_is(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = the_house.a_need(her)
        route(the_house, need_id, HOUSING, ServiceKind.CENTRE_WORK)
        for kind, state in ((HOUSING, NeedState.ROUTED), (ServiceKind.CENTRE_WORK, NeedState.DONE)):
            say_yes(the_house, her, need_id, kind)
            with the_house.acting(the_house.workers[kind]) as (session, acting):
                referral_id = referral_of(the_house, need_id, kind).id
                answers.accept(session, acting, referral_id, now=NOON)
                answers.finish(session, acting, referral_id, now=NOON)
                assert session.get_one(Need, need_id).state is state

    @pytest.mark.parametrize("ends", [say_no_to_police, police_cannot])
    @pytest.mark.parametrize("helps_first", [False, True])
    def test_a_need_is_done_in_whatever_order_its_services_end(
        self,
        the_house: TestHouse,
        her: Person,
        ends: Callable[[TestHouse, Person, UUID], None],
        helps_first: bool,
    ) -> None:
        need_id = the_house.a_need(her)
        route(the_house, need_id, HOUSING, POLICE)
        for kind in (HOUSING, POLICE):
            say_yes(the_house, her, need_id, kind)
        for end in (helps, ends) if helps_first else (ends, helps):
            with the_house.database.transaction("read") as session:
                assert session.get_one(Need, need_id).state is NeedState.ROUTED
            end(the_house, her, need_id)
        with the_house.database.transaction("read") as session:
            assert session.get_one(Need, need_id).state is NeedState.DONE

    def test_a_need_with_which_nobody_helped_is_not_done(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = the_house.a_need(her)
        route(the_house, need_id, HOUSING, POLICE)
        say_yes(the_house, her, need_id, POLICE)
        say_no(the_house, her, need_id, HOUSING)
        police_cannot(the_house, her, need_id)
        with the_house.database.transaction("read") as session:
            assert session.get_one(Need, need_id).state is NeedState.ROUTED

    def test_not_possible_here_gives_a_reason_and_ends_the_reading(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        referral_id = referral_of(the_house, need_id).id
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            with pytest.raises(NothingWritten):
                answers.not_possible(session, acting, referral_id, "  ", now=NOON)
            answers.not_possible(session, acting, referral_id, "We are full", now=NOON)
            with pytest.raises(NotFound):
                at_service.open_referral(session, acting, referral_id, now=NOON)
        row = referral_of(the_house, need_id)
        assert b"full" not in (row.reason or b"")
        for who in (her, the_house.director):
            with the_house.acting(who) as (session, acting):
                mine = session.get_one(Referral, referral_id)
                given = answers.reason_given(session, acting, [mine], now=NOON)
                assert given == {referral_id: "We are full"}
        with the_house.acting(the_house.workers[POLICE]) as (session, acting):
            mine = session.get_one(Referral, referral_id)
            assert answers.reason_given(session, acting, [mine], now=NOON) == {}

    def test_foreign_missing_and_unsent_referrals_are_the_same(
        self, the_house: TestHouse, her: Person
    ) -> None:
        shared = referral_of(the_house, a_shared_need(the_house, her)).id
        unsent_need = the_house.a_need(her, Category.MONEY)
        route(the_house, unsent_need, HOUSING)
        unsent = referral_of(the_house, unsent_need).id
        for kind, wanted in ((POLICE, shared), (HOUSING, unsent), (HOUSING, uuid4())):
            with the_house.acting(the_house.workers[kind]) as (session, acting):
                with pytest.raises(NotFound):
                    at_service.open_referral(session, acting, wanted, now=NOON)
                with pytest.raises(NotFound):
                    answers.accept(session, acting, wanted, now=NOON)
                with pytest.raises(NotFound):
                    answers.not_possible(session, acting, wanted, "No", now=NOON)
        for person in (the_house.director, the_house.moderator, her):
            with the_house.acting(person) as (session, acting), pytest.raises(NotYours):
                at_service.open_referral(session, acting, shared, now=NOON)


class TestWhoCanSeeAndWhoLooked:
    """Two lists from the rows that make them true."""

    def lines(self, the_house: TestHouse, her: Person) -> set[tuple[FolderKind, str]]:
        with the_house.acting(her) as (session, acting):
            return {
                (line.folder, line.name or line.holder.value)
                for line in seeing.who_can_see(session, acting, now=NOON)
            }

    def test_the_list_follows_the_grants(self, the_house: TestHouse, her: Person) -> None:
        need_id = the_house.a_need(her)
        assert (FolderKind.NEEDS, HolderKind.DESK.value) in self.lines(the_house, her)
        route(the_house, need_id)
        assert (FolderKind.NEEDS, HolderKind.DESK.value) not in self.lines(the_house, her)
        housing = (FolderKind.REFERRAL, "Housing desk")
        assert housing not in self.lines(the_house, her)
        say_yes(the_house, her, need_id)
        assert housing in self.lines(the_house, her)
        say_no(the_house, her, need_id)
        assert housing not in self.lines(the_house, her)

    def test_team_paper_and_halves_are_on_it(self, the_house: TestHouse, her: Person) -> None:
        with the_house.acting(her) as (session, acting):
            whys = {
                (line.holder, line.why)
                for line in seeing.who_can_see(session, acting, now=NOON)
                if line.folder is FolderKind.CONVERSATION
            }
        assert whys == {
            (HolderKind.SURVIVOR, Why.HER_OWN),
            (HolderKind.STAFF, Why.CASE_TEAM),
            (HolderKind.RECOVERY, Why.RECOVERY),
            (HolderKind.COORDINATORS, Why.EMERGENCY),
            (HolderKind.AUDITORS, Why.EMERGENCY),
        }

    def test_she_reads_who_looked_and_why(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        decision_id = decision_of(the_house, the_house.a_need(her))
        assert her.case_id is not None
        with the_house.acting(the_house.moderator) as (session, acting):
            desk.open_need(session, acting, decision_id, now=NOON)
        with the_house.acting(the_house.director) as (session, acting):
            messages.open_stretch(
                session, acting, her.case_id, now=NOON + timedelta(minutes=1)
            ).show()
        with the_house.acting(her) as (session, acting):
            looked = looking.who_looked(session, acting, now=NOON + timedelta(hours=1))
        assert [(one.name, one.folder, one.purpose) for one in looked] == [
            ("Els", FolderKind.CONVERSATION, "conversation"),
            ("Mona", FolderKind.NEEDS, "desk"),
        ]
        with the_house.acting(another) as (session, acting):
            assert looking.who_looked(session, acting, now=NOON + timedelta(hours=1)) == []

    def test_who_looked_there_is_who_looked_at_a_service_and_at_nothing_else(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        other_id = a_shared_need(the_house, her, Category.WORK)
        made, other = (referral_of(the_house, one, HOUSING) for one in (need_id, other_id))
        worker = the_house.workers[HOUSING]
        with the_house.acting(worker) as (session, acting):
            listing.of_service(session, acting, now=NOON)
            at_service.open_referral(session, acting, other.id, now=NOON)
        assert her.case_id is not None
        with the_house.acting(the_house.director) as (session, acting):
            messages.open_stretch(session, acting, her.case_id, now=NOON).show()
        with the_house.acting(her) as (session, acting):
            here, there = (
                {look.purpose for look in looking.who_looked_there(session, acting, one)}
                for one in (made, other)
            )
        assert (here, there) == ({"service_list"}, {"service_list", "service"})
