"""A colleague is invited by a link: it opens once, for a while, and tells nobody else anything."""

from collections.abc import Callable

import pyotp
import pytest
from flask import Flask

from portal.services.running import expiry
from tests.people import PASSPHRASE, Person, TestHouse
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock

GOOD = "four other words for a door"


@pytest.fixture
def cora(signed_in: Callable[[Person], Browser], people: TestHouse) -> Browser:
    return signed_in(people.coordinator).get("/staff/colleagues")


def a_link(cora: Browser, **said: str) -> str:
    """A link for Nele, as the coordinator reads it."""
    cora.get("/staff/colleagues").follow("Invite a colleague")
    cora.submit("Make the link", **{"name": "Nele", "email": "Nele@House.example", **said})
    shown = cora.page.select_one(".secret")
    assert shown is not None, cora.words
    assert "It opens once, within 7 days." in cora.words
    return shown.get_text().partition("localhost")[2]


def test_from_the_link_to_the_first_room(
    cora: Browser, people: TestHouse, app: Flask, clock: Clock
) -> None:
    link = a_link(cora, role="intake_worker", trained_until="2027-11-30")
    assert "nele@house.example" in cora.follow("I have passed it on").words
    nele = Browser(app).get(link)
    assert nele.heading == "Welcome, Nele"
    nele.submit("Go on to the second factor", new=GOOD, again=GOOD)
    assert nele.path == "/staff/second-factor/new"
    for path in ("/staff/people", "/staff/me", "/staff/house"):
        assert nele.get(path).path.startswith("/staff/second-factor"), "nothing opens before it"
    nele.get("/staff/second-factor/new")
    shown = nele.page.select_one(".secret")
    assert shown is not None
    secret = shown.get_text().replace(" ", "")
    nele.submit("Confirm", code=pyotp.TOTP(secret).at(clock.now))
    assert nele.heading == "Your recovery codes"
    assert nele.follow("I have written them down").heading == "These are ordinary pages"
    assert nele.submit("Go on").path == "/staff/people"
    cora.get("/staff/colleagues?name=nele")
    assert "Intake worker" in cora.words
    assert "2027" in cora.words
    assert "Links that still open" not in cora.words


def test_a_link_opens_once(cora: Browser, app: Flask, people: TestHouse) -> None:
    link = a_link(cora)
    first, second = Browser(app).get(link), Browser(app).get(link)
    first.submit("Go on to the second factor", new=GOOD, again=GOOD)
    second.submit("Go on to the second factor", new=GOOD + "s", again=GOOD + "s")
    assert second.heading == "This link does not open"
    assert Browser(app).get(link).heading == "This link does not open"


def test_who_has_been_signed_in_for_a_while_may_look_at_a_link(cora: Browser, clock: Clock) -> None:
    link = a_link(cora)
    clock.later(minutes=1)
    assert cora.get(link).heading == "Welcome, Nele"


