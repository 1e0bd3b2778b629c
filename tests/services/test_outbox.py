"""Telling her: planned with the act, claimed once, and listed where nobody knows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal.domain.outbox import CLAIM_LASTS, Outcome
from portal.domain.refusals import NotFound
from portal.domain.safe_contact import Channel
from portal.models import Appointment, AuditEvent
from portal.services.dates import giving, her_dates
from portal.services.referrals.answers import finish, not_possible
from portal.services.running import expiry
from portal.services.telling import outbox, sending
from portal.services.telling.sending import Done, Letter
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    TOMORROW,
    a_date,
    a_shared_need,
    referral_of,
    say_no,
)
from tests.services.ways import rows, says_yes, states, take, take_all, tries_it

IN_A_WEEK = NOON + timedelta(days=7)
REMINDED = IN_A_WEEK - timedelta(hours=24)


def done(
    the_house: TestHouse, letter: Letter | None, outcome: Outcome, *, now: datetime = NOON
) -> None:
    """A worker comes back with an outcome."""
    assert letter is not None
    with the_house.database.transaction() as session:
        sending.write_down(session, Done(letter, outcome), now=now)


class TestPlanning:
    """What is planned follows the dates, and what is no longer so is not told."""

    def test_a_date_is_told_at_once_and_a_day_before(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        told, reminded = rows(the_house)
        assert (told.kind.value, told.next_at, told.not_after) == ("new_date", NOON, IN_A_WEEK)
        assert (reminded.kind.value, reminded.next_at) == ("reminder", REMINDED)

    def test_a_yes_counts_for_dates_that_are_set_already(
        self, the_house: TestHouse, her: Person
    ) -> None:
        a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        says_yes(the_house, her)
        says_yes(the_house, her)
        assert states(the_house) == [("reminder", "waiting", None)]

    def test_another_time_kills_what_was_planned_for_the_old_one(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        need_id = a_shared_need(the_house, her)
        old = a_date(the_house, need_id, starts_at=IN_A_WEEK)
        a_date(the_house, need_id, starts_at=IN_A_WEEK + timedelta(days=1), instead_of=old)
        of_old = [one for one in rows(the_house) if one.appointment_id == old]
        assert {(one.state.value, one.why and one.why.value) for one in of_old} == {
            ("dropped", "date_changed")
        }
        assert len(take_all(the_house)) == 1
        assert take_all(the_house, now=REMINDED) == []
        assert len(take_all(the_house, now=REMINDED + timedelta(days=1))) == 1

    def test_a_date_that_is_gone_is_told_and_its_reminder_is_not(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        date = a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        take_all(the_house)
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            giving.cancel(session, acting, date, now=NOON)
        assert len(take_all(the_house)) == 1
        assert take_all(the_house, now=REMINDED) == []

    @pytest.mark.parametrize("does", [finish, not_possible], ids=["finished", "not possible here"])
    def test_when_a_service_ends_its_work_she_is_told_that_the_date_is_gone(
        self, the_house: TestHouse, her: Person, does: Callable[..., None]
    ) -> None:
        says_yes(the_house, her)
        need_id = a_shared_need(the_house, her)
        a_date(the_house, need_id, starts_at=IN_A_WEEK)
        referral_id = referral_of(the_house, need_id).id
        reasons = ("We are closed from Monday on.",) if does is not_possible else ()
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            does(session, acting, referral_id, *reasons, now=NOON)
        assert sorted(states(the_house)) == [
            ("date_gone", "waiting", None),
            ("new_date", "dropped", "date_changed"),
            ("reminder", "dropped", "date_changed"),
        ]
        assert len(take_all(the_house)) == 1

    def test_a_date_that_has_begun_is_over_and_not_gone(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        need_id = a_shared_need(the_house, her)
        a_date(the_house, need_id, starts_at=TOMORROW)
        take_all(the_house)
        then = TOMORROW + timedelta(minutes=5)
        worker, referral_id = the_house.workers[HOUSING], referral_of(the_house, need_id).id
        with the_house.acting(worker, now=then) as (session, acting):
            finish(session, acting, referral_id, now=then)
        assert "date_gone" not in {one[0] for one in states(the_house)}

    def test_she_is_not_told_of_what_she_stopped_herself(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        need_id = a_shared_need(the_house, her)
        a_date(the_house, need_id, starts_at=IN_A_WEEK)
        say_no(the_house, her, need_id)
        assert set(states(the_house)) == {
            ("new_date", "dropped", "date_changed"),
            ("reminder", "dropped", "date_changed"),
        }

    def test_she_who_cannot_come_is_not_reminded(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        date = a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        take_all(the_house)
        with the_house.acting(her) as (session, acting):
            her_dates.cannot_come(session, acting, date, now=NOON)
        assert take_all(the_house, now=REMINDED) == []
        assert states(the_house)[-1] == ("reminder", "dropped", "date_changed")

    def test_what_is_planned_twice_is_one_row(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        date = a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        with the_house.database.transaction() as session:
            appointment = session.get_one(Appointment, date)
            outbox.plan_new_date(session, appointment, now=NOON)
        assert len(rows(the_house)) == 2


class TestOnceAndNoMore:
    """A claim is kept before anything leaves, and what is unclear is not sent again."""

    def test_what_is_claimed_is_not_claimed_again(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        tries_it(the_house, her)
        assert take(the_house) is not None
        assert take(the_house) is None

    def test_what_was_sent_is_over(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        tries_it(the_house, her)
        letter = take(the_house)
        done(the_house, letter, Outcome.SENT)
        assert states(the_house) == [("test", "sent", None)]
        with the_house.database.transaction("read") as session:
            told = session.scalars(select(AuditEvent).where(AuditEvent.kind == "told")).one()
        assert told.case_id == her.case_id
        assert told.facts["outcome"] == "sent"

    def test_a_worker_that_never_came_back_is_listed_not_repeated(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        letter = take(the_house)
        later = NOON + CLAIM_LASTS
        with the_house.database.transaction() as session:
            assert sending.give_up_the_dead(session, now=later) == 1
            assert sending.give_up_the_dead(session, now=later) == 0
        assert take(the_house, now=later) is None
        assert states(the_house)[0] == ("new_date", "unclear", "nobody_knows")
        # It was only slow: now it is known.
        done(the_house, letter, Outcome.SENT, now=later)
        assert states(the_house)[0] == ("new_date", "sent", None)

    def test_a_late_word_about_another_try_changes_nothing(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        tries_it(the_house, her)
        letter = take(the_house)
        assert letter is not None
        done(the_house, replace(letter, claim=letter.id), Outcome.SENT)
        assert states(the_house) == [("test", "sending", None)]

    def test_it_is_tried_again_later_and_given_up_in_the_end(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        a_date(the_house, a_shared_need(the_house, her), starts_at=TOMORROW)
        now, gaps = NOON, []
        while (letter := take(the_house, now=now)) is not None:
            done(the_house, letter, Outcome.TRY_AGAIN, now=now)
            after = rows(the_house)[0].next_at
            gaps.append(after - now)
            now = max(now, after)
        assert gaps == sorted(gaps[:-1]) + gaps[-1:]
        assert len(gaps) == 8
        assert states(the_house) == [("new_date", "given_up", "not_taken")]

    def test_a_server_that_is_not_reached_is_a_try_for_all(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        a_date(the_house, a_shared_need(the_house, her), starts_at=TOMORROW)
        now = NOON
        for _ in range(8):
            with the_house.database.transaction() as session:
                sending.put_off(session, Channel.EMAIL, now=now)
            now = max(now, rows(the_house)[0].next_at)
        assert states(the_house) == [("new_date", "given_up", "not_taken")]

    def test_a_way_that_this_house_has_not_is_said_at_once(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her, Channel.SMS)
        a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        with the_house.database.transaction() as session:
            sending.no_way(session, [Channel.SMS], now=NOON)
        assert states(the_house)[0] == ("new_date", "given_up", "no_way")


class TestWhoLearnsOfIt:
    """What she was not told stands with her case team until somebody notes it."""

    def not_told(self, the_house: TestHouse, who: Person) -> list[outbox.NotTold]:
        with the_house.acting(who) as (session, acting):
            return outbox.not_told(session, acting)

    def test_her_case_team_sees_it_and_nobody_else(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        a_date(the_house, a_shared_need(the_house, her), starts_at=TOMORROW)
        done(the_house, take(the_house), Outcome.REFUSED)
        for who in (the_house.director, the_house.stand_in):
            (one,) = self.not_told(the_house, who)
            assert (one.case.id, one.starts_at) == (her.case_id, TOMORROW)
            assert one.item.why is not None
            assert one.item.why.value == "address_refused"
        for who in (the_house.moderator, the_house.coordinator, the_house.workers[HOUSING]):
            assert self.not_told(the_house, who) == []

    def test_noted_it_is_off_the_list(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        a_date(the_house, a_shared_need(the_house, her), starts_at=TOMORROW)
        done(the_house, take(the_house), Outcome.UNCLEAR)
        (one,) = self.not_told(the_house, the_house.director)
        with the_house.acting(the_house.coordinator) as (session, acting), pytest.raises(NotFound):
            outbox.note(session, acting, one.item.id, now=NOON)
        with the_house.acting(the_house.stand_in) as (session, acting):
            outbox.note(session, acting, one.item.id, now=NOON)
            outbox.note(session, acting, one.item.id, now=NOON)
        assert self.not_told(the_house, the_house.director) == []

    def test_what_ended_long_ago_is_deleted(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        tries_it(the_house, her)
        done(the_house, take(the_house), Outcome.SENT)
        with the_house.database.transaction() as session:
            assert expiry.forget_expired(session, now=NOON + outbox.KEPT).outbox == 1
        assert rows(the_house) == []
