"""A sign-in from an unknown browser is shown to her and to the coordinator."""

from collections.abc import Callable

from flask import Flask

from portal.models import KnownBrowser
from portal.services.running import expiry
from tests.people import Person, TestHouse
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import Clock

UNKNOWN = "A browser that we did not know has signed in as you."
NEW = "This browser is new to your account."


def test_the_first_browser_is_nobodys_news(app: Flask, people: TestHouse) -> None:
    els = Browser(app).sign_in(people.director)
    assert NEW not in els.words
    assert "was it you?" not in els.get("/staff/me").words
    assert "this one" in els.words
    cora = Browser(app).sign_in(people.coordinator).get("/staff/colleagues")
    assert "Sign-ins from unknown browsers" not in cora.words


def test_an_unknown_browser_is_shown_to_her_and_to_the_coordinator(
    app: Flask, people: TestHouse, clock: Clock
) -> None:
    own = Browser(app).sign_in(people.director)
    clock.later(minutes=1)
    strange = Browser(app).sign_in(people.director)
    assert NEW in strange.words
    clock.later(minutes=1)
    own.get("/staff/me").submit("Sign out")
    own.sign_in(people.director)
    assert UNKNOWN in own.words
    assert NEW not in own.words, "the own browser is known again"
    cora = Browser(app).sign_in(people.coordinator).get("/staff/colleagues")
    assert "Sign-ins from unknown browsers" in cora.words
    assert "Els" in cora.words.split("Find a colleague")[0]
    assert "not confirmed yet" in cora.words
    own.get("/staff/me").submit("It was me")
    assert "This browser is one of yours." in own.words
    assert "says it was her own" in cora.get("/staff/colleagues").words


def test_not_me_ends_every_other_sign_in(app: Flask, people: TestHouse, clock: Clock) -> None:
    own = Browser(app).sign_in(people.director)
    clock.later(minutes=1)
    strange = Browser(app).sign_in(people.director)
    own.get("/staff/me").submit("Not me")
    assert "All your other sign-ins have ended." in own.words
    assert strange.get("/staff/me").path == "/staff/sign-in"
    assert own.get("/staff/me").path == "/staff/me"


def test_nobody_answers_for_anothers_browser(
    app: Flask, people: TestHouse, signed_in: Callable[[Person], Browser], clock: Clock
) -> None:
    Browser(app).sign_in(people.director)
    clock.later(minutes=1)
    Browser(app).sign_in(people.director)
    with people.database.transaction("read") as session:
        (strange,) = session.query(KnownBrowser).where(KnownBrowser.confirmed_at.is_(None)).all()
    karim = signed_in(people.stand_in).get("/staff/me")
    for act in ("mine", "not-mine"):
        karim.post(f"/staff/me/browsers/{strange.id}/{act}")
        assert "This browser is forgotten already." in karim.words


def test_the_mark_is_a_cookie_of_the_staff_pages_alone(app: Flask, people: TestHouse) -> None:
    els = Browser(app)
    els.get("/staff/sign-in")
    els.submit("Go on", email=people.director.email, passphrase=people.director.passphrase)
    token = els.page.find("input", {"name": "csrf_token"})["value"]  # type: ignore[index]
    code = people.director.code(app.config["NOW"]())
    answer = els.client.post("/staff/second-factor", data={"csrf_token": token, "code": code})
    (mark,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("b=")]
    assert "Path=/staff" in mark
    assert "HttpOnly" in mark
    assert "SameSite=Lax" in mark
    value = mark.split("=", 1)[1].split(";")[0]
    with people.database.transaction("read") as session:
        (row,) = session.query(KnownBrowser).all()
        assert value.encode() not in row.mark
    shown = els.client.get("/").request.headers.get("Cookie", "")
    assert value not in shown, "the calendar never sees it"


def test_a_browser_that_stays_away_is_forgotten(
    app: Flask, people: TestHouse, clock: Clock
) -> None:
    Browser(app).sign_in(people.director)
    clock.later(days=401)
    with people.database.transaction() as session:
        assert expiry.forget_expired(session, now=clock.now).browsers == 1
