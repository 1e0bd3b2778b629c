"""What was forged in the database is refused, tried on the rows that the services made.

The attacker of these tests can write to the database and keeps every key she ever held; what she
lacks is the key file and other people's private halves.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.models import (
    Account,
    Case,
    Folder,
    Grant,
    Holder,
    HolderKey,
    Need,
    Referral,
    Statement,
)
from portal.services import messages
from portal.services.keys.folders import find_folder
from portal.services.keys.reading import open_folder
from portal.vault import Forged, new_key_pair, seal_to
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    a_shared_need,
    referral_of,
    route,
    say_yes,
)
from tests.services.reach import (
    case_of,
    open_with_bare_keys,
    read_through_the_house,
)

LATER = NOON + timedelta(days=200)
"""After the end of every wish."""


def the_grant(
    session: Session, case_id: Any, kind: FolderKind, holder_id: Any, referral_id: Any = None
) -> Grant:
    """The grant of the current version to a holder."""
    folder = find_folder(session, case_id, kind, referral_id)
    assert folder is not None
    return session.scalars(
        select(Grant).where(
            Grant.folder_id == folder.id,
            Grant.version == folder.version,
            Grant.holder_id == holder_id,
        )
    ).one()


TAMPERED: list[dict[str, Any]] = [
    {"until": NOON + timedelta(days=999)},
    {"until": None},
    {"why": Why.CASE_TEAM},
    {"given_at": NOON - timedelta(days=1)},
    {"given_by_id": None},
]


class TestTampered:
    """Grants stand under a MAC of the key file."""

    @pytest.mark.parametrize("change", TAMPERED)
    def test_a_changed_end_reason_or_giver_is_refused(
        self, the_house: TestHouse, her: Person, change: dict[str, Any]
    ) -> None:
        a_shared_need(the_house, her)
        with the_house.database.transaction() as session:
            changed = session.scalars(
                update(Grant)
                .where(Grant.why == Why.SHE_SAID_YES)
                .values(**change)
                .returning(Grant.id)
            )
            assert len(changed.all()) == 1
        with pytest.raises(Forged):
            read_through_the_house(the_house, the_house.workers[HOUSING], her.case_id)

    def test_a_key_sealed_by_somebody_else_is_refused(
        self, the_house: TestHouse, her: Person
    ) -> None:
        with the_house.database.transaction() as session:
            grant = the_grant(session, her.case_id, FolderKind.CONVERSATION, her.holder_id)
            grant.sealed = seal_to(her.keys.public, bytes(32))
        with the_house.acting(her) as (session, acting), pytest.raises(Forged):
            messages.write(session, acting, acting.her_case_id, "Hello", now=NOON)

    def test_a_later_end_is_not_carried_over_to_the_next_version(
        self, the_house: TestHouse, her: Person
    ) -> None:
        """The old service gives herself more time and waits for the next write."""
        need_id = a_shared_need(the_house, her)
        referral_id = referral_of(the_house, need_id).id
        with the_house.database.transaction() as session:
            session.execute(
                update(Grant)
                .where(Grant.why == Why.SHE_SAID_YES)
                .values(until=LATER + timedelta(days=1))
            )
        with the_house.acting(the_house.director, now=LATER) as (session, acting):
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
            with pytest.raises(Forged):
                folder.write(referral, "reason", "Written after the end")

    def test_a_row_for_oneself_is_not_carried_over_to_the_next_version(
        self, the_house: TestHouse, her: Person
    ) -> None:
        """A colleague adds a grant without a key and waits until a version is started."""
        auditor = the_house.auditor
        with the_house.database.transaction() as session:
            mine = the_grant(session, her.case_id, FolderKind.CONVERSATION, her.holder_id)
            session.add(
                Grant(
                    folder_id=mine.folder_id,
                    version=mine.version,
                    holder_id=auditor.holder_id,
                    holder_version=1,
                    sealed=seal_to(auditor.keys.public, bytes(32)),
                    given_by_id=mine.given_by_id,
                    given_at=mine.given_at,
                    why=Why.CASE_TEAM,
                    until=None,
                    mac=mine.mac,
                )
            )
            session.get_one(Folder, mine.folder_id).stale = True
        with the_house.acting(her) as (session, acting), pytest.raises(Forged):
            messages.write(session, acting, acting.her_case_id, "Hello", now=NOON)

    def test_folders_that_change_places_do_not_open(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        with the_house.database.transaction() as session:
            one, other = (
                find_folder(session, case_of(person), FolderKind.CONVERSATION)
                for person in (her, another)
            )
            assert one is not None
            assert other is not None
            one.case_id, one.kind = case_of(another), FolderKind.STORY
            session.flush()
            other.case_id = case_of(her)
            session.flush()
            one.kind = FolderKind.CONVERSATION
        with the_house.acting(the_house.director) as (session, acting), pytest.raises(Forged):
            messages.write(session, acting, case_of(her), "Hello", now=NOON)


class TestSwappedPublicHalf:
    """Nothing is ever sealed to a public half that the house did not make."""

    @pytest.mark.parametrize(
        "victim",
        [
            HolderKind.DESK,
            HolderKind.RECOVERY,
            HolderKind.AUDITORS,
            HolderKind.COORDINATORS,
            HolderKind.STAFF,
            HolderKind.SURVIVOR,
        ],
    )
    def test_her_needs_are_not_sealed_to_it(
        self, the_house: TestHouse, her: Person, victim: HolderKind
    ) -> None:
        of_kind = select(Holder.id).where(Holder.kind == victim)
        with the_house.database.transaction() as session:
            session.execute(
                update(HolderKey)
                .where(HolderKey.holder_id.in_(of_kind))
                .values(public=new_key_pair().public)
            )
        with pytest.raises(Forged):
            the_house.a_need(her)
        with the_house.database.transaction("read") as session:
            for table in (Need, Statement):
                assert session.scalar(select(func.count()).select_from(table)) == 0

    def test_a_referral_is_not_sealed_to_it(self, the_house: TestHouse, her: Person) -> None:
        need_id = the_house.a_need(her)
        route(the_house, need_id)
        with the_house.database.transaction() as session:
            service = the_house.services[HOUSING]
            session.get_one(HolderKey, (service.holder_id, 1)).public = new_key_pair().public
        with pytest.raises(Forged):
            say_yes(the_house, her, need_id)
        assert referral_of(the_house, need_id).words is None

    @pytest.mark.parametrize("role", [HolderKind.DESK, HolderKind.RECOVERY, HolderKind.AUDITORS])
    def test_nobody_becomes_the_desk_or_the_paper_by_saying_so(
        self, the_house: TestHouse, her: Person, role: HolderKind
    ) -> None:
        thief = the_house.workers[HOUSING].holder_id
        with the_house.database.transaction() as session:
            session.execute(update(Holder).where(Holder.kind == role).values(kind=HolderKind.STAFF))
            session.execute(update(Holder).where(Holder.id == thief).values(kind=role))
        with pytest.raises(Forged):
            the_house.a_need(her)

    def test_nobody_joins_a_case_by_writing_herself_into_its_row(
        self, the_house: TestHouse, her: Person
    ) -> None:
        thief = the_house.workers[HOUSING]
        with the_house.database.transaction() as session:
            session.execute(
                update(Case)
                .where(Case.id == her.case_id)
                .values(case_director_id=thief.account_id, stand_in_id=thief.account_id)
            )
        the_house.a_need(her)
        assert read_through_the_house(the_house, thief, her.case_id) == set()
        assert open_with_bare_keys(the_house, thief, her.case_id) == set()
        assert "need.own_words" in read_through_the_house(
            the_house, the_house.director, her.case_id
        )

    def test_nobody_takes_a_colleagues_place_by_swapping_accounts(
        self, the_house: TestHouse, her: Person
    ) -> None:
        thief, director = the_house.workers[HOUSING], the_house.director
        with the_house.database.transaction() as session:
            one = session.get_one(Account, director.account_id)
            two = session.get_one(Account, thief.account_id)
            one.holder_id = new_spare_holder(session)
            session.flush()
            two.holder_id = director.holder_id
            session.flush()
            one.holder_id = thief.holder_id
        the_house.a_need(her)
        assert open_with_bare_keys(the_house, thief, her.case_id) == set()


def new_spare_holder(session: Session) -> Any:
    """A holder that nobody is, to swap two accounts by."""
    spare = Holder(kind=HolderKind.STAFF, version=0, created_at=NOON)
    session.add(spare)
    session.flush()
    return spare.id
