"""Every rule of the staff pages, asked by everybody who must not get in."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.domain.decisions import deciding_roles
from portal.models import Decision, Membership
from portal.web import guards
from tests.web.browsers import (
    MADE_UP,
    Control,
    Form,
    alike,
    asked_for,
    csrf_token,
    hand_in,
    heading,
    methods,
    pages_of_staff,
    path_of,
    rules,
)
from tests.web.furnishing import HER_WORDS
from tests.web.staff.browser import Browser
from tests.web.whole_house import WholeHouse, foreign

Complaints = list[str]

OPEN_TO_STAFF = frozenset(
    {
        "static",
        "staff.sign_in.sign_in",
        "staff.sign_in.speak",
        "staff.sign_in.sign_out",
        # A one-time link opens them; without one they say the same to everybody.
        "staff.welcome.welcome",
        "staff.passphrases.measure",
        # What an interpreter holds: the page says the same until a link that lives opens it.
        "staff.talk_link.show",
    }
)
OPEN_AFTER_THE_PASSPHRASE = frozenset(
    {
        "staff.sign_in.second_factor_page",
        "staff.enrolment.enrol",
        # What a passkey signs: it must be shown before anything else opens.
        "staff.passkeys.make",
        "staff.passkeys.show",
    }
)
"""Where the second factor is asked for: who gave the pass phrase may see these."""

WHO_MAY = {
    "desk": {"moderator"},
    "decisions": {"moderator"},
    # Words and answers of no case.
    "feedback": {"moderator", "coordinator"},
    "referrals": {"housing"},
    "dates": {"housing"},
    "agenda": {"housing", "director", "stand_in"},
    "availability": {"housing"},
    "interpreters": {"housing"},
    "interpreter_list": {"coordinator"},
    "case": {"director", "stand_in"},
    "caseload": {"director", "stand_in"},
    "cards": {"director", "stand_in"},
    "ends": {"director", "stand_in"},
    "cover": {"coordinator"},
    # A coordinator asks about any file, and reads there which services have a referral of it.
    "exceptions": {"director", "stand_in", "coordinator"},
    "conversation": {"director", "stand_in"},
    "telling": {"director", "stand_in"},
    "account": {"housing"},
    "inviting": {"coordinator"},
    "house_settings": {"coordinator"},
    "look_questions": {"coordinator", "auditor"},
    "audit": {"auditor"},
}
"""Staff rooms in which something of the first survivor opens, and for whom: nobody else."""


# Asked by everybody who is not through with the second factor.


def walk_staff(
    browser: Browser, app: Flask, to: str, but: frozenset[str] = OPEN_TO_STAFF
) -> Complaints:
    """Whatever is asked, the answer leads to the door."""
    browser.client.get("/staff/sign-in")
    wrong = []
    for rule in rules(app, "staff", "static"):
        if rule.endpoint in but:
            continue
        for method in methods(rule):
            path = path_of(rule)
            answer = browser.client.open(path, method=method, data=_under(browser, method))
            if answer.status_code not in (302, 303) or answer.location not in (to, "/staff/"):
                wrong.append(f"{method} {path}: {answer.status_code} {answer.location}")
            bare = browser.client.open(path, method=method, data={"act": "route"})
            if method == "POST" and bare.status_code != 400:
                wrong.append(f"POST {path} without a token: {bare.status_code}")
    return wrong


def _under(browser: Browser, method: str) -> dict[str, str] | None:
    """A form under the CSRF token of this browser's sign-in page."""
    if method == "GET":
        return None
    shown = browser.client.get("/staff/sign-in").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', shown)
    assert found
    return {"csrf_token": found[1], "act": "route", "words": "typed", "reason": "typed"}


def test_a_stranger_is_led_to_the_staff_door(whole: WholeHouse) -> None:
    assert walk_staff(Browser(whole.app), whole.app, "/staff/sign-in") == []


@pytest.mark.parametrize("token", ["", "made-up", "\x00", "A" * 4000])
def test_a_made_up_token_is_a_strangers(whole: WholeHouse, token: str) -> None:
    browser = Browser(whole.app)
    browser.client.set_cookie("s", token)
    assert walk_staff(browser, whole.app, "/staff/sign-in") == []


def test_a_survivors_token_opens_no_staff_page(whole: WholeHouse) -> None:
    browser = Browser(whole.app)
    browser.client.set_cookie("s", whole.phone(whole.everybody.amal).page_key)
    assert walk_staff(browser, whole.app, "/staff/sign-in") == []


def test_a_quiet_hour_ends_a_staff_sign_in(whole: WholeHouse) -> None:
    browser = whole.browser(whole.everybody.staff["director"])
    whole.later(hours=1)
    assert walk_staff(browser, whole.app, "/staff/sign-in") == []


def also_when_real(*many: str) -> list[Any]:
    """The first two every day, the others with everything real."""
    return [*many[:2], *(pytest.param(one, marks=pytest.mark.real) for one in many[2:])]


