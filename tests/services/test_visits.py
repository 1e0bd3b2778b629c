"""A visit is planned, held for her, agreed or not, and let go: each by the hands of its people."""

from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.centre import Topic
from portal.domain.interpreters import Means, RequestState, Sex
from portal.domain.needs import Category
from portal.domain.proposals import PlanIsGone, VisitState
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, NotYours, WrongState
from portal.domain.roles import Role
from portal.domain.services import PlaceKind, ServiceKind
from portal.domain.spans import Span
from portal.domain.visits import planner
from portal.domain.visits.plans import Reason, TooManyTalks
from portal.models import (
    Appointment,
    Interpreter,
    InterpreterRequest,
    OutboxItem,
    Room,
    Service,
    TakenTime,
    Visit,
)
from portal.services.centre import house_settings
from portal.services.dates import giving, her_dates
from portal.services.dates.shown_dates import Details, of_case
from portal.services.entry.sessions import SignedIn
from portal.services.needs import her_needs
from portal.services.referrals import answers
from portal.services.visits import answering, planning, proposing, wishes
from portal.services.visits.planning import Planning
from portal.services.visits.talks import Asked
from portal.services.visits.wishes import HerWishes
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, POLICE, a_date, referral_of, route, say_yes
from tests.services.test_queries import assert_constant

BRUSSELS = ZoneInfo("Europe/Brussels")
PROSECUTOR = ServiceKind.PROSECUTOR
THREE = ((HOUSING, Category.HOME), (POLICE, Category.POLICE), (PROSECUTOR, Category.LAW))
ENGLISH = Asked(without_interpreter=True)
"""Who plans looks for no interpreter."""


@pytest.fixture
def kind() -> str:
    """One kind of database is enough for these rules; two at one moment are tested on both."""
    return "sqlite"


def accepted(the_house: TestHouse, her: Person, kind: ServiceKind, category: Category) -> UUID:
    """A need that a service said yes to; no date yet. Gives the need."""
    need_id = the_house.a_need(her, category, words="Something.")
    route(the_house, need_id, kind)
    say_yes(the_house, her, need_id, kind)
    with the_house.acting(the_house.workers[kind]) as (session, acting):
        answers.accept(session, acting, referral_of(the_house, need_id, kind).id, now=NOON)
    return need_id


def three(the_house: TestHouse, her: Person) -> list[UUID]:
    return [accepted(the_house, her, kind, category) for kind, category in THREE]


def plan(
    the_house: TestHouse, her: Person, asked: Asked = ENGLISH, *, who: Person | None = None
) -> Planning:
    with the_house.acting(who or the_house.director) as (session, acting):
        case = the_house.case_of(session, her)
        found = planning.plan(session, acting, case, asked, now=NOON)
        session.expunge_all()
        return found


def send(
    the_house: TestHouse, her: Person, asked: Asked = ENGLISH, *, key: str | None = None
) -> UUID:
    key = key or plan(the_house, her, asked).choices[0].key
    with the_house.acting(the_house.director) as (session, acting):
        case = the_house.case_of(session, her)
        visit = proposing.send(
            session,
            acting,
            case,
            asked,
            key,
            lambda service, room: f"{service.place} {room.name if room else ''}",
            now=NOON,
        )
        return visit.id


def parts(the_house: TestHouse, visit_id: UUID) -> list[Appointment]:
    with the_house.database.transaction("read") as session:
        asked = select(Appointment).where(Appointment.visit_id == visit_id)
        return list(session.scalars(asked.order_by(Appointment.starts_at)))


def states(the_house: TestHouse, visit_id: UUID) -> list[str]:
    return [part.state.value for part in parts(the_house, visit_id)]


def state_of(the_house: TestHouse, visit_id: UUID) -> VisitState:
    with the_house.database.transaction("read") as session:
        return session.get_one(Visit, visit_id).state


def taken(the_house: TestHouse) -> int:
    with the_house.database.transaction("read") as session:
        return session.execute(select(func.count()).select_from(TakenTime)).scalar_one()


