"""Every page that can be reached, in every language: what must hold for all of them.

The numbers (C1 ...) are those of the acceptance checks for leaving no trace.
"""

import gzip
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal import resources
from portal.i18n import LANGUAGES
from portal.web.inside import PREFIX
from portal.web.templating import survivor_css, survivor_js
from tests.parts import EVERY_LANGUAGE
from tests.web.browser_stand_in import OWN_STEP, Phone
from tests.web.browsers import (
    Form,
    Page,
    forms_in,
    methods,
    pages_of_staff,
    pages_of_survivor,
    path_of,
    rules,
    send,
    shown_next,
    without_ids,
)
from tests.web.page_lint import (
    FIRST_PAGE,
    LATER_PART,
    check_staff_page,
    check_survivors_headers,
    check_survivors_page,
    policy_of_survivors,
    weight,
)
from tests.web.staff.browser import Browser
from tests.web.telling import TELLING
from tests.web.tree import tree_of
from tests.web.whole_house import WholeHouse

STORES = re.compile(
    r"localStorage|sessionStorage|indexedDB|pushState|replaceState|serviceWorker|caches\b|"
    r"document\.title|doc\.title|document\.cookie|doc\.cookie|sendBeacon|Notification|manifest"
)

REACHED_BY_NO_WAY = frozenset(
    {
        # Asked by our script or by a failure, and tested below by their own names.
        "front.calendar.show",
        "front.covered.uncover",
        "front.trouble.show",
    }
)
STAFF_REACHED_BY_NO_WAY = frozenset(
    {
        "static",
        # The door, which who is in has no way to; tested below by their own names.
        "staff.sign_in.sign_in",
        "staff.sign_in.second_factor_page",
        "staff.enrolment.enrol",
        "staff.welcome.welcome",
        # The link of an interpreter, linted in staff/test_interpreters.py.
        "staff.talk_link.show",
        # The number of a new card, shown once.
        "staff.inside.cards.number",
        # A file that lies open for an hour, linted in staff/test_new_card.py.
        "staff.inside.emergency.opened",
    }
)


# Survivors' pages.


@pytest.fixture
def whole(with_a_visit: WholeHouse) -> WholeHouse:
    """A visit waits for her answer, so that its pages are there too."""
    return with_a_visit


def with_draft(whole: WholeHouse, language: str, *, scripting: bool) -> Phone:
    """Her phone, after she began to say what else she needs: each question is a page."""
    phone = whole.phone(whole.everybody.amal, language, scripting=scripting)
    phone.go("/needs/new/choose")
    (form, *_) = [one for one in forms_in(phone.soup, "") if "choose" in one.do]
    send(phone, form, form.filled(lambda control: ""))
    return phone


def every_page(phone: Phone) -> Iterator[Page]:
    """All her pages: those to which ways lead, and those that answer a form with what is wrong."""
    forms: dict[str, Form] = {}
    # Needs and dates in all their states once; in the other languages one page of each kind.
    for page in pages_of_survivor(phone, of_a_kind=4 if phone.language == "en" else 1):
        yield page
        for form in page.forms:
            if form.controls and form.place != "/dates/*/file":  # its answer is no page
                forms.setdefault(form.place, form)
    for place, form in forms.items():
        answer = send(phone, form, form.filled(lambda control: "ا" * 5000))
        yield Page(f"{place} (refused)", answer, phone.soup)
        phone.go("/today")
    yield Page("/dates/day/*", phone.go("/dates/day/2026-11-25"), phone.soup)
    for path in ("/nowhere", "/needs/none", "/front/trouble/429/-", "/front/trouble/500/ABC"):
        answer = phone.go(path)
        yield Page(path, answer, phone.soup)


@pytest.mark.real
@pytest.mark.parametrize("language", EVERY_LANGUAGE)
def test_every_survivors_page_without_script(whole: WholeHouse, language: str) -> None:
    phone = with_draft(whole, language, scripting=False)
    policy, seen, wrong = policy_of_survivors(), 0, Complaints()
    for page in every_page(phone):
        seen += 1
        with wrong.about(page):
            assert page.answer.status_code in (203, 404, 429, 500)
            assert page.answer.status_code < 429 or "trouble" in page.path
            check_survivors_headers(page.answer, policy)
            check_survivors_page(page.soup, language, whole=True)
    assert sorted(set(wrong)) == []
    assert seen > 35


