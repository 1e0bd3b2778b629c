"""Counts at the front door: for coordinators and auditors, and of fewer than ten people nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.domain import counting as rule
from portal.domain.appointments import AppointmentState
from portal.domain.needs import Category
from portal.domain.services import ServiceKind
from portal.models import Appointment, Centre
from portal.services.dates import giving
from portal.services.dates.shown_dates import Details
from tests.web.staff.at_work import AtWork

AT = "/staff/house/counting"


def met_in_november(work: AtWork) -> None:
    """Two survivors met the housing desk, one of them twice; then the year goes on."""
    worker = work.house.workers[ServiceKind.HOUSING]
    for number, name in enumerate(("Farida", "Noor")):
        _, referral_id = work.sent(name=name)
        for hours in range(2 - number):
            with work.house.acting(worker, now=work.now) as (session, acting):
                giving.set_date(
                    session,
                    acting,
                    referral_id,
                    starts_at=work.now + timedelta(days=1, hours=2 * hours + number),
                    minutes=45,
                    with_id=worker.account_id,
                    details=Details("Desk 1"),
                    now=work.now,
                )
    work.now = datetime(2026, 12, 3, 9, tzinfo=UTC)


def test_of_two_people_nothing_is_told_and_why_is(work: AtWork) -> None:
    met_in_november(work)
    page = work.signs_in(work.house.coordinator)
    page.get("/staff/house")
    assert f'href="{AT}"' in page.page
    page.get(AT)
    told = page.text.split("Did not come November 2026 ")[1].split("October 2026")[0]
    assert told.count("fewer than 10 people") == 1
    assert not [sign for sign in told.replace("10 people", "") if sign.isdigit()]
    assert "Why some numbers are missing" in page.text
    assert "<rect" not in page.page
    assert "Plan it twice now" not in page.text


def test_what_may_be_told_stands_in_chart_and_table(
    work: AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    met_in_november(work)
    monkeypatch.setattr(rule, "FEWEST", 2)
    page = work.signs_in(work.house.auditor)
    page.get(AT)
    # People, talks, visits, talks a visit, places, minutes of waiting, days until the first date.
    said = "People: 2 Talks: 3 Visits: 2 Talks per visit: 1.5 Places per person: 1.0"
    assert said in page.text
    assert "Minutes of waiting per visit: 38 Days from need to first date: 1" in page.text
    assert "3 / 2" in page.text
    page.get(f"{AT}?last=2026-10")
    assert "November 2026" not in page.text.split("Show")[1]
    with work.database.transaction() as session:
        for date in session.scalars(select(Appointment)):
            date.state = AppointmentState.NOT_COME
    page.get(AT)
    assert "3 / 2" not in page.text
    assert "Did not come: 3" in page.text


def test_what_is_no_month_is_the_usual_one(work: AtWork) -> None:
    page = work.signs_in(work.house.coordinator)
    for odd in ("last=x", "last=2026-13", "last=0001-01", "last=9999-12", "twice=yes"):
        page.get(f"{AT}?{odd}")
        assert "October 2026" in page.text


def test_nobody_else_counts(work: AtWork) -> None:
    for person in (work.house.director, work.house.moderator):
        page = work.signs_in(person)
        page.get("/staff/house")
        assert AT not in page.page
        page.get(AT)
        assert "Twelve months until" not in page.text


def test_the_made_up_centre_plans_its_month_twice(work: AtWork) -> None:
    her = work.house.a_survivor("Farida", now=work.now)
    for kind, category in (
        (ServiceKind.HOUSING, Category.HOME),
        (ServiceKind.POLICE, Category.POLICE),
    ):
        need_id = work.house.a_need(her, category, now=work.now)
        work.routed(her, need_id, kind)
        work.says_yes(her, need_id, kind)
    with work.database.transaction() as session:
        session.get_one(Centre, 1).is_demo = True
    page = work.signs_in(work.house.coordinator)
    page.get(AT)
    assert "Plan it twice now" in page.text
    page.get(f"{AT}?twice=yes")
    # Housing helps with a home; police and prosecutor with what she asked of the police.
    assert "Talks 3 3" in page.text
    assert "Visits 1 1" in page.text
    assert "No date was set." in page.text
    with work.database.transaction("read") as session:
        assert session.scalars(select(Appointment)).all() == []
