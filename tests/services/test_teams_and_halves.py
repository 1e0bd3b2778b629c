"""Teams hand their key on by a tap; emergency halves open together or not at all."""

from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind
from portal.domain.holders import HolderKind
from portal.domain.refusals import NotFound
from portal.domain.roles import Role
from portal.models import AuditEvent, Folder, Half, Holder, HolderKey, Membership, TeamCopy
from portal.services.colleagues import roles, staff
from portal.services.house import HouseNotReady
from portal.services.keys import holders
from portal.services.keys.folders import find_folder
from portal.services.keys.holders import get_one, open_team_copy
from portal.services.moderation import desk, lanes
from portal.vault import CannotOpen, KeyPair, join, key_pair_from, open_sealed, recovery_pair
from tests.people import NOON, Person, TestHouse
from tests.services.conftest import Meanwhile
from tests.services.journey import HOUSING, a_shared_need, decision_of
from tests.services.reach import case_of, everything_sealed, keys_of, read_through_the_house


def team_pair(session: Session, kind: HolderKind, member: Person) -> KeyPair:
    """A team's key pair, as one of its members gets it."""
    copy = session.scalars(
        select(TeamCopy).where(
            TeamCopy.team_id == get_one(session, kind).id, TeamCopy.member_id == member.holder_id
        )
    ).one()
    return open_team_copy(session, copy, member.keys)


class TestJoiningATeam:
    """Who is new waits until a member confirms."""

    def new_worker(self, the_house: TestHouse) -> Person:
        service = the_house.services[HOUSING]
        return the_house.a_colleague("Nour", (Role.SERVICE_STAFF, service.id))

    def confirm(self, the_house: TestHouse, member: Person) -> int:
        with the_house.acting(member) as (session, acting):
            waiting = staff.waiting_for_key(session, acting)
            for membership, _ in waiting:
                staff.hand_over(session, acting, membership.id, now=NOON)
        return len(waiting)

    def test_a_new_member_reads_nothing_until_a_member_confirms(
        self, the_house: TestHouse, her: Person
    ) -> None:
        a_shared_need(the_house, her)
        new = self.new_worker(the_house)
        assert read_through_the_house(the_house, new, her.case_id) == set()
        assert self.confirm(the_house, the_house.workers[HOUSING]) == 1
        assert "referral.words" in read_through_the_house(the_house, new, her.case_id)
        assert self.confirm(the_house, the_house.workers[HOUSING]) == 0

    @pytest.mark.real
    def test_whose_role_is_taken_at_this_moment_is_not_given_the_teams_key(
        self, the_house: TestHouse, meanwhile: Meanwhile[int]
    ) -> None:
        new = self.new_worker(the_house)
        with the_house.acting(the_house.coordinator) as (session, acting):
            mine = select(Membership.id).where(Membership.account_id == new.account_id)
            role_id = session.scalars(mine).one()
            roles.take(session, acting, new.account_id, role_id, now=NOON)
            tap = meanwhile(lambda: self.confirm(the_house, the_house.workers[HOUSING]))
        with suppress(NotFound):
            tap.result()
        with the_house.database.transaction("read") as session:
            hers = select(TeamCopy).where(TeamCopy.member_id == new.holder_id)
            assert session.scalars(hers).all() == []

    def test_a_member_sees_who_waits_and_the_tap_is_recorded(self, the_house: TestHouse) -> None:
        new = self.new_worker(the_house)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            ((_, member),) = staff.waiting_for_key(session, acting)
            assert member.account_id == new.account_id
        self.confirm(the_house, the_house.workers[HOUSING])
        with the_house.database.transaction("read") as session:
            event = session.scalars(
                select(AuditEvent).where(AuditEvent.kind == "team_key_given")
            ).one()
            assert event.actor_id == the_house.workers[HOUSING].account_id
            assert event.facts["account"] == str(new.account_id)

    def test_nobody_outside_the_team_can_confirm(self, the_house: TestHouse) -> None:
        self.new_worker(the_house)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            ((membership, _),) = staff.waiting_for_key(session, acting)
        for person in (the_house.director, the_house.moderator, the_house.coordinator):
            assert self.confirm(the_house, person) == 0
            with the_house.acting(person) as (session, acting), pytest.raises(NotFound):
                staff.hand_over(session, acting, membership.id, now=NOON)

    def test_the_one_who_waits_cannot_confirm_herself(self, the_house: TestHouse) -> None:
        new = self.new_worker(the_house)
        assert self.confirm(the_house, new) == 0

    def test_giving_oneself_a_role_in_the_database_opens_nothing(
        self, the_house: TestHouse, her: Person
    ) -> None:
        """The roles of a colleague are in clear and may be forged; the key is not there."""
        decision_id = decision_of(the_house, the_house.a_need(her))
        with the_house.database.transaction() as session:
            thief = the_house.auditor.account_id
            staff.give_role(session, thief, Role.MODERATOR, now=NOON)
        with the_house.acting(the_house.auditor) as (session, acting):
            assert lanes.waiting(session, acting, now=NOON), "what is in clear, she sees"
            with pytest.raises(NotFound):
                desk.open_need(session, acting, decision_id, now=NOON)

    def test_a_copy_made_for_another_member_does_not_open(self, the_house: TestHouse) -> None:
        with the_house.database.transaction() as session:
            worker = the_house.workers[HOUSING]
            copy = session.scalars(
                select(TeamCopy).where(TeamCopy.member_id == worker.holder_id)
            ).one()
            with pytest.raises(CannotOpen):
                open_team_copy(session, copy, the_house.director.keys)

    def test_every_team_key_is_sealed_to_the_paper_too(self, the_house: TestHouse) -> None:
        paper = recovery_pair(*the_house.sheets)
        with the_house.database.transaction("read") as session:
            recovery = get_one(session, HolderKind.RECOVERY)
            teams = session.scalars(
                select(HolderKey.holder_id)
                .join(Holder)
                .where(Holder.kind.in_(("service", "desk", "coordinators", "auditors")))
            ).all()
            copies = session.scalars(
                select(TeamCopy).where(TeamCopy.member_id == recovery.id)
            ).all()
            assert {copy.team_id for copy in copies} == set(teams)
            for copy in copies:
                pair = open_team_copy(session, copy, paper)
                assert key_pair_from(pair.private).public == pair.public