@pytest.mark.parametrize("language", EVERY_LANGUAGE)
def test_every_part_is_small_and_says_the_same(whole: WholeHouse, language: str) -> None:
    phone = Compressed(whole.app, language)
    phone.open()
    phone.sign_in(whole.everybody.amal.card, whole.everybody.amal.pin)
    phone.go("/needs/new/choose")
    (form, *_) = [one for one in forms_in(phone.soup, "") if "choose" in one.do]
    send(phone, form, form.filled(lambda control: ""))
    policy, wrong = policy_of_survivors(), Complaints()
    for page in every_page(phone):
        with wrong.about(page):
            check_survivors_headers(page.answer, policy)
            check_survivors_page(page.soup, language, whole=False)
            assert not page.soup.find(["html", "head", "style", "script", "title"])
            assert weight(page.answer) <= LATER_PART, f"{weight(page.answer)} bytes"
    assert sorted(set(wrong)) == []


@pytest.mark.real
def test_every_rule_of_hers_was_looked_at(whole: WholeHouse) -> None:
    app, met = whole.app, set[str | None]()
    fresh = whole.phone(whole.everybody.amal)
    met |= {endpoint_of(app, page.path) for page in pages_of_survivor(fresh)}
    met.add(endpoint_of(app, "/dates/day/2026-11-25"))
    half_way = with_draft(whole, "en", scripting=True)
    met |= {endpoint_of(app, page.path) for page in pages_of_survivor(half_way)}
    missed = {
        rule.endpoint for rule in rules(app, "survivor", "front") if "GET" in methods(rule)
    } - met
    assert missed - REACHED_BY_NO_WAY == set(), "no way leads here, or no lint goes there"


def endpoint_of(app: Flask, path: str) -> str | None:
    """The rule behind an inner path."""
    plain = path.partition("?")[0].replace(" (refused)", "").replace("*", "0" * 8)
    adapter = app.url_map.bind("")
    try:
        return str(adapter.match(PREFIX + plain, method="GET")[0])
    except Exception:
        return None


class Compressed(Phone):
    """A phone that takes answers compressed, as every phone does."""

    def post(self, typed: dict[str, str | list[str]], **headers: str) -> TestResponse:
        """The same POST; the page is read after it was weighed."""
        answer = super().post(typed, **{"Accept-Encoding": "gzip", **headers})
        if answer.headers.get("Content-Encoding") == "gzip":
            # The text that tests read; `data` stays what was sent.
            plain = gzip.decompress(answer.data).decode()
            answer.__class__ = type("Weighed", (TestResponse,), {"text": plain})
        return answer


class Complaints(list[str]):
    """What does not hold, of all pages together: who mends one page wants to know of all."""

    @contextmanager
    def about(self, page: Page) -> Iterator[None]:
        """Go on with the next page, and say in the end what was wrong with this one."""
        try:
            yield
        except AssertionError as error:
            found = traceback.extract_tb(error.__traceback__)[-1]
            said = str(error).partition("\n")[0] or found.line
            self.append(f"{without_ids(page.path)} ({page.answer.status_code}): {said}")


# The front page and the way in.


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_calendar_in_each_language(whole: WholeHouse, language: str) -> None:
    phone = Phone(whole.app, language)
    answer = phone.open()
    check_survivors_headers(answer, policy_of_survivors())
    check_survivors_page(phone.soup, language, whole=True)
    assert weight(phone.open(**{"Accept-Encoding": "gzip"})) <= FIRST_PAGE
    shut = phone.soup.find_all("details")
    assert not [one for one in shut if one.has_attr("open")]


