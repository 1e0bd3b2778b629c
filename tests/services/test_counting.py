"""Counting from states and times: by month of the centre, and nothing sealed is opened."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain import counting as rule
from portal.domain.appointments import AppointmentState
from portal.domain.refusals import NotYours
from portal.domain.services import PlaceKind
from portal.models import Appointment, AuditEvent, Case, Need, Referral, Service
from portal.services import counting
from portal.services.counting import MonthLine
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, a_date, a_shared_need, referral_of

OCTOBER = date(2026, 10, 1)
DECEMBER = datetime(2026, 12, 2, 9, tzinfo=UTC)


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two survivors are enough here: the rule of ten has its own tests."""
    monkeypatch.setattr(rule, "FEWEST", 2)


def told(the_house: TestHouse, person: Person, now: datetime = DECEMBER) -> dict[date, MonthLine]:
    with the_house.acting(person, now=now) as (session, acting):
        return {line.first: line for line in counting.months(session, acting, now=now)}


def happened(
    session: Session,
    like: UUID,
    starts_at: datetime,
    state: AppointmentState = AppointmentState.DONE,
    minutes: int = 30,
) -> None:
    """A date of long ago, as its row would be; what is sealed in it nobody reads here."""
    date = session.get_one(Appointment, like)
    session.add(
        Appointment(
            case_id=date.case_id,
            referral_id=date.referral_id,
            service_id=date.service_id,
            with_id=date.with_id,
            starts_at=starts_at,
            minutes=minutes,
            state=state,
            set_by_id=date.set_by_id,
            set_at=starts_at,
            details=b"",
        )
    )


@pytest.mark.usefixtures("crowded")
def test_a_month_of_two_survivors(the_house: TestHouse, her: Person, another: Person) -> None:
    ids = [
        a_date(the_house, a_shared_need(the_house, one), starts_at=NOON + timedelta(days=40 + n))
        for n, one in enumerate((her, another))
    ]
    noon = datetime(2026, 10, 6, 10, tzinfo=UTC)
    with the_house.database.transaction() as session:
        for like in ids:
            happened(session, like, noon)
            happened(session, like, noon + timedelta(hours=1))
            happened(session, like, noon + timedelta(days=1), AppointmentState.NOT_COME)
            happened(session, like, noon + timedelta(days=2), AppointmentState.CANCELLED)
            # The clock of the house is two hours ahead: in the house it is November by then.
            happened(session, like, datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
        for need in session.scalars(select(Need)):
            need.sent_at = noon - timedelta(days=4)
    lines = told(the_house, the_house.coordinator)
    october = lines[OCTOBER].told
    assert october.figures == rule.Figures(people=2, talks=4, visits=2, places=2, waiting=60)
    assert (october.days_to_first, october.not_come) == (4, 2)
    november = lines[date(2026, 11, 1)].told
    assert november.figures is not None
    assert (november.figures.talks, november.days_to_first) == (2, None)
    assert lines[date(2026, 9, 1)].told == rule.Published(None, None, None)
    assert len(lines) == 12


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize(
    ("place_kind", "visits"), [(PlaceKind.COMES_TO_HER, None), (PlaceKind.TOLD_WITH_DATE, 2)]
)
def test_a_service_elsewhere_is_a_place_and_one_that_comes_to_her_is_none(
    the_house: TestHouse, her: Person, another: Person, place_kind: PlaceKind, visits: int | None
) -> None:
    ids = [
        a_date(the_house, a_shared_need(the_house, one), starts_at=NOON + timedelta(days=40 + n))
        for n, one in enumerate((her, another))
    ]
    with the_house.database.transaction() as session:
        service = session.get_one(Service, the_house.services[HOUSING].id)
        service.place_kind, service.place, service.floor = place_kind, "", None
        for like in ids:
            happened(session, like, datetime(2026, 10, 6, 10, tzinfo=UTC))
    october = told(the_house, the_house.coordinator)[OCTOBER].told.figures
    assert (october.visits if october else None) == visits


def test_of_fewer_than_ten_nothing_is_told(the_house: TestHouse, her: Person) -> None:
    like = a_date(the_house, a_shared_need(the_house, her))
    with the_house.database.transaction() as session:
        for day in range(1, 29):
            happened(session, like, datetime(2026, 10, day, 9, tzinfo=UTC))
    assert {line.told for line in told(the_house, the_house.coordinator).values()} == {
        rule.Published(None, None, None)
    }


def test_a_month_that_is_not_over_is_not_there(the_house: TestHouse) -> None:
    for now, last in (
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), OCTOBER),
        # Midnight in the house, an hour before UTC's.
        (datetime(2026, 11, 30, 23, tzinfo=UTC), date(2026, 11, 1)),
    ):
        assert max(told(the_house, the_house.auditor, now)) == last
    with the_house.acting(the_house.auditor) as (session, acting):
        for asked in (date(2026, 11, 1), date(1, 1, 1), date(9999, 12, 1)):
            lines = counting.months(session, acting, now=NOON, last=asked)
            assert lines[-1].first == OCTOBER
        lines = counting.months(session, acting, now=NOON, last=date(2026, 3, 31))
        assert lines[-1].first == date(2026, 3, 1)


def test_only_coordinators_and_auditors_count(the_house: TestHouse) -> None:
    for person in (the_house.director, the_house.moderator, the_house.workers[HOUSING]):
        with pytest.raises(NotYours):
            told(the_house, person)


def test_nothing_sealed_is_opened(the_house: TestHouse, her: Person) -> None:
    need_id = a_shared_need(the_house, her)
    a_date(the_house, need_id)
    with the_house.acting(the_house.coordinator) as (session, acting):
        counting.months(session, acting, now=NOON)
        kinds = session.scalars(
            select(AuditEvent.kind).where(AuditEvent.actor_id == acting.account_id)
        ).all()
        assert not [kind for kind in kinds if "opened" in kind]
        assert session.get_one(Referral, referral_of(the_house, need_id).id).name
        assert not [row for row in session if isinstance(row, Appointment | Case)]
