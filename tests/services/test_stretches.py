"""A long thread is shown in stretches: by key, as much as fits; what may change is one text."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from portal.models import StaffMember
from portal.services import messages, stretches
from portal.services.endings import closing
from portal.services.running import retention
from tests.people import NOON, Person, TestHouse
from tests.services.a_thread import her_case, show, unread, write

SEAL = 45
"""Bytes that a message has sealed and not in words."""


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

    def test_nothing_older_is_offered_where_the_clock_took_all(
        self, the_house: TestHouse, her: Person, long_thread: None
    ) -> None:
        case_id = her_case(her)
        with the_house.acting(the_house.director) as (session, acting):
            closing.close(session, acting, case_id, "It is over.", now=NOON)
        with the_house.database.transaction() as session:
            assert retention.forget_conversation(session, case_id, now=NOON)
        for words in ("We are here.", "Write to us."):
            write(the_house, the_house.director, her, words)
        page = show(the_house, her, her)
        assert ([m.message.number for m in page.messages], page.older) == ([12, 13], None)
        page = show(the_house, her, her, size=1)
        assert ([m.message.number for m in page.messages], page.older) == ([13], 13)

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
