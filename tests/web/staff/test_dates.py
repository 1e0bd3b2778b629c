"""Dates through the front door: set on the clock of the centre, refused with a sentence."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from portal.domain.appointments import AppointmentState
from portal.domain.interpreters import Said
from portal.domain.needs import Category
from portal.domain.services import ServiceKind
from portal.models import Service
from portal.services.dates import her_dates
from portal.services.interpreters import asking
from portal.services.interpreters.asking import Wish
from tests.people import Person
from tests.statements import counted
from tests.web.staff.at_work import AtWork, Colleague
from tests.web.tree import tree_of


@pytest.fixture
def worker(work: AtWork) -> Colleague:
    return work.worker(ServiceKind.HOUSING)


def typed(worker: Colleague, **changed: str) -> dict[str, str]:
    usual = {
        "act": "set",
        "day": "2026-11-25",
        "time": "14:00",
        "minutes": "45",
        "with_id": str(worker.person.account_id),
        "place": "2nd floor, desk 1",
        "interpreter": "Arabic, by telephone",
        "bring": "The letter of the landlord",
    }
    return {**usual, **changed}


def test_a_date_is_set_on_the_clock_of_the_centre(work: AtWork, worker: Colleague) -> None:
    her, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}/date"
    worker.get(address)
    worker.post(address, **typed(worker))
    assert "Wednesday, 25 November 2026, 14:00" in worker.text
    date = work.dates(referral_id)[0]
    assert date.starts_at == datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
    with work.house.acting(her) as (session, acting):
        (shown,) = her_dates.listed(session, acting, now=work.now)
    assert shown.details is not None
    assert shown.details.bring == "The letter of the landlord"
    assert b"landlord" not in date.details


def test_it_is_shown_as_she_will_see_it_before_it_goes(work: AtWork, worker: Colleague) -> None:
    _, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}/date"
    worker.get(address)
    worker.post(address, **typed(worker, act="show"))
    phone = worker.page.split("What she will read", 1)[1].split("</figure>")[0]
    for words in ("Wednesday, 25 November 2026, 14:00", "45 minutes", "Worker housing", "landlord"):
        assert words in phone
    assert work.dates(referral_id) == []


def previewed(worker: Colleague) -> str:
    """What she will read, as the page shows it."""
    figure = tree_of(worker.page).find("figure", class_="phone")
    assert figure, worker.text
    return " ".join(figure.get_text(" ").split())


def asked_for(work: AtWork, her: Person, referral_id: UUID) -> None:
    """She asks for an interpreter at the one date that she has, then for another time."""
    (date,) = work.dates(referral_id)
    with work.house.acting(her, now=work.now) as (session, acting):
        asking.ask(session, acting, date.id, Wish("ti", Said()), now=work.now)
        her_dates.another_time(session, acting, date.id, now=work.now)


def test_what_is_shown_has_her_own_words_and_the_floor(work: AtWork, worker: Colleague) -> None:
    _, referral_id = work.sent()
    with work.database.transaction() as session:
        service = session.get_one(Service, work.house.services[ServiceKind.HOUSING].id)
        service.place, service.floor = "desk 1", 2
    address = f"/staff/referrals/{referral_id}/date"
    worker.get(address)
    worker.post(address, **typed(worker, act="show", place="desk 1", childcare="Lea, 1st floor"))
    phone = previewed(worker)
    assert "floor 2 · desk 1" in phone
    assert "Interpreter: Arabic, by telephone" in phone
    assert "45 minutes, until 14:45" in phone
    assert "For your children: Lea, 1st floor" in phone
    assert "Bring: The letter of the landlord" in phone


def test_what_she_asked_of_an_interpreter_goes_with_the_date_and_is_shown(
    work: AtWork, worker: Colleague
) -> None:
    her, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}/date"
    worker.get(address)
    worker.post(address, **typed(worker))
    asked_for(work, her, referral_id)
    address = f"{address}?instead_of={work.dates(referral_id)[0].id}"
    worker.get(address)
    assert "An interpreter was asked for. That goes with this date." in worker.text
    assert 'name="interpreter"' not in worker.page
    worker.post(address, **typed(worker, act="show", day="2026-11-26", interpreter=""))
    assert "Interpreter: we look for somebody ትግርኛ" in previewed(worker)
    worker.post(address, **typed(worker, day="2026-11-26", interpreter=""))
    with work.house.acting(her, now=work.now) as (session, acting):
        (shown,) = her_dates.listed(session, acting, now=work.now)
    assert shown.details and shown.details.interpreter is None
    assert shown.interpreter and shown.interpreter.language == "ti"


def test_a_year_has_its_clock_change_too(work: AtWork, worker: Colleague) -> None:
    _, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}/date"
    worker.get(address)
    worker.post(address, **typed(worker, day="2027-03-28", time="03:00"))
    assert work.dates(referral_id)[0].starts_at == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_she_is_in_one_place_at_a_time(work: AtWork, worker: Colleague) -> None:
    _, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}/date"
    worker.get(address)
    worker.post(address, **typed(worker))
    worker.get(address)
    worker.post(address, **typed(worker, time="14:30"))
    assert "She already has a date in this house at this time." in worker.text
    assert len(work.dates(referral_id)) == 1


def test_the_week_shows_whom_my_service_meets(work: AtWork, worker: Colleague) -> None:
    her, referral_id = work.sent(name="Farida")
    police_id = _police_date(work)
    address = f"/staff/referrals/{referral_id}/date"
    worker.get(address)
    worker.post(address, **typed(worker))
    worker.get("/staff/dates")
    assert "Monday, 23 November 2026 Today" in worker.text
    assert "14:00 – 14:45 Farida" in worker.text
    assert str(police_id) not in worker.page
    with work.house.acting(her) as (session, acting):
        her_dates.cannot_come(session, acting, work.dates(referral_id)[0].id, now=work.now)
    worker.get("/staff/dates")
    assert "she cannot come" in worker.text
    worker.get("/staff/dates?on=2026-12-02")
    assert "Monday, 30 November 2026" in worker.text
    assert "Farida" not in worker.text
    worker.get("/staff/dates?on=2026-11-22")
    assert "Monday, 16 November 2026" in worker.text


@pytest.mark.parametrize("week", ["", "2026-W99", "9999-W52", "0001-W01", "now", "2026-W48-1"])
def test_a_week_that_is_none_is_this_one(work: AtWork, worker: Colleague, week: str) -> None:
    worker.get(f"/staff/dates?on={week}")
    assert "Monday, 23 November 2026 Today" in worker.text


def test_a_talk_after_midnight_stands_on_its_own_day(work: AtWork, worker: Colleague) -> None:
    """The day of a date is the centre's day, not the one of UTC."""
    _, referral_id = work.sent(name="Late")
    address = f"/staff/referrals/{referral_id}/date"
    worker.get(address)
    worker.post(address, **typed(worker, day="2026-11-26", time="00:15"))
    worker.get("/staff/dates")
    assert worker.text.index("Thursday, 26 November") < worker.text.index("00:15 – 01:00 Late")