def test_unknown_used_old_and_taken_back_are_the_same(
    cora: Browser, app: Flask, clock: Clock
) -> None:
    used, old, back = (
        a_link(cora, email=f"{who}@house.example") for who in ("used", "old", "back")
    )
    Browser(app).get(used).submit("Go on to the second factor", new=GOOD, again=GOOD)
    cora.get("/staff/colleagues")
    for form in cora.page.select("form[action$='take-back']"):
        if "back@house.example" in form.find_parent("li").get_text():  # type: ignore[union-attr]
            cora.post(str(form["action"]))
    assert "The link is taken back" in cora.words
    told = set()
    for link in (used, back, "/staff/welcome/" + "A" * 43, "/staff/welcome/%00"):
        stranger = Browser(app).get(link)
        assert stranger.status == 404
        told.add(stranger.words)
    clock.later(days=7, seconds=1)
    told.add(Browser(app).get(old).words)
    assert len(told) == 1, "one sentence for every reason"
    (sentence,) = told
    assert "A link opens once, within 7 days. Ask your coordinator for a new one." in sentence


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("short", "short", "at least 14 characters"),
        ("password123456", "password123456", "too easy to guess"),
        ("Welkom2024Welkom!", "Welkom2024Welkom!", "too easy to guess"),
        ("nele nele nele nele", "nele nele nele nele", "too easy to guess"),
        (GOOD, GOOD + "s", "not the same"),
        ("", "", "Type a new pass phrase."),
    ],
)
def test_a_pass_phrase_that_is_refused(
    cora: Browser, app: Flask, new: str, again: str, said: str
) -> None:
    link = a_link(cora)
    nele = Browser(app).get(link)
    nele.submit("Go on to the second factor", new=new, again=again)
    assert said in nele.words
    for field in nele.page.select("input[type=password]"):
        assert not field.get("value"), "what was typed never goes back into a page"
    nele.submit("Go on to the second factor", new=GOOD, again=GOOD)
    assert nele.path == "/staff/second-factor/new", "the link still opened"


def test_the_meter_works_without_a_script(cora: Browser, app: Flask) -> None:
    nele = Browser(app).get(a_link(cora))
    nele.submit("How strong is it?", new="Welkom2024Welkom!")
    assert "Weak: this is guessed." in nele.words
    nele.submit("How strong is it?", new="violet ladder between seven herons")
    assert "Strong." in nele.words
    assert nele.page.select_one("meter") is not None
    assert "violet" not in nele.shown.get_data(as_text=True)


def test_the_return_key_goes_on_and_does_not_ask_how_strong_it_is(
    cora: Browser, app: Flask
) -> None:
    nele = Browser(app).get(a_link(cora))
    for page, words in ((nele, "Go on to the second factor"), (cora, "Change the pass phrase")):
        if page is cora:
            page.get("/staff/me")
        form = page.page.select_one("form:has([name=again])")
        assert form is not None
        first = form.select_one("button")
        assert first is not None
        assert first.get_text(strip=True) == words, "the first button is what the key presses"


def test_the_meter_answers_a_script(window: Browser) -> None:
    window.get("/staff/sign-in")
    window.post("/staff/pass-phrase/strength", new="a calm walk along the canal")
    assert window.shown.get_data(as_text=True).count("Good.") == 1
    assert "canal" not in window.shown.get_data(as_text=True)
    bare = window.client.post("/staff/pass-phrase/strength", data={"new": "x"})
    assert bare.status_code == 400, "another site asks nothing"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": " "}, "Type the name"),
        ({"email": "nele"}, "This is no e-mail address."),
        ({"email": "nele @house.example"}, "This is no e-mail address."),
        ({"email": "mona@house.example"}, "Somebody signs in with this address already."),
        ({"role": "service_staff"}, "Service staff sit in a service"),
        ({"name": "N" * 81}, "Use at most 80 characters."),
    ],
)
def test_an_invitation_that_makes_no_sense(cora: Browser, said: dict[str, str], words: str) -> None:
    cora.get("/staff/colleagues/invite")
    cora.submit("Make the link", **{"name": "Nele", "email": "nele@house.example", **said})
    assert words in cora.words
    assert cora.page.select_one(".secret") is None


def test_a_second_link_to_the_same_address_replaces_the_first(cora: Browser, app: Flask) -> None:
    first, second = a_link(cora), a_link(cora)
    assert Browser(app).get(first).heading == "This link does not open"
    assert Browser(app).get(second).heading == "Welcome, Nele"


def test_the_worker_forgets_links_that_are_too_old(
    cora: Browser, people: TestHouse, clock: Clock
) -> None:
    a_link(cora)
    clock.later(days=8)
    with people.database.transaction() as session:
        assert expiry.forget_expired(session, now=clock.now).invitations == 1
        assert expiry.forget_expired(session, now=clock.now).invitations == 0
    assert PASSPHRASE != GOOD
