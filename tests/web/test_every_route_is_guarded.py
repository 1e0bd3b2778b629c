"""Every rule of the application, asked by everybody who must not get in."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal import resources
from portal.models import SignIn
from portal.services.entry import sessions
from portal.web import guards
from portal.web.inside import PREFIX
from tests.web import whole_house
from tests.web.browser_stand_in import Phone
from tests.web.browsers import (
    MADE_UP,
    Form,
    alike,
    asked_for,
    heading,
    inner_path,
    methods,
    pages_of_survivor,
    path_of,
    rules,
    send,
)
from tests.web.furnishing import HER_WORDS
from tests.web.whole_house import WholeHouse, foreign

OPEN_TO_SURVIVORS = frozenset(
    {
        "front.calendar.show",
        "front.calendar.choose_language",
        "front.sign_in.sign_in",
        "front.leave.leave",
        "front.covered.cover",
        "front.trouble.show",
    }
)
"""What a stranger may ask for at the one address; nothing here says whether anybody is in."""

Complaints = list[str]


# A stranger, and whoever holds something that is not a page key.


@pytest.fixture
def whole(with_a_visit: WholeHouse) -> WholeHouse:
    """A visit waits for her answer, so that its pages are there too."""
    return with_a_visit


def dead_key(whole: WholeHouse, which: str) -> str:
    """A page key that opens nothing."""
    her = whole.everybody.amal
    if which == "a colleague's":
        return whole.token(whole.everybody.staff["director"])
    if which in ("none", "made up"):
        return "" if which == "none" else "A" * 43
    key = whole.token(her)
    with whole.database.transaction() as session:
        if which == "ended":
            sessions.end(session, key)
        elif which == "turned":
            sessions.renew(session, key, now=whole.now)
        elif which == "13 hours old":
            session.execute(update(SignIn).values(created_at=whole.now - timedelta(hours=13)))
        elif which == "of another phone before":
            sessions.start(session, her.account_id, keys=her.keys, language="en", now=whole.now)
    if which == "idle":
        whole.later(minutes=11)
    return key


def walk_from_outside(app: Flask, listed: list[Rule]) -> Complaints:
    """From outside no inner path exists: the calendar, as for any other address."""
    client, wrong = app.test_client(), []
    front = client.get("/", headers={"Accept-Language": "en"}).text
    for rule in listed:
        for method in ("GET", "POST"):
            path = path_of(rule)
            answer = client.open(path, method=method, headers={"Accept-Language": "en"})
            expected = (404, front) if method == "GET" else (303, "")
            if (answer.status_code, answer.text) != expected:
                wrong.append(f"{method} {path} from outside: {answer.status_code}")
    return wrong


def walk_the_one_address(app: Flask, key: str, listed: list[Rule]) -> Complaints:
    """Whatever is asked with a dead key is answered by the calendar."""
    part = Phone(app).post({"to": "/front/"}).text
    wrong = []
    for rule in listed:
        if rule.endpoint not in OPEN_TO_SURVIVORS:
            for way in ("to", "do"):
                wrong += _tried(app, way, inner_path(rule), key, part)
    return wrong


def _tried(app: Flask, way: str, inner: str, key: str, part: str) -> Complaints:
    typed: dict[str, str | list[str]] = {"k": key, way: inner, "a": "typed", "f": "form-key"}
    answer = Phone(app).post(typed)
    wrong = []
    # A method that a rule does not know, or a 204 that says nothing, lets nobody in either.
    if answer.text != part and not _says_nothing(answer):
        wrong.append(f"{way}={inner}: {answer.status_code} {heading(answer)}")
    plain = Phone(app, scripting=False).post(typed)
    cookie = plain.headers.get("Set-Cookie", "")
    if (plain.status_code, plain.location) != (303, "/") or (cookie and answer.text == part):
        wrong.append(f"{way}={inner} without script: {plain.status_code} {plain.location} {cookie}")
    return wrong


def _says_nothing(answer: TestResponse) -> bool:
    return answer.status_code == 405 or (answer.status_code, answer.text) == (204, "")


KEYS = (
    *("none", "made up", "13 hours old", "idle", "ended", "turned"),
    *("of another phone before", "a colleague's"),
)


@pytest.mark.parametrize("which", KEYS)
def test_without_a_live_page_key_there_is_only_the_calendar(whole: WholeHouse, which: str) -> None:
    key = dead_key(whole, which)
    assert walk_the_one_address(whole.app, key, rules(whole.app, "survivor", "front")) == []


def test_from_outside_there_is_one_address(whole: WholeHouse) -> None:
    assert walk_from_outside(whole.app, rules(whole.app, "survivor", "front")) == []


def test_what_is_open_to_strangers_says_nothing_of_anybody(whole: WholeHouse) -> None:
    listed = [one for one in rules(whole.app, "front") if one.endpoint in OPEN_TO_SURVIVORS]
    assert {one.endpoint for one in listed} == OPEN_TO_SURVIVORS, "the list is short and true"
    for rule in listed:
        answer = Phone(whole.app).post({"to": inner_path(rule)})
        assert HER_WORDS not in answer.text
        assert 'name="f"' not in answer.text, "a stranger has no form with a key"


WAYS_OUT = [
    *("/staff/", "/staff/desk", "/staff/people", "//staff/desk", "/../staff/desk", "/./staff"),
    *("/static/staff.css", "/staff/static/staff.css", "https://example.org/", "//example.org"),
    *("http:/example.org", "/-/today", "/-/-/today", "/today/../today", "/%2e%2e/staff/desk"),
    *("\\\\example.org", "/\\example.org", "/today#x", "/today%00", "/today\n", "today", "?", "/"),
    *("javascript:alert(1)", "/front/../today", "/front//", "/today;x=1", " /today", "/TODAY"),
]


@pytest.mark.parametrize("way", ["to", "do"])
def test_no_way_in_a_body_leads_past_her_own_pages(whole: WholeHouse, way: str) -> None:
    her = whole.everybody.amal
    colleague = whole.browser(whole.everybody.staff["housing"])
    for scripting in (True, False):
        phone = whole.phone(her, scripting=scripting)
        # Even with a colleague's cookie in the same browser the one address is hers alone.
        phone.client.set_cookie("s", colleague.client.get_cookie("s").value)  # type: ignore[union-attr]
        key = phone.page_key
        for out in WAYS_OUT:
            answer = phone.post({"k": key, way: out})
            assert answer.status_code in (200, 303, 404, 405), (out, answer.status_code)
            assert answer.headers.get("Location", "/") == "/", out
            assert HER_WORDS not in answer.text, out
            assert "csrf_token" not in answer.text, out
            assert "--" not in answer.headers.get("Content-Type", ""), out
            if scripting:
                assert "survivor" not in answer.text, out


# The same walk finds a guard that is missing.


@pytest.fixture
def with_a_leak(whole: WholeHouse) -> Callable[[str], Flask]:
    """The application with one more page, of somebody who forgot about guards."""

    def leaking(rule: str) -> Flask:
        # In the survivors' blueprint its guard would cover it: the guard goes by the name.
        whole.app.add_url_rule(rule, "front.leak" if "/-" in rule else "staff.leak", lambda: "x")
        return whole.app

    return leaking


def test_the_walk_finds_a_survivors_page_without_a_guard(
    with_a_leak: Callable[[str], Flask],
) -> None:
    app = with_a_leak(f"{PREFIX}/leak")
    wrong = walk_the_one_address(app, "", rules(app, "survivor", "front"))
    assert wrong
    assert all("/leak" in one for one in wrong)


def test_the_walk_finds_that_the_survivors_guard_is_gone(
    whole: WholeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "require_survivor", lambda: None)
    whole.open()
    listed = [one for one in rules(whole.app, "survivor") if "GET" in methods(one)]
    wrong = walk_the_one_address(whole.app, "", listed)
    assert {inner_path(one) for one in listed} <= {
        found[1] for one in wrong if (found := re.match(r"to=(\S+):", one))
    }


# A survivor, with what belongs to another.


def test_what_is_anothers_is_answered_like_what_never_was(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    before, wrong = whole.rows(), []
    for rule in rules(whole.app, "survivor"):
        for ids in foreign(whole, rule):
            # A service is everybody's; what is hers is asked for with it.
            made_up = {name: value if name == "service_id" else MADE_UP
                       for name, value in ids.items()}  # fmt: skip
            for method in methods(rule):
                way = "to" if method == "GET" else "do"
                key = phone.page_key
                hers = phone.post({"k": key, way: inner_path(rule, ids), "a": "x"})
                none = phone.post({"k": key, way: inner_path(rule, made_up), "a": "x"})
                if (hers.status_code, alike(hers.text)) != (none.status_code, alike(none.text)):
                    wrong.append(f"{method} {rule.rule}: {hers.status_code} {heading(hers)}")
                if hers.status_code != 404:
                    wrong.append(f"{method} {rule.rule}: {hers.status_code}")
    assert wrong == []
    assert whole.rows() == before


def forms_of_a_survivor(whole: WholeHouse) -> list[Form]:
    """Every form that the first survivor has before her."""
    phone, found = whole.phone(whole.everybody.amal), dict[tuple[Any, ...], Form]()
    for page in pages_of_survivor(phone, of_a_kind=4):
        for form in page.forms:
            found[(form.do, form.fields, form.controls)] = form
    return list(found.values())


def test_a_form_of_one_does_nothing_in_the_hands_of_another(whole: WholeHouse) -> None:
    # One colleague may work on two files: who asks for somebody else names the colleague alone.
    forms = [form for form in forms_of_a_survivor(whole)
             if "*" in form.place and form.place != "/sharing/with/*"]  # fmt: skip
    assert len(forms) >= 8
    phone = whole.phone(whole.everybody.bea)
    before = whole.rows()
    for form in forms:
        for button in range(max(1, len(form.buttons))):
            typed = form.filled(lambda control: "typed by another", button=button)
            answer = send(phone, form, typed)
            assert answer.status_code == 404, form.do
            phone.go("/today")
    assert whole.rows() == before


def test_an_id_in_a_query_opens_nothing_of_anothers(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.bea)
    wrong, tried = [], 0
    for rule in rules(whole.app, "survivor"):
        if "GET" not in methods(rule) or rule.arguments:
            continue
        for name in asked_for(whole.app, rule):
            path = inner_path(rule)
            none = phone.go(f"{path}?{name}={MADE_UP}")
            for noun, (one, *_) in whole.everybody.ids.items():
                tried += 1
                answer = phone.go(f"{path}?{name}={one}")
                if (answer.status_code, alike(answer.text)) != (none.status_code, alike(none.text)):
                    wrong.append(f"{path}?{name}=({noun}): {answer.status_code}")
    assert tried, "the sources say what is asked in a query"
    assert wrong == []


# Two host names, two doors.


def test_neither_door_answers_at_the_others_host(
    whole: WholeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = whole_house.settings_in(whole.directory)
    with_host = replace(plain, staff_host="staff.house.example")
    monkeypatch.setattr(whole_house, "settings_in", lambda _directory: with_host)
    whole.open()
    client = whole.app.test_client()
    front = client.get("/", headers={"Accept-Language": "en"}).text
    for rule in rules(whole.app, "staff", "static"):
        answer = client.get(path_of(rule), headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.text) == (404, front), rule.rule
    for rule in rules(whole.app, "survivor", "front"):
        for path in (path_of(rule), "/"):
            for method in ("GET", "POST"):
                there = client.open(path, method=method, base_url="http://staff.house.example")
                assert (there.status_code, there.location) == (303, "/staff/"), path


def test_every_rule_belongs_to_a_surface_that_is_walked(whole: WholeHouse) -> None:
    surfaces = {one.endpoint.split(".")[0] for one in whole.app.url_map.iter_rules()}
    assert surfaces == {"front", "survivor", "staff", "static"}
    for one in whole.app.url_map.iter_rules():
        home = {"static": "/staff/static", "staff": "/staff/"}.get(
            one.endpoint.split(".")[0], PREFIX
        )
        assert one.rule.startswith(home), one.rule
        assert not (one.methods or set()) - {"GET", "POST", "HEAD", "OPTIONS"}, one.rule
    assert resources.static().is_dir()
