"""Coming in as staff: pass phrase, second factor, and what is refused in which words."""

from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from portal.domain.roles import Role
from tests.people import NOON, PASSPHRASE, TestHouse
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock

ENDED = "You were signed out: nothing happened here for 15 minutes"
DOES_NOT_OPEN = "This address and pass phrase do not open."


def test_each_role_begins_in_the_room_of_its_work(app: Flask, people: TestHouse) -> None:
    worker = next(iter(people.workers.values()))
    rooms = {
        people.director.email: "/staff/people",
        people.moderator.email: "/staff/desk",
        people.coordinator.email: "/staff/house",
        people.auditor.email: "/staff/house",
        worker.email: "/staff/referrals",
    }
    for person in (people.director, people.moderator, people.coordinator, people.auditor, worker):
        one = Browser(app).sign_in(person)
        assert one.status == 200
        assert one.path == rooms[person.email]
        assert one.get("/staff/").path == rooms[person.email]


def test_a_wrong_pass_phrase_and_an_unknown_address_are_the_same(
    window: Browser, people: TestHouse, app: Flask
) -> None:
    passes = app.extensions["house"].slow_passes
    told = []
    for email in (people.director.email, "nobody@house.example"):
        before = passes.count
        window.get("/staff/sign-in")
        window.submit("Go on", email=email, passphrase="not the right words at all")
        assert DOES_NOT_OPEN in window.words
        assert passes.count == before + 1
        assert "not the right words" not in window.shown.get_data(as_text=True)
        told.append(window.words)
    assert told[0] == told[1]


def test_the_pass_phrase_alone_opens_no_page(window: Browser, people: TestHouse) -> None:
    window.get("/staff/sign-in")
    window.submit("Go on", email=people.director.email, passphrase=PASSPHRASE)
    assert window.path == "/staff/second-factor"
    for path in ("/staff/people", "/staff/house", "/staff/me", "/staff/cases/new"):
        assert window.get(path).path == "/staff/second-factor"


def test_a_code_opens_once(window: Browser, people: TestHouse, app: Flask) -> None:
    window.sign_in(people.director)
    assert window.path == "/staff/people"
    again = Browser(app).sign_in(people.director)
    assert again.path == "/staff/second-factor"
    assert "This code does not fit." in again.words


@pytest.mark.parametrize("seconds", [-25, 25])
def test_a_clock_25_seconds_off_is_accepted(
    window: Browser, people: TestHouse, seconds: int
) -> None:
    window.sign_in(people.director, code=people.director.code(NOON + timedelta(seconds=seconds)))
    assert window.path == "/staff/people"


def test_a_clock_10_minutes_off_is_refused_with_a_hint(window: Browser, people: TestHouse) -> None:
    window.sign_in(people.director, code=people.director.code(NOON - timedelta(minutes=10)))
    assert window.path == "/staff/second-factor"
    assert "the clock of the phone is wrong" in window.words


def test_a_wrong_code_gets_no_hint(window: Browser, people: TestHouse) -> None:
    right = {people.director.code(NOON + timedelta(seconds=30 * step)) for step in range(-62, 63)}
    wrong = next(f"{n:06d}" for n in range(1000) if f"{n:06d}" not in right)
    window.sign_in(people.director, code=wrong)
    assert "This code does not fit." in window.words
    assert "clock" not in window.words


def test_codes_cannot_be_tried_for_ever(window: Browser, people: TestHouse, clock: Clock) -> None:
    window.sign_in(people.director, code="000000")
    for _ in range(9):
        window.submit("Sign in", code="000000")
    assert "Too many tries." in window.words
    clock.later(minutes=11)
    window.sign_in(people.director)
    assert window.path == "/staff/people"


