"""A visit that waits for her yes, and who interprets: told in her words, while it is so."""

from datetime import timedelta
from uuid import UUID

import pytest

from portal.domain.interpreters import Means, Sex
from portal.domain.proposals import HELD_FOR
from portal.domain.safe_contact import Channel
from portal.models import Appointment, Interpreter
from portal.services.dates import giving
from portal.services.interpreters import answering as of_interpreters
from portal.services.interpreters import asking, booking
from portal.services.interpreters.asking import Wish
from portal.services.referrals import answers
from portal.services.visits import proposing
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, a_date, a_shared_need
from tests.services.planned import agree, parts, refuse, send, three
from tests.services.ways import EVENINGS, rows, says_yes, states, take_all

IN_A_WEEK = NOON + timedelta(days=7)
DROPPED = ("new_date", "dropped", "date_changed")


@pytest.fixture
def kind() -> str:
    """One kind of database is enough for these rules."""
    return "sqlite"


class TestAVisit:
    """Three talks are proposed to her."""

    @pytest.fixture
    def visit_id(self, the_house: TestHouse, her: Person) -> UUID:
        says_yes(the_house, her)
        three(the_house, her)
        return send(the_house, her)

    def test_she_is_told_once_for_all_talks_and_by_each_way(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        says_yes(the_house, her, Channel.SMS)
        three(the_house, her)
        first = parts(the_house, send(the_house, her))[0]
        assert {(one.channel, one.not_after) for one in rows(the_house)} == {
            (Channel.EMAIL, first.starts_at),
            (Channel.SMS, first.starts_at),
        }
        assert len(take_all(the_house)) == 2

    def test_nothing_goes_out_once_its_times_are_free(
        self, the_house: TestHouse, visit_id: UUID
    ) -> None:
        # The clock counts, also where no worker has ended the plan.
        assert take_all(the_house, now=NOON + HELD_FOR) == []
        assert states(the_house) == [("new_date", "not_sent", "too_late")]

    def test_what_was_taken_back_is_not_told(
        self, the_house: TestHouse, her: Person, visit_id: UUID
    ) -> None:
        with the_house.acting(the_house.director) as (session, acting):
            proposing.take_back(session, acting, the_house.case_of(session, her), now=NOON)
        assert take_all(the_house) == []
        assert states(the_house) == [DROPPED]

    def test_what_she_said_yes_to_is_not_told_and_she_is_reminded(
        self, the_house: TestHouse, her: Person, visit_id: UUID
    ) -> None:
        agree(the_house, her, visit_id)
        assert take_all(the_house) == []
        assert DROPPED in states(the_house)
        last = parts(the_house, visit_id)[-1].starts_at
        assert len(take_all(the_house, now=last - timedelta(hours=23))) == 3

    def test_what_does_not_suit_her_is_not_told_and_the_next_plan_is(
        self, the_house: TestHouse, her: Person, visit_id: UUID
    ) -> None:
        refuse(the_house, her, visit_id, parts(the_house, visit_id)[1].id)
        assert take_all(the_house) == []
        send(the_house, her)
        assert len(take_all(the_house)) == 1

    def test_another_plan_takes_the_place_of_the_first(
        self, the_house: TestHouse, her: Person, visit_id: UUID
    ) -> None:
        refuse(the_house, her, visit_id, parts(the_house, visit_id)[0].id)
        send(the_house, her)
        assert sorted(one[1] for one in states(the_house)) == ["dropped", "waiting"]
        assert len(take_all(the_house)) == 1

    def test_it_waits_for_her_hours_and_is_asked_again_then(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her, hours=EVENINGS)
        three(the_house, her)
        visit_id = send(the_house, her)
        assert take_all(the_house) == []
        agree(the_house, her, visit_id)
        assert take_all(the_house, now=NOON + timedelta(hours=6)) == []
        assert DROPPED in states(the_house)

    def test_she_is_told_of_what_is_left_when_its_first_talk_fell_away(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her, hours=EVENINGS)
        three(the_house, her)
        visit_id = send(the_house, her)
        assert take_all(the_house) == [], "her hours come in the evening"
        not_possible(the_house, parts(the_house, visit_id)[0])
        assert len(take_all(the_house, now=NOON + timedelta(hours=6))) == 1

    def test_nothing_is_told_of_a_visit_of_which_all_talks_fell_away(
        self, the_house: TestHouse, visit_id: UUID
    ) -> None:
        for part in parts(the_house, visit_id):
            not_possible(the_house, part)
        assert take_all(the_house) == []
        assert states(the_house) == [DROPPED]


class TestAnInterpreter:
    """She has a date, and knows of it; somebody is booked, and then somebody else."""

    @pytest.fixture
    def date_id(self, the_house: TestHouse, her: Person) -> UUID:
        says_yes(the_house, her)
        date_id = a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        with the_house.acting(her) as (session, acting):
            asking.ask(session, acting, date_id, Wish("ar"), now=NOON)
        assert len(take_all(the_house)) == 1
        return date_id

    @pytest.fixture
    def people(self, the_house: TestHouse) -> list[UUID]:
        everywhere = [means.value for means in Means]
        with the_house.database.transaction() as session:
            made = [
                Interpreter(name=name, sex=Sex.WOMAN, languages=["ar"], means=everywhere)
                for name in ("Samira", "Huda")
            ]
            session.add_all(made)
            session.flush()
            return [one.id for one in made]

    def book(self, the_house: TestHouse, date_id: UUID, who: UUID, *, minutes: int = 0) -> None:
        now = NOON + timedelta(minutes=minutes)
        with the_house.acting(the_house.workers[HOUSING], now=now) as (session, acting):
            booking.book(session, acting, date_id, who, Means.HERE, now=now)

    def test_who_comes_is_told_and_so_is_who_comes_instead(
        self, the_house: TestHouse, date_id: UUID, people: list[UUID]
    ) -> None:
        assert take_all(the_house) == []
        self.book(the_house, date_id, people[0])
        assert len(take_all(the_house)) == 1
        self.book(the_house, date_id, people[1], minutes=5)
        assert len(take_all(the_house, now=NOON + timedelta(minutes=5))) == 1
        assert take_all(the_house, now=IN_A_WEEK) == []

    def test_two_changes_before_she_was_told_are_one_text(
        self, the_house: TestHouse, date_id: UUID, people: list[UUID]
    ) -> None:
        self.book(the_house, date_id, people[0])
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            booking.let_go_by_staff(session, acting, date_id, now=NOON)
        self.book(the_house, date_id, people[1], minutes=5)
        assert len(take_all(the_house, now=NOON + timedelta(minutes=5))) == 1

    def test_what_she_changes_herself_she_knows(
        self, the_house: TestHouse, her: Person, date_id: UUID, people: list[UUID]
    ) -> None:
        self.book(the_house, date_id, people[0])
        take_all(the_house)
        with the_house.acting(her) as (session, acting):
            of_interpreters.not_this_one(session, acting, date_id, now=NOON)
        assert take_all(the_house) == []

    @pytest.mark.parametrize("language", ["so", None])
    def test_who_comes_no_more_since_staff_said_it_for_her_is_told(
        self, the_house: TestHouse, date_id: UUID, people: list[UUID], language: str | None
    ) -> None:
        self.book(the_house, date_id, people[0])
        take_all(the_house)
        later = NOON + timedelta(minutes=5)
        with the_house.acting(the_house.workers[HOUSING], now=later) as (session, acting):
            if language:
                asking.ask(session, acting, date_id, Wish(language), now=later)
            else:
                asking.take_back(session, acting, date_id, now=later)
        assert len(take_all(the_house, now=later)) == 1

    def test_of_a_date_that_is_gone_no_interpreter_is_told(
        self, the_house: TestHouse, date_id: UUID, people: list[UUID]
    ) -> None:
        self.book(the_house, date_id, people[0])
        with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
            giving.cancel(session, acting, date_id, now=NOON)
        assert [one.state.value for one in rows(the_house) if "+00" in one.key] == ["dropped"]
        assert len(take_all(the_house)) == 1, "that it is gone"


def not_possible(the_house: TestHouse, part: Appointment) -> None:
    """The service of a part says that it cannot help."""
    services = {service.id: kind for kind, service in the_house.services.items()}
    with the_house.acting(the_house.workers[services[part.service_id]]) as (session, acting):
        answers.not_possible(session, acting, part.referral_id, "We are full.", now=NOON)
