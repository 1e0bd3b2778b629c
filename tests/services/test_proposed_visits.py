"""A planned visit is held for her, agreed or not, and let go: each by the hands of its people."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from portal.domain.interpreters import Means, RequestState, Sex
from portal.domain.needs import Category
from portal.domain.proposals import HELD_FOR, PlanIsGone, VisitState
from portal.domain.referrals import ReferralState
from portal.domain.refusals import NotFound, WrongState
from portal.domain.roles import Role
from portal.models import Interpreter, InterpreterRequest, Membership, OutboxItem, TakenTime
from portal.services.colleagues import listing, roles
from portal.services.dates import giving, her_dates
from portal.services.dates.shown_dates import Details, of_case
from portal.services.needs import her_needs
from portal.services.visits import answering, proposing
from portal.services.visits.talks import Asked
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, TOMORROW, a_date, referral_of
from tests.services.planned import (
    ENGLISH,
    THREE,
    accepted,
    agree,
    parts,
    plan,
    refuse,
    send,
    state_of,
    states,
    taken,
    three,
)


@pytest.fixture
def kind() -> str:
    """One kind of database is enough for these rules; two at one moment are tested on both."""
    return "sqlite"


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
        assert proposing.unanswered(session, now=NOON + timedelta(hours=2)) == []
    with the_house.acting(her, now=later) as (session, acting), pytest.raises(WrongState):
        # The clock counts, also while no worker runs.
        answering.agree(session, acting, visit_id, 3, now=later)
    with the_house.database.transaction() as session:
        assert proposing.unanswered(session, now=later) == [visit_id]
        assert proposing.lapse(session, visit_id, now=later)
        assert not proposing.lapse(session, visit_id, now=later)
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
        assert proposing.lapse(session, visit_id, now=later)
        raise KeyboardInterrupt
    assert states(the_house, visit_id) == ["proposed"] * 3
    assert taken(the_house) == held
    with the_house.database.transaction() as session:
        assert proposing.lapse(session, visit_id, now=later)
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


class TestAPartThatFallsAway:
    """What she cannot say yes to any more is held for nobody."""

    def test_its_service_set_a_date_itself(self, the_house: TestHouse, her: Person) -> None:
        need_id, *_ = three(the_house, her)
        visit_id = send(the_house, her)
        date_id = a_date(the_house, need_id)
        assert sorted(states(the_house, visit_id)) == ["not_agreed", "proposed", "proposed"]
        agree(the_house, her, visit_id, 2)
        with the_house.acting(her) as (session, acting):
            assert date_id in [
                one.appointment.id for one in her_dates.listed(session, acting, now=NOON)
            ]

    @pytest.mark.parametrize("is_moved", [True, False])
    def test_its_service_moved_or_took_away_the_date_in_whose_place_it_would_come(
        self, the_house: TestHouse, her: Person, is_moved: bool
    ) -> None:
        need_id = accepted(the_house, her, HOUSING, Category.HOME)
        old = a_date(the_house, need_id)
        visit_id = send(the_house, her, replace(ENGLISH, moving=frozenset({old})))
        if is_moved:
            later = TOMORROW + timedelta(hours=3)
            a_date(the_house, need_id, starts_at=later, instead_of=old)
        else:
            with the_house.acting(the_house.workers[HOUSING]) as (session, acting):
                giving.cancel(session, acting, old, now=NOON)
        assert states(the_house, visit_id) == ["not_agreed"]
        assert state_of(the_house, visit_id) is VisitState.TAKEN_BACK

    def test_with_the_last_one_the_visit_ends_and_nobody_was_late(
        self, the_house: TestHouse, her: Person
    ) -> None:
        need_id = accepted(the_house, her, HOUSING, Category.HOME)
        visit_id = send(the_house, her)
        with the_house.acting(her) as (session, acting):
            her_needs.take_back(session, acting, need_id, now=NOON)
        assert state_of(the_house, visit_id) is VisitState.TAKEN_BACK
        assert taken(the_house) == 0
        with the_house.database.transaction("read") as session:
            assert proposing.unanswered(session, now=NOON + HELD_FOR) == []


class TestAColleagueWhoIsGone:
    """Who left the house, or the service, meets nobody."""

    @pytest.fixture
    def visit_id(self, the_house: TestHouse, her: Person) -> UUID:
        accepted(the_house, her, HOUSING, Category.HOME)
        return send(the_house, her)

    @pytest.fixture
    def zoe(self, the_house: TestHouse) -> Person:
        """A colleague of the housing desk, who goes on."""
        return the_house.a_colleague("Zoe", (Role.SERVICE_STAFF, the_house.services[HOUSING].id))

    def leaves(self, the_house: TestHouse, who: UUID, *, all_of_it: bool = True) -> None:
        with the_house.acting(the_house.coordinator) as (session, acting):
            if all_of_it:
                roles.close(session, acting, who, now=NOON, even_the_last=True)
            else:
                role = select(Membership.id).where(Membership.account_id == who)
                role_id = session.scalars(role).one()
                roles.take(session, acting, who, role_id, now=NOON, even_the_last=True)

    @pytest.mark.parametrize("all_of_it", [True, False])
    def test_her_yes_makes_no_date_with_them(
        self, the_house: TestHouse, her: Person, visit_id: UUID, all_of_it: bool
    ) -> None:
        (part,) = parts(the_house, visit_id)
        self.leaves(the_house, part.with_id, all_of_it=all_of_it)
        with the_house.acting(her) as (session, acting):
            assert not answering.agree(session, acting, visit_id, 1, now=NOON)
        assert states(the_house, visit_id) == ["not_agreed"]
        assert state_of(the_house, visit_id) is VisitState.TAKEN_BACK

    @pytest.mark.usefixtures("zoe")
    def test_their_part_is_planned_anew_with_somebody_else(
        self, the_house: TestHouse, her: Person, visit_id: UUID
    ) -> None:
        (part,) = parts(the_house, visit_id)
        self.leaves(the_house, part.with_id)
        found = plan(the_house, her)
        assert [one.key for one in found.not_possible] == [part.id]
        assert part.with_id not in {one.with_id for one in found.choices[0].to_send}

    def test_who_closes_the_account_sees_how_many_times_are_proposed(
        self, the_house: TestHouse, visit_id: UUID
    ) -> None:
        (part,) = parts(the_house, visit_id)
        with the_house.acting(the_house.coordinator) as (session, _):
            assert listing.open_items(session, part.with_id, now=NOON).dates == 1
