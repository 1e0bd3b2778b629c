"""Two coordinators together: the roles of the two halves, and a colleague who lost what opens."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.decisions import AskedByYourself, DecisionKind, DecisionState
from portal.domain.passphrases import CodeDoesNotFit
from portal.domain.refusals import NotYours
from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import Decision, Membership, TeamCopy
from portal.services.colleagues import roles, staff
from portal.services.entry import second_factor
from portal.services.moderation import deciding
from portal.services.running import paper, what_waits
from tests.people import NOON, PASSPHRASE, Person, TestHouse
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock

SignIn = Callable[[Person], Browser]
NEW = "seven herons under a copper moon"


def a_coordinator(people: TestHouse, name: str) -> Person:
    """One more coordinator, who holds the team's key."""
    person = people.a_colleague(name, (Role.COORDINATOR, None))
    hands_over(people, now=NOON)
    return person


def hands_over(people: TestHouse, *, now: datetime) -> None:
    """The first coordinator gives the team's key to whoever waits for it."""
    cora = people.coordinator
    with people.acting(cora, now=now, second_factor_at=now) as (session, acting):
        for membership, _ in staff.waiting_for_key(session, acting):
            staff.hand_over(session, acting, membership.id, now=now)


@pytest.fixture
def vera(people: TestHouse) -> Person:
    """A second coordinator, who holds the team's key."""
    return a_coordinator(people, "Vera")


@pytest.fixture
def cora(signed_in: SignIn, people: TestHouse, vera: Person) -> Browser:
    return signed_in(people.coordinator)


def page_of(browser: Browser, person: Person) -> Browser:
    return browser.get(f"/staff/colleagues/{person.account_id}")


def waits(people: TestHouse, kind: DecisionKind) -> UUID:
    with people.database.transaction("read") as session:
        return session.scalars(
            select(Decision.id).where(Decision.kind == kind).order_by(Decision.asked_at.desc())
        ).first()  # type: ignore[return-value]


def says_yes(people: TestHouse, who: Person, kind: DecisionKind, clock: Clock) -> None:
    decision_id = waits(people, kind)
    with people.acting(who, now=clock.now, second_factor_at=clock.now) as (session, acting):
        deciding.accept(session, acting, decision_id, now=clock.now)


def asks_for(cora: Browser, person: Person, lost: str) -> None:
    page_of(cora, person)
    cora.submit("Ask another coordinator", lost=lost, reason="She stands beside me, I know her.")
    assert "Asked. Another coordinator decides, at the desk." in cora.words


# Roles that two give.


def test_a_coordinator_is_made_by_two(
    cora: Browser, people: TestHouse, vera: Person, clock: Clock
) -> None:
    page_of(cora, people.director).submit("Give this role", role="coordinator", service="")
    assert "Two coordinators give this role" in cora.words
    assert held(people, people.director) == {Role.CASE_DIRECTOR}
    cora.submit("Ask another coordinator", reason="She takes over from me in spring.")
    assert "Waits for another coordinator" in cora.words
    with (
        people.acting(people.coordinator) as (session, acting),
        pytest.raises(AskedByYourself),
    ):
        deciding.accept(session, acting, waits(people, DecisionKind.ROLE_CHANGE), now=clock.now)
    says_yes(people, vera, DecisionKind.ROLE_CHANGE, clock)
    assert held(people, people.director) == {Role.CASE_DIRECTOR, Role.COORDINATOR}
    assert "access comes" not in page_of(cora, people.director).words, "Vera handed the key over"


def test_who_it_is_about_does_not_decide_either(
    cora: Browser, people: TestHouse, vera: Person, clock: Clock
) -> None:
    asks_for(cora, vera, "second_factor")
    with people.acting(vera) as (session, acting), pytest.raises(NotYours):
        deciding.accept(session, acting, waits(people, DecisionKind.SIGN_IN_AGAIN), now=clock.now)


def test_an_auditor_is_not_invited_by_one(cora: Browser) -> None:
    cora.get("/staff/colleagues/invite")
    cora.submit("Make the link", name="Nele", email="nele@house.example", role="auditor")
    assert "Two coordinators give this role together, once the account is there." in cora.words


def test_with_one_coordinator_it_stays_closed(signed_in: SignIn, people: TestHouse) -> None:
    alone = signed_in(people.coordinator)
    page_of(alone, people.director)
    alone.submit("Ask another coordinator", lost="second_factor", reason="Her phone fell.")
    assert "Nobody else here is a coordinator" in alone.words
    field = alone.page.find("textarea", {"name": "reason"})
    assert field is not None
    assert "Her phone fell." in field.get_text(), "nothing typed is lost"


def test_the_same_is_asked_once_and_with_a_reason(cora: Browser, people: TestHouse) -> None:
    asks_for(cora, people.director, "second_factor")
    cora.submit("Ask another coordinator", lost="second_factor", reason="Again.")
    assert "The same was asked already" in cora.words
    cora.submit("Ask another coordinator", lost="everything", reason=" ")
    assert "Say why: the other coordinator reads it." in cora.words
    cora.submit("Ask another coordinator", lost="", reason="Why.")
    assert "Not a valid choice" in cora.words


