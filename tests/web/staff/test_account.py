"""The own account: pass phrase, recovery codes, days away, keys to hand over."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.roles import Role
from portal.domain.services import ServiceKind
from portal.models import AuditEvent, KeySlot, StaffMember
from portal.services.running import expiry
from tests.people import NOON, PASSPHRASE, Person, TestHouse
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock

NEW = "four other words for a door"


@pytest.fixture
def window(signed_in: Callable[[Person], Browser], people: TestHouse) -> Browser:
    return signed_in(people.director).get("/staff/me")


def acts_of(people: TestHouse, person: Person) -> list[str]:
    """What the account of acts says that a colleague did."""
    with people.database.transaction("read") as session:
        done = select(AuditEvent.kind).where(AuditEvent.actor_id == person.account_id)
        return list(session.scalars(done))


def test_the_pass_phrase_is_changed_and_other_sign_ins_end(
    window: Browser, people: TestHouse, app: Flask, clock: Clock
) -> None:
    clock.later(minutes=1)
    other = Browser(app).sign_in(people.director)
    window.submit("Change the pass phrase", passphrase=PASSPHRASE, new=NEW, again=NEW)
    assert "Your pass phrase is changed." in window.words
    assert other.get("/staff/me").path == "/staff/sign-in"
    clock.later(minutes=1)
    old = Browser(app).get("/staff/sign-in")
    old.submit("Go on", email=people.director.email, passphrase=PASSPHRASE)
    assert old.path == "/staff/sign-in"
    people.director.passphrase = NEW
    assert Browser(app).sign_in(people.director).path == "/staff/people"


def test_who_came_with_a_pass_phrase_made_for_her_first_chooses_her_own(
    window: Browser, people: TestHouse
) -> None:
    with people.database.transaction() as session:
        slot_id = session.get_one(StaffMember, people.director.account_id).slot_id
        session.get_one(KeySlot, slot_id).expires_at = NOON + timedelta(days=7)
    for path in ("/staff/people", "/staff/house", "/staff/"):
        assert window.get(path).path == "/staff/me"
        assert "Choose your own pass phrase first" in window.shown.text
    window.submit("Change the pass phrase", passphrase=PASSPHRASE, new=NEW, again=NEW)
    assert "Your pass phrase is changed." in window.words
    assert window.get("/staff/people").path == "/staff/people"


def test_a_pass_phrase_made_for_her_ends_while_she_is_here_and_her_sign_in_with_it(
    window: Browser, people: TestHouse, clock: Clock
) -> None:
    """She had not chosen her own: no page opens that was closed, and none fails."""
    with people.database.transaction() as session:
        slot_id = session.get_one(StaffMember, people.director.account_id).slot_id
        session.get_one(KeySlot, slot_id).expires_at = clock.now + timedelta(minutes=5)
    assert window.get("/staff/people").path == "/staff/me"
    clock.later(minutes=5)
    with people.database.transaction() as session:
        expiry.forget_expired(session, now=clock.now)
    window.submit("Change the pass phrase", passphrase=PASSPHRASE, new=NEW, again=NEW)
    assert window.status == 200 and window.path == "/staff/sign-in"
    assert window.get("/staff/people").path == "/staff/sign-in"


@pytest.mark.parametrize(
    ("now", "new", "again", "said"),
    [
        ("not mine at all", NEW, NEW, "This is not your pass phrase of now."),
        (PASSPHRASE, "short", "short", "at least 14 characters"),
        (PASSPHRASE, "password123456", "password123456", "too easy to guess"),
        (PASSPHRASE, NEW, NEW + "s", "not the same"),
    ],
)
def test_a_pass_phrase_that_is_refused(
    window: Browser, now: str, new: str, again: str, said: str
) -> None:
    window.submit("Change the pass phrase", passphrase=now, new=new, again=again)
    assert said in window.words
    for field in window.page.select("input[type=password]"):
        assert not field.get("value"), "what was typed never goes back into a page"


def test_a_wrong_pass_phrase_of_now_is_not_tried_for_ever(window: Browser, clock: Clock) -> None:
    for _ in range(10):
        window.submit("Change the pass phrase", passphrase="not mine at all", new=NEW, again=NEW)
        assert "This is not your pass phrase of now." in window.words
    window.submit("Change the pass phrase", passphrase=PASSPHRASE, new=NEW, again=NEW)
    assert "Too many tries. Wait a few minutes before the next one." in window.words
    assert window.status == 200
    assert window.heading == "Els", "it is said on the same page"
    for _ in range(2):
        clock.later(minutes=8)
        window.get("/staff/me")
    window.submit("Change the pass phrase", passphrase=PASSPHRASE, new=NEW, again=NEW)
    assert "Your pass phrase is changed." in window.words


def test_new_recovery_codes_need_a_fresh_proof(
    window: Browser, people: TestHouse, app: Flask, clock: Clock
) -> None:
    assert "0 recovery codes are left." in window.words
    clock.later(minutes=14)
    window.get("/staff/me")
    clock.later(minutes=2)
    window.submit("Make ten new recovery codes")
    assert window.heading == "Your code again"
    window.submit("Go on", proof_code=people.director.code(clock.now))
    codes = [one.get_text().strip() for one in window.page.select(".codes li")]
    assert len(codes) == 10
    assert Browser(app).sign_in(people.director, code=codes[3]).path == "/staff/people"
    assert "9 recovery codes are left." in window.follow("I have written them down").words
    # Ten codes that stand in for a second factor: that they were made, and that one was spent.
    done = acts_of(people, people.director)
    assert (done.count("recovery_codes_made"), done.count("recovery_code_used")) == (1, 1)


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [
        ("2026-11-30", "", "Say until when"),
        ("2026-11-30", "2026-11-29", "lies before the first one"),
        ("", "2026-11-22", "This day has passed."),
        ("30/11/2026", "2026-12-01", "Not a valid date value."),
    ],
)
def test_days_away_that_make_no_sense(window: Browser, begins: str, ends: str, said: str) -> None:
    window.get("/staff/me/away").submit("Save the days", away_from=begins, away_until=ends)
    assert said in window.words


def test_days_away_name_who_stands_in(window: Browser, people: TestHouse) -> None:
    people.a_survivor()
    window.get("/staff/me").follow("Plan days away")
    assert "Karim 1 case stands in for you" in window.words
    window.submit("Save the days", away_from="2026-11-30", away_until="2026-12-03")
    assert "Thursday, 3 December 2026" in window.words
    assert "Thursday, 3 December 2026" in window.get("/staff/me").words


def test_a_colleague_gets_the_key_of_the_team_by_one_tap(
    people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    service = people.services[ServiceKind.HOUSING]
    people.a_colleague("Nele", (Role.SERVICE_STAFF, service.id))
    worker = signed_in(people.workers[ServiceKind.HOUSING]).get("/staff/me")
    assert "Access comes when you confirm." in worker.words
    worker.submit("Confirm and hand over the key")
    assert "The team's key is handed over." in worker.words
    assert not worker.has_button("Confirm and hand over the key")


def test_a_key_is_handed_over_on_a_fresh_proof_only(
    people: TestHouse, signed_in: Callable[[Person], Browser], clock: Clock
) -> None:
    service = people.services[ServiceKind.HOUSING]
    people.a_colleague("Nele", (Role.SERVICE_STAFF, service.id))
    person = people.workers[ServiceKind.HOUSING]
    worker = signed_in(person)
    for _ in range(2):
        clock.later(minutes=8)
        worker.get("/staff/me")
    worker.submit("Confirm and hand over the key")
    assert worker.heading == "Your code again"
    worker.submit("Go on", proof_code=person.code(clock.now))
    assert "The team's key is handed over." in worker.words


def test_nobody_outside_the_team_hands_over_its_key(
    people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    service = people.services[ServiceKind.HOUSING]
    people.a_colleague("Nele", (Role.SERVICE_STAFF, service.id))
    for person in (people.director, people.coordinator, people.workers[ServiceKind.POLICE]):
        assert "Nele" not in signed_in(person).get("/staff/me").words


def test_signing_out_everywhere(
    window: Browser, people: TestHouse, app: Flask, clock: Clock
) -> None:
    clock.later(minutes=1)
    other = Browser(app).sign_in(people.director)
    window.submit("Sign out everywhere")
    assert window.path == "/staff/sign-in"
    assert other.get("/staff/me").path == "/staff/sign-in"
    assert "signed_out_everywhere" in acts_of(people, people.director)


def test_the_pages_speak_another_language(window: Browser) -> None:
    window.submit("Nederlands")
    assert window.page.html is not None
    assert window.page.html["lang"] == "nl"
    assert window.path == "/staff/me"


def test_the_house_counts_for_coordinators_only(
    people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    coordinator = signed_in(people.coordinator).get("/staff/house")
    assert "Waiting referrals" in coordinator.words
    assert "Test house" in coordinator.heading
    director = signed_in(people.director).get("/staff/house")
    assert "Waiting referrals" not in director.words
    assert "What each role may do" in director.words
