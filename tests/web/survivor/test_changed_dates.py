"""A date that a service moved or cancelled is told to her, until she looked at her dates."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.domain.appointments import COMING
from portal.domain.services import ServiceState
from portal.models import Appointment, Referral, Service
from portal.services.colleagues import roles
from portal.services.dates import giving
from portal.services.dates.shown_dates import Details
from portal.services.needs import her_needs
from tests.parts import WITH_AND_WITHOUT_SCRIPT
from tests.web.browser_stand_in import Phone
from tests.web.survivor.hands import acting, has_button, press, text
from tests.web.whole_house import WholeHouse

CHANGED = "A date has changed Your dates"


@pytest.fixture(params=WITH_AND_WITHOUT_SCRIPT)
def her_phone(whole: WholeHouse, request: pytest.FixtureRequest) -> Phone:
    """Amal's phone, on the first page."""
    return whole.phone(whole.everybody.amal, scripting=request.param)


def next_date(whole: WholeHouse) -> Appointment:
    """The first date to which Amal comes."""
    with whole.database.transaction("read") as session:
        return session.scalars(
            select(Appointment)
            .where(Appointment.state.in_(COMING), Appointment.starts_at > whole.now)
            .order_by(Appointment.starts_at)
        ).first() or pytest.fail("she has no date")


def moved(whole: WholeHouse, to: datetime) -> UUID:
    """Her service gives another time instead of her next date."""
    old = next_date(whole)
    with acting(whole, whole.everybody.staff["housing"]) as (session, colleague):
        return giving.set_date(
            session,
            colleague,
            old.referral_id,
            starts_at=to,
            minutes=30,
            with_id=colleague.account_id,
            details=Details("2nd floor, desk 4", None, None),
            now=whole.now,
            instead_of=old.id,
        ).id


def cancelled(whole: WholeHouse) -> None:
    """Her service cancels her next date."""
    old = next_date(whole)
    with acting(whole, whole.everybody.staff["housing"]) as (session, colleague):
        giving.cancel(session, colleague, old.id, now=whole.now)


def is_told(phone: Phone) -> bool:
    """Whether Today says that a date has changed."""
    phone.go("/today")
    return has_button(phone, CHANGED)


def test_nothing_has_changed_at_first(her_phone: Phone) -> None:
    assert not is_told(her_phone)


def test_another_time_says_what_it_replaces_until_she_looked(
    her_phone: Phone, whole: WholeHouse
) -> None:
    moved(whole, next_date(whole).starts_at + timedelta(hours=2))
    assert is_told(her_phone)
    assert "This comes in place of Wednesday, 25 November 2026, 14:00." in text(her_phone)
    assert is_told(her_phone), "Today itself is no look at her dates"
    press(her_phone, CHANGED)
    assert her_phone.heading == "Your dates"
    assert text(her_phone).count("This comes in place of") == 1
    assert not is_told(her_phone)


def test_a_date_in_another_room_at_the_same_time_replaces_no_time(
    her_phone: Phone, whole: WholeHouse
) -> None:
    moved(whole, next_date(whole).starts_at)
    assert is_told(her_phone)
    assert "in place of" not in text(her_phone)


def test_a_cancelled_date_is_told_until_she_looked_and_stays_in_her_lists(
    her_phone: Phone, whole: WholeHouse
) -> None:
    cancelled(whole)
    assert is_told(her_phone)
    press(her_phone, CHANGED)
    assert "This date is cancelled." in text(her_phone)
    assert not is_told(her_phone)
    her_phone.go("/dates")
    assert "This date is cancelled." in text(her_phone)
    whole.later(days=3)
    later = whole.phone(whole.everybody.amal)
    later.go("/dates/past")
    assert "This date is cancelled." in text(later)
    press(later, "Hide the dates that are over")
    assert "This date is cancelled." not in text(later)


def test_each_change_is_told(her_phone: Phone, whole: WholeHouse) -> None:
    moved(whole, next_date(whole).starts_at + timedelta(hours=2))
    her_phone.go("/dates")
    cancelled(whole)
    assert is_told(her_phone)


def test_what_is_over_is_no_news(whole: WholeHouse) -> None:
    cancelled(whole)
    moved(whole, next_date(whole).starts_at + timedelta(hours=3))
    whole.later(days=5)
    assert not is_told(whole.phone(whole.everybody.amal))


def test_a_date_that_ends_by_her_own_act_is_no_news_to_her(whole: WholeHouse) -> None:
    date = next_date(whole)
    with whole.database.transaction("read") as session:
        need_id = session.get_one(Referral, date.referral_id).need_id
    with acting(whole, whole.everybody.amal) as (session, her):
        her_needs.take_back(session, her, need_id, now=whole.now)
    phone = whole.phone(whole.everybody.amal)
    assert not is_told(phone)
    phone.go("/dates")
    assert "This date is cancelled." in text(phone)


def test_a_date_names_nobody_who_has_left(her_phone: Phone, whole: WholeHouse) -> None:
    staff = whole.everybody.staff
    named = staff["housing"].name
    her_phone.go("/dates")
    assert named in text(her_phone)
    with acting(whole, staff["coordinator"]) as (session, coordinator):
        gone = staff["housing"].account_id
        roles.close(session, coordinator, gone, now=whole.now, even_the_last=True)
    her_phone.go("/dates")
    assert "Housing desk" in text(her_phone)
    assert named not in text(her_phone)


def test_a_date_with_a_service_that_closed_leads_to_her_contact_person(
    her_phone: Phone, whole: WholeHouse
) -> None:
    """The closed service gives her no new time; it stands on Today as on her dates."""
    date = next_date(whole)
    with whole.database.transaction() as session:
        session.get_one(Service, date.service_id).state = ServiceState.CLOSED
    closed = "They do not work here any more. Ask your contact person about this date."
    her_phone.go("/today")
    assert closed in text(her_phone)
    her_phone.go("/dates")
    assert closed in text(her_phone)
    assert has_button(her_phone, "I cannot come")
    assert not has_button(her_phone, "Another time")


@pytest.mark.parametrize("answer", ["I cannot come", "Another time"])
def test_she_is_not_offered_to_come_after_all_to_somebody_who_has_left(
    her_phone: Phone, whole: WholeHouse, answer: str
) -> None:
    her_phone.go("/dates")
    press(her_phone, answer)
    assert has_button(her_phone, "I can come after all")
    staff = whole.everybody.staff
    with acting(whole, staff["coordinator"]) as (session, coordinator):
        gone = staff["housing"].account_id
        roles.close(session, coordinator, gone, now=whole.now, even_the_last=True)
    her_phone.go("/dates")
    assert not has_button(her_phone, "I can come after all")
