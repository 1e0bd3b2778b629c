"""Every file has somebody who answers on every day ahead, however its readers come about."""

from datetime import date, timedelta

import pytest

from portal.domain.leave import NeitherAnswers, StandInOnlyReads
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Case
from portal.services.case_work import cover, opening, readers
from portal.services.colleagues import roles
from portal.services.entry import cards
from tests.people import NOON, READY, Person, TestHouse

TODAY = NOON.date()
MONDAY, FRIDAY = TODAY + timedelta(days=7), TODAY + timedelta(days=11)
A_WEEK = timedelta(days=7)


@pytest.fixture
def nadia(the_house: TestHouse) -> Person:
    """One more case director."""
    return a_director(the_house, "Nadia")


@pytest.fixture
def rosa(the_house: TestHouse) -> Person:
    """And one more."""
    return a_director(the_house, "Rosa")


def a_director(house: TestHouse, name: str) -> Person:
    lead = (Role.CASE_DIRECTOR, house.services[ServiceKind.CENTRE_WORK].id)
    return house.a_colleague(name, lead)


def goes_away(house: TestHouse, who: Person, first: date = MONDAY, last: date = FRIDAY) -> None:
    with house.acting(who) as (session, acting):
        cover.plan_leave(session, acting, first, last, now=NOON)


def falls_ill(house: TestHouse, who: Person, instead: Person | None = None) -> None:
    with house.acting(house.coordinator) as (session, acting):
        chosen = instead.account_id if instead else None
        cover.note_illness(session, acting, who.account_id, FRIDAY, instead_id=chosen, now=NOON)


def is_trained_until(house: TestHouse, who: Person, last: date) -> None:
    with house.acting(house.coordinator) as (session, acting):
        roles.set_training(session, acting, who.account_id, last, now=NOON)


def takes_the_place(house: TestHouse, her: Person, of: Person, comes: Person) -> None:
    assert her.case_id is not None
    with house.acting(house.coordinator) as (session, acting):
        goes, to = of.account_id, comes.account_id
        cover.move_files(session, acting, goes, to, [her.case_id], now=NOON)


def open_file(house: TestHouse, one: Person, other: Person) -> None:
    new = cards.prepare(house.house)
    with house.acting(house.director) as (session, acting):
        opening.open_case(
            session,
            acting,
            new,
            name="Rana",
            language="ar",
            case_director_id=one.account_id,
            stand_in_id=other.account_id,
            readiness=READY,
            now=NOON,
        )


def listed(house: TestHouse) -> list[tuple[set[str], int, date, date | None]]:
    """What the coordinator reads: who, how many files, and the first of the days."""
    with house.acting(house.coordinator) as (session, acting):
        return [
            ({one.name for one in line.readers}, line.files, line.days.first, line.days.last)
            for line in readers.unanswered(session, acting, now=NOON)
        ]


class TestWhoStandsIn:
    """Whoever takes a place answers while the other one is away, not only today."""

    def test_nobody_stands_in_who_is_away_on_the_days_of_the_others_leave(
        self, the_house: TestHouse, her: Person, nadia: Person
    ) -> None:
        for who in (the_house.director, nadia):
            goes_away(the_house, who)
        with pytest.raises(NeitherAnswers):
            takes_the_place(the_house, her, the_house.stand_in, nadia)

    def test_nobody_stands_in_whose_training_has_passed_by_then(
        self, the_house: TestHouse, her: Person, nadia: Person
    ) -> None:
        goes_away(the_house, the_house.director)
        is_trained_until(the_house, nadia, MONDAY)
        with pytest.raises(NeitherAnswers):
            takes_the_place(the_house, her, the_house.stand_in, nadia)
        is_trained_until(the_house, nadia, FRIDAY)
        takes_the_place(the_house, her, the_house.stand_in, nadia)

    def test_leave_at_another_time_does_no_harm(
        self, the_house: TestHouse, her: Person, nadia: Person
    ) -> None:
        goes_away(the_house, the_house.director)
        goes_away(the_house, nadia, MONDAY + A_WEEK, FRIDAY + A_WEEK)
        takes_the_place(the_house, her, the_house.stand_in, nadia)
        assert listed(the_house) == []

    def test_where_the_other_one_has_left_a_colleague_comes_also_with_leave_ahead(
        self, the_house: TestHouse, her: Person, another: Person, nadia: Person
    ) -> None:
        """Else nobody could come while everybody has planned the summer; it is listed."""
        with the_house.acting(the_house.coordinator) as (session, acting):
            roles.close(session, acting, the_house.stand_in.account_id, now=NOON)
        goes_away(the_house, nadia)
        takes_the_place(the_house, her, the_house.director, nadia)
        assert listed(the_house) == [({"Nadia", "Karim"}, 1, MONDAY, FRIDAY)]