@pytest.mark.parametrize("language", EVERY_LANGUAGE)
@pytest.mark.parametrize("wrong", ["", "1234 5678 9012 3456"])
def test_the_opened_sign_in_in_each_language(whole: WholeHouse, language: str, wrong: str) -> None:
    plain = Phone(whole.app, language, scripting=False)
    plain.open()
    away = plain.post({"do": "/front/sign-in", "a": wrong, "b": "", "l": language})
    shown = plain.client.get(
        "/", headers={"Accept-Language": language, "Accept-Encoding": "gzip", **OWN_STEP}
    )
    assert away.status_code == 303
    assert weight(shown) <= FIRST_PAGE
    soup = tree_of(gzip.decompress(shown.data).decode())
    check_survivors_page(soup, language, whole=True)
    assert soup.select("details[open] .error")
    part = Phone(whole.app, language).post(
        {"do": "/front/sign-in", "a": wrong, "b": "", "l": language}, **{"Accept-Encoding": "gzip"}
    )
    assert weight(part) <= LATER_PART


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_covered_page_in_each_language(whole: WholeHouse, language: str) -> None:
    for scripting in (True, False):
        phone = whole.phone(whole.everybody.amal, language, scripting=scripting)
        phone.post({"k": phone.page_key, "do": "/front/cover"})
        whole.later(seconds=70)
        answer = phone.go("/today")
        check_survivors_headers(answer, policy_of_survivors())
        check_survivors_page(phone.soup, language, whole=not scripting)
        assert phone.soup.find(class_="dots")


TROUBLES = (404, 413, 429, 500)


@pytest.mark.parametrize("language", EVERY_LANGUAGE)
@pytest.mark.parametrize("status", TROUBLES)
def test_every_failure_is_a_quiet_page(whole: WholeHouse, language: str, status: int) -> None:
    for her in (None, whole.everybody.amal):
        for scripting in (True, False):
            phone = whole.phone(her, language, scripting=scripting)
            answer = phone.go(f"/front/trouble/{status}/-")
            assert answer.status_code in ((status,) if scripting else (status, 203))
            check_survivors_headers(answer, policy_of_survivors())
            check_survivors_page(phone.soup, language, whole=not scripting)
            assert phone.soup.find("a", href="tel:112")
            assert TELLING.search(str(phone.soup.h1)) is None


STATUSES = {
    "GET /": 200,
    "GET /none": 404,
    "GET /favicon.ico": 404,
    "GET /robots.txt": 404,
    "GET /manifest.json": 404,
    "GET /sw.js": 404,
    "GET /.well-known/security.txt": 404,
    "GET /static/survivor/page.js": 404,
    "HEAD /": 200,
    "PUT /": 404,
    "DELETE /": 404,
    "OPTIONS /": 404,
    "PATCH /-/today": 404,
    "POST /": 303,
    "POST /none": 303,
    "POST /-/today": 303,
}


@pytest.mark.parametrize(("asked", "status"), STATUSES.items())
def test_headers_of_every_status(whole: WholeHouse, asked: str, status: int) -> None:
    method, path = asked.split()
    answer = whole.app.test_client().open(path, method=method)
    assert answer.status_code == status
    check_survivors_headers(answer, policy_of_survivors())
    assert "Set-Cookie" not in answer.headers


def test_no_post_is_answered_but_to_our_own_script(whole: WholeHouse) -> None:
    """C4."""
    phone = whole.phone(whole.everybody.amal, scripting=False)
    policy = policy_of_survivors()
    for rule in rules(whole.app, "survivor", "front"):
        for way in ("to", "do"):
            if rule.endpoint in ("survivor.account.sign_out", "front.leave.leave"):
                continue
            inner = path_of(rule).removeprefix(PREFIX)
            answer = phone.post({"k": phone.page_key, way: inner, "a": "x" * 5000})
            assert (answer.status_code, answer.data) == (303, b""), inner
            assert answer.location == "/", inner
            check_survivors_headers(answer, policy)
    for typed in ({"a": "x" * 300_000}, {"k": "x"}, {}, {"do": ""}):
        answer = phone.post({"k": phone.page_key, **typed})
        assert (answer.status_code, answer.location, answer.data) == (303, "/", b"")


def test_an_answer_is_shown_once(whole: WholeHouse) -> None:
    """C5, for what a real page says."""
    phone = whole.phone(whole.everybody.amal, scripting=False)
    front = whole.app.test_client().get("/", headers={"Accept-Language": "en"}).text
    away = phone.post({"k": phone.page_key, "to": "/messages"})
    value = away.headers["Set-Cookie"].partition(";")[0]
    first = shown_next(phone, away)
    assert "<h1" in first.text
    assert first.text != front
    # Chromium keeps no page of another status than 200 for its Back button: seen in
    # tests/browser/traces, where Playwright's switches do not turn that cache off.
    assert first.status_code == 203
    again = phone.client.get("/", headers={"Accept-Language": "en", "Cookie": value, **OWN_STEP})
    assert again.text == front


