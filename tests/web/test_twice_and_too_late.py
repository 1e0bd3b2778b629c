"""What is tapped twice counts once, and what comes from an ended visit is shown to nobody."""

import re
from typing import Any

import pytest

from portal.services.entry import sessions
from tests.web.bad_input import both, said
from tests.web.browser_stand_in import Phone
from tests.web.browsers import (
    Control,
    Form,
    alike,
    forms_in,
    hand_in,
    pages_of_staff,
    pages_of_survivor,
    send,
)
from tests.web.tree import tree_of
from tests.web.whole_house import WholeHouse

pytestmark = pytest.mark.real

TYPED = "Words that were typed a moment ago."


def fitting(control: Control) -> str:
    """What fits into a field."""
    return said(control, TYPED)


def hers(whole: WholeHouse, *, scripting: bool) -> tuple[Phone, dict[str, tuple[str, Form]]]:
    """Her phone, and one form of each kind with the page where it stands."""
    phone = whole.phone(whole.everybody.amal, scripting=scripting)
    phone.go("/needs/new/choose")
    (form, *_) = [one for one in forms_in(phone.soup, "") if "choose" in one.do]
    send(phone, form, form.filled(lambda control: ""))
    found: dict[str, tuple[str, Form]] = {}
    for page in pages_of_survivor(phone):
        for form in page.forms:
            if form.keyed:
                found.setdefault(form.place, (page.path, form))
    return phone, found


@pytest.mark.real
@both
def test_a_double_tap_counts_once(whole: WholeHouse, scripting: bool) -> None:
    phone, forms = hers(whole, scripting=scripting)
    assert len(forms) >= 14
    changed, wrong = 0, []
    for place, (path, form) in forms.items():
        phone.go(path)
        before, key = whole.rows(), phone.page_key
        for button in range(max(1, len(form.buttons))):
            typed = form.filled(fitting, button=button)
            tap = f"tap-{place}-{button}"
            first = sent_twice(phone, form, typed, key, tap)
            after = whole.rows()
            second = sent_twice(phone, form, typed, key, tap)
            if but_for_sealing_again(whole.rows()) != but_for_sealing_again(after):
                wrong.append(f"{place}: the second tap did something")
            if alike(first) != alike(second):
                wrong.append(f"{place}: {title(first)} and then {title(second)}")
            changed += after != before
            before = after
    assert wrong == []
    assert changed >= 10, "most of these forms do something"


def but_for_sealing_again(rows: dict[str, Any]) -> dict[str, Any]:
    """Words kept for later may be kept again: sealed anew, and still once."""
    return rows | {"draft": len(rows["draft"])}


def sent_twice(phone: Phone, form: Form, typed: list[tuple[str, str]], key: str, tap: str) -> str:
    """One of two taps of the same button of the same page."""
    send(phone, form, typed, k=key, f=tap)
    return re.sub(r"<b class=\"mark\">[^<]*</b>", "", phone.page)


def title(page: str) -> str:
    """The heading of a page."""
    found = tree_of(page).find("h1")
    return found.get_text(strip=True) if found else page[:60]


@both
def test_what_is_sent_from_an_ended_visit_is_not_shown(whole: WholeHouse, scripting: bool) -> None:
    phone, forms = hers(whole, scripting=scripting)
    key = phone.page_key
    with whole.database.transaction() as session:
        sessions.end_all(session, whole.everybody.amal.account_id)
    before, front = whole.rows(), Phone(whole.app, scripting=scripting)
    front.open()
    front.send({"to": "/front/"})
    for place, (_, form) in forms.items():
        for button in range(max(1, len(form.buttons))):
            send(phone, form, form.filled(fitting, button=button), k=key, f=f"{place}{button}")
            assert TYPED not in phone.page, place
            assert phone.page == front.page, place
    assert whole.rows() == before


def test_what_is_sent_from_an_ended_staff_sign_in_is_not_shown(whole: WholeHouse) -> None:
    browser = whole.browser(whole.everybody.staff["director"])
    forms = {form.place: form for page in pages_of_staff(browser) for form in page.forms}
    with whole.database.transaction() as session:
        sessions.end_all(session, whole.everybody.staff["director"].account_id)
    before = whole.rows()
    for place, form in forms.items():
        answer = hand_in(browser, form, form.filled(fitting))
        assert answer.request.path == "/staff/sign-in", place
        assert TYPED not in answer.text, place
    assert whole.rows() == before


FRESH_EACH_TIME = frozenset({"/staff/me/recovery-codes"})
"""What a second click makes anew: the codes on the page seen last are those that work."""


@pytest.mark.real
def test_a_double_click_of_staff_counts_once(whole: WholeHouse) -> None:
    changed, wrong = 0, []
    for who in ("director", "moderator", "housing"):
        browser = whole.browser(whole.everybody.staff[who])
        forms: dict[str, tuple[str, Form]] = {}
        for page in pages_of_staff(browser):
            for form in page.forms:
                forms.setdefault(form.place, (page.path, form))
        for place, (path, form) in forms.items():
            browser.get(path)
            if place in FRESH_EACH_TIME or not browser.page.select("input[name=once]"):
                continue
            typed = [*form.filled(fitting), ("once", f"{who}-{place}")]
            before = whole.rows()
            hand_in(browser, form, typed)
            after = whole.rows()
            hand_in(browser, form, typed)
            if whole.rows() != after:
                wrong.append(f"{who} {place}")
            changed += after != before
    assert wrong == []
    assert changed >= 5
