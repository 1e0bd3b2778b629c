"""Two bookings in the same millisecond: the database gives the time to one of them.

No check before a write is what decides: the checks are taken away here, so that only the key of
`taken_time` stands between two dates at one time.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.domain.appointments import ColleagueTaken, Overlaps, steps
from portal.domain.availability import RoomTaken
from portal.domain.needs import Category
from portal.domain.refusals import Refusal
from portal.domain.roles import Role
from portal.models import Appointment, Room, TakenTime
from portal.services.availability import free
from portal.services.dates import giving
from portal.services.dates.shown_dates import Details
from tests.people import NOON, Person, TestHouse
from tests.services.journey import (
    HOUSING,
    POLICE,
    TOMORROW,
    a_date,
    a_shared_need,
    referral_of,
    route,
    say_yes,
)

Booking = tuple[Person, UUID, UUID, UUID | None]
"""By whom, for which referral, with whom, in which room."""


def a_police_need(the_house: TestHouse, her: Person) -> UUID:
    need_id = the_house.a_need(her, Category.POLICE)
    route(the_house, need_id, POLICE)
    say_yes(the_house, her, need_id, POLICE)
    return referral_of(the_house, need_id, POLICE).id


def of_her(the_house: TestHouse, her: Person, another: Person) -> tuple[Booking, Booking]:
    """Two services want the same survivor."""
    housing, police = the_house.workers[HOUSING], the_house.workers[POLICE]
    one = referral_of(the_house, a_shared_need(the_house, her)).id
    two = a_police_need(the_house, her)
    return (housing, one, housing.account_id, None), (police, two, police.account_id, None)


def of_a_worker(the_house: TestHouse, her: Person, another: Person) -> tuple[Booking, Booking]:
    """Two survivors want the same colleague."""
    worker = the_house.workers[HOUSING]
    one = referral_of(the_house, a_shared_need(the_house, her)).id
    two = referral_of(the_house, a_shared_need(the_house, another)).id
    return (worker, one, worker.account_id, None), (worker, two, worker.account_id, None)


def of_a_room(the_house: TestHouse, her: Person, another: Person) -> tuple[Booking, Booking]:
    """Two colleagues want the same room."""
    worker = the_house.workers[HOUSING]
    rob = the_house.a_colleague("Rob", (Role.SERVICE_STAFF, the_house.services[HOUSING].id))
    with the_house.database.transaction() as session:
        room = Room(name="Blue room", floor=1, service_id=None, is_in_use=True)
        session.add(room)
        session.flush()
        room_id = room.id
    one = referral_of(the_house, a_shared_need(the_house, her)).id
    two = referral_of(the_house, a_shared_need(the_house, another)).id
    return (worker, one, worker.account_id, room_id), (worker, two, rob.account_id, room_id)


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [(of_her, Overlaps), (of_a_worker, ColleagueTaken), (of_a_room, RoomTaken)],
)
def test_one_of_two_gets_the_time(
    the_house: TestHouse,
    her: Person,
    another: Person,
    monkeypatch: pytest.MonkeyPatch,
    wanted: Callable[[TestHouse, Person, Person], tuple[Booking, Booking]],
    refusal: type[Refusal],
) -> None:
    monkeypatch.setattr(free, "check_free", lambda *_, **__: None)
    bookings = wanted(the_house, her, another)
    start = Barrier(len(bookings))

    def book(booking: Booking) -> Refusal | None:
        worker, referral_id, with_id, room_id = booking
        start.wait()
        try:
            with the_house.acting(worker) as (session, acting):
                giving.set_date(
                    session,
                    acting,
                    referral_id,
                    starts_at=TOMORROW,
                    minutes=30,
                    with_id=with_id,
                    details=Details("Desk 1"),
                    now=NOON,
                    room_id=room_id,
                )
        except Refusal as refused:
            return refused
        return None

    with ThreadPoolExecutor(len(bookings)) as pool:
        outcomes = list(pool.map(book, bookings))
    assert sorted(map(type, outcomes), key=str) == sorted((type(None), refusal), key=str)
    with the_house.database.transaction("read") as session:
        assert session.scalar(select(func.count()).select_from(Appointment)) == 1


def test_the_key_alone_refuses_a_second_date(the_house: TestHouse, her: Person) -> None:
    """Also where somebody writes past every service: a repair by hand, a mistake of ours."""
    date_id = a_date(the_house, a_shared_need(the_house, her))
    with pytest.raises(IntegrityError), the_house.database.transaction() as session:
        date = session.get_one(Appointment, date_id)
        step = steps(date.starts_at, date.minutes)[3]
        session.add(TakenTime(who=date.with_id, step=step, appointment_id=date.id))
        session.flush()