@pytest.mark.parametrize(
    "who", also_when_real("director", "moderator", "housing", "coordinator", "auditor")
)
def test_without_the_second_factor_nothing_opens(whole: WholeHouse, who: str) -> None:
    browser = Browser(whole.app)
    browser.client.set_cookie("s", whole.token(whole.everybody.staff[who], proved=None))
    but = OPEN_TO_STAFF | OPEN_AFTER_THE_PASSPHRASE | {"staff.sign_in.front_door"}
    assert walk_staff(browser, whole.app, "/staff/second-factor", but) == []
    for path in ("/staff/", "/staff/sign-in", "/staff/second-factor/new"):
        answer = browser.client.get(path, follow_redirects=True)
        assert answer.request.path in ("/staff/sign-in", "/staff/second-factor")


# The same walk finds a guard that is missing.


def test_the_walk_finds_that_the_staff_guard_is_gone(
    whole: WholeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "require_staff", lambda: None)
    whole.open()
    inside = {one.rule for one in rules(whole.app, "staff") if ".inside." in one.endpoint}
    wrong = "\n".join(walk_staff(Browser(whole.app), whole.app, "/staff/sign-in"))
    assert all(rule.partition("<")[0] in wrong for rule in inside)


def test_the_walk_finds_a_staff_page_without_a_guard(whole: WholeHouse) -> None:
    app = whole.app
    app.add_url_rule("/staff/leak", "staff.leak", lambda: "x")
    wrong = walk_staff(Browser(app), app, "/staff/sign-in")
    assert len(wrong) == 1
    assert "/staff/leak" in wrong[0]


# Asked for what is not on one's list.


@pytest.mark.parametrize(
    "who",
    also_when_real(
        "other_director", "police", "moderator", "coordinator", "auditor", "prosecutor", "housing"
    ),
)
def test_staff_get_nothing_of_a_case_that_is_not_theirs(whole: WholeHouse, who: str) -> None:
    browser = whole.browser(whole.everybody.staff[who])
    before, wrong = whole.rows(), []
    for rule in rules(whole.app, "staff"):
        room = rule.endpoint.split(".")[-2]
        if who in WHO_MAY.get(room, set()) or ".inside." not in rule.endpoint:
            continue
        for method in methods(rule):
            none = None
            for ids in foreign(whole, rule):
                none = none or _asked(browser, method, path_of(rule))
                hers = _asked(browser, method, path_of(rule, ids))
                if (hers.status_code, alike(hers.text)) != (none.status_code, alike(none.text)):
                    wrong.append(f"{method} {rule.rule} as if it never was: {none.status_code}")
                if hers.status_code not in (200, 404) or HER_WORDS in hers.text:
                    wrong.append(f"{method} {rule.rule}: {hers.status_code} {heading(hers)}")
    assert sorted(set(wrong)) == []
    assert whole.rows() == before


def _asked(browser: Browser, method: str, path: str) -> TestResponse:
    fields = {"csrf_token": csrf_token(browser.page), "act": "x", "words": "typed"}
    data = fields if method == "POST" else None
    return browser.client.open(path, method=method, data=data, follow_redirects=True)


@pytest.mark.real
def test_an_id_in_a_query_opens_no_other_services_papers(whole: WholeHouse) -> None:
    wrong, tried = [], 0
    for who in ("police", "other_director"):
        browser = whole.browser(whole.everybody.staff[who])
        for rule in rules(whole.app, "staff"):
            if "GET" not in methods(rule) or rule.arguments or ".inside." not in rule.endpoint:
                continue
            for name in asked_for(whole.app, rule):
                none = browser.client.get(f"{rule.rule}?{name}={MADE_UP}")
                for noun, (one, *_) in whole.everybody.ids.items():
                    tried += 1
                    answer = browser.client.get(f"{rule.rule}?{name}={one}")
                    if (answer.status_code, alike(answer.text)) != (
                        none.status_code,
                        alike(none.text),
                    ):
                        wrong.append(f"{who} {rule.rule}?{name}=({noun}): {answer.status_code}")
    assert tried
    assert wrong == []


def forms_of_staff(whole: WholeHouse, who: str) -> list[Form]:
    """Every form that a colleague has before her."""
    found: dict[tuple[Any, ...], list[Form]] = {}
    for page in pages_of_staff(whole.browser(whole.everybody.staff[who])):
        for form in page.forms:
            alike_ones = found.setdefault((form.place, form.controls), [])
            alike_ones += [form] * (len(alike_ones) < 2)
    return [form for several in found.values() for form in several]