def test_the_second_coordinator_reads_whom_it_is_about_and_why(
    cora: Browser, people: TestHouse, vera: Person, signed_in: SignIn
) -> None:
    page_of(cora, people.director).submit("Give this role", role="coordinator", service="")
    cora.submit("Ask another coordinator", reason="She takes over from me in spring.")
    other = signed_in(vera).get(f"/staff/desk/{waits(people, DecisionKind.ROLE_CHANGE)}")
    for words in ("Els", "Coordinator", "She takes over from me in spring."):
        assert words in other.words
    if other.has_button("Take this on"):
        other.submit("Take this on")
    other.submit("Accept", words="", act="accept")
    assert held(people, people.director) == {Role.CASE_DIRECTOR, Role.COORDINATOR}


def test_what_a_coordinator_began_ends_with_her_role(
    cora: Browser, people: TestHouse, vera: Person, app: Flask, clock: Clock, signed_in: SignIn
) -> None:
    hers = signed_in(vera).get("/staff/colleagues/invite")
    hers.submit("Make the link", name="Mole", email="mole@elsewhere.example", role="case_director")
    shown = hers.page.select_one(".secret")
    assert shown is not None
    link = shown.get_text().partition("localhost")[2]
    page_of(hers, people.director).submit("Give this role", role="coordinator", service="")
    hers.submit("Ask another coordinator", reason="I know her well.")
    page_of(cora, vera).submit("Take this role away")
    assert held(people, vera) == set()
    assert Browser(app).get(link).heading == "This link does not open"
    with people.database.transaction("read") as session:
        asked = session.get_one(Decision, waits(people, DecisionKind.ROLE_CHANGE))
        assert asked.state is DecisionState.WITHDRAWN


# Beginning again.


def test_a_lost_second_factor_is_set_up_anew(
    cora: Browser, people: TestHouse, vera: Person, app: Flask, clock: Clock, signed_in: SignIn
) -> None:
    els = signed_in(people.director)
    asks_for(cora, people.director, "second_factor")
    assert els.get("/staff/me").path == "/staff/me", "asking alone changes nothing"
    says_yes(people, vera, DecisionKind.SIGN_IN_AGAIN, clock)
    assert els.get("/staff/me").path == "/staff/sign-in"
    again = Browser(app).get("/staff/sign-in")
    again.submit("Go on", email=people.director.email, passphrase=PASSPHRASE)
    assert again.path == "/staff/second-factor/new"
    assert not page_of(cora, people.director).has_button("Make the link")


def test_the_codes_of_a_new_authenticator_open_whatever_was_tried_with_the_lost_one(
    cora: Browser, people: TestHouse, vera: Person, app: Flask, clock: Clock, signed_in: SignIn
) -> None:
    begun, els = clock.now, people.director
    for number in range(second_factor.WRONG_CODES):
        with suppress(CodeDoesNotFit), people.acting(els) as (session, acting):
            try:
                at = begun - timedelta(hours=20) + number * second_factor.SPAN
                second_factor.prove(session, acting, "000000", now=at)
            finally:
                session.commit()
    asks_for(cora, els, "second_factor")
    says_yes(people, vera, DecisionKind.SIGN_IN_AGAIN, clock)
    again = Browser(app).get("/staff/sign-in")
    again.submit("Go on", email=els.email, passphrase=PASSPHRASE)
    secret = again.page.select_one(".secret")
    assert secret is not None
    totp = pyotp.TOTP(secret.get_text().replace(" ", ""))
    again.submit("Confirm", code=totp.at(clock.now))
    clock.now += timedelta(minutes=1)
    again = Browser(app).get("/staff/sign-in")
    again.submit("Go on", email=els.email, passphrase=PASSPHRASE)
    again.submit("Sign in", code=totp.at(clock.now))
    assert again.path == "/staff/people", again.words


def begins_again(
    cora: Browser, people: TestHouse, vera: Person, app: Flask, clock: Clock, person: Person
) -> Browser:
    """Everything lost, and everything anew: the person's browser after the second factor."""
    asks_for(cora, person, "everything")
    says_yes(people, vera, DecisionKind.SIGN_IN_AGAIN, clock)
    page_of(cora, person).submit("Make the link")
    shown = cora.page.select_one(".secret")
    assert shown is not None, cora.words
    link = shown.get_text().partition("localhost")[2]
    browser = Browser(app).get(link)
    browser.submit("Go on to the second factor", new=NEW, again=NEW)
    secret = browser.page.select_one(".secret")
    assert secret is not None, browser.words
    totp = pyotp.TOTP(secret.get_text().replace(" ", ""))
    browser.submit("Confirm", code=totp.at(clock.now))
    assert browser.heading == "Your recovery codes"
    assert Browser(app).get(link).heading == "This link does not open"
    return browser


