"""Cover through the front door: illness, days away, and files that only one colleague reads."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Case, Grant, StaffMember
from tests.people import Person, TestHouse
from tests.web.staff.browser import Browser
from tests.web.whole_house import WholeHouse

SignIn = Callable[[Person], Browser]


@pytest.fixture
def both_places_are_hers(people: TestHouse) -> None:
    """Els is case director and stand-in, as whoever comes in with the paper words is."""
    people.a_survivor()
    with people.database.transaction() as session:
        session.execute(update(Case).values(stand_in_id=people.director.account_id))


@pytest.mark.usefixtures("both_places_are_hers")
def test_the_coordinator_chooses_somebody_where_only_who_fell_ill_reads(
    people: TestHouse, signed_in: SignIn
) -> None:
    cora = signed_in(people.coordinator).get("/staff/cover")
    ill = {"colleague": str(people.director.account_id), "away_until": ""}
    cora.submit("Note the illness", **ill, stand_in="")
    assert "1 file has no second reader yet. Choose somebody who stands in." in cora.words
    cora.submit("Note the illness", **ill, stand_in=str(people.stand_in.account_id))
    assert "Noted. Her stand-ins answer in all her files from now on." in cora.words


@pytest.mark.usefixtures("both_places_are_hers")
def test_she_plans_no_days_away_without_naming_somebody(
    people: TestHouse, signed_in: SignIn
) -> None:
    lead = (Role.CASE_DIRECTOR, people.services[ServiceKind.CENTRE_WORK].id)
    nadia = people.a_colleague("Nadia", lead)
    els = signed_in(people.director).get("/staff/me/away")
    days = {"away_from": "2026-11-30", "away_until": "2026-12-03"}
    els.submit("Save the days", **days)
    assert "1 file has no second reader yet." in els.words
    els.submit("Save the days", **days, stand_in=str(nadia.account_id))
    assert "Saved. Survivors read who answers." in els.words


def test_she_plans_no_days_on_which_her_stand_in_may_only_read(
    people: TestHouse, signed_in: SignIn
) -> None:
    people.a_survivor()
    with people.database.transaction() as session:
        karim = session.get_one(StaffMember, people.stand_in.account_id)
        karim.trained_until = date(2026, 12, 1)
    els = signed_in(people.director).get("/staff/me/away")
    els.submit("Save the days", away_from="2026-11-30", away_until="2026-12-03")
    assert "Karim may only read on some of these days" in els.words


def test_the_coordinator_reads_on_which_days_nobody_answers(
    people: TestHouse, signed_in: SignIn
) -> None:
    people.a_survivor()
    els = signed_in(people.director).get("/staff/me/away")
    els.submit("Save the days", away_from="2026-11-30", away_until="2026-12-03")
    cora = signed_in(people.coordinator).get("/staff/cover")
    assert "Days on which nobody answers" not in cora.words
    with people.database.transaction() as session:
        karim = session.get_one(StaffMember, people.stand_in.account_id)
        karim.trained_until = date(2026, 12, 1)
    cora.get("/staff/cover")
    assert "Days on which nobody answers" in cora.words
    assert "1 case Els · Karim Wednesday" in cora.words


def test_nobody_takes_a_place_who_is_away_when_the_other_one_is(
    people: TestHouse, signed_in: SignIn
) -> None:
    lead = (Role.CASE_DIRECTOR, people.services[ServiceKind.CENTRE_WORK].id)
    nadia = people.a_colleague("Nadia", lead)
    people.a_survivor()
    for who in (people.director, nadia):
        browser = signed_in(who).get("/staff/me/away")
        browser.submit("Save the days", away_from="2026-11-30", away_until="2026-12-03")
    cora = signed_in(people.coordinator)
    cora.get(f"/staff/cover/files/{people.stand_in.account_id}")
    cora.submit("Hand these files on", stand_in=str(nadia.account_id))
    assert "On some days ahead neither of the two would answer in a file." in cora.words


def test_whoever_names_a_stand_in_on_an_old_proof_is_asked_for_a_code_first(
    whole: WholeHouse,
) -> None:
    staff = whole.everybody.staff
    nadia, last = staff["other_director"], (whole.now + timedelta(days=1)).date().isoformat()

    def keys() -> int:
        with whole.database.transaction("read") as session:
            held = select(func.count()).where(Grant.holder_id == nadia.holder_id)
            return session.scalar(held) or 0

    before = keys()
    els = whole.browser(staff["director"], proved=timedelta(hours=1)).get("/staff/me/away")
    named = {"away_from": "", "away_until": last, "stand_in": str(nadia.account_id)}
    els.submit("Save the days", **named)
    assert els.status == 403
    assert keys() == before
    assert els.page.find("input", {"name": "stand_in", "value": str(nadia.account_id)})
    proved = whole.browser(staff["director"]).get("/staff/me/away")
    proved.submit("Save the days", **named)
    assert "Saved. Survivors read who answers." in proved.words
    assert keys() > before