def test_a_week_of_many_costs_what_a_week_of_one_costs(work: AtWork, worker: Colleague) -> None:
    _, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}/date"
    worker.get(address)
    worker.post(address, **typed(worker))
    with counted(work.database) as few:
        work.worker(ServiceKind.HOUSING).get("/staff/dates")
    for hour in range(8, 14):
        her, other = work.sent(name=f"No {hour}")
        assert her.name
        worker.get(f"/staff/referrals/{other}/date")
        worker.post(f"/staff/referrals/{other}/date", **typed(worker, time=f"{hour:02}:00"))
    with counted(work.database) as many:
        work.worker(ServiceKind.HOUSING).get("/staff/dates")
    assert len(many) == len(few)


def test_who_is_in_no_service_reads_where_dates_are(work: AtWork) -> None:
    colleague = work.signs_in(work.house.moderator)
    colleague.get("/staff/dates")
    assert "You work for no service of this house." in colleague.text


def test_a_double_tap_sets_one_date(work: AtWork, worker: Colleague) -> None:
    _, referral_id = work.sent()
    address = f"/staff/referrals/{referral_id}/date"
    worker.get(address)
    worker.post(address, **typed(worker))
    worker.get(address)
    worker.post(address, **typed(worker))
    assert "She already has a date" in worker.text
    (date,) = work.dates(referral_id)
    assert date.state is AppointmentState.PLANNED


def _police_date(work: AtWork) -> Person:
    her, referral_id = work.sent(ServiceKind.POLICE, category=Category.POLICE, name="Other")
    police = work.worker(ServiceKind.POLICE)
    address = f"/staff/referrals/{referral_id}/date"
    police.get(address)
    police.post(address, **typed(police))
    assert work.dates(referral_id)[0].starts_at > work.now + timedelta(days=1)
    return her