@pytest.mark.real
@pytest.mark.parametrize("owner", ["director", "moderator", "housing"])
def test_a_colleagues_form_does_nothing_in_other_hands(whole: WholeHouse, owner: str) -> None:
    forms = [form for form in forms_of_staff(whole, owner) if "*" in form.place]
    assert forms
    others = ("other_director", "police", "coordinator", "auditor")
    browsers = {who: whole.browser(whole.everybody.staff[who]) for who in others}
    before, wrong = whole.rows(), []
    for who, browser in browsers.items():
        for form in forms:
            if (who, form.place) in ALSO_THEIRS or also_decides(whole, who, form):
                continue
            for button in range(max(1, len(form.buttons))):
                answer = hand_in(browser, form, form.filled(_plausible, button=button))
                if answer.status_code != 404 and form.place not in SAID_ON_THE_PAGE:
                    wrong.append(f"{who} {form.place}: {answer.status_code} {heading(answer)}")
    assert sorted(set(wrong)) == []
    assert whole.rows() == before


def also_decides(whole: WholeHouse, who: str, form: Form) -> bool:
    """Whether a form is about a decision for which this colleague holds a deciding role too."""
    about = re.fullmatch(r"/staff/desk/([0-9a-f-]{36})", form.do)
    if about is None:
        return False
    with whole.database.transaction("read") as session:
        decision = session.get_one(Decision, UUID(about.group(1)))
        held = select(Membership.role).where(
            Membership.account_id == whole.everybody.staff[who].account_id
        )
        return not deciding_roles(decision.kind).isdisjoint(session.scalars(held))


ALSO_THEIRS = frozenset(
    {
        ("coordinator", "/staff/cases/*/not-possible"),
        ("coordinator", "/staff/feedback/answers/*"),
    }
)
"""Forms that somebody has as well who is not on the file, or did not write it."""
SAID_ON_THE_PAGE = frozenset(
    {
        "/staff/me/hand-over/*",
        "/staff/me/browsers/*/mine",
        "/staff/me/browsers/*/not-mine",
        "/staff/me/second-factors/*/remove",
    }
)
"""Where a foreign and a made-up id get the same words on the same page instead of a 404."""


def _plausible(control: Control) -> str:
    fitting = {"date": "2026-12-01", "time": "10:00", "number": "45", "email": "x@house.example"}
    return fitting.get(control.kind, "typed by another")


DECISIONS: dict[str, tuple[str, list[dict[str, str]]]] = {
    "decisions.decision": (
        "moderator",
        [{"act": "route", "services": "{service}"}, {"act": "question", "question": "typed"}],
    ),
    "opening.open_file": ("director", [{"name": "typed"}]),
    "cards.issue_again": ("director", [{}]),
    "cards.void": ("director", [{}]),
    "cards.lift": ("director", [{}]),
    "caseload.confirm_key": ("director", [{}]),
    "account.renew_recovery_codes": ("director", [{}]),
    "inviting.invite": (
        "coordinator",
        [{"name": "Nele", "email": "nele@house.example", "role": "", "service": ""}],
    ),
}
"""What cannot be done from an unattended screen: by whom, and what is sent."""


@pytest.mark.parametrize("minutes", [16, 60 * 11])
def test_a_decision_needs_a_fresh_proof(whole: WholeHouse, minutes: int) -> None:
    people = whole.everybody.staff
    stale = {
        who: whole.browser(people[who], proved=timedelta(minutes=minutes))
        for who, _ in DECISIONS.values()
    }
    before = whole.rows()
    for name, (who, sent) in DECISIONS.items():
        (rule,) = (
            one for one in rules(whole.app, "staff") if one.endpoint == f"staff.inside.{name}"
        )
        path = path_of(rule, next(foreign(whole, rule)) if rule.arguments else {})
        for typed in sent:
            service = whole.everybody.ids["service"][0]
            fields = {one: said.format(service=service) for one, said in typed.items()}
            token = csrf_token(stale[who].page)
            answer = stale[who].client.post(path, data={**fields, "csrf_token": token})
            assert answer.status_code == 403, (name, typed, answer.status_code)
            assert 'name="proof_code"' in answer.text
            # What was typed goes along, and is not lost.
            assert all(f'value="{said}"' in answer.text for said in fields.values())
    assert whole.rows() == before


@pytest.mark.parametrize(
    "target",
    [
        *("https://example.org/", "//example.org", "/\\example.org", "/staff/../../x", "/-/today"),
        *("/staff//example.org", "javascript:alert(1)", "/staff/\r\nX: y", "/", "/staffing", ""),
    ],
)
def test_no_form_of_staff_leads_to_another_site(whole: WholeHouse, target: str) -> None:
    browser = whole.browser(whole.everybody.staff["moderator"])
    fields = {"next": target, "proof_next": target, "language": "en"}
    for path in ("/staff/language", "/staff/proof"):
        token = csrf_token(browser.page)
        answer = browser.client.post(path, data={**fields, "csrf_token": token})
        assert answer.status_code in (302, 303), path
        assert answer.location == "/staff/", (path, answer.location)
        assert "X" not in answer.headers