def agree(the_house: TestHouse, her: Person, visit_id: UUID, count: int = 3) -> None:
    with the_house.acting(her) as (session, acting):
        answering.agree(session, acting, visit_id, count, now=NOON)


def refuse(the_house: TestHouse, her: Person, visit_id: UUID, *part_ids: UUID) -> None:
    with the_house.acting(her) as (session, acting):
        answering.refuse(session, acting, visit_id, part_ids, now=NOON)


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


def test_sending_holds_the_times_and_tells_nobody(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    visit_id = send(the_house, her)
    assert states(the_house, visit_id) == ["proposed"] * 3
    assert taken(the_house) > 0
    with the_house.acting(her) as (session, acting):
        assert her_dates.listed(session, acting, now=NOON) == []
        assert her_dates.next_one(session, acting, now=NOON) is None
        proposal = answering.find_hers(session, acting, now=NOON)
        assert proposal is not None
        assert len(proposal.parts) == 3
        for part in proposal.parts:
            with pytest.raises(NotFound):
                her_dates.keep(session, acting, part.appointment.id, now=NOON)
        assert session.scalars(select(OutboxItem)).all() == []


def test_her_yes_makes_dates_of_all_parts_at_once(the_house: TestHouse, her: Person) -> None:
    need_ids = three(the_house, her)
    visit_id = send(the_house, her)
    agree(the_house, her, visit_id)
    assert states(the_house, visit_id) == ["planned"] * 3
    assert state_of(the_house, visit_id) is VisitState.AGREED
    for (kind, _), need_id in zip(THREE, need_ids, strict=True):
        assert referral_of(the_house, need_id, kind).state is ReferralState.DATE_SET
    with the_house.acting(her) as (session, acting):
        shown = her_dates.listed(session, acting, now=NOON)
        assert len(shown) == 3
        assert all(one.details and one.details.place for one in shown)
        assert answering.find_hers(session, acting, now=NOON) is None
        with pytest.raises(WrongState):
            answering.agree(session, acting, visit_id, 3, now=NOON)


def test_the_service_reads_the_place_that_the_case_director_wrote(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    send(the_house, her)
    with the_house.acting(the_house.director) as (session, acting):
        shown = of_case(session, acting, the_house.case_of(session, her), now=NOON)
    assert all(one.details and one.details.place for one in shown)


def test_a_part_that_does_not_suit_is_planned_again_around_the_others(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    first = send(the_house, her)
    before = parts(the_house, first)
    refuse(the_house, her, first, before[1].id)
    assert state_of(the_house, first) is VisitState.PART_REFUSED
    assert states(the_house, first) == ["proposed", "not_agreed", "proposed"]

    (choice,) = plan(the_house, her).choices
    kept = {(part.service.id, part.starts_at) for part in choice.parts}
    assert {(one.service_id, one.starts_at) for one in (before[0], before[2])} <= kept
    again = next(one for one in choice.parts if one.service.id == before[1].service_id)
    assert again.starts_at != before[1].starts_at

    second = send(the_house, her, key=choice.key)
    assert state_of(the_house, first) is VisitState.REPLACED
    agree(the_house, her, second)
    assert states(the_house, second) == ["planned"] * 3


def test_what_suited_her_can_be_sent_again_alone(the_house: TestHouse, her: Person) -> None:
    need_ids = three(the_house, her)
    first = send(the_house, her)
    (refused,) = [one for one in parts(the_house, first) if one.minutes == 60]
    refuse(the_house, her, first, refused.id)
    with the_house.acting(her) as (session, acting):
        her_needs.take_back(session, acting, need_ids[1], now=NOON)
    second = send(the_house, her)
    agree(the_house, her, second, 2)
    assert states(the_house, second) == ["planned"] * 2


def test_when_no_part_suits_nothing_is_held(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    visit_id = send(the_house, her)
    refuse(the_house, her, visit_id, *(one.id for one in parts(the_house, visit_id)))
    assert state_of(the_house, visit_id) is VisitState.REFUSED
    assert taken(the_house) == 0


def test_a_part_of_another_is_not_found(the_house: TestHouse, her: Person, another: Person) -> None:
    three(the_house, her)
    visit_id = send(the_house, her)
    with the_house.acting(another) as (session, acting):
        with pytest.raises(NotFound):
            answering.agree(session, acting, visit_id, 3, now=NOON)
        with pytest.raises(NotFound):
            answering.refuse(session, acting, visit_id, [visit_id], now=NOON)
    with the_house.acting(her) as (session, acting), pytest.raises(NotFound):
        answering.refuse(session, acting, visit_id, [visit_id], now=NOON)


def test_what_nobody_answered_lapses_and_frees_its_times(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    visit_id = send(the_house, her)
    later = NOON + timedelta(hours=49)
    with the_house.database.transaction() as session:
        assert proposing.lapse(session, now=NOON + timedelta(hours=2)) == 0
    with the_house.acting(her, now=later) as (session, acting), pytest.raises(WrongState):
        # The clock counts, also while no worker runs.
        answering.agree(session, acting, visit_id, 3, now=later)
    with the_house.database.transaction() as session:
        assert proposing.lapse(session, now=later) == 1
        assert proposing.lapse(session, now=later) == 0
    assert states(the_house, visit_id) == ["not_agreed"] * 3
    assert taken(the_house) == 0
    assert state_of(the_house, visit_id) is VisitState.LAPSED


def test_a_worker_that_is_killed_in_between_leaves_all_or_nothing(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    visit_id = send(the_house, her)
    held, later = taken(the_house), NOON + timedelta(hours=49)
    with pytest.raises(KeyboardInterrupt), the_house.database.transaction() as session:
        assert proposing.lapse(session, now=later) == 1
        raise KeyboardInterrupt
    assert states(the_house, visit_id) == ["proposed"] * 3
    assert taken(the_house) == held
    with the_house.database.transaction() as session:
        assert proposing.lapse(session, now=later) == 1
    assert taken(the_house) == 0


def test_a_referral_that_she_stopped_meanwhile_is_no_part_any_more(
    the_house: TestHouse, her: Person
) -> None:
    need_id, *_ = three(the_house, her)
    visit_id = send(the_house, her)
    with the_house.acting(her) as (session, acting):
        her_needs.take_back(session, acting, need_id, now=NOON)
    with the_house.acting(her) as (session, acting), pytest.raises(WrongState):
        answering.agree(session, acting, visit_id, 3, now=NOON)
    agree(the_house, her, visit_id, 2)
    assert sorted(states(the_house, visit_id)) == ["not_agreed", "planned", "planned"]


def test_a_part_that_its_service_dated_meanwhile_is_no_question_any_more(
    the_house: TestHouse, her: Person
) -> None:
    need_id, *_ = three(the_house, her)
    visit_id = send(the_house, her)
    housing = the_house.workers[HOUSING]
    with the_house.acting(housing) as (session, acting):
        giving.set_date(
            session,
            acting,
            referral_of(the_house, need_id).id,
            starts_at=NOON + timedelta(days=8),
            minutes=30,
            with_id=housing.account_id,
            details=Details("2nd floor"),
            now=NOON,
        )
    agree(the_house, her, visit_id, 2)
    assert sorted(states(the_house, visit_id)) == ["not_agreed", "planned", "planned"]
    with the_house.acting(her) as (session, acting):
        assert len(her_dates.listed(session, acting, now=NOON)) == 3


def test_a_plan_of_which_a_time_was_taken_is_gone_and_a_fresh_one_is_there(
    the_house: TestHouse, her: Person, another: Person
) -> None:
    three(the_house, her)
    need_id = accepted(the_house, another, HOUSING, Category.HOME)
    best = plan(the_house, her).choices[0]
    at = next(part.starts_at for part in best.parts if part.service.kind is HOUSING)
    a_date(the_house, need_id, starts_at=at, minutes=30)
    before = taken(the_house)
    with pytest.raises(PlanIsGone):
        send(the_house, her, key=best.key)
    assert taken(the_house) == before
    assert send(the_house, her)


def test_another_time_for_one_date_keeps_the_others(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    first = send(the_house, her)
    agree(the_house, her, first)
    before = parts(the_house, first)
    with the_house.acting(her) as (session, acting):
        her_dates.another_time(session, acting, before[1].id, now=NOON)
    asked = replace(ENGLISH, moving=frozenset({before[1].id}))
    (choice,) = plan(the_house, her, asked).choices
    assert choice.moved == ()
    (new,) = choice.to_send
    assert new.starts_at.date() == before[1].starts_at.date()
    second = send(the_house, her, asked, key=choice.key)
    assert states(the_house, first) == ["planned", "other_time", "planned"]
    agree(the_house, her, second, 1)
    assert states(the_house, first) == ["planned", "moved", "planned"]
    assert states(the_house, second) == ["planned"]


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


def test_an_interpreter_is_held_with_the_talks_and_booked_by_her_yes(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    with the_house.database.transaction() as session:
        samira = Interpreter(
            name="Samira", sex=Sex.WOMAN, languages=["ar"], means=[Means.HERE.value]
        )
        session.add(samira)
        session.flush()
        who = samira.id
    visit_id = send(the_house, her, Asked())
    assert [part.interpreter_id for part in parts(the_house, visit_id)] == [who] * 3
    with the_house.database.transaction("read") as session:
        hours = select(func.count()).select_from(TakenTime).where(TakenTime.who == who)
        assert session.execute(hours).scalar_one() == (30 + 60 + 30) // 5
    agree(the_house, her, visit_id)
    with the_house.database.transaction("read") as session:
        booked = session.scalars(select(InterpreterRequest)).all()
        assert [one.state for one in booked] == [RequestState.BOOKED] * 3


def test_rooms_are_taken_when_the_house_has_written_them_down(
    the_house: TestHouse, her: Person
) -> None:
    three(the_house, her)
    with the_house.database.transaction() as session:
        session.add(Room(name="Blue room", floor=1, is_in_use=True))
    visit_id = send(the_house, her)
    assert all(part.room_id for part in parts(the_house, visit_id))


def test_who_meets_her_elsewhere_sets_the_date_itself(the_house: TestHouse, her: Person) -> None:
    three(the_house, her)
    with the_house.database.transaction() as session:
        service = session.get_one(Service, the_house.services[HOUSING].id)
        service.place_kind, service.place, service.floor = PlaceKind.COMES_TO_HER, "", None
    found = plan(the_house, her)
    assert [one.service.kind for one in found.talks.elsewhere] == [HOUSING]
    assert len(found.choices[0].parts) == 2


def test_more_than_ten_talks_are_planned_in_two_goes(
    the_house: TestHouse, her: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_id, *_ = three(the_house, her)
    monkeypatch.setattr(planner, "MOST_TALKS", 2)
    with pytest.raises(TooManyTalks):
        plan(the_house, her)
    later = frozenset({referral_of(the_house, need_id).id})
    assert len(plan(the_house, her, replace(ENGLISH, left_out=later)).choices[0].parts) == 2


def test_one_plan_is_out_at_a_time(the_house: TestHouse, her: Person, another: Person) -> None:
    need_id, *_ = three(the_house, her)
    later = frozenset({referral_of(the_house, need_id).id})
    first = send(the_house, her, replace(ENGLISH, left_out=later))
    second = send(the_house, her)
    assert state_of(the_house, first) is VisitState.REPLACED
    assert states(the_house, second) == ["proposed"] * 3
    with the_house.acting(the_house.director) as (session, acting):
        proposing.take_back(session, acting, the_house.case_of(session, her), now=NOON)
    assert taken(the_house) == 0
    with the_house.acting(the_house.director) as (session, acting), pytest.raises(WrongState):
        proposing.take_back(session, acting, the_house.case_of(session, her), now=NOON)


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
