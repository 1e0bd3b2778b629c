"""Words that people type are shown as they mean them, or refused whole and not lost."""

import re

import pytest
from bs4 import BeautifulSoup

from tests.web.bad_input import both, said
from tests.web.browsers import Form, forms_in, hand_in, pages_of_staff, send
from tests.web.tree import tree_of
from tests.web.whole_house import WholeHouse

SURROGATE = b"%ED%A0%80"
WRITTEN = {
    "plain": ("Good day.", "Good day."),
    "emoji": ("Thank you \U0001f64f\U0001f3fd \U0001f468\u200d\U0001f469\u200d\U0001f467",
              "Thank you \U0001f64f\U0001f3fd \U0001f468\u200d\U0001f469\u200d\U0001f467"),
    "right to left": ("سلام، أنا بخير", "سلام، أنا بخير"),
    "overrides": ("pay \u202e100\u202c now\u2066x\u2069", "pay 100 nowx"),
    "NUL": ("be\x00fore", "before"),
    "controls": ("a\x07b\x1b[31mc\x7f", "ab[31mc"),
    "markup": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "template": ("{{ 7*7 }} %(name)s {0}", "{{ 7*7 }} %(name)s {0}"),
    "lines": ("one\r\ntwo\rthree", "one\ntwo\nthree"),
}  # fmt: skip


def message_form(soup: BeautifulSoup) -> Form:
    """Where a message is written."""
    return next(form for form in forms_in(soup, "") if "message" in form.do and form.words)


@pytest.mark.parametrize(("typed", "kept"), WRITTEN.values(), ids=WRITTEN)
@both
def test_what_she_writes_is_shown_as_she_means_it(
    whole: WholeHouse, typed: str, kept: str, scripting: bool
) -> None:
    phone = whole.phone(whole.everybody.bea, scripting=scripting)
    phone.go("/messages")
    send(phone, message_form(phone.soup), [("a", typed)])
    shown = phone.soup.find("blockquote")
    assert shown is not None
    assert shown.get_text().strip() == kept
    assert shown["dir"] == "auto", "in the direction of its own script"


@both
def test_half_a_character_is_no_harm(whole: WholeHouse, scripting: bool) -> None:
    phone = whole.phone(whole.everybody.bea, scripting=scripting)
    body = b"do=/messages/write&a=half+" + SURROGATE + b"+one&k=" + phone.page_key.encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    headers |= {"X-Part": "1"} if scripting else {}
    answer = phone.client.post("/", data=body, headers=headers)
    assert answer.status_code == (200 if scripting else 303)
    phone.page = f'name="k" value="{phone.page_key}"'
    phone.go("/messages")
    assert "half" in phone.page
    assert "\ud800" not in phone.page


@pytest.mark.parametrize(
    "blank", ["", " ", " \n\t ", "\u00a0\u2003", "\u200b\u200d", "\x00\x07", "\u202e"]
)
@both
def test_a_message_that_says_nothing_is_not_sent(
    whole: WholeHouse, blank: str, scripting: bool
) -> None:
    phone = whole.phone(whole.everybody.bea, scripting=scripting)
    phone.go("/messages")
    before = whole.rows()
    send(phone, message_form(phone.soup), [("a", blank)])
    assert phone.soup.select(".error")
    assert whole.rows() == before


@pytest.mark.parametrize("length", [4001, 20_000])
@both
def test_a_message_that_is_too_long_is_refused_and_not_lost(
    whole: WholeHouse, length: int, scripting: bool
) -> None:
    phone = whole.phone(whole.everybody.bea, scripting=scripting)
    phone.go("/messages")
    before, long = whole.rows(), "سلام " * (length // 5) + "x" * (length % 5 + 1)
    answer = send(phone, message_form(phone.soup), [("a", long)])
    assert answer.status_code == (200 if scripting else 203), "shown once, and kept by no browser"
    error = phone.soup.select_one(".error")
    assert error
    assert re.search(r"4\D?000", error.get_text())
    area = phone.soup.find("textarea")
    assert area is not None
    assert area.get_text().strip() == long.strip(), "what she typed stands there, whole"
    assert whole.rows() == before


@pytest.mark.real
@pytest.mark.parametrize("typed", ["x" * 20_000, " \u202e", "\x00"], ids=["long", "blank", "NUL"])
def test_staff_words_are_held_to_the_same(whole: WholeHouse, typed: str) -> None:
    """Every form of staff with room for words: too long a text does nothing anywhere."""
    tried = 0
    for who in ("director", "moderator", "housing"):
        browser = whole.browser(whole.everybody.staff[who])
        forms: dict[str, tuple[str, Form]] = {}
        for page in pages_of_staff(browser):
            for form in page.forms:
                if any(one.kind == "words" for one in form.controls):
                    forms.setdefault(form.place, (page.path, form))
        before = whole.rows()
        for path, form in forms.values():
            browser.get(path)
            for button in range(max(1, len(form.buttons))):
                filled = form.filled(lambda control: said(control, typed), button=button)
                answer = hand_in(browser, form, filled)
                tried += 1
                assert answer.status_code == 200, (form.do, button)
                soup = tree_of(answer.text)
                # A button that asks for no words may do what it says when there are none.
                after = whole.rows()
                nothing_said = len(typed) <= 4000 and not soup.select(".error")
                assert after == before or nothing_said, (form.do, button)
                before = after
    assert tried >= 5