def test_the_shipped_script_keeps_nothing() -> None:
    """C2 and C8, as far as reading the script goes."""
    script = str(survivor_js())
    assert not STORES.search(script), STORES.search(script)
    assert not re.search(r"https?:|//[a-z]|import|eval|innerHTML\s*\+=", script)
    assert not TELLING.search(script)
    assert not TELLING.search(str(survivor_css()))
    assert "persisted" in script
    assert "visibilitychange" in script


def test_no_file_name_that_leaves_the_house_tells(whole: WholeHouse) -> None:
    """C7: survivors' files never leave as files; those of staff have plain names."""
    client = whole.app.test_client()
    for file in sorted(Path(resources.static()).rglob("*")):
        if file.is_file():
            path = f"/{file.relative_to(resources.static().parent)}"
            assert client.get(path).status_code == 404
    for file in (resources.static() / "staff").rglob("*"):
        assert not TELLING.search(file.name)


# Staff pages.


ROLES = ("director", "moderator", "housing", "coordinator", "auditor", "partner_contact")


@pytest.mark.real
@pytest.mark.parametrize("language", EVERY_LANGUAGE)
def test_every_staff_page(whole: WholeHouse, language: str) -> None:
    seen, wrong = 0, Complaints()
    for who in ROLES:
        browser = whole.browser(whole.everybody.staff[who], language)
        forms: dict[str, Form] = {}
        for page in pages_of_staff(browser, of_a_kind=3 if language == "en" else 1):
            seen += 1
            with wrong.about(page):
                assert page.answer.status_code == 200
                check_staff_page(page.answer, page.soup, language)
            forms |= {form.place: form for form in page.forms}
        for place, form in forms.items():
            answer = browser.client.post(form.do, data={"csrf_token": "of another site"})
            soup = tree_of(answer.text)
            with wrong.about(Page(place, answer, soup)):
                assert answer.status_code == 400
                check_staff_page(answer, soup, language)
    assert sorted(set(wrong)) == []
    assert seen > 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_staff_door_in_each_language(whole: WholeHouse, language: str) -> None:
    browser = Browser(whole.app)
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    browser.get("/staff/sign-in")
    check_staff_page(browser.shown, browser.page, language)
    half = Browser(whole.app)
    half.client.set_cookie(
        "s", whole.token(whole.everybody.staff["housing"], language, proved=None)
    )
    half.get("/staff/second-factor")
    check_staff_page(half.shown, half.page, language)


STAFF_FAILURES = {
    "GET /staff/none": 404,
    "POST /staff/none": 404,
    "POST /staff/desk": 405,
    "PUT /staff/sign-in": 405,
    "POST /staff/sign-in": 400,
    "GET /staff/cases/none": 404,
}


@pytest.mark.parametrize(("asked", "status"), STAFF_FAILURES.items())
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_staff_failure_is_a_page(
    whole: WholeHouse, asked: str, status: int, signed_in: bool
) -> None:
    method, path = asked.split()
    browser = whole.browser(whole.everybody.staff["moderator"]) if signed_in else Browser(whole.app)
    answer = browser.client.open(path, method=method)
    if status != 400 and not signed_in and answer.status_code == 302:
        return
    assert answer.status_code in (status, 400 if method in ("POST", "PUT") else status)
    check_staff_page(answer, tree_of(answer.text), "en")


def test_staff_files_may_be_kept_and_nothing_else(whole: WholeHouse) -> None:
    browser = whole.browser(whole.everybody.staff["moderator"])
    for one in browser.page.find_all(["script", "link"]):
        address = str(one.get("src") or one.get("href"))
        if address.startswith("/staff/static/"):
            answer = browser.client.get(address)
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "http" not in re.sub(r"http://www.w3.org/2000/svg", "", answer.text)
            answer.close()


@pytest.mark.real
def test_every_staff_rule_was_looked_at(whole: WholeHouse) -> None:
    met = set()
    adapter = whole.app.url_map.bind("")
    for who in (*ROLES, "police"):
        for page in pages_of_staff(whole.browser(whole.everybody.staff[who])):
            path = page.answer.request.path
            for one in (path, re.split("[?#]", page.path)[0]):
                met.add(adapter.match(one, method="GET")[0])
    missed = {rule.endpoint for rule in rules(whole.app, "staff") if "GET" in methods(rule)} - met
    assert missed - STAFF_REACHED_BY_NO_WAY == set()
