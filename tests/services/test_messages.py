"""The one thread between her and her case team."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind
from portal.domain.refusals import NotFound, NotYours, SlowDown, WrongState
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.domain.words import NothingWritten, TooLong
from portal.models import Message
from portal.services import messages, stretches
from portal.services.case_work import case_team, cover
from portal.services.entry import cards, stopped_cards
from portal.services.keys import folders
from tests.people import NOON, Person, TestHouse
from tests.services.a_thread import her_case, show, unread, write

MINUTE = timedelta(minutes=1)


def test_messages_are_numbered_from_one_and_shown_with_name_and_service(
    the_house: TestHouse, her: Person
) -> None:
    write(the_house, her, her, "مرحبا 👍🏽")
    write(the_house, the_house.director, her, "Hello Amal")
    write(the_house, the_house.stand_in, her, "I stand in")
    page = show(the_house, her, her)
    assert [(m.message.number, m.author, m.service, m.words) for m in page.messages] == [
        (1, "", None, "مرحبا 👍🏽"),
        (2, "Els", "Centre work", "Hello Amal"),
        (3, "Karim", "Centre work", "I stand in"),
    ]


def test_what_is_typed_is_cleaned_and_nothing_is_cut(the_house: TestHouse, her: Person) -> None:
    write(the_house, her, her, "a\x00b\u202ec\ud800 \r\nd")
    assert [m.words for m in show(the_house, her, her).messages] == ["abc \nd"]
    for typed in ("", "   ", "\u200b\n", "\x00"):
        with pytest.raises(NothingWritten):
            write(the_house, her, her, typed)
    with pytest.raises(TooLong):
        write(the_house, her, her, "م" * 20_000)
    assert len(show(the_house, her, her).messages) == 1


class TestSeen:
    """Set when it was shown, never when it was listed or by its author."""

    def test_only_what_was_shown_is_seen(self, the_house: TestHouse, her: Person) -> None:
        for number in range(5):
            write(the_house, her, her, f"Message {number}")
        assert unread(the_house, her) == (0, 5)
        show(the_house, the_house.director, her, size=2)
        assert unread(the_house, her) == (0, 3)
        seen = [m.seen_by for m in show(the_house, her, her).messages]
        assert seen == [None, None, None, "Els", "Els"]

    def test_own_messages_are_not_seen_by_reading_them(
        self, the_house: TestHouse, her: Person
    ) -> None:
        write(the_house, her, her)
        write(the_house, the_house.director, her)
        show(the_house, the_house.director, her)
        assert unread(the_house, her) == (1, 0)
        page = show(the_house, her, her)
        assert unread(the_house, her) == (0, 0)
        assert [m.message.seen_at for m in page.messages] == [NOON, NOON]

    def test_who_saw_it_first_stays(self, the_house: TestHouse, her: Person) -> None:
        write(the_house, her, her)
        show(the_house, the_house.stand_in, her)
        page = show(the_house, the_house.director, her)
        assert [m.seen_by for m in page.messages] == ["Karim"]

    def test_a_list_of_cases_or_a_count_is_no_look(self, the_house: TestHouse, her: Person) -> None:
        write(the_house, her, her)
        for _ in range(3):
            assert unread(the_house, her) == (0, 1)


class TestTakingBack:
    """Only what nobody read, and then for good."""

    def take_back(self, the_house: TestHouse, who: Person, message_id: UUID) -> None:
        with the_house.acting(who) as (session, acting):
            messages.take_back(session, acting, message_id, now=NOON)

    def test_an_unread_message_is_gone_with_its_words(
        self, the_house: TestHouse, her: Person
    ) -> None:
        message_id = write(the_house, her, her, "I should not have said this")
        self.take_back(the_house, her, message_id)
        with the_house.database.transaction("read") as session:
            row = session.get_one(Message, message_id)
            assert (row.body, row.taken_back_at) == (None, NOON)
        assert unread(the_house, her) == (0, 0)
        for who in (her, the_house.director):
            (shown,) = show(the_house, who, her).messages
            assert (shown.words, shown.seen_by, shown.may_be_taken_back) == (None, None, False)
        with pytest.raises(WrongState):
            self.take_back(the_house, her, message_id)

    def test_a_read_message_stays(self, the_house: TestHouse, her: Person) -> None:
        message_id = write(the_house, her, her)
        show(the_house, the_house.director, her)
        with pytest.raises(WrongState):
            self.take_back(the_house, her, message_id)
        assert show(the_house, her, her).messages[0].words == "Hello"

    def test_nobody_takes_back_what_another_wrote(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        message_id = write(the_house, the_house.director, her)
        for who in (her, another, the_house.stand_in):
            with pytest.raises(NotFound):
                self.take_back(the_house, who, message_id)
        with pytest.raises(NotFound):
            self.take_back(the_house, her, uuid4())
        self.take_back(the_house, the_house.director, message_id)


class TestWhatWasNotShown:
    """Seen is what stood on a screen of the other side, and nothing else."""

    def test_words_that_nobody_could_open_are_not_seen(
        self, the_house: TestHouse, her: Person
    ) -> None:
        write(the_house, her, her, "before")
        director = the_house.director
        with the_house.database.transaction() as session:
            folder = folders.get_folder(session, her_case(her), FolderKind.CONVERSATION)
            folders.end_grants(session, folder, the_house.stand_in.holder_id)
        write(the_house, her, her, "after")
        with the_house.database.transaction() as session:
            folder = folders.get_folder(session, her_case(her), FolderKind.CONVERSATION)
            folders.end_grants(session, folder, director.holder_id, version=1)
        page = show(the_house, director, her)
        assert [m.words for m in page.messages] == [None, "after"]
        assert [m.message.seen_at for m in page.messages] == [None, NOON]

    def test_what_is_taken_back_at_the_same_moment_is_not_shown(
        self, the_house: TestHouse, her: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(the_house, her, her, "stays")
        message_id = write(the_house, her, her, "goes")
        stretch = stretches.find

        def slow_stretch(session: Session, *args: Any, **kwargs: Any) -> Any:
            found = stretch(session, *args, **kwargs)
            gone = update(Message).where(Message.id == message_id)
            session.execute(gone.values(taken_back_at=NOON, body=None))
            return found

        monkeypatch.setattr(stretches, "find", slow_stretch)
        page = show(the_house, the_house.director, her)
        assert [m.words for m in page.messages] == ["stays", None]
        assert page.messages[1].message.taken_back_at == NOON
        with the_house.database.transaction("read") as session:
            assert session.get_one(Message, message_id).seen_at is None


class TestOthers:
    """A foreign case and a missing one are the same."""

    def test_another_survivor_and_another_director_find_nothing(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        stranger = the_house.a_colleague(
            "Strange", (Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id)
        )
        for who in (another, stranger):
            for case_id in (her.case_id, uuid4()):
                assert case_id is not None
                with the_house.acting(who) as (session, acting):
                    with pytest.raises(NotFound):
                        messages.open_stretch(session, acting, case_id, now=NOON).show()
                    with pytest.raises(NotFound):
                        messages.write(session, acting, case_id, "Hello", now=NOON)

    def test_other_roles_may_not_write(self, the_house: TestHouse, her: Person) -> None:
        for who in (the_house.moderator, the_house.auditor, *the_house.workers.values()):
            with pytest.raises(NotYours):
                write(the_house, who, her)
            with pytest.raises(NotYours):
                show(the_house, who, her)


def test_staff_write_while_her_card_is_frozen(the_house: TestHouse, her: Person) -> None:
    with the_house.acting(the_house.director) as (session, acting):
        card = cards.newest(session, her.account_id)
        assert card is not None
        stopped_cards.freeze(session, card, actor_id=acting.account_id, now=NOON)
    write(the_house, the_house.director, her, "Your card is stopped. Come to us.")
    assert unread(the_house, her)[0] == 1


def test_nobody_writes_more_than_the_limit(the_house: TestHouse, her: Person) -> None:
    assert her.case_id is not None
    with the_house.acting(her) as (session, acting):
        for _ in range(messages.MESSAGES_PER_SPAN):
            messages.write(session, acting, her.case_id, "Again", now=NOON)
        with pytest.raises(SlowDown):
            messages.write(session, acting, her.case_id, "Again", now=NOON)
        messages.write(session, acting, her.case_id, "Later", now=NOON + messages.SPAN)
    write(the_house, the_house.director, her)


def test_the_stand_in_is_named_while_the_director_is_away(
    the_house: TestHouse, her: Person
) -> None:
    assert her.case_id is not None
    with the_house.acting(the_house.director) as (session, acting):
        assert case_team.of_case(session, her.case_id, now=NOON).answers_now == "Els"
        cover.plan_leave(session, acting, date(2026, 11, 23), date(2026, 11, 27), now=NOON)
        team = case_team.of_case(session, her.case_id, now=NOON)
        assert (team.answers_now, team.director_is_away) == ("Karim", True)
        assert team.away_until == date(2026, 11, 27)
        after = case_team.of_case(session, her.case_id, now=NOON + timedelta(days=5))
        assert after.answers_now == "Els"


@pytest.mark.parametrize(
    ("at", "is_away"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 27, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 27, 23, 0, tzinfo=UTC), False),
    ],
)
def test_days_away_begin_and_end_at_midnight_in_the_house(
    the_house: TestHouse, her: Person, at: datetime, is_away: bool
) -> None:
    assert her.case_id is not None
    with the_house.acting(the_house.director) as (session, acting):
        cover.plan_leave(session, acting, date(2026, 11, 23), date(2026, 11, 27), now=NOON)
        assert case_team.of_case(session, her.case_id, now=at).director_is_away is is_away


def test_words_lie_nowhere_in_clear(the_house: TestHouse, her: Person) -> None:
    write(the_house, her, her, "canary of a message")
    with the_house.database.transaction("read") as session:
        (row,) = session.scalars(select(Message)).all()
        assert row.body is not None
        assert b"canary" not in row.body
