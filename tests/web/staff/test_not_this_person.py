"""She asks for somebody else: one tap, no reason, and not they decide whom it is about."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.decisions import Step
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Case, Decision, Told
from portal.services.colleagues import teams
from portal.services.running import lateness
from tests.people import Person, TestHouse
from tests.services.reach import open_with_bare_keys
from tests.web.browser_stand_in import Phone
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock

SignIn = Callable[[Person], Browser]


@pytest.fixture
def her(people: TestHouse) -> Person:
    return people.a_survivor()


@pytest.fixture
def phone(app: Flask, her: Person) -> Phone:
    phone = Phone(app)
    phone.open()
    phone.sign_in(her.card, her.pin)
    return phone


def page_about(person: Person) -> str:
    return f"/sharing/with/{person.account_id}"


def asked(people: TestHouse) -> Decision:
    with people.database.transaction("read") as session:
        return session.scalars(select(Decision)).one()


def test_she_asks_and_a_coordinator_hands_the_file_on(
    phone: Phone, people: TestHouse, her: Person, signed_in: SignIn, clock: Clock
) -> None:
    phone.go("/sharing")
    assert "I want somebody else" in phone.soup.get_text()
    phone.go(page_about(people.stand_in))
    assert phone.heading == "Somebody else than Karim?"
    phone.do(page_about(people.stand_in))
    assert "You asked for somebody else than Karim." in phone.soup.get_text()
    assert "You get an answer before" in phone.soup.get_text()
    cora = signed_in(people.coordinator).get(f"/staff/desk/{asked(people).id}")
    assert "She asks for somebody else on her file." in cora.words
    assert "Only she and the coordinators can read it." in cora.words
    cora.submit("Accept")
    assert "This colleague is still on her file." in cora.words
    centre = people.services[ServiceKind.CENTRE_WORK].id
    third = people.a_colleague("Tine", (Role.CASE_DIRECTOR, centre))
    cora.follow("Hand this file on to somebody else")
    cora.submit("Hand these files on", stand_in=str(third.account_id))
    cora.get(f"/staff/desk/{asked(people).id}").submit("Accept")
    phone.go("/sharing")
    assert "It is done." in phone.soup.get_text()
    assert "Tine" in phone.soup.get_text()


def test_it_is_asked_once_and_taken_back(phone: Phone, people: TestHouse) -> None:
    for _ in range(2):
        phone.do(page_about(people.director))
    phone.do(f"/sharing/with/asked/{asked(people).id}/withdraw")
    assert "You asked for somebody else" not in phone.soup.get_text()
    assert "You took this back. All stays as it is." in phone.soup.get_text()
    phone.do(page_about(people.director))
    with people.database.transaction("read") as session:
        assert len(session.scalars(select(Decision)).all()) == 2


def test_a_no_is_said_in_words_that_the_case_team_does_not_read(
    phone: Phone, people: TestHouse, her: Person, signed_in: SignIn
) -> None:
    phone.do(page_about(people.stand_in))
    cora = signed_in(people.coordinator).get(f"/staff/desk/{asked(people).id}")
    cora.submit("Decline", words="Nobody else speaks your language. I call you.")
    phone.go("/sharing")
    assert "We cannot change it now." in phone.soup.get_text()
    assert "Nobody else speaks your language." in phone.soup.get_text()
    for person in (people.director, people.stand_in):
        assert "decision.note" not in open_with_bare_keys(people, person, her.case_id)
        assert signed_in(person).get(f"/staff/desk/{asked(people).id}").status in (403, 404)


def test_the_late_question_climbs_past_the_case_team(
    phone: Phone, people: TestHouse, clock: Clock
) -> None:
    phone.do(page_about(people.stand_in))
    with people.database.transaction() as session:
        lateness.climb(session, now=clock.now + timedelta(days=9))
        told = session.scalars(select(Told)).one()
    assert told.step is Step.COORDINATOR


def test_who_it_is_about_does_not_answer_it(phone: Phone, people: TestHouse, her: Person) -> None:
    with people.database.transaction() as session:
        session.get_one(Case, her.case_id).stand_in_id = people.coordinator.account_id
    phone.do(page_about(people.coordinator))
    assert "Nobody can decide this now." in phone.soup.get_text()


def test_who_directs_the_file_and_decides_at_the_desk_is_not_told_that_she_is_not_wanted(
    phone: Phone, people: TestHouse, her: Person, signed_in: SignIn, clock: Clock
) -> None:
    with people.database.transaction() as session:
        teams.give_role(session, people.director.account_id, Role.COORDINATOR, now=clock.now)
    phone.do(page_about(people.director))
    clock.later(days=9)
    with people.database.transaction() as session:
        lateness.climb(session, now=clock.now)
    els, cora = signed_in(people.director), signed_in(people.coordinator)
    for page in ("/staff/desk", "/staff/house"):
        assert her.case_number in cora.get(page).words
        assert her.case_number not in els.get(page).words
    assert "No decision waits for you." in els.get("/staff/desk").words
    assert els.get(f"/staff/desk/{asked(people).id}").status == 404


def test_nobody_but_her_case_team_has_such_a_page(phone: Phone, people: TestHouse) -> None:
    phone.go("/sharing")
    for person in (people.moderator, people.auditor):
        phone.go(page_about(person))
        assert "Somebody else than" not in phone.soup.get_text()