def test_who_lost_everything_gets_new_keys_and_waits_for_the_old_ones(
    cora: Browser, people: TestHouse, vera: Person, app: Flask, clock: Clock, signed_in: SignIn
) -> None:
    her = people.a_survivor()
    els = begins_again(cora, people, vera, app, clock, people.director)
    clock.later(minutes=1)
    old = Browser(app).get("/staff/sign-in")
    old.submit("Go on", email=people.director.email, passphrase=PASSPHRASE)
    assert "do not open" in old.words, "the old pass phrase is gone"
    assert els.get(f"/staff/cases/{her.case_id}").status == 404, "no key, no reading"
    karim = signed_in(people.stand_in).get("/staff/people")
    karim.submit("Confirm and hand over")
    assert els.get(f"/staff/cases/{her.case_id}").status == 200
    assert "Amal" in els.words


def test_what_she_asked_for_before_is_still_hers_to_look_at(
    cora: Browser, people: TestHouse, vera: Person, app: Flask, clock: Clock
) -> None:
    """Its reason was sealed to keys that are gone; what the team was given it opens again."""
    why = "Els leads the house from spring."
    with people.acting(vera) as (session, acting):
        els = people.director.account_id
        asked = roles.ask_to_give(session, acting, els, Role.COORDINATOR, reason=why, now=NOON).id
    again = begins_again(cora, people, a_coordinator(people, "Lena"), app, clock, vera)
    again.get(f"/staff/desk/{asked}")
    assert again.status == 200
    assert "Els" in again.words
    assert why not in again.words
    hands_over(people, now=clock.now)
    assert why in again.get(f"/staff/desk/{asked}").words


def test_what_was_lent_to_her_for_a_card_is_asked_for_anew(
    cora: Browser, people: TestHouse, vera: Person, app: Flask, clock: Clock, signed_in: SignIn
) -> None:
    her, els = people.a_survivor(), signed_in(people.director)
    els.get(f"/staff/cases/{her.case_id}/new-card")
    els.submit("Ask for a new card", known_by="in_person", reason="Lost.")
    says_yes(people, vera, DecisionKind.CARD_AGAIN, clock)
    els = begins_again(cora, people, vera, app, clock, people.director)
    clock.later(minutes=1)
    signed_in(people.stand_in).get("/staff/people").submit("Confirm and hand over")
    els.get(f"/staff/cases/{her.case_id}")
    assert not els.has_button("Make the new card"), "it was sealed to keys that are gone"
    els.post(f"/staff/cases/{her.case_id}/new-card/make")
    assert els.status == 200


def test_the_team_takes_a_new_key_and_a_member_hands_it_over(
    cora: Browser, people: TestHouse, vera: Person, app: Flask, clock: Clock
) -> None:
    worker = people.workers[ServiceKind.HOUSING]
    begins_again(cora, people, vera, app, clock, worker)
    assert copies(people, worker) == 0
    assert "nobody present holds this key" in page_of(cora, worker).words
    with people.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *people.sheets)
        given = what_waits.give_what_waits(session, sheets, now=clock.now)
    assert given.teams == 1
    assert copies(people, worker) == 2, "the old one, and the one that only the paper had"
    assert "nobody present" not in page_of(cora, worker).words


def test_cases_without_any_reader_come_back_from_the_paper_words(
    cora: Browser, people: TestHouse, vera: Person, app: Flask, clock: Clock
) -> None:
    her = people.a_survivor()
    begins_again(cora, people, vera, app, clock, people.stand_in)
    clock.later(seconds=40)
    page_of(cora, people.director)
    assert "1 open case has nobody else with its key" in cora.words
    els = begins_again(cora, people, vera, app, clock, people.director)
    with people.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *people.sheets)
        given = what_waits.give_what_waits(session, sheets, now=clock.now)
    assert given.cases == 2
    assert els.get(f"/staff/cases/{her.case_id}").status == 200
    assert "Amal" in els.words


def test_nobody_makes_the_link_without_the_second_yes(
    cora: Browser, people: TestHouse, vera: Person, signed_in: SignIn, clock: Clock
) -> None:
    path = f"/staff/colleagues/{people.director.account_id}/begin-again/link"
    page_of(cora, people.director).post(path)
    assert "No link was made" in cora.words
    asks_for(cora, people.director, "everything")
    cora.post(path)
    assert "No link was made" in cora.words
    says_yes(people, vera, DecisionKind.SIGN_IN_AGAIN, clock)
    other = page_of(signed_in(vera), people.director)
    assert "Who asked makes the link." in other.words
    other.post(path)
    assert "No link was made" in other.words
    clock.later(days=1, minutes=1)
    late = signed_in(people.coordinator)
    page_of(late, people.director).post(path)
    assert "No link was made" in late.words, "a yes does not lie about for days"


def held(people: TestHouse, person: Person) -> set[Role]:
    with people.database.transaction("read") as session:
        asked = select(Membership.role).where(Membership.account_id == person.account_id)
        return set(session.scalars(asked))


def copies(people: TestHouse, person: Person) -> int:
    with people.database.transaction("read") as session:
        found = select(TeamCopy).where(TeamCopy.member_id == person.holder_id)
        return len(session.scalars(found).all())
