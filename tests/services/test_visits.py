"""A visit is planned: for whom, with whom, when and where, and what it leaves out."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.domain.appointments import AppointmentState
from portal.domain.centre import Topic
from portal.domain.needs import Category
from portal.domain.proposals import PlanIsGone
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Role
from portal.domain.services import PlaceKind, ServiceKind
from portal.domain.spans import Span
from portal.domain.visits import planner
from portal.domain.visits.plans import Reason, TooManyTalks
from portal.models import Room, Service
from portal.services.availability import rooms
from portal.services.centre import house_settings
from portal.services.dates import attendance, once_more
from portal.services.entry.sessions import SignedIn
from portal.services.house import get_centre
from portal.services.visits import children, planning, wishes
from portal.services.visits.talks import Asked
from portal.services.visits.wishes import HerWishes
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, POLICE, TOMORROW, a_date, a_shared_need, referral_of
from tests.services.planned import (
    BRUSSELS,
    ENGLISH,
    PROSECUTOR,
    accepted,
    agree,
    parts,
    plan,
    send,
    states,
    three,
)
from tests.services.test_queries import assert_constant


@pytest.fixture
def kind() -> str:
    """One kind of database is enough for these rules; two at one moment are tested on both."""
    return "sqlite"


def test_three_talks_become_one_visit(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    found = plan(the_house, her)
    best = found.choices[0]
    assert len(best.visits) == 1
    assert {part.service.kind for part in best.parts} == {HOUSING, POLICE, PROSECUTOR}
    assert best.left_out == ()
    assert best.parts[0].starts_at.date() >= NOON.date() + timedelta(days=2)
    assert len({choice.key for choice in found.choices}) == len(found.choices) == 3


def test_the_default_length_is_that_of_the_service_and_can_be_changed(
    the_house: TestHouse, her: Person
) -> None:
    need_id = three(the_house, her)[0]
    housing = referral_of(the_house, need_id).id
    assert {one.service.kind: one.minutes for one in plan(the_house, her).talks.open} == {
        HOUSING: 30,
        POLICE: 60,
        PROSECUTOR: 30,
    }
    longer = plan(the_house, her, replace(ENGLISH, minutes={housing: 90}))
    assert max(part.minutes for part in longer.choices[0].parts) == 90


def test_her_wishes_are_sealed_and_followed(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    wish = HerWishes(
        hours={day: ((time(9), time(12)),) for day in range(5)} | {2: ()},
        not_on=(date(2026, 11, 26),),
        longest_visit=150,
        children=2,
    )
    assert her.case_id is not None
    with the_house.acting(her) as (session, acting):
        wishes.write(session, acting, her.case_id, wish, now=NOON)
    with the_house.acting(the_house.director) as (session, acting):
        assert wishes.read(session, acting, her.case_id, now=NOON) == wish
    for choice in plan(the_house, her).choices:
        for part in choice.parts:
            local = part.starts_at + timedelta(hours=1)
            assert local.date() != date(2026, 11, 26)
            assert local.weekday() != 2
            assert 9 <= local.hour < 12


def test_a_talk_for_which_she_asked_again_is_planned_like_an_open_one(
    the_house: TestHouse, her: Person
) -> None:
    date_id = a_date(the_house, a_shared_need(the_house, her))
    later = TOMORROW + timedelta(hours=3)
    with the_house.acting(the_house.workers[HOUSING], now=later) as (session, acting):
        attendance.came(session, acting, date_id, now=later)
    with the_house.acting(her, now=later) as (session, acting):
        once_more.ask(session, acting, date_id, now=later)
    assert [one.service.kind for one in plan(the_house, her).talks.open] == [HOUSING]
    visit_id = send(the_house, her)
    assert plan(the_house, her).talks.open == (), "a time is held for it"
    agree(the_house, her, visit_id, 1)
    assert [one.state for one in parts(the_house, visit_id)] == [AppointmentState.PLANNED]


def test_nobody_else_plans_or_reads_her_wishes(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    with pytest.raises(NotYours):
        plan(the_house, her, who=the_house.workers[HOUSING])
    lead = (Role.CASE_DIRECTOR, the_house.services[ServiceKind.CENTRE_WORK].id)
    other = the_house.a_colleague("Nadia", lead)
    with pytest.raises(NotFound):
        plan(the_house, her, who=other)


def test_without_talks_there_is_nothing_to_plan(the_house: TestHouse, her: Person) -> None:
    found = plan(the_house, her)
    assert found.choices == ()
    with pytest.raises(PlanIsGone):
        send(the_house, her, key="none")


def test_without_an_interpreter_for_her_language_the_reason_is_said(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    (choice,) = plan(the_house, her, Asked()).choices
    assert {reason for _, reason in choice.left_out} == {Reason.NO_INTERPRETER_FREE}
    with pytest.raises(PlanIsGone):
        send(the_house, her, Asked(), key=choice.key)


def test_rooms_are_taken_when_the_house_has_written_them_down(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    with the_house.database.transaction() as session:
        session.add(Room(name="Blue room", floor=1, is_in_use=True))
    visit_id = send(the_house, her)
    assert all(part.room_id for part in parts(the_house, visit_id))


def test_her_yes_leads_to_no_room_that_was_closed_since(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    with the_house.database.transaction() as session:
        session.add_all(
            Room(name=name, floor=1, is_in_use=True) for name in ("Blue room", "Red room")
        )
    visit_id = send(the_house, her)
    closed = parts(the_house, visit_id)[0].room_id
    assert closed
    with the_house.acting(the_house.coordinator) as (session, acting):
        rooms.use(session, acting, closed, in_use=False, now=NOON)
    found = plan(the_house, her)
    assert len(found.not_possible) == 3
    assert {part.room and part.room.id for part in found.choices[0].parts} != {closed}
    agree(the_house, her, visit_id)
    assert set(states(the_house, visit_id)) == {"not_agreed"}


def test_who_meets_her_elsewhere_sets_the_date_itself(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    with the_house.database.transaction() as session:
        service = session.get_one(Service, the_house.services[HOUSING].id)
        service.place_kind, service.place, service.floor = PlaceKind.COMES_TO_HER, "", None
    found = plan(the_house, her)
    assert [one.service.kind for one in found.talks.elsewhere] == [HOUSING]
    assert len(found.choices[0].parts) == 2


def test_she_has_time_to_get_from_a_date_elsewhere_to_the_house(
    the_house: TestHouse, her: Person
) -> None:
    need_id, *_ = three(the_house, her)
    talk = plan(the_house, her).choices[0].parts[0]
    with the_house.database.transaction() as session:
        service = session.get_one(Service, the_house.services[HOUSING].id)
        service.place_kind, service.place, service.floor = PlaceKind.TOLD_WITH_DATE, "", None
    elsewhere = Span(talk.starts_at, talk.starts_at + timedelta(minutes=45))
    a_date(the_house, need_id, starts_at=elsewhere.starts_at)
    for choice in plan(the_house, her).choices:
        assert choice.parts
        for part in choice.parts:
            span = Span(part.starts_at, part.ends_at)
            assert not span.meets(elsewhere.widened(timedelta(hours=1)))


def test_more_than_ten_talks_are_planned_in_two_goes(
    the_house: TestHouse, her: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_id, *_ = three(the_house, her)
    monkeypatch.setattr(planner, "MOST_TALKS", 2)
    with pytest.raises(TooManyTalks):
        plan(the_house, her)
    later = frozenset({referral_of(the_house, need_id).id})
    assert len(plan(the_house, her, replace(ENGLISH, left_out=later)).choices[0].parts) == 2


def test_a_plan_asks_as_often_for_three_talks_as_for_one(the_house: TestHouse, her: Person) -> None:
    def page(session: Session, acting: SignedIn) -> object:
        case = the_house.case_of(session, her)
        return planning.plan(session, acting, case, ENGLISH, now=NOON)

    accepted(the_house, her, HOUSING, Category.HOME)

    def grow() -> None:
        accepted(the_house, her, POLICE, Category.POLICE)
        accepted(the_house, her, PROSECUTOR, Category.LAW)

    assert_constant(the_house, the_house.director, page, grow, most=21)


AFTERNOONS = {"places": 2, "hours": {str(day): [["13:00", "17:00"]] for day in range(5)}}


class TestChildren:
    """Who brings children comes while the house looks after them; a place is kept once."""

    def brings(self, the_house: TestHouse, her: Person, children: int) -> None:
        with the_house.acting(her) as (session, acting):
            hers = HerWishes(children=children)
            wishes.write(session, acting, acting.her_case_id, hers, now=NOON)

    @pytest.fixture
    def afternoons(self, the_house: TestHouse) -> None:
        with the_house.acting(the_house.coordinator, second_factor_at=NOON) as (session, acting):
            house_settings.change(session, acting, Topic.CHILDCARE, AFTERNOONS, now=NOON)

    def test_without_hours_staff_arrange_it(self, the_house: TestHouse, her: Person) -> None:
        self.brings(the_house, her, 1)
        accepted(the_house, her, HOUSING, Category.HOME)
        found = plan(the_house, her)
        assert found.choices
        assert not found.keeps_places

    @pytest.mark.usefixtures("afternoons")
    def test_she_comes_within_the_hours_and_another_finds_the_place_taken(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        for one in (her, another):
            accepted(the_house, one, HOUSING, Category.HOME)
            self.brings(the_house, one, 2)
        visit_id = send(the_house, her)
        (hers,) = parts(the_house, visit_id)
        assert hers.starts_at.astimezone(BRUSSELS).time() >= time(13)
        span = Span(hers.starts_at, hers.starts_at + timedelta(minutes=hers.minutes))
        theirs = [
            Span(part.starts_at, part.ends_at)
            for choice in plan(the_house, another).choices
            for visit in choice.visits
            for part in visit.parts
        ]
        assert theirs
        assert not any(span.meets(one) for one in theirs)

    @pytest.mark.usefixtures("afternoons")
    def test_more_children_than_places_have_no_plan_and_a_reason(
        self, the_house: TestHouse, her: Person
    ) -> None:
        accepted(the_house, her, HOUSING, Category.HOME)
        self.brings(the_house, her, 3)
        (choice,) = plan(the_house, her).choices
        assert [reason for _, reason in choice.left_out] == [Reason.NO_CHILDCARE]

    @pytest.mark.usefixtures("afternoons")
    def test_the_places_go_along_when_a_service_moves_a_talk(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        need_id = accepted(the_house, her, HOUSING, Category.HOME)
        self.brings(the_house, her, 2)
        visit_id = send(the_house, her)
        agree(the_house, her, visit_id, 1)
        (part,) = parts(the_house, visit_id)
        later = part.starts_at + timedelta(hours=1)
        a_date(the_house, need_id, starts_at=later, minutes=part.minutes, instead_of=part.id)
        assert another.case_id is not None
        with the_house.database.transaction("read") as session:
            centre, day = get_centre(session), later.date()
            found = children.places(session, centre, another.case_id, [day])
        kept = [one.places for one in found if one.span.starts_at <= later < one.span.ends_at]
        assert kept == [0]