class TestHalves:
    """Neither coordinators nor auditors alone."""

    def halves(
        self, the_house: TestHouse, session: Session, subject_id: UUID, version: int
    ) -> tuple[bytes, bytes]:
        """What each of the two teams opens of a secret."""
        opened = []
        for kind, member in (
            (HolderKind.COORDINATORS, the_house.coordinator),
            (HolderKind.AUDITORS, the_house.auditor),
        ):
            half = session.scalars(
                select(Half).where(
                    Half.subject_id == subject_id,
                    Half.version == version,
                    Half.team_id == get_one(session, kind).id,
                )
            ).one()
            opened.append(open_sealed(team_pair(session, kind, member), half.sealed))
        return opened[0], opened[1]

    def test_both_together_yield_the_key_of_every_folder_version(
        self, the_house: TestHouse, her: Person
    ) -> None:
        a_shared_need(the_house, her)
        with the_house.database.transaction("read") as session:
            known = keys_of(session, the_house.director)
            assert len({folder_id for folder_id, _ in known}) == 8, "Noor's three folders as well"
            for (folder_id, version), keys in known.items():
                assert {join(*self.halves(the_house, session, folder_id, version))} == keys

    def test_one_half_with_anything_else_opens_nothing(
        self, the_house: TestHouse, her: Person
    ) -> None:
        the_house.a_need(her)
        with the_house.database.transaction("read") as session:
            folder = find_folder(session, case_of(her), FolderKind.NEEDS)
            assert folder is not None
            one, other = self.halves(the_house, session, folder.id, folder.version)
            right = (folder.id, folder.version)
            values = [v for v in everything_sealed(session, case_of(her)) if v.folder is folder]
            assert all(value.opens_with({right: {join(one, other)}}) for value in values)
            guesses = {one, other, join(one, bytes(32)), join(other, bytes(range(32)))}
            assert not any(value.opens_with({right: guesses}) for value in values)

    def test_a_half_of_another_folder_does_not_help(
        self, the_house: TestHouse, her: Person
    ) -> None:
        with the_house.database.transaction("read") as session:
            card, talk = (
                find_folder(session, case_of(her), kind)
                for kind in (FolderKind.CONTACT_CARD, FolderKind.CONVERSATION)
            )
            assert card is not None
            assert talk is not None
            one, _ = self.halves(the_house, session, card.id, 1)
            _, other = self.halves(the_house, session, talk.id, 1)
            mixed = {(card.id, 1): {join(one, other)}}
            values = [v for v in everything_sealed(session, case_of(her)) if v.folder is card]
            assert values
            assert not any(value.opens_with(mixed) for value in values)

    def test_a_team_cannot_open_the_other_teams_half(
        self, the_house: TestHouse, her: Person
    ) -> None:
        with the_house.database.transaction("read") as session:
            coordinators = team_pair(session, HolderKind.COORDINATORS, the_house.coordinator)
            auditors = get_one(session, HolderKind.AUDITORS)
            for half in session.scalars(select(Half).where(Half.team_id == auditors.id)):
                for pair in (coordinators, the_house.coordinator.keys):
                    with pytest.raises(CannotOpen):
                        open_sealed(pair, half.sealed)

    def test_her_own_private_half_is_split_like_this_for_a_new_card(
        self, the_house: TestHouse, her: Person
    ) -> None:
        with the_house.database.transaction("read") as session:
            private = join(*self.halves(the_house, session, her.holder_id, 1))
        assert key_pair_from(private) == her.keys

    def test_every_version_has_its_halves(self, the_house: TestHouse, her: Person) -> None:
        a_shared_need(the_house, her)
        with the_house.database.transaction("read") as session:
            for folder in session.scalars(select(Folder)):
                halves = session.scalars(
                    select(Half.version).where(Half.subject_id == folder.id)
                ).all()
                assert sorted(halves) == sorted(2 * list(range(1, folder.version + 1)))


def test_the_paper_opens_every_folder_but_drafts(the_house: TestHouse, her: Person) -> None:
    a_shared_need(the_house, her)
    paper = recovery_pair(*the_house.sheets)
    as_paper = Person(her.account_id, her.holder_id, paper, "paper")
    with the_house.database.transaction("read") as session:
        keys = keys_of(session, as_paper)
        assert all(value.opens_with(keys) for value in everything_sealed(session, case_of(her)))


def test_nothing_is_opened_for_a_team_without_a_member(the_house: TestHouse) -> None:
    """A role nobody fills keeps closed what depends on it."""
    with the_house.database.transaction() as session:
        empty = holders.new_holder(session, HolderKind.SERVICE, now=NOON)
        with pytest.raises(HouseNotReady):
            holders.public_halves(session, [empty.id])
