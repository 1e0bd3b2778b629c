"""A colleague gives a calendar of her own to her service: it goes when she does."""

from uuid import UUID

import pytest
from sqlalchemy import select

from portal.domain.calendars import Access, CalendarKind
from portal.domain.roles import Role
from portal.models import Calendar, Membership
from portal.services.availability.owners import Owner
from portal.services.calendars import links, tasks
from portal.services.colleagues import roles
from tests.people import NOON, Person, TestHouse
from tests.services.journey import HOUSING, POLICE, a_date, a_shared_need


@pytest.fixture
def lea(the_house: TestHouse) -> Person:
    """Somebody of the housing desk."""
    return the_house.a_colleague("Lea", (Role.SERVICE_STAFF, the_house.services[HOUSING].id))


def gives(the_house: TestHouse, who: Person, kind: CalendarKind) -> UUID:
    """She adds a calendar for all of her service, with her own sign-in."""
    owner = Owner(service_id=the_house.services[HOUSING].id)
    access = Access("https://dav.lea.example/cal/", "lea", "her own pass word")
    with the_house.acting(who) as (session, acting):
        return links.add(session, acting, owner, kind, access, now=NOON).id


def task_of(the_house: TestHouse, calendar_id: UUID) -> tasks.Task:
    """What the worker would do there."""
    with the_house.database.transaction() as session:
        task = tasks.take(session, calendar_id, now=NOON)
        assert task is not None
        return task


def test_dates_of_the_service_are_written_there_while_she_sits_in_it(
    the_house: TestHouse, her: Person, lea: Person
) -> None:
    calendar_id = gives(the_house, lea, CalendarKind.CALDAV)
    a_date(the_house, a_shared_need(the_house, her))
    task = task_of(the_house, calendar_id)
    assert (task.is_leaving, len(task.ours)) == (False, 1)


def test_who_has_left_is_not_told_when_survivors_come(
    the_house: TestHouse, her: Person, lea: Person
) -> None:
    calendar_id = gives(the_house, lea, CalendarKind.CALDAV)
    with the_house.acting(the_house.coordinator) as (session, acting):
        roles.close(session, acting, lea.account_id, now=NOON)
    a_date(the_house, a_shared_need(the_house, her))
    task = task_of(the_house, calendar_id)
    assert (task.is_leaving, task.ours) == (True, ())


def test_nor_is_who_works_for_another_service_now(
    the_house: TestHouse, her: Person, lea: Person
) -> None:
    calendar_id, police = gives(the_house, lea, CalendarKind.CALDAV), the_house.services[POLICE].id
    with the_house.acting(the_house.coordinator) as (session, acting):
        here = session.scalars(
            select(Membership.id).where(Membership.account_id == lea.account_id)
        ).one()
        roles.give(session, acting, lea.account_id, Role.SERVICE_STAFF, police, now=NOON)
        roles.take(session, acting, lea.account_id, here, now=NOON)
    a_date(the_house, a_shared_need(the_house, her))
    assert task_of(the_house, calendar_id).is_leaving


def test_a_link_that_is_only_read_stays(the_house: TestHouse, lea: Person) -> None:
    calendar_id = gives(the_house, lea, CalendarKind.LINK)
    with the_house.acting(the_house.coordinator) as (session, acting):
        roles.close(session, acting, lea.account_id, now=NOON)
    assert not task_of(the_house, calendar_id).is_leaving
    with the_house.database.transaction("read") as session:
        assert session.get_one(Calendar, calendar_id).leaving_at is None
