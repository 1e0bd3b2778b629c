"""Who answers her, as her pages name it: whoever is here, and until when somebody else does."""

from datetime import timedelta

import pytest

from portal.domain.leave import NobodyAnswersToday
from portal.models import StaffMember
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
