"""Who answers her, as her pages name it: whoever is here, and until when somebody else does."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.domain.leave import NobodyAnswersToday
from portal.models import Leave, StaffMember
from portal.services.case_work import case_team, cover
from portal.services.case_work.case_team import Team
from portal.services.colleagues import roles
from tests.people import NOON, Person, TestHouse

TODAY = NOON.date()


def team_of(house: TestHouse, her: Person, *, in_days: int = 0) -> Team:
    assert her.case_id is not None
    with house.database.transaction("read") as session:
        return case_team.of_case(session, her.case_id, now=NOON + timedelta(days=in_days))


def goes_away(house: TestHouse, who: Person, *, first: int = 0, last: int) -> None:
    with house.acting(who) as (session, acting):
        days = TODAY + timedelta(days=first), TODAY + timedelta(days=last)
        cover.plan_leave(session, acting, *days, now=NOON)


def leaves(house: TestHouse, who: Person, *, even_unanswered: bool = False) -> None:
    with house.acting(house.coordinator) as (session, acting):
        roles.close(session, acting, who.account_id, even_unanswered=even_unanswered, now=NOON)


def falls_ill(house: TestHouse, who: Person, *, last: int | None = None) -> None:
    with house.acting(house.coordinator) as (session, acting):
        until = None if last is None else TODAY + timedelta(days=last)
        cover.note_illness(session, acting, who.account_id, until, now=NOON)


class TestWhoHasLeft:
    """Nobody who is gone answers her."""

    def test_nobody_leaves_unnoticed_while_the_other_reader_is_away(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        goes_away(the_house, the_house.stand_in, last=4)
        with pytest.raises(NobodyAnswersToday) as refused:
            leaves(the_house, the_house.director)
        assert refused.value.count == 2
        with the_house.database.transaction("read") as session:
            assert session.get_one(StaffMember, the_house.director.account_id).left_at is None

    def test_nobody_leaves_unnoticed_while_the_other_reader_may_only_read(
        self, the_house: TestHouse, her: Person
    ) -> None:
        with the_house.acting(the_house.coordinator) as (session, acting):
            untrained, yesterday = the_house.stand_in.account_id, TODAY - timedelta(days=1)
            roles.set_training(session, acting, untrained, yesterday, now=NOON)
        with pytest.raises(NobodyAnswersToday):
            leaves(the_house, the_house.director)

    def test_who_has_left_the_house_does_not_answer_her_while_the_other_is_away(
        self, the_house: TestHouse, her: Person
    ) -> None:
        goes_away(the_house, the_house.stand_in, last=4)
        leaves(the_house, the_house.director, even_unanswered=True)
        team = team_of(the_house, her)
        assert (team.case_director, team.director_is_away) == ("Karim", True)
        assert not team.stand_in_is_here
        assert (team.answers_now, team.reads_next) == (None, "Karim")
        assert team_of(the_house, her, in_days=5).answers_now == "Karim"

    def test_where_both_have_left_nobody_is_named(self, the_house: TestHouse, her: Person) -> None:
        with the_house.database.transaction() as session:
            for who in (the_house.director, the_house.stand_in):
                session.get_one(StaffMember, who.account_id).left_at = NOON
        team = team_of(the_house, her)
        assert (team.answers_now, team.reads_next) == (None, None)


class TestWhoMayOnlyRead:
    """Whose training has passed reads on, and writes to nobody."""

    def trained_until_yesterday(self, house: TestHouse, who: Person) -> None:
        with house.acting(house.coordinator) as (session, acting):
            roles.set_training(session, acting, who.account_id, TODAY - timedelta(days=1), now=NOON)

    def test_her_stand_in_answers(self, the_house: TestHouse, her: Person) -> None:
        assert team_of(the_house, her).answers_now == "Els"
        self.trained_until_yesterday(the_house, the_house.director)
        team = team_of(the_house, her)
        assert (team.answers_now, team.reads_next) == ("Karim", "Karim")

    def test_the_last_day_still_counts(self, the_house: TestHouse, her: Person) -> None:
        self.trained_until_yesterday(the_house, the_house.director)
        assert team_of(the_house, her, in_days=-1).answers_now == "Els"

    def test_a_stand_in_does_not_answer_while_the_case_director_is_away(
        self, the_house: TestHouse, her: Person
    ) -> None:
        goes_away(the_house, the_house.director, last=4)
        self.trained_until_yesterday(the_house, the_house.stand_in)
        team = team_of(the_house, her)
        assert (team.answers_now, team.reads_next) == (None, "Els")

    def test_nobody_answers_while_the_stand_in_is_away(
        self, the_house: TestHouse, her: Person
    ) -> None:
        goes_away(the_house, the_house.stand_in, first=1, last=4)
        self.trained_until_yesterday(the_house, the_house.director)
        assert team_of(the_house, her).answers_now == "Karim"
        team = team_of(the_house, her, in_days=1)
        assert (team.answers_now, team.reads_next) == (None, "Els")
        assert (team.director_is_away, team.away_until) == (False, None)
        leaves(the_house, the_house.director, even_unanswered=True)
        assert team_of(the_house, her, in_days=1).reads_next == "Karim"
        assert team_of(the_house, her, in_days=5).answers_now == "Karim"


class TestUntilWhen:
    """She reads until when somebody else answers, and it is true."""

    def test_nobody_is_said_to_answer_again_whose_training_passes_meanwhile(
        self, the_house: TestHouse, her: Person
    ) -> None:
        goes_away(the_house, the_house.director, last=4)
        for trained, until in ((5, TODAY + timedelta(days=4)), (4, None)):
            with the_house.acting(the_house.coordinator) as (session, acting):
                els, day = the_house.director.account_id, TODAY + timedelta(days=trained)
                roles.set_training(session, acting, els, day, now=NOON)
            team = team_of(the_house, her)
            assert (team.answers_now, team.away_until) == ("Karim", until)

    @pytest.mark.parametrize(
        ("first", "last"),
        [(7, 13), (5, 13)],
        ids=["from Monday to Monday", "from Saturday, when the house is closed"],
    )
    def test_after_one_leave_that_another_follows_she_does_not_read_that_els_answers_again(
        self, the_house: TestHouse, her: Person, first: int, last: int
    ) -> None:
        goes_away(the_house, the_house.director, last=4)
        goes_away(the_house, the_house.director, first=first, last=last)
        for day in (0, 4, 5, 6, 7, 13):
            team = team_of(the_house, her, in_days=day)
            assert team.answers_now == "Karim"
            assert team.away_until == TODAY + timedelta(days=13)
        assert team_of(the_house, her, in_days=14).answers_now == "Els"

    def test_between_two_leaves_with_a_day_at_work_els_answers(
        self, the_house: TestHouse, her: Person
    ) -> None:
        goes_away(the_house, the_house.director, last=2)
        goes_away(the_house, the_house.director, first=4, last=11)
        assert team_of(the_house, her).away_until == TODAY + timedelta(days=2)
        assert team_of(the_house, her, in_days=3).answers_now == "Els"

    def test_a_public_holiday_in_between_is_no_day_at_work(
        self, the_house: TestHouse, her: Person
    ) -> None:
        christmas = (date(2026, 12, 25) - TODAY).days
        goes_away(the_house, the_house.director, last=christmas - 1)
        goes_away(the_house, the_house.director, first=christmas + 3, last=christmas + 10)
        assert team_of(the_house, her).away_until == TODAY + timedelta(days=christmas + 10)

    def test_an_illness_of_two_days_ends_no_leave_of_three_weeks(
        self, the_house: TestHouse, her: Person
    ) -> None:
        goes_away(the_house, the_house.director, last=20)
        falls_ill(the_house, the_house.director, last=2)
        for day in (0, 3, 20):
            team = team_of(the_house, her, in_days=day)
            assert team.answers_now == "Karim"
            assert team.away_until == TODAY + timedelta(days=20)
        with the_house.database.transaction("read") as session:
            rows = session.scalars(select(Leave).order_by(Leave.from_day)).all()
            found = [(row.is_sick, (row.from_day - TODAY).days) for row in rows]
        assert found == [(True, 0), (False, 3)]

    def test_an_illness_that_is_shorter_than_it_was_noted_is_noted_anew(
        self, the_house: TestHouse, her: Person
    ) -> None:
        falls_ill(the_house, the_house.director, last=9)
        falls_ill(the_house, the_house.director, last=2)
        assert team_of(the_house, her).away_until == TODAY + timedelta(days=2)

    def test_an_illness_without_an_end_has_none_for_her_whatever_follows(
        self, the_house: TestHouse, her: Person
    ) -> None:
        goes_away(the_house, the_house.director, first=10, last=20)
        falls_ill(the_house, the_house.director)
        team = team_of(the_house, her)
        assert (team.answers_now, team.away_until) == ("Karim", None)
