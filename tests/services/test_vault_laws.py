"""What must never open, tried on the rows that the services made.

The attacker of these tests can write to the database and keeps every key she ever held; what she
lacks is the key file and other people's private halves.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.domain.folders import FolderKind, Why
from portal.domain.needs import Category
from portal.domain.refusals import NotFound, NotYours
from portal.models import (
    Grant,
    Message,
    Need,
    Referral,
)
from portal.services import messages
from portal.services.keys.folders import end_grants, find_folder
from portal.services.keys.reading import open_folder
from portal.services.moderation import desk
from portal.services.need_to_know import sharing
from portal.services.needs import her_needs, stories
from portal.services.referrals import answers
from portal.vault import CannotOpen, open_sealed
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    a_date,
    a_shared_need,
    decision_of,
    referral_of,
    say_no,
    say_yes,
)
from tests.services.reach import (
    case_of,
    everything_sealed,
    keys_of,
    open_with_bare_keys,
    read_through_the_house,
)

LATER = NOON + timedelta(days=200)
"""After the end of every wish."""


class TestRevoked:
    """A grant that ended never opens what came after."""

    def lose(
        self, the_house: TestHouse, her: Person, person: Person, act: Callable[[], object]
    ) -> None:
        """Somebody reads, then an act; she reads nothing more, whatever she kept."""
        assert read_through_the_house(the_house, person, her.case_id)
        with the_house.database.transaction("read") as session:
            kept = keys_of(session, person)
        before = open_with_bare_keys(the_house, person, her.case_id, keys=kept)
        act()
        assert read_through_the_house(the_house, person, her.case_id) == set()
        assert open_with_bare_keys(the_house, person, her.case_id) == set()
        # What she says when she cannot help are her own words.
        own = {"referral.reason"}
        assert open_with_bare_keys(the_house, person, her.case_id, keys=kept) - own <= before

    def test_her_no_takes_a_need_from_the_service(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        a_date(the_house, need_id)
        self.lose(
            the_house, her, the_house.workers[HOUSING], lambda: say_no(the_house, her, need_id)
        )

    def test_taking_a_need_back_takes_it_from_service_and_desk(
        self, the_house: TestHouse, her: Person
    ) -> None:
        def take_back(need_id: Any) -> None:
            with the_house.acting(her) as (session, acting):
                her_needs.take_back(session, acting, need_id, now=NOON)

        shared = a_shared_need(the_house, her)
        self.lose(the_house, her, the_house.workers[HOUSING], lambda: take_back(shared))
        waiting = the_house.a_need(her, Category.MONEY)
        self.lose(the_house, her, the_house.moderator, lambda: take_back(waiting))

    def test_who_cannot_help_reads_no_longer(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        worker = the_house.workers[HOUSING]

        def not_possible() -> None:
            with the_house.acting(worker) as (session, acting):
                referral_id = referral_of(the_house, need_id).id
                answers.not_possible(session, acting, referral_id, "We are full", now=NOON)

        self.lose(the_house, her, worker, not_possible)

    def test_it_is_lost_in_the_same_transaction(self, the_house: TestHouse, her: Person) -> None:
        need_id = a_shared_need(the_house, her)
        service = the_house.services[HOUSING]
        with the_house.acting(her) as (session, acting):
            sharing.say_no(session, acting, need_id, service.id, now=NOON)
            assert not session.scalar(
                select(func.count()).where(Grant.holder_id == service.holder_id)
            )

    def test_what_is_written_after_a_new_yes_does_not_open_with_the_old_key(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        worker = the_house.workers[HOUSING]
        with the_house.database.transaction("read") as session:
            kept = keys_of(session, worker)
        say_no(the_house, her, need_id)
        say_yes(the_house, her, need_id)
        assert read_through_the_house(the_house, worker, her.case_id)
        assert open_with_bare_keys(the_house, worker, her.case_id, keys=kept) == set()

    def test_a_case_director_who_left_the_case_does_not_read_the_next_message(
        self, the_house: TestHouse, her: Person
    ) -> None:
        director = the_house.director
        with the_house.acting(her) as (session, acting):
            messages.write(session, acting, acting.her_case_id, "Before", now=NOON)
            kept = keys_of(session, director)
            folder = find_folder(session, acting.her_case_id, FolderKind.CONVERSATION)
            assert folder is not None
            end_grants(session, folder, director.holder_id)
            after = messages.write(session, acting, acting.her_case_id, "After", now=NOON)
            assert folder.version == 2
            values = everything_sealed(session, acting.her_case_id)
            (sealed,) = [one for one in values if one.row.id == after.id]
            assert not sealed.opens_with(kept)
            assert sealed.opens_with(keys_of(session, the_house.stand_in))
        with the_house.acting(director) as (session, acting), pytest.raises(NotFound):
            messages.open_stretch(session, acting, case_of(her), now=NOON).show()


class TestExpired:
    """Ends are enforced by the clock, at opening and at the first write after."""

    def test_a_service_reads_until_the_end_of_her_wish(
        self, the_house: TestHouse, her: Person
    ) -> None:
        a_shared_need(the_house, her)
        worker = the_house.workers[HOUSING]
        with the_house.database.transaction("read") as session:
            until = session.scalars(select(Grant.until).where(Grant.why == Why.SHE_SAID_YES)).one()
        assert until is not None
        just = until - timedelta(seconds=1)
        assert read_through_the_house(the_house, worker, her.case_id, now=just)
        assert read_through_the_house(the_house, worker, her.case_id, now=until) == set()

    def test_the_first_write_after_an_end_is_not_for_the_old_reader(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        referral_id = referral_of(the_house, need_id).id
        worker = the_house.workers[HOUSING]
        with the_house.acting(the_house.director, now=LATER) as (session, acting):
            kept = keys_of(session, worker)
            referral = session.get_one(Referral, referral_id)
            folder = open_folder(
                session,
                acting,
                referral.case_id,
                FolderKind.REFERRAL,
                purpose="case",
                now=LATER,
                referral_id=referral_id,
            )
            folder.write(referral, "reason", "Written after the end")
            session.flush()
            assert folder.folder.version == 2
            values = everything_sealed(session, referral.case_id)
            (sealed,) = [one for one in values if one.name == "referral.reason"]
            assert not sealed.opens_with(kept)
            assert not sealed.opens_with(keys_of(session, worker))
            assert sealed.opens_with(keys_of(session, her))
            assert sealed.opens_with(keys_of(session, the_house.stand_in))


class TestMoved:
    """A ciphertext opens where it was sealed and nowhere else."""

    def test_a_message_moved_to_another_row_does_not_open(
        self, the_house: TestHouse, her: Person
    ) -> None:
        with the_house.acting(her) as (session, acting):
            one, two = (
                messages.write(session, acting, acting.her_case_id, words, now=NOON)
                for words in ("One", "Two")
            )
            one.body, two.body = two.body, one.body
        with the_house.acting(her) as (session, acting), pytest.raises(CannotOpen):
            assert (
                messages.open_stretch(session, acting, acting.her_case_id, now=NOON).show().messages
            )

    def test_a_value_moved_to_another_column_does_not_open(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = a_shared_need(the_house, her)
        with the_house.database.transaction() as session:
            referral = session.get_one(Referral, referral_of(the_house, need_id).id)
            referral.name, referral.words = referral.words, referral.name
        with pytest.raises(CannotOpen):
            read_through_the_house(the_house, the_house.workers[HOUSING], her.case_id)

    def test_a_value_moved_to_another_case_does_not_open(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        with the_house.acting(her) as (session, acting):
            hers = messages.write(session, acting, acting.her_case_id, "Mine", now=NOON)
        with the_house.acting(another) as (session, acting):
            messages.write(session, acting, acting.her_case_id, "Yours", now=NOON)
            others = session.scalars(
                select(Message).where(Message.author_id == another.account_id)
            ).one()
            others.body = session.get_one(Message, hers.id).body
        with the_house.acting(another) as (session, acting), pytest.raises(CannotOpen):
            assert (
                messages.open_stretch(session, acting, acting.her_case_id, now=NOON).show().messages
            )

    def test_an_older_version_does_not_pass_for_the_current_one(
        self, the_house: TestHouse, her: Person
    ) -> None:
        """Words of one statement, laid into the row of another."""
        first, second = the_house.a_need(her), the_house.a_need(her, Category.MONEY)
        with the_house.database.transaction() as session:
            session.get_one(Need, second).own_words = session.get_one(Need, first).own_words
        with the_house.acting(her) as (session, acting), pytest.raises(CannotOpen):
            stories.hers(session, acting, now=NOON)


def test_a_grant_sealed_to_the_team_needs_the_teams_key(the_house: TestHouse, her: Person) -> None:
    the_house.a_need(her)
    desk_need = the_house.moderator
    with the_house.database.transaction("read") as session:
        grant = session.scalars(select(Grant).where(Grant.why == Why.DESK_UNROUTED)).one()
        with pytest.raises(CannotOpen):
            open_sealed(desk_need.keys, grant.sealed)


def test_a_stranger_asks_for_a_decision_by_its_id_and_reads_nothing(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    decision_id = decision_of(the_house, the_house.a_need(her))
    for person in (the_house.director, the_house.workers[HOUSING], the_house.auditor, another):
        with the_house.acting(person) as (session, acting), pytest.raises(NotYours):
            desk.open_need(session, acting, decision_id, now=NOON)
