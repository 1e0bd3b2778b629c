"""The one thread between her and her case team."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from portal.domain.folders import FolderKind
from portal.domain.refusals import NotFound, NotYours, SlowDown, WrongState
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.domain.words import NothingWritten, TooLong
from portal.models import Message, StaffMember
from portal.services import messages, stretches
from portal.services.case_work import case_team, caseload, cover
from portal.services.entry import cards, stopped_cards
from portal.services.keys import folders
from tests.people import NOON, Person, TestHouse

MINUTE = timedelta(minutes=1)
SEAL = 45
"""Bytes that a message has sealed and not in words."""


def write(the_house: TestHouse, who: Person, her: Person, words: str = "Hello") -> UUID:
    """A message of one side or the other."""
    assert her.case_id is not None
    with the_house.acting(who) as (session, acting):
        return messages.write(session, acting, her.case_id, words, now=NOON).id


def show(
    the_house: TestHouse,
    who: Person,
    her: Person,
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = messages.PAGE,
    most_bytes: int | None = None,
) -> messages.Page:
    """What one side is shown."""
    assert her.case_id is not None
    with the_house.acting(who) as (session, acting):
        return messages.open_stretch(
            session,
            acting,
            her.case_id,
            now=NOON,
            before=before,
            after=after,
            size=size,
            most_bytes=most_bytes,
        ).show()


def unread(the_house: TestHouse, her: Person) -> tuple[int, int]:
    """How many wait for her, and how many of hers wait for the case director."""
    with the_house.acting(her) as (session, acting):
        unseen = select(messages.unseen_by_her(bindparam("case_id")))
        for_her = session.execute(unseen, {"case_id": acting.her_case_id}).scalar_one()
    with the_house.acting(the_house.director) as (session, acting):
        lines = caseload.page(session, acting, now=NOON).lines
        return for_her, sum(line.unseen for line in lines if line.case.id == her.case_id)


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


def her_case(her: Person) -> UUID:
    """The case of a survivor, who has one."""
    assert her.case_id is not None
    return her.case_id


class TestPaging:
    """By key, newest in view, in both directions."""

    @pytest.fixture
    def long_thread(self, the_house: TestHouse, her: Person) -> None:
        assert her.case_id is not None
        with the_house.acting(her) as (session, acting):
            for number in range(1, 12):
                messages.write(session, acting, her.case_id, f"{number}", now=NOON)

    def walk(self, page: messages.Page) -> tuple[list[int], int | None, int | None]:
        assert [m.words for m in page.messages] == [str(m.message.number) for m in page.messages]
        return [m.message.number for m in page.messages], page.older, page.newer

    def test_back_and_forth(self, the_house: TestHouse, her: Person, long_thread: None) -> None:
        def page(**where: int) -> tuple[list[int], int | None, int | None]:
            return self.walk(show(the_house, her, her, size=4, **where))

        assert page() == ([8, 9, 10, 11], 8, None)
        assert page(before=8) == ([4, 5, 6, 7], 4, 7)
        assert page(before=4) == ([1, 2, 3], None, 3)
        assert page(after=3) == ([4, 5, 6, 7], 4, 7)
        assert page(after=7) == ([8, 9, 10, 11], 8, None)

    @pytest.fixture
    def uneven_thread(self, the_house: TestHouse, her: Person) -> list[str]:
        said = ["م" * length for length in (3, 900, 1, 4000, 40, 40, 40, 2000, 7, 350, 350, 12)]
        assert her.case_id is not None
        for writer in (her, the_house.director):
            with the_house.acting(writer) as (session, acting):
                for words in said:
                    messages.write(session, acting, her.case_id, words, now=NOON)
        return said * 2

    @pytest.mark.real
    # Reading changes only what is seen, so that examples may share one house.
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.data())
    def test_however_little_fits_each_message_is_reached_once(
        self, the_house: TestHouse, her: Person, uneven_thread: list[str], data: st.DataObject
    ) -> None:
        most = data.draw(st.integers(0, 20_000), label="most_bytes")
        size = data.draw(st.integers(1, 30), label="size")
        back: list[str] = []
        page = show(the_house, her, her, size=size, most_bytes=most)
        while True:
            shown = [m.words or "" for m in page.messages]
            assert shown, "a page has one message at least"
            assert len(shown) == 1 or sum(len(words.encode()) + SEAL for words in shown) <= most
            back = shown + back
            if page.older is None:
                break
            page = show(the_house, her, her, size=size, most_bytes=most, before=page.older)
        assert back == uneven_thread
        forth = [m.words for m in page.messages]
        while page.newer is not None:
            page = show(the_house, her, her, size=size, most_bytes=most, after=page.newer)
            forth += [m.words for m in page.messages]
        assert forth == uneven_thread

    def test_what_does_not_fit_is_not_seen(
        self, the_house: TestHouse, her: Person, uneven_thread: list[str]
    ) -> None:
        page = show(the_house, her, her, most_bytes=2 * (7 + 350 + 350 + 12) + 4 * SEAL)
        assert [len(m.words or "") for m in page.messages] == [7, 350, 350, 12]
        assert unread(the_house, her)[0] == len(uneven_thread) // 2 - 4

    def test_a_new_message_moves_nothing(
        self, the_house: TestHouse, her: Person, long_thread: None
    ) -> None:
        write(the_house, the_house.director, her, "12")
        assert self.walk(show(the_house, her, her, size=4, before=8)) == ([4, 5, 6, 7], 4, 7)

    @pytest.mark.parametrize("where", [{"before": 1}, {"after": 11}, {"before": -5}, {"after": 99}])
    def test_beyond_the_ends_there_is_nothing(
        self, the_house: TestHouse, her: Person, long_thread: None, where: dict[str, int]
    ) -> None:
        assert show(the_house, her, her, **where).messages == []

    def test_an_empty_thread_is_an_empty_page(self, the_house: TestHouse, her: Person) -> None:
        assert self.walk(show(the_house, her, her)) == ([], None, None)


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


def test_a_stretch_is_found_by_its_place_and_no_thread_is_sorted_for_it(
    the_house: TestHouse, her: Person
) -> None:
    """Else each page of a thread of 50,000 messages reads them all (300 ms on PostgreSQL)."""
    asked = {"case_id": her.case_id, "me": her.account_id, "edge": 7, "size": 50}
    database = the_house.database
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.transaction("read") as session:
        if not database.is_sqlite:
            # A small table is otherwise read and sorted as a whole, whatever the statement says.
            for way in ("seqscan", "bitmapscan", "sort"):
                session.execute(text(f"SET LOCAL enable_{way} = off"))
        found = (stretches._NEWEST, stretches._BEFORE, stretches._AFTER)
        outlined = (stretches._outline_of(one, database.engine.dialect.name) for one in found)
        for statement in (*found, *outlined):
            written = statement.params(asked).compile(
                database.engine, compile_kwargs={"literal_binds": True}
            )
            rows = session.connection().exec_driver_sql(f"{explain}{written}")
            plan = "\n".join(str(column) for row in rows for column in row)
            assert "ix_message_thread_number" in plan
            assert "Sort" not in plan
            assert "TEMP B-TREE" not in plan


def test_the_outline_of_a_stretch_is_another_as_soon_as_its_page_would_be(
    the_house: TestHouse, her: Person
) -> None:
    director = the_house.director

    def outlined(**where: int) -> object:
        with the_house.acting(her) as (session, acting):
            opened = messages.open_stretch(session, acting, her_case(her), now=NOON, **where)
            return opened.outline()

    def rename() -> None:
        with the_house.database.transaction() as session:
            session.execute(update(StaffMember).values(name="Elsbeth"))

    def take_back() -> None:
        with the_house.acting(her) as (session, acting):
            messages.take_back(session, acting, second, now=NOON)

    second = write(the_house, her, her, "first") and write(the_house, her, her, "second")
    known = [outlined()]
    for change in (
        lambda: write(the_house, director, her, "third"),
        lambda: show(the_house, her, her),
        take_back,
        lambda: show(the_house, director, her),
        rename,
    ):
        change()
        known.append(outlined())
        assert known[-1] == outlined(), "looking changes nothing"
    assert all(one not in known[:place] for place, one in enumerate(known))
    assert outlined(before=2) != outlined(before=3) != outlined(after=1)


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
