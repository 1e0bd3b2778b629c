"""A lost card, a doubted card and an emergency, as colleagues and she see them on their pages."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.cards import CardDoesNotOpen
from portal.models import AuditEvent, Decision
from portal.services import messages
from portal.services.moderation import deciding
from tests.people import PIN, Person, TestHouse
from tests.services.journey import TOMORROW, a_date, a_shared_need
from tests.web.browser_stand_in import Phone
from tests.web.page_lint import check_staff_page
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock
from tests.web.staff.test_cards import come_in

SignIn = Callable[[Person], Browser]


@pytest.fixture
def her(people: TestHouse) -> Person:
    return people.a_survivor()


@pytest.fixture
def window(signed_in: SignIn, people: TestHouse) -> Browser:
    return signed_in(people.director)


def decided(people: TestHouse, by: Person, clock: Clock) -> UUID:
    """The one question that waits is accepted."""
    with people.acting(by, now=clock.now, second_factor_at=clock.now) as (session, acting):
        waiting = session.scalars(select(Decision).where(Decision.decided_by_id.is_(None))).one()
        deciding.accept(session, acting, waiting.id, now=clock.now)
        return waiting.id


def test_a_lost_card_is_made_again_by_two_and_she_is_told(
    window: Browser, people: TestHouse, her: Person, clock: Clock, app: Flask
) -> None:
    phone = Phone(app)
    phone.open()
    phone.sign_in(her.card, her.pin)
    clock.later(minutes=1)
    window.get(f"/staff/cases/{her.case_id}").follow("Card or PIN lost")
    assert "blue kettle" in window.words, "to compare"
    window.submit("Ask for a new card", reason="")
    assert "Say how you know her." in window.words
    assert "Say what happened to the card." in window.words
    window.submit("Ask for a new card", known_by="code_word", reason="Lost on the bus.")
    assert "A new card was asked for. A coordinator decides." in window.words
    decided(people, people.coordinator, clock)
    window.get(f"/staff/cases/{her.case_id}").submit("Make the new card")
    number = window.page.select_one(".paper-card")
    assert number is not None
    with pytest.raises(CardDoesNotOpen):
        come_in(people, her.card, clock, new=False)
    assert "Lost on the bus." in window.get(f"/staff/cases/{her.case_id}/notes").words
    clock.later(minutes=1)
    fresh = Phone(app)
    fresh.open()
    fresh.sign_in(number.get_text(), PIN, new=True)
    assert "A new card was made on Monday, 23 November 2026, 12:01" in fresh.soup.get_text()
    clock.later(minutes=1)
    fresh.sign_in(number.get_text(), PIN)
    assert "A new card was made" not in str(fresh.soup), "said once"


def test_the_same_card_is_not_made_twice(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    window.get(f"/staff/cases/{her.case_id}/new-card")
    window.submit("Ask for a new card", known_by="in_person", reason="Lost.")
    window.get(f"/staff/cases/{her.case_id}/new-card")
    window.submit("Ask for a new card", known_by="in_person", reason="Lost.")
    assert "A new card was asked for already" in window.words
    decided(people, people.coordinator, clock)
    page = window.get(f"/staff/cases/{her.case_id}")
    page.submit("Make the new card")
    page.post(f"/staff/cases/{her.case_id}/new-card/make")
    assert "This card was made already" in page.words


def test_somebody_else_may_be_using_it(
    window: Browser, people: TestHouse, her: Person, clock: Clock, app: Flask
) -> None:
    phone = Phone(app)
    phone.open()
    phone.sign_in(her.card, her.pin)
    window.get(f"/staff/cases/{her.case_id}")
    window.submit("Stop it now", words="She called: he has her card.")
    assert "Somebody else may be using it." in window.words
    assert "Today" not in str(phone.go("/today").data), "her view dropped to the calendar"
    with pytest.raises(CardDoesNotOpen):
        come_in(people, her.card, clock, new=False)
    window.submit("Send the answer", words="Are you safe?")
    assert "nothing is written to her now" in window.words
    assert "Are you safe?" in str(window.page), "nothing typed is lost"
    assert "he has her card." in window.get(f"/staff/cases/{her.case_id}/notes").words
    window.get(f"/staff/cases/{her.case_id}").submit("Lift the freeze")
    window.submit("Send the answer", words="Are you safe?")
    assert come_in(people, her.card, clock, new=False)


def test_an_emergency_opening_from_the_question_to_the_page_that_tells_of_it(
    window: Browser, people: TestHouse, her: Person, clock: Clock, signed_in: SignIn
) -> None:
    people.an_entry(her, "The letter has come.", now=clock.now)
    decided(people, people.moderator, clock)
    cora = signed_in(people.coordinator).get("/staff/cover").follow("Emergency opening")
    cora.submit("Ask an auditor", number="AB-CDEFGH", reason="Els is ill.")
    assert "No file has this number." in cora.words
    assert "Els is ill." in str(cora.page), "nothing typed is lost"
    cora.submit("Ask an auditor", number=her.case_number.lower(), reason="Els is ill.")
    assert "waits for an auditor" in cora.words
    assert cora.get(f"/staff/emergency/{her.case_id}").status == 404
    decided(people, people.auditor, clock)
    cora.get("/staff/emergency").follow("Open it, until 13:00")
    assert "Amal" in cora.heading
    assert "The letter has come." in cora.words
    check_staff_page(cora.shown, cora.page, "en")
    assert "Cora asked, Adil decided" in window.get("/staff/people").words
    for person in (people.auditor, people.moderator, people.stand_in):
        assert signed_in(person).get(f"/staff/emergency/{her.case_id}").status == 404
    for _ in range(6):
        clock.later(minutes=10)
        cora.get("/staff/emergency")
    assert cora.get(f"/staff/emergency/{her.case_id}").status == 404
    assert "It was open until" in cora.get("/staff/emergency").words


def test_in_an_emergency_the_page_names_who_wrote_the_code_word_and_where_she_is_next(
    window: Browser, people: TestHouse, her: Person, clock: Clock, signed_in: SignIn
) -> None:
    window.get(f"/staff/cases/{her.case_id}").submit("Send the answer", words="Are you safe?")
    with people.acting(her, now=clock.now) as (session, acting):
        assert her.case_id is not None
        messages.write(session, acting, her.case_id, "Not at home.", now=clock.now)
    need_id = a_shared_need(people, her)
    a_date(people, need_id)
    a_date(people, need_id, starts_at=TOMORROW + timedelta(days=7))
    cora = signed_in(people.coordinator).get("/staff/emergency")
    cora.submit("Ask an auditor", number=her.case_number, reason="Els is ill.")
    decided(people, people.auditor, clock)
    cora.get(f"/staff/emergency/{her.case_id}")
    assert re.search("Code word “?blue kettle”? Els · Monday", cora.words)
    assert "Are you safe? Els · Monday, 23 November 2026, 12:00" in cora.words
    assert "Not at home. Amal · Monday, 23 November 2026, 12:00" in cora.words
    assert "Her next date When Tuesday, 24 November 2026, 12:00 – 12:45" in cora.words
    assert "Worker housing · Housing desk Place 2nd floor, desk 1" in cora.words
    with people.database.transaction("read") as session:
        opened = session.scalars(select(AuditEvent).where(AuditEvent.kind == "folder_opened")).all()
    by_cora = [one.facts for one in opened if one.actor_id == people.coordinator.account_id]
    (look,) = [facts for facts in by_cora if facts["folder"] == "referral"]
    assert look["purpose"] == "emergency", "one look, at the one date"