class TestOpening:
    """A file begins with two of whom one is always there."""

    def test_no_file_is_opened_for_two_who_are_away(
        self, the_house: TestHouse, nadia: Person, rosa: Person
    ) -> None:
        goes_away(the_house, nadia, TODAY, MONDAY)
        goes_away(the_house, rosa)
        with pytest.raises(NeitherAnswers):
            open_file(the_house, nadia, rosa)

    def test_no_file_is_opened_for_two_who_may_only_read(
        self, the_house: TestHouse, nadia: Person, rosa: Person
    ) -> None:
        for who in (nadia, rosa):
            is_trained_until(the_house, who, TODAY - timedelta(days=1))
        with pytest.raises(NeitherAnswers):
            open_file(the_house, nadia, rosa)

    def test_a_director_who_is_away_today_has_a_stand_in(
        self, the_house: TestHouse, nadia: Person, rosa: Person
    ) -> None:
        goes_away(the_house, nadia, TODAY, MONDAY)
        open_file(the_house, nadia, rosa)


class TestGoingAway:
    """Nobody is away while the other reader may not answer."""

    def test_nobody_goes_away_while_the_other_may_only_read(
        self, the_house: TestHouse, her: Person
    ) -> None:
        is_trained_until(the_house, the_house.stand_in, FRIDAY - timedelta(days=1))
        with pytest.raises(StandInOnlyReads, match="Karim"):
            goes_away(the_house, the_house.director)
        is_trained_until(the_house, the_house.stand_in, FRIDAY)
        goes_away(the_house, the_house.director)

    def test_in_an_illness_somebody_is_chosen_instead_of_who_may_only_read(
        self, the_house: TestHouse, her: Person, nadia: Person
    ) -> None:
        is_trained_until(the_house, the_house.stand_in, TODAY - timedelta(days=1))
        with pytest.raises(StandInOnlyReads):
            falls_ill(the_house, the_house.director)
        falls_ill(the_house, the_house.director, instead=nadia)
        with the_house.database.transaction("read") as session:
            assert session.get_one(Case, her.case_id).stand_in_id == nadia.account_id


class TestTheList:
    """What time alone brings about, the coordinator reads."""

    def test_it_says_which_files_nobody_answers_and_from_when(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        assert listed(the_house) == []
        goes_away(the_house, the_house.director)
        is_trained_until(the_house, the_house.stand_in, MONDAY)
        tuesday = MONDAY + timedelta(days=1)
        assert listed(the_house) == [({"Els", "Karim"}, 2, tuesday, FRIDAY)]

    def test_it_is_for_who_arranges_cover(self, the_house: TestHouse, her: Person) -> None:
        is_trained_until(the_house, the_house.stand_in, TODAY - timedelta(days=1))
        is_trained_until(the_house, the_house.director, TODAY - timedelta(days=1))
        assert listed(the_house) == [({"Els", "Karim"}, 2, TODAY, TODAY)]
        with the_house.acting(the_house.moderator) as (session, acting):
            assert readers.unanswered(session, acting, now=NOON) == []
