"""What is told without a name: nobody can tell whose it is, and nothing is published by one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import worker
from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.feedback import AnswerState
from portal.domain.refusals import NotFound, NotYours, SlowDown, WrongState
from portal.domain.retention import DEFAULT_DAYS, Kept
from portal.domain.roles import Role
from portal.models import (
    AuditEvent,
    Base,
    Decision,
    Feedback,
    FeedbackAnswer,
    FeedbackKey,
    Holder,
    SignIn,
    Tries,
)
from portal.services.colleagues import teams
from portal.services.endings import erasure
from portal.services.entry import tries
from portal.services.entry.sessions import SignedIn
from portal.services.feedback import answers, giving, reading
from portal.services.keys import new_key_file
from portal.services.keys.halves import KeyNotHandedOver
from portal.services.moderation import deciding, decisions
from portal.services.running import chains, paper
from tests.people import NOON, Person, TestHouse
from tests.services.test_queries import assert_constant

WORDS = "The chairs in the hall are too close together."
NEXT_WEEK = NOON + timedelta(days=7)
SAID = {"nl": ("De gang is vol.", "De stoelen staan verder uit elkaar."), "fr": ("", "")}
Row = tuple[str, tuple[Any, ...]]


def tell(house: TestHouse, her: Person, words: str = WORDS) -> None:
    with house.acting(her) as (session, acting):
        giving.give(session, acting, words, now=NOON)


def read_by(house: TestHouse, who: Person) -> list[str | None]:
    with house.acting(who, now=NEXT_WEEK) as (session, acting):
        return [one.words for one in reading.came_in(session, acting, now=NEXT_WEEK)]


def ask(house: TestHouse, who: Person) -> tuple[UUID, UUID]:
    """An answer, and the question whether it may be published."""
    with house.acting(who) as (session, acting):
        asked = answers.write(session, acting, SAID, reason="Many said it.", now=NOON)
        assert asked.subject_id is not None
        return asked.subject_id, asked.id


def say_yes(house: TestHouse, who: Person, asked: UUID, **more: Any) -> None:
    with house.acting(who) as (session, acting):
        deciding.accept(session, acting, asked, now=NOON, **more)


def published(house: TestHouse) -> list[UUID]:
    with house.database.transaction("read") as session:
        return [one.id for one in answers.published(session)[0]]


def rows(house: TestHouse) -> set[Row]:
    """Everything that lies in the database."""

    def found() -> Iterator[Row]:
        with house.database.transaction("read") as session:
            for table in Base.metadata.sorted_tables:
                for row in session.execute(select(table)):
                    yield table.name, tuple(map(repr, row))

    return set(found())


class TestWhoseItIs:
    """Nobody can tell."""

    def test_nothing_beside_her_words_is_hers(self, the_house: TestHouse, her: Person) -> None:
        with the_house.acting(her) as (_, acting):
            pass
        before = rows(the_house)
        with the_house.database.transaction() as session:
            giving.give(session, acting, WORDS, now=NOON)
        left = rows(the_house) - before
        assert {name for name, _ in left} == {"feedback", "feedback_key", "tries"}
        hers = (her.case_id, her.account_id, her.holder_id)
        for _, values in left:
            said = " ".join(values)
            assert not [one for one in hers if one and (str(one) in said or one.hex in said)]
            assert "11, 0" not in said, "the hour at which it came"
            assert WORDS not in said

    def test_what_counts_her_tries_is_found_by_nothing_that_stays(
        self, the_house: TestHouse, her: Person
    ) -> None:
        tell(the_house, her)
        with the_house.database.transaction() as session:
            for who in (her.account_id, her.holder_id, her.case_id):
                assert who is not None
                assert session.get(Tries, tries._key(session, "feedback", who.bytes)) is None
            (sign_in,) = session.scalars(select(SignIn).where(SignIn.case_id == her.case_id))
            found = session.get(Tries, tries._key(session, "feedback", sign_in.token_hash))
            assert found is not None, "by her sign-in, which ends"
            assert found.since.hour == found.since.minute == 0

    def test_erasing_her_case_does_not_find_it_and_takes_no_words_of_others(
        self, the_house: TestHouse, her: Person
    ) -> None:
        tell(the_house, her)
        with the_house.database.transaction() as session:
            assert her.case_id
            erasure.erase(session, her.case_id, actor_id=None, facts={}, now=NOON)
        assert read_by(the_house, the_house.moderator) == [WORDS]

    def test_an_ended_case_is_not_taken_up_again_by_it(
        self, the_house: TestHouse, her: Person
    ) -> None:
        tell(the_house, her)
        with the_house.database.transaction("read") as session:
            kinds = set(session.scalars(select(AuditEvent.kind).where(AuditEvent.at >= NOON)))
        assert not {one for one in kinds if "feedback" in one or "reopened" in one}


class TestWhoReads:
    """Moderators and coordinators, when the week is over."""

    def test_in_its_own_week_nobody_reads_it(self, the_house: TestHouse, her: Person) -> None:
        tell(the_house, her)
        sunday = NOON + timedelta(days=6)
        with the_house.acting(the_house.moderator, now=sunday) as (session, acting):
            assert reading.came_in(session, acting, now=sunday) == []
            (row,) = session.scalars(select(Feedback))
            with pytest.raises(NotFound):
                reading.get_one(session, acting, row.id, now=sunday)

    def test_two_teams_read_it_and_each_look_is_written_down(
        self, the_house: TestHouse, her: Person
    ) -> None:
        tell(the_house, her)
        for who in (the_house.moderator, the_house.coordinator):
            assert read_by(the_house, who) == [WORDS]
        with the_house.database.transaction("read") as session:
            looks = session.scalars(select(AuditEvent).where(AuditEvent.kind == "feedback_read"))
            readers = {the_house.moderator.account_id, the_house.coordinator.account_id}
            assert {one.actor_id: (one.case_id, one.facts) for one in looks} == dict.fromkeys(
                readers, (None, {"count": 1})
            )

    def test_who_has_no_role_reads_none(self, the_house: TestHouse, her: Person) -> None:
        tell(the_house, her)
        worker_, *_ = the_house.workers.values()
        for who in (the_house.director, the_house.auditor, worker_, her):
            with pytest.raises(NotYours):
                read_by(the_house, who)
            with the_house.acting(who) as (session, acting), pytest.raises(NotYours):
                answers.write(session, acting, SAID, reason="So", now=NOON)
        with the_house.acting(the_house.moderator) as (session, acting), pytest.raises(NotYours):
            giving.give(session, acting, WORDS, now=NOON)

    def test_who_was_not_given_the_key_reads_no_words(
        self, the_house: TestHouse, her: Person
    ) -> None:
        tell(the_house, her)
        newcomer = the_house.a_colleague("Nel", (Role.MODERATOR, None))
        assert read_by(the_house, newcomer) == [None]

    def test_a_new_key_of_the_team_leaves_old_words_readable(
        self, the_house: TestHouse, her: Person
    ) -> None:
        tell(the_house, her)
        the_house.a_colleague("Vic", (Role.MODERATOR, None))
        with the_house.acting(the_house.moderator) as (session, acting):
            ((joined, _),) = teams.waiting_for_key(session, acting)
            teams.hand_over(session, acting, joined.id, now=NOON)
            teams.take_role(session, joined, now=NOON)
        tell(the_house, her, "Said after it.")
        assert set(read_by(the_house, the_house.moderator)) == {WORDS, "Said after it."}

    def test_pages_follow_one_another_and_miss_nothing(
        self, the_house: TestHouse, her: Person
    ) -> None:
        told = {f"Words {number}" for number in range(5)}
        for words in told:
            tell(the_house, her, words)
        last: UUID | None = None
        seen: list[str] = []
        with the_house.acting(the_house.moderator, now=NEXT_WEEK) as (session, acting):
            while page := reading.came_in(session, acting, now=NEXT_WEEK, after=last, size=2):
                seen += [one.words or "" for one in page]
                last = page[-1].id
        assert sorted(seen) == sorted(told)

    def test_a_page_asks_as_often_for_many_as_for_one(
        self, the_house: TestHouse, her: Person
    ) -> None:
        def look(session: Session, acting: SignedIn) -> None:
            reading.came_in(session, acting, now=NEXT_WEEK)
            answers.listed(session, acting)
            answers.published(session)
            reading.find_reminder(session, acting, now=NEXT_WEEK)

        def grow() -> None:
            for _ in range(12):
                tell(the_house, her)
                _, asked = ask(the_house, the_house.moderator)
                say_yes(the_house, the_house.coordinator, asked)

        tell(the_house, her)
        ask(the_house, the_house.moderator)
        assert_constant(the_house, the_house.coordinator, look, grow, most=18)

    def test_a_sixth_in_one_sign_in_is_too_many(self, the_house: TestHouse, her: Person) -> None:
        with the_house.acting(her) as (session, acting):
            for _ in range(giving.MOST):
                giving.give(session, acting, WORDS, now=NOON)
            with pytest.raises(SlowDown):
                giving.give(session, acting, WORDS, now=NOON)


class TestPublishing:
    """Two people, and a moment if they choose one."""

    def test_nothing_is_published_by_one_person(self, the_house: TestHouse) -> None:
        answer, asked = ask(the_house, the_house.moderator)
        assert published(the_house) == []
        with pytest.raises(NotYours):
            say_yes(the_house, the_house.moderator, asked)
        for who in (the_house.director, the_house.auditor):
            with pytest.raises(NotYours):
                say_yes(the_house, who, asked)
        assert published(the_house) == []
        say_yes(the_house, the_house.coordinator, asked)
        assert published(the_house) == [answer]

    def test_it_is_asked_together_with_its_words_alone(self, the_house: TestHouse) -> None:
        with the_house.acting(the_house.moderator) as (session, acting), pytest.raises(NotFound):
            decisions.ask(session, acting, DecisionKind.FEEDBACK, reason="So", now=NOON)

    def test_until_the_yes_the_words_lie_sealed(self, the_house: TestHouse) -> None:
        answer, asked = ask(the_house, the_house.moderator)
        assert not [one for one in rows(the_house) if "stoelen" in str(one)]
        say_yes(the_house, the_house.coordinator, asked)
        with the_house.database.transaction("read") as session:
            row = session.get_one(FeedbackAnswer, answer)
            assert row.texts == {"nl": dict(zip(("said", "did"), SAID["nl"], strict=True))}
            assert session.scalars(select(FeedbackKey)).all() == []

    def test_an_answer_waits_for_its_moment(self, the_house: TestHouse) -> None:
        answer, asked = ask(the_house, the_house.moderator)
        then = NOON + timedelta(hours=3)
        say_yes(the_house, the_house.coordinator, asked, takes_effect_at=then)
        worker.run_once(the_house.database, now=then - timedelta(minutes=1))
        assert published(the_house) == []
        worker.run_once(the_house.database, now=then)
        assert published(the_house) == [answer]

    @pytest.mark.parametrize("how", ["decline", "withdraw", "withdraw_after_yes"])
    def test_a_no_leaves_it_sealed_and_it_can_be_asked_again(
        self, the_house: TestHouse, how: str
    ) -> None:
        answer, asked = ask(the_house, the_house.moderator)
        if how == "decline":
            with the_house.acting(the_house.coordinator) as (session, acting):
                deciding.decline(session, acting, asked, reason="It names her.", now=NOON)
        else:
            if how == "withdraw_after_yes":
                then = NOON + timedelta(days=1)
                say_yes(the_house, the_house.coordinator, asked, takes_effect_at=then)
            with the_house.acting(the_house.moderator) as (session, acting):
                deciding.withdraw(session, acting, asked, now=NOON)
        assert published(the_house) == []
        assert not [one for one in rows(the_house) if "stoelen" in str(one)]
        with the_house.acting(the_house.moderator) as (session, acting):
            shown = answers.get_one(session, acting, answer, now=NOON)
            assert shown.texts and shown.texts["nl"].said == "De gang is vol."
            asked = answers.write_again(session, acting, answer, SAID, reason="So", now=NOON).id
        say_yes(the_house, the_house.coordinator, asked)
        assert published(the_house) == [answer]

    def test_given_back_it_is_written_anew_by_who_asked(self, the_house: TestHouse) -> None:
        answer, asked = ask(the_house, the_house.moderator)
        with the_house.acting(the_house.moderator) as (session, acting), pytest.raises(WrongState):
            answers.write_again(session, acting, answer, SAID, reason="So", now=NOON)
        with the_house.acting(the_house.coordinator) as (session, acting):
            deciding.give_back(session, acting, asked, note="Shorter?", now=NOON)
            with pytest.raises(NotFound):
                answers.write_again(session, acting, answer, SAID, reason="So", now=NOON)
        shorter = {"nl": ("Vol.", "Nu niet meer.")}
        with the_house.acting(the_house.moderator) as (session, acting):
            again = answers.write_again(session, acting, answer, shorter, reason="So", now=NOON)
            assert again.follows_id == asked
            assert session.get_one(Decision, asked).state is DecisionState.ASKED_AGAIN

    def test_who_cannot_read_it_cannot_say_yes(self, the_house: TestHouse) -> None:
        _, asked = ask(the_house, the_house.moderator)
        newcomer = the_house.a_colleague("Nel", (Role.MODERATOR, None))
        with pytest.raises(KeyNotHandedOver):
            say_yes(the_house, newcomer, asked)

    def test_a_coordinator_takes_it_down_at_once(self, the_house: TestHouse) -> None:
        answer, asked = ask(the_house, the_house.moderator)
        say_yes(the_house, the_house.coordinator, asked)
        with the_house.acting(the_house.moderator) as (session, acting), pytest.raises(NotYours):
            answers.take_down(session, acting, answer, now=NOON)
        with the_house.acting(the_house.coordinator) as (session, acting):
            answers.take_down(session, acting, answer, now=NOON)
            with pytest.raises(WrongState):
                answers.take_down(session, acting, answer, now=NOON)
        assert published(the_house) == []
        assert not [one for one in rows(the_house) if "stoelen" in str(one)]
        with the_house.database.transaction("read") as session:
            assert session.get_one(FeedbackAnswer, answer).state is AnswerState.TAKEN_DOWN
            assert list(chains.verify(session)) == []


def test_a_reminder_stands_until_an_answer_is_published(the_house: TestHouse, her: Person) -> None:
    def reminded() -> bool:
        with the_house.acting(the_house.coordinator, now=NEXT_WEEK) as (session, acting):
            return reading.find_reminder(session, acting, now=NEXT_WEEK) is not None

    assert not reminded()
    tell(the_house, her)
    assert reminded()
    with the_house.acting(the_house.director, now=NEXT_WEEK) as (session, acting):
        assert reading.find_reminder(session, acting, now=NEXT_WEEK) is None
    _, asked = ask(the_house, the_house.moderator)
    assert reminded()
    say_yes(the_house, the_house.coordinator, asked)
    assert not reminded()


def test_words_have_a_clock_of_their_own(the_house: TestHouse, her: Person) -> None:
    tell(the_house, her)
    ask(the_house, the_house.moderator)
    days = timedelta(days=DEFAULT_DAYS[Kept.FEEDBACK])
    assert (
        worker.run_once(the_house.database, now=NOON + days - timedelta(days=1)).struck.feedback
        == 0
    )
    assert worker.run_once(the_house.database, now=NOON + days).struck.feedback == 1
    assert worker.run_once(the_house.database, now=NOON + days).struck.feedback == 0
    with the_house.database.transaction("read") as session:
        assert session.scalars(select(Feedback)).all() == []
        left = set(session.scalars(select(FeedbackKey.subject_id)))
        assert left == set(session.scalars(select(FeedbackAnswer.id)))


def test_a_lost_key_file_leaves_it_readable_and_a_forged_key_goes(
    the_house: TestHouse, her: Person
) -> None:
    tell(the_house, her)
    with the_house.database.transaction() as session:
        desk = teams.team_of(session, Role.MODERATOR, None)
        assert desk is not None
        forged = session.scalars(
            select(FeedbackKey)
            .join(Holder, Holder.id == FeedbackKey.holder_id)
            .where(FeedbackKey.holder_id == desk.id)
        ).one()
        forged.sealed = bytes(len(forged.sealed))
    with the_house.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *the_house.sheets)
        proved = new_key_file.sign_everything_again(session, sheets, now=NOON)
        assert len([one for one in proved.faults if one.startswith("feedback ")]) == 1
        assert len(session.scalars(select(FeedbackKey)).all()) == 2