def test_the_first_sign_in_enrols_an_authenticator(
    window: Browser, people: TestHouse, app: Flask, clock: Clock
) -> None:
    newcomer = people.a_colleague("Nora", (Role.COORDINATOR, None), second_factor=False)
    window.get("/staff/sign-in")
    window.submit("Go on", email=newcomer.email, passphrase=newcomer.passphrase)
    assert window.heading == "Set up your second factor"
    assert window.page.select_one(".qr svg path")
    shown = window.page.select_one(".secret")
    assert shown is not None
    phone = pyotp.TOTP(shown.get_text().replace(" ", ""))
    half_way = window.client.get_cookie("s")

    window.submit("Confirm", code="000000" if phone.at(NOON) != "000000" else "111111")
    assert "This code does not fit." in window.words
    window.submit("Confirm", code=phone.at(NOON))
    assert window.heading == "Your recovery codes"
    codes = [one.get_text().strip() for one in window.page.select(".codes li")]
    assert len(set(codes)) == 10
    assert window.client.get_cookie("s") != half_way, "the token rose with the privilege"
    assert window.follow("I have written them down").path == "/staff/house"
    assert window.get("/staff/second-factor/new").path == "/staff/house", "shown once"

    # A recovery code opens once, in the place of the phone.
    clock.later(minutes=1)
    newcomer.totp_secret = phone.secret
    other = Browser(app).sign_in(newcomer, code=codes[0])
    assert other.path == "/staff/house"
    third = Browser(app).sign_in(newcomer, code=codes[0].lower())
    assert third.path == "/staff/second-factor"
    assert third.submit("Sign in", code=codes[1].lower()).path == "/staff/house"


def test_the_token_of_the_half_way_sign_in_opens_nothing_later(
    window: Browser, people: TestHouse, app: Flask
) -> None:
    window.get("/staff/sign-in")
    window.submit("Go on", email=people.director.email, passphrase=PASSPHRASE)
    early = window.client.get_cookie("s")
    assert early is not None
    window.submit("Sign in", code=people.director.code())
    thief = Browser(app)
    thief.client.set_cookie("s", early.value)
    assert thief.get("/staff/people").path == "/staff/sign-in"


def test_signing_out_ends_it_on_the_server(window: Browser, people: TestHouse, app: Flask) -> None:
    window.sign_in(people.director)
    kept = window.client.get_cookie("s")
    assert kept is not None
    window.submit("Sign out")
    assert window.path == "/staff/sign-in"
    other = Browser(app)
    other.client.set_cookie("s", kept.value)
    assert other.get("/staff/people").path == "/staff/sign-in"


def test_a_quiet_sign_in_ends(window: Browser, people: TestHouse, clock: Clock) -> None:
    window.sign_in(people.director)
    clock.later(minutes=16)
    assert window.get("/staff/people").path == "/staff/sign-in"


def test_who_comes_back_to_a_sign_in_that_ended_is_told_so_once(
    window: Browser, people: TestHouse, clock: Clock
) -> None:
    assert ENDED not in window.get("/staff/sign-in").words
    window.sign_in(people.director)
    clock.later(minutes=16)
    assert ENDED in window.get("/staff/people").words
    assert ENDED not in window.get("/staff/sign-in").words


def test_who_signs_out_is_not_told_that_it_ended(window: Browser, people: TestHouse) -> None:
    window.sign_in(people.director)
    window.submit("Sign out")
    assert ENDED not in window.words


def test_a_form_without_its_token_is_refused(window: Browser, people: TestHouse) -> None:
    window.sign_in(people.director)
    answer = window.client.post("/staff/sign-out", data={})
    assert answer.status_code >= 400
    assert window.get("/staff/people").path == "/staff/people"


def test_the_language_is_chosen_before_and_after_signing_in(
    window: Browser, people: TestHouse
) -> None:
    window.get("/staff/sign-in")
    window.submit("العربية")
    assert window.page.html is not None
    assert window.page.html["dir"] == "rtl"
    assert window.path == "/staff/sign-in"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/staff/../x", "/\\evil", "/staffx", ""]
)
def test_nothing_leads_out_of_the_house(window: Browser, people: TestHouse, target: str) -> None:
    window.sign_in(people.director)
    window.post("/staff/language", language="en", next=target)
    assert window.path == "/staff/people"
