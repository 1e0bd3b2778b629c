"""Limits that hold under load; double taps and answers that wait for the next page."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.database import Database
from portal.domain.refusals import SlowDown
from portal.models import FormOutcome, KeptAnswer, Tries
from portal.services.entry import answers, sessions, tries
from portal.vault import token_hash
from tests.people import NOON, Person, TestHouse

SPAN = timedelta(minutes=10)


def limited(session: Session, who: bytes = b"her", *, limit: int = 5, seconds: int = 0) -> None:
    """One try."""
    tries.limit(
        session, "code", who, limit=limit, within=SPAN, now=NOON + timedelta(seconds=seconds)
    )


class TestTries:
    """So many in a span of time, and then a wait."""

    def test_the_limit_and_the_seconds_to_wait(self, session: Session) -> None:
        for _ in range(5):
            limited(session)
        with pytest.raises(SlowDown) as slow:
            limited(session, seconds=60)
        assert slow.value.seconds == 9 * 60
        limited(session, b"another")
        for _ in range(5):
            limited(session, seconds=600)
        with pytest.raises(SlowDown):
            limited(session, seconds=600)

    def test_checking_counts_nothing(self, session: Session) -> None:
        for _ in range(20):
            tries.check(session, "code", b"her", limit=1, within=SPAN, now=NOON)
        assert session.scalar(select(func.count()).select_from(Tries)) == 0

    def test_a_success_starts_again(self, session: Session) -> None:
        for _ in range(5):
            limited(session)
        tries.forget(session, "code", b"her")
        limited(session)

    def test_what_is_tried_and_by_whom_are_kept_apart(self, session: Session) -> None:
        tries.count(session, "a", b"bc", within=SPAN, now=NOON)
        assert tries.count(session, "ab", b"c", within=SPAN, now=NOON) == 1

    def test_of_sixty_at_once_exactly_the_limit_passes(self, database: Database) -> None:
        def attempt(_: int) -> bool:
            try:
                with database.transaction() as session:
                    limited(session, limit=17)
            except SlowDown:
                return False
            return True

        with ThreadPoolExecutor(12) as pool:
            passed = list(pool.map(attempt, range(60)))
        assert sum(passed) == 17


class TestForms:
    """A double tap gets the same answer."""

    @pytest.fixture
    def session_id(self, database: Database, her: Person) -> bytes:
        with database.transaction() as session:
            token = sessions.start(
                session, her.account_id, keys=her.keys, language="nl", now=NOON, pin=her.pin
            )
        return token_hash(token)

    def test_the_second_tap_finds_the_outcome_of_the_first(
        self, database: Database, session_id: bytes
    ) -> None:
        with database.transaction() as session:
            assert answers.begin_form(session, session_id, "key", now=NOON) is None
            answers.finish_form(session, session_id, "key", b"sealed")
        with database.transaction() as session:
            outcome = answers.begin_form(session, session_id, "key", now=NOON)
            assert outcome is not None
            assert outcome.sealed == b"sealed"
            assert answers.begin_form(session, session_id, "another", now=NOON) is None

    def test_a_form_that_failed_can_be_sent_again(
        self, database: Database, session_id: bytes
    ) -> None:
        class Failed(Exception):
            pass

        with pytest.raises(Failed), database.transaction() as session:
            assert answers.begin_form(session, session_id, "key", now=NOON) is None
            raise Failed
        with database.transaction() as session:
            assert answers.begin_form(session, session_id, "key", now=NOON) is None

    def test_of_ten_taps_at_once_one_acts_and_nine_wait_for_it(
        self, database: Database, session_id: bytes
    ) -> None:
        def tap(number: int) -> tuple[bool, bytes | None]:
            with database.transaction() as session:
                outcome = answers.begin_form(session, session_id, "key", now=NOON)
                if outcome is not None:
                    return False, outcome.sealed
                sealed = b"%d" % number
                answers.finish_form(session, session_id, "key", sealed)
                return True, sealed

        with ThreadPoolExecutor(10) as pool:
            taps = list(pool.map(tap, range(10)))
        assert sum(acted for acted, _ in taps) == 1
        assert len({sealed for _, sealed in taps}) == 1

    def test_outcomes_go_with_the_sign_in(
        self, database: Database, session_id: bytes, her: Person
    ) -> None:
        with database.transaction() as session:
            answers.begin_form(session, session_id, "key", now=NOON)
        with database.transaction() as session:
            sessions.end_all(session, her.account_id)
            assert session.scalar(select(func.count()).select_from(FormOutcome)) == 0

    @pytest.mark.parametrize("key", ["\x00", "x\x00y", "\ud800", "", "k" * 10_000])
    def test_a_key_that_somebody_made_up_breaks_nothing(
        self, database: Database, session_id: bytes, key: str
    ) -> None:
        with database.transaction() as session:
            assert answers.begin_form(session, session_id, key, now=NOON) is None


class TestKeptAnswers:
    """For a browser without JavaScript: once, and within thirty seconds."""

    KEY = bytes(range(32))

    def test_an_answer_is_given_once(self, the_house: TestHouse) -> None:
        with the_house.database.transaction() as session:
            answers.keep_answer(session, self.KEY, b"sealed", now=NOON)
        with the_house.database.transaction() as session:
            assert answers.take_answer(session, self.KEY, now=NOON) == b"sealed"
            assert answers.take_answer(session, self.KEY, now=NOON) is None

    @pytest.mark.parametrize(("seconds", "found"), [(29, b"sealed"), (30, None), (31, None)])
    def test_it_waits_thirty_seconds(
        self, the_house: TestHouse, seconds: int, found: bytes | None
    ) -> None:
        later = NOON + timedelta(seconds=seconds)
        with the_house.database.transaction() as session:
            answers.keep_answer(session, self.KEY, b"sealed", now=NOON)
            assert answers.take_answer(session, self.KEY, now=later) == found
            assert session.scalar(select(func.count()).select_from(KeptAnswer)) == 0

    def test_another_key_gets_nothing(self, session: Session) -> None:
        answers.keep_answer(session, self.KEY, b"sealed", now=NOON)
        assert answers.take_answer(session, bytes(32), now=NOON) is None

    def test_of_two_who_ask_at_once_one_gets_it(self, database: Database) -> None:
        with database.transaction() as session:
            answers.keep_answer(session, self.KEY, b"sealed", now=NOON)

        def take(_: int) -> bytes | None:
            with database.transaction() as session:
                return answers.take_answer(session, self.KEY, now=NOON)

        with ThreadPoolExecutor(4) as pool:
            taken = list(pool.map(take, range(8)))
        assert sorted(taken, key=str) == [None] * 7 + [b"sealed"] or taken.count(b"sealed") == 1
