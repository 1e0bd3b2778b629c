"""A page that was open too long: nothing that was written is lost, and no other site profits."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from portal.services import messages
from tests.people import PASSPHRASE, Person, TestHouse
from tests.web.staff.browser import Browser, fields_of
from tests.web.staff.conftest import Clock

pytestmark = pytest.mark.real

OWN: dict[str, str] = {"Sec-Fetch-Site": "same-origin"}
OTHER_SITES: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {},
]
WORDS = 'I am here "on" Monday.\nBring <b>nothing</b> & no papers.'


@pytest.fixture
def her(people: TestHouse) -> Person:
    return people.a_survivor("Amal")


@pytest.fixture
def window(signed_in: Callable[[Person], Browser], people: TestHouse) -> Browser:
    return signed_in(people.director)


def send(window: Browser, path: str, headers: dict[str, str], **fields: Any) -> Browser:
    """Send fields as a browser does that says from where."""
    return window._take(
        window.client.post(path, data=fields, headers=headers, follow_redirects=True)
    )


def sent(people: TestHouse, her: Person, clock: Clock) -> list[str | None]:
    """What she would read."""
    assert her.case_id is not None
    with people.acting(her, now=clock.now) as (session, acting):
        return [
            one.words
            for one in messages.open_stretch(session, acting, her.case_id, now=clock.now)
            .show()
            .messages
        ]


@pytest.mark.parametrize("headers", [OWN, {"Origin": "http://localhost"}])
@pytest.mark.parametrize("token", ["", "old", None])
def test_what_was_written_comes_back_and_is_sent_by_a_press(
    window: Browser,
    people: TestHouse,
    her: Person,
    clock: Clock,
    headers: dict[str, str],
    token: str | None,
) -> None:
    typed = {"words": WORDS, "once": "a-tap"} | ({} if token is None else {"csrf_token": token})
    send(window, f"/staff/cases/{her.case_id}", headers, **typed)
    assert window.status == 400
    assert window.heading == "This page was open too long"
    assert "Nothing was sent yet. Look at what you wrote, and send it again." in window.words
    assert [one.get_text() for one in window.page.select(".reading")] == [WORDS]
    assert sent(people, her, clock) == []
    assert not window.page.select("script:not([src])"), "nothing is sent without a press"
    form, _ = window.form_of("Send again")
    assert form["action"] == f"/staff/cases/{her.case_id}"
    assert fields_of(form).keys() == {"csrf_token", "words", "once"}
    window.submit("Send again")
    assert "Sent. She reads it when she next signs in." in window.words
    assert sent(people, her, clock) == [WORDS]


@pytest.mark.parametrize("headers", OTHER_SITES)
def test_a_form_of_another_site_gets_no_token_of_ours(
    window: Browser, people: TestHouse, her: Person, clock: Clock, headers: dict[str, str]
) -> None:
    send(window, f"/staff/cases/{her.case_id}", headers, words="Planted words.", csrf_token="x")
    assert window.status == 400
    assert "Go back, look at what you wrote, and send it again." in window.words
    assert not window.has_button("Send again")
    assert "Planted" not in window.shown.get_data(as_text=True)
    assert sent(people, her, clock) == []


def test_it_is_said_in_the_chosen_language(window: Browser) -> None:
    window.get("/staff/me").submit("Français")
    send(window, "/staff/me/away", OWN, away_until="2026-12-03")
    assert window.page.html is not None
    assert window.page.html["lang"] == "fr"
    assert window.heading == "Cette page est restée ouverte trop longtemps"


def test_the_way_in_says_it_in_the_chosen_language_too(window: Browser) -> None:
    other = Browser(window.app).get("/staff/sign-in")
    other.submit("العربية")
    send(other, "/staff/sign-in", OWN, email="els@example.org", passphrase=PASSPHRASE)
    assert other.page.html is not None
    assert other.page.html["lang"] == "ar"
    assert PASSPHRASE not in other.shown.get_data(as_text=True)


def test_secrets_are_typed_anew(window: Browser) -> None:
    fields = {"passphrase": PASSPHRASE, "new": "n e w", "again": "n e w", "proof_code": "123 456"}
    send(window, "/staff/me/pass-phrase", OWN, **fields)
    for secret in fields.values():
        assert secret not in window.shown.get_data(as_text=True)
    window.submit("Send again")
    assert "Type your pass phrase." in window.words


def test_who_was_signed_out_while_writing_keeps_the_words(
    window: Browser, people: TestHouse, her: Person, clock: Clock
) -> None:
    address = f"/staff/cases/{her.case_id}"
    window.get(address)
    form, _ = window.form_of("Send the answer")
    typed = fields_of(form) | {"words": WORDS}
    clock.later(minutes=20)
    send(window, address, OWN, **typed)
    assert window.status == 403
    assert "You were signed out meanwhile." in window.words
    assert "Amal" not in window.shown.get_data(as_text=True), "only what was sent comes back"
    again = fields_of(window.form_of("Send again")[0])
    send(window, address, OWN, **again)
    assert "You were signed out meanwhile." in window.words, "still signed out"
    again = fields_of(window.form_of("Send again")[0])
    window.sign_in(people.director)
    send(window, address, OWN, **again)
    assert "Sent. She reads it when she next signs in." in window.words
    assert sent(people, her, clock) == [WORDS]


@pytest.mark.parametrize("headers", OTHER_SITES)
def test_nobody_else_learns_that_somebody_is_signed_out(
    window: Browser, her: Person, clock: Clock, headers: dict[str, str]
) -> None:
    window.get(f"/staff/cases/{her.case_id}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', window.shown.get_data(as_text=True))
    assert token is not None
    clock.later(minutes=20)
    send(window, f"/staff/cases/{her.case_id}", headers, words="Words.", csrf_token=token[1])
    assert window.path == "/staff/sign-in"
