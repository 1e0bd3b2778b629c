"""Several second factors side by side: added, named, taken away while one stays."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from portal.models import Passkey, SecondFactor
from portal.vault import passkeys
from tests.people import NOON, Person, TestHouse
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock

SignIn = Callable[[Person], Browser]


@pytest.fixture
def els(signed_in: SignIn, people: TestHouse) -> Browser:
    return signed_in(people.director).get("/staff/me")


def adds(browser: Browser, clock: Clock, name: str = "Tablet") -> str:
    """One more authenticator; gives its secret."""
    browser.get("/staff/me").follow("Add an authenticator")
    shown = browser.page.select_one(".secret")
    assert shown is not None
    secret = shown.get_text().replace(" ", "")
    browser.submit("Confirm", name=name, code=pyotp.TOTP(secret).at(clock.now))
    return secret


def test_two_authenticators_open_side_by_side(
    els: Browser, people: TestHouse, app: Flask, clock: Clock
) -> None:
    second = adds(els, clock)
    assert "The authenticator is added." in els.words
    assert "Tablet" in els.words
    clock.later(minutes=2)
    for secret in (second, people.director.totp_secret):
        one = Browser(app).get("/staff/sign-in")
        one.submit("Go on", email=people.director.email, passphrase=people.director.passphrase)
        one.submit("Sign in", code=pyotp.TOTP(secret).at(clock.now))
        assert one.path == "/staff/people"


def test_one_is_taken_away_and_the_last_one_stays(
    els: Browser, people: TestHouse, app: Flask, clock: Clock
) -> None:
    second = adds(els, clock)
    form = els.page.find("b", string="Tablet").find_parent("li").find("form")  # type: ignore[union-attr]
    els.post(str(form["action"]))  # type: ignore[index]
    assert "it opens nothing any more" in els.words
    assert not els.has_button("Take away"), "the last one has no button"
    clock.later(minutes=2)
    one = Browser(app).get("/staff/sign-in")
    one.submit("Go on", email=people.director.email, passphrase=people.director.passphrase)
    one.submit("Sign in", code=pyotp.TOTP(second).at(clock.now))
    assert "This code does not fit." in one.words
    with people.database.transaction("read") as session:
        mine = SecondFactor.account_id == people.director.account_id
        last = session.scalars(select(SecondFactor.id).where(mine)).one()
    els.get("/staff/me").post(f"/staff/me/second-factors/{last}/remove")
    assert "This is your last second factor: add another one first." in els.words
    els.post(f"/staff/me/second-factors/{people.director.account_id}/remove")
    assert "This second factor is gone already." in els.words


def test_a_passkey_that_was_copied_is_not_the_one_that_stays(
    els: Browser, people: TestHouse
) -> None:
    with people.database.transaction() as session:
        copied = Passkey(
            account_id=people.director.account_id,
            name="Copied",
            credential_id=b"x",
            public_key=b"y",
            count=9,
            created_at=NOON - timedelta(days=3),
            copied_at=NOON,
        )
        session.add(copied)
        session.flush()
        mine = SecondFactor.account_id == people.director.account_id
        code_id = session.scalars(select(SecondFactor.id).where(mine)).one()
    els.get("/staff/me").post(f"/staff/me/second-factors/{code_id}/remove")
    assert "This is your last second factor" in els.words
    els.post(f"/staff/me/second-factors/{copied.id}/remove")
    assert "it opens nothing any more" in els.words


def test_a_second_factor_without_a_name_or_with_a_wrong_code_is_not_added(
    els: Browser, clock: Clock
) -> None:
    adds(els, clock, name=" ")
    assert "Give it a name, so that you know which one it is." in els.words
    els.submit("Confirm", name="T" * 41, code="123456")
    assert "Use at most 40 characters." in els.words
    els.submit("Confirm", name="Tablet", code="000000")
    assert "This code does not fit." in els.words
    assert els.page.find("input", {"name": "name"})["value"] == "Tablet"  # type: ignore[index]
    clock.later(minutes=1)
    shown = els.page.select_one(".secret")
    assert shown is not None
    totp = pyotp.TOTP(shown.get_text().replace(" ", ""))
    els.submit("Confirm", name="Tablet", code=totp.at(clock.now - timedelta(minutes=20)))
    assert "the clock of the phone is wrong" in els.words


@pytest.mark.parametrize("path", ["authenticator", "passkey"])
def test_another_second_factor_needs_a_fresh_proof(
    els: Browser, people: TestHouse, clock: Clock, path: str
) -> None:
    clock.later(minutes=14)
    els.get("/staff/me")
    clock.later(minutes=2)
    els.get(f"/staff/me/second-factors/{path}")
    assert els.heading == "Your code again"
    els.submit("Go on", proof_code=people.director.code(clock.now))
    assert els.heading.startswith("Add a")


@pytest.mark.parametrize("answer", ["", "{}", "null", "[]", "\x00", '{"id": 1}', "x" * 60_000])
def test_a_made_up_passkey_is_refused_in_a_sentence(
    window: Browser, people: TestHouse, answer: str
) -> None:
    window.get("/staff/sign-in")
    window.submit("Go on", email=people.director.email, passphrase=people.director.passphrase)
    window.post("/staff/passkeys/options/show")
    window.get("/staff/second-factor")
    window.submit("Sign in", passkey=answer, code="")
    assert window.path == "/staff/second-factor"
    refused = "This passkey was not accepted here." if answer else "Type the code."
    assert refused in window.words


def test_without_the_library_only_codes_are_offered(
    els: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Add a passkey" in els.words
    monkeypatch.setattr(passkeys, "_IS_HERE", False)
    assert "Add a passkey" not in els.get("/staff/me").words
    assert els.get("/staff/me/second-factors/passkey").status == 404
    assert els.get("/staff/me").post("/staff/passkeys/options/make").status == 404
