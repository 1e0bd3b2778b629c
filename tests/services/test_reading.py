"""Every opening is written down, and counted once as the design says."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind
from portal.domain.needs import Category
from portal.domain.refusals import NotFound
from portal.models import AuditEvent
from portal.services import drafts, messages
from portal.services.case_work import caseload, cases
from portal.services.dates import agenda, her_dates, shown_dates
from portal.services.entry import sessions
from portal.services.entry.sessions import SignedIn
from portal.services.keys import opened_folder
from portal.services.keys import openings as writing_down
from portal.services.keys.reading import open_folder, open_many
from portal.services.moderation import desk, lanes
from portal.services.need_to_know import sharing
from portal.services.needs import stories
from portal.services.referrals import at_service, listing
from portal.vault import open_value
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    a_full_case,
    decision_of,
    referral_of,
)

MINUTE = timedelta(minutes=1)


def openings(session: Session) -> int:
    """How many openings the account knows."""
    kinds = ("folder_opened", "folders_opened")
    found = session.scalar(select(func.count()).where(AuditEvent.kind.in_(kinds)))
    return found or 0


@pytest.fixture
def look(the_house: TestHouse, her: Person) -> Callable[..., int]:
    """Somebody opens her conversation; gives how many openings that added to the account."""

    def open_it(
        session: Session, acting: SignedIn, *, minutes: int = 0, purpose: str = "conversation"
    ) -> int:
        before = openings(session)
        assert her.case_id is not None
        open_folder(
            session,
            acting,
            her.case_id,
            FolderKind.CONVERSATION,
            purpose=purpose,
            now=NOON + minutes * MINUTE,
        )
        return openings(session) - before

    return open_it


def test_staff_are_counted_once_in_ten_minutes_for_each_purpose(
    the_house: TestHouse, look: Callable[..., int]
) -> None:
    with the_house.acting(the_house.director) as (session, acting):
        assert look(session, acting) == 1
        assert look(session, acting) == 0
        assert look(session, acting, minutes=9) == 0
        assert look(session, acting, purpose="case") == 1
        assert look(session, acting, minutes=10) == 1
        assert look(session, acting, minutes=19) == 0
    with the_house.acting(the_house.director) as (session, acting):
        assert look(session, acting) == 1, "another sign-in"
    with the_house.acting(the_house.stand_in) as (session, acting):
        assert look(session, acting) == 1, "another person"


def test_her_own_reading_is_counted_once_in_a_sign_in(
    the_house: TestHouse, her: Person, look: Callable[..., int]
) -> None:
    with the_house.acting(her) as (session, acting):
        assert look(session, acting) == 1
        assert look(session, acting, minutes=600) == 0
    with the_house.acting(her) as (session, acting):
        assert look(session, acting) == 1


def test_a_new_token_does_not_count_the_same_reading_again(
    the_house: TestHouse, look: Callable[..., int]
) -> None:
    director = the_house.director
    with the_house.database.transaction() as session:
        token = sessions.start(
            session, director.account_id, keys=director.keys, language="en", now=NOON
        )
        for expected in (1, 0):
            acting = sessions.find(session, token, now=NOON)
            assert acting is not None
            assert look(session, acting) == expected
            token = sessions.renew(session, token, now=NOON)


def test_who_holds_no_grant_leaves_no_reading(
    the_house: TestHouse, another: Person, look: Callable[..., int]
) -> None:
    for person in (the_house.moderator, the_house.auditor, another):
        with the_house.acting(person) as (session, acting):
            before = openings(session)
            with pytest.raises(NotFound):
                look(session, acting)
            assert openings(session) == before


def test_a_list_of_names_is_one_act_with_all_ids(
    the_house: TestHouse, her: Person, another: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In another process the built-in hash of a text is another: that must not matter.
    numbers = count()
    monkeypatch.setattr(writing_down, "hash", lambda _: next(numbers), raising=False)

    def open_list(session: Session, acting: SignedIn, ids: list[UUID | None]) -> None:
        wanted = [case_id for case_id in ids if case_id]
        kind = FolderKind.CONTACT_CARD
        open_many(session, acting, wanted, kind, purpose="caseload", now=NOON)

    with the_house.acting(the_house.director) as (session, acting):
        before = openings(session)
        open_list(session, acting, [her.case_id, another.case_id])
        open_list(session, acting, [another.case_id, her.case_id])
        assert openings(session) == before + 1
        open_list(session, acting, [her.case_id])
        assert openings(session) == before + 2
        first = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.kind == "folders_opened")
            .order_by(AuditEvent.number)
        ).first()
        assert first is not None
        assert set(first.facts["cases"]) == {str(her.case_id), str(another.case_id)}
        open_list(session, acting, [])
        assert openings(session) == before + 2


class TestNoPathWithoutATrace:
    """Whatever page shows sealed words, the account knows that they were opened."""

    @pytest.fixture
    def acts(
        self, the_house: TestHouse, her: Person
    ) -> Iterator[list[tuple[Person, Callable[[Session, SignedIn], object]]]]:
        need_id = a_full_case(the_house, her)
        waiting = decision_of(the_house, the_house.a_need(her, Category.MONEY))
        with the_house.acting(her) as (session, acting):
            drafts.keep(session, acting, "needs", {"half": "way"}, now=NOON)
        referral_id = referral_of(the_house, need_id).id
        case_id, service_id = her.case_id, the_house.services[HOUSING].id
        assert case_id is not None
        worker, director = the_house.workers[HOUSING], the_house.director
        week = (NOON.date(), 9, ZoneInfo("Europe/Brussels"))
        yield [
            (her, lambda s, a: messages.open_stretch(s, a, case_id, now=NOON).show().messages),
            (her, lambda s, a: stories.hers(s, a, now=NOON)),
            (her, lambda s, a: her_dates.listed(s, a, now=NOON)),
            (her, lambda s, a: her_dates.next_one(s, a, now=NOON)),
            (her, lambda s, a: drafts.find(s, a, "needs", now=NOON)),
            (her, lambda s, a: sharing.preview(s, a, need_id, service_id, now=NOON)),
            (director, lambda s, a: caseload.page(s, a, now=NOON)),
            (director, lambda s, a: messages.open_stretch(s, a, case_id, now=NOON).show().messages),
            (
                director,
                lambda s, a: cases.contact_card(
                    s, a, cases.get_case(s, a, case_id), purpose="case", now=NOON
                ),
            ),
            (director, lambda s, a: stories.of_case(s, a, cases.get_case(s, a, case_id), now=NOON)),
            (
                director,
                lambda s, a: shown_dates.of_case(s, a, cases.get_case(s, a, case_id), now=NOON),
            ),
            (the_house.moderator, lambda s, a: desk.open_need(s, a, waiting, now=NOON)),
            (worker, lambda s, a: listing.of_service(s, a, now=NOON)),
            (worker, lambda s, a: at_service.open_referral(s, a, referral_id, now=NOON)),
            (worker, lambda s, a: agenda.between(s, a, agenda.of_services(s, a), *week, now=NOON)),
            (worker, lambda s, a: agenda.of_survivor(s, a, case_id, now=NOON)),
            (worker, lambda s, a: shown_dates.of_referral(s, a, referral_id, now=NOON)),
        ]

    def test_each_is_in_the_account_before_the_words_are_open(
        self,
        the_house: TestHouse,
        acts: list[tuple[Person, Callable[[Session, SignedIn], object]]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        now_reading: list[tuple[Session, int]] = []
        opened = count()
        real = open_value

        def watched(*args: Any) -> bytes:
            session, before = now_reading[-1]
            assert openings(session) > before, "words were opened before it was written down"
            next(opened)
            return real(*args)

        monkeypatch.setattr(opened_folder, "open_value", watched)
        for place, (person, act) in enumerate(acts):
            with the_house.acting(person) as (session, acting):
                now_reading.append((session, openings(session)))
                act(session, acting)
                assert openings(session) > now_reading[-1][1], place
        assert next(opened) >= len(acts)

    def test_the_desk_is_listed_without_opening_anything(
        self, the_house: TestHouse, her: Person
    ) -> None:
        the_house.a_need(her)
        with the_house.acting(the_house.moderator) as (session, acting):
            before = openings(session)
            assert lanes.waiting(session, acting, now=NOON)
            assert lanes.counts(session, acting, now=NOON)
            assert openings(session) == before
